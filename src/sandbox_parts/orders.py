"""Orders to a stand-in: why one is refused, and its fields as the function it goes to has them."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from inspect import Parameter, signature
from typing import Any, get_type_hints

_LARGEST_INT = 2**31 - 1
_LONGEST_TEXT = 200
_LARGEST_AMOUNT = Decimal(10) ** 12
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class OrderRefused(Exception):
    """The order cannot be carried out, and nothing was changed. The message says why."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def read_fields(function: Callable[..., Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of a function from JSON, or refuse what does not fit."""
    parameters = [
        one for one in signature(function).parameters.values() if one.kind is Parameter.KEYWORD_ONLY
    ]
    unknown = set(values) - {one.name for one in parameters}
    if unknown:
        raise OrderRefused(f"unknown field: {', '.join(sorted(unknown))}")
    hints = get_type_hints(function)
    return {
        one.name: _read(one.name, hints[one.name], values[one.name])
        for one in parameters
        if _is_given(one, values)
    }


def _is_given(parameter: Parameter, values: Mapping[str, Any]) -> bool:
    if values.get(parameter.name) is not None:
        return True
    if parameter.default is Parameter.empty:
        raise OrderRefused(f"{parameter.name} is missing")
    return False


def _read(name: str, hint: Any, value: Any) -> Any:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _read_word(name, value, hint)
    for kind, reader in _READERS.items():
        if hint in {kind, kind | None}:
            return reader(name, value)
    raise TypeError(f"{name}: no order can be given a {hint}")


def _read_int(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST_INT:
        raise OrderRefused(f"{name} is not a whole number")
    return value


def _read_bool(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise OrderRefused(f"{name} is neither true nor false")
    return value


def _read_text(name: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or _CONTROL.search(value):
        raise OrderRefused(f"{name} is no text of one line and at most {_LONGEST_TEXT} characters")
    return value


def _read_word(name: str, value: Any, words: type[StrEnum]) -> StrEnum:
    if value not in list(words):
        raise OrderRefused(f"{name} is none of {', '.join(words)}")
    return words(value)


def _read_number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise OrderRefused(f"{name} is no number")
    return float(value)


def _read_amount(name: str, value: Any) -> Decimal:
    try:
        if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
            raise OrderRefused(f"{name} is no amount")
        amount = Decimal(value)
        if not abs(amount) < _LARGEST_AMOUNT or amount != round(amount, 2):
            raise OrderRefused(f"{name} is no amount with at most two decimals")
    except InvalidOperation as error:
        raise OrderRefused(f"{name} is no amount") from error
    return amount


def _read_moment(name: str, value: Any) -> datetime:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise OrderRefused(f"{name} is no time such as 2026-07-25T10:00:00") from error
    return moment.replace(microsecond=0, tzinfo=None)


_READERS: Mapping[type, Callable[[str, Any], Any]] = {
    bool: _read_bool,
    int: _read_int,
    str: _read_text,
    Decimal: _read_amount,
    float: _read_number,
    datetime: _read_moment,
}
