"""What an order to the stand-in is: a change that is carried out once and remembered."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import wraps
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, get_type_hints

if TYPE_CHECKING:
    from nmbrs_sandbox.payroll.bureau import State

P = ParamSpec("P")
S = TypeVar("S", bound="State")
R = TypeVar("R")

_LARGEST_INT = 2**31 - 1
_LONGEST_TEXT = 200
_LARGEST_AMOUNT = Decimal(10) ** 12
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class OrderRefused(Exception):
    """The order cannot be carried out, and nothing was changed. The message says why."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def order(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Make a method an order: it is remembered with its arguments, and done again at a restart.

    Its parameters are what the order's JSON may hold. One called ``at`` is the time, which is
    filled in when nobody gave it.
    """
    takes_time = "at" in signature(method).parameters

    @wraps(method)
    def carried_out(self: S, /, *args: P.args, **fields: P.kwargs) -> R:
        with self.lock:
            # Checked whoever gives it: what is kept on disk must be readable at the next start.
            fields.update(read_fields(method, fields))
            if takes_time and fields.get("at") is None:
                fields["at"] = _read_moment("at", self.clock())
            outcome = method(self, *args, **fields)
            self.remember(method.__name__, fields)
            return outcome

    carried_out.is_order = True  # type: ignore[attr-defined]  # how orders are told apart
    return carried_out


def order_names(kind: type) -> frozenset[str]:
    """Return the names of every order a class can be given."""
    return frozenset(name for name in dir(kind) if hasattr(getattr(kind, name), "is_order"))


def read_fields(method: Callable[..., Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of an order from JSON, or refuse what does not fit."""
    parameters = [one for one in signature(method).parameters.values() if one.name != "self"]
    unknown = set(values) - {one.name for one in parameters}
    if unknown:
        raise OrderRefused(f"unknown field: {', '.join(sorted(unknown))}")
    hints = get_type_hints(method)
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
