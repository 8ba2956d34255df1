"""Reading a JSON object field by field and noting everything that is wrong, not just the first."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from procountor_sandbox.refusals import Violation, blank, invalid

LARGEST_ID = 2**31 - 1
TOO_LARGE_AMOUNT = 10**15
# Python reads more ISO 8601 than Procountor says it takes, such as week dates.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Ten digits hold every int32; a longer text is no id, and Python would not even read it.
_WHOLE = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The fields of one JSON object. ``path`` says where in the body the object stands.

    Every method returns None when the field is missing, null or wrong; what is wrong has then
    been added to ``violations``.
    """

    values: Mapping[str, Any]
    path: str = ""
    violations: list[Violation] = field(default_factory=list)

    def at(self, name: str) -> str:
        """Return the full path of one field, as the error answer names it."""
        return f"{self.path}.{name}" if self.path else name

    def refuse(self, name: str, message: str) -> None:
        """Note that this field breaks a rule."""
        self.violations.append(Violation(field=self.at(name), message=message))

    def text(
        self, name: str, *, longest: int, required: bool = False, may_have_lines: bool = False
    ) -> str | None:
        """Return a text of at most ``longest`` characters, all of them in Windows-1252.

        Only where the documentation says so may it have several lines.
        """
        value = self._present(name, required=required)
        if value is None:
            return None
        if not isinstance(value, str):
            self._wrong(name, value)
            return None
        if required and not value.strip():
            self.violations.append(blank(self.at(name)))
            return None
        if _CONTROL.search(value.replace("\n", "") if may_have_lines else value):
            self.refuse(name, "SANDBOX_CONTROL_CHARACTERS")
        return self._checked_text(name, value, longest)

    def choice(self, name: str, allowed: Collection[str], *, required: bool = False) -> str | None:
        """Return one of the allowed words. An empty string is not "no value": it is refused."""
        value = self._present(name, required=required)
        if value is None:
            return None
        if not isinstance(value, str) or value not in allowed:
            self._wrong(name, value)
            return None
        return value

    def whole(self, name: str, *, required: bool = False) -> int | None:
        """Return an int32."""
        value = self._present(name, required=required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_ID:
            self._wrong(name, value)
            return None
        return value

    def amount(self, name: str, *, required: bool = False) -> Decimal | None:
        """Return a JSON number as it was sent, with all its decimals."""
        value = self._present(name, required=required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self._wrong(name, value)
            return None
        amount = Decimal(value)
        if abs(amount) >= TOO_LARGE_AMOUNT:
            self._wrong(name, value)
            return None
        return amount

    def day(self, name: str, *, required: bool = False) -> date | None:
        """Return a date written ``YYYY-MM-DD``."""
        value = self._present(name, required=required)
        if value is None:
            return None
        found = read_day(value)
        if found is None:
            self._wrong(name, value)
        return found

    def objects(self, name: str) -> list["Fields"]:
        """Return the objects of a list. A missing list is an empty one."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self._wrong(name, value)
            return []
        return [
            Fields(values=one, path=f"{self.at(name)}[{n}]", violations=self.violations)
            for n, one in enumerate(value)
        ]

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Refuse fields the documentation does not name. Procountor may be more patient."""
        for name in self.values:
            if name not in known:
                self.refuse(name, "SANDBOX_UNKNOWN_FIELD")

    def _present(self, name: str, *, required: bool) -> Any:
        value = self.values.get(name)
        if value is None and required:
            self.violations.append(blank(self.at(name)))
        return value

    def _wrong(self, name: str, value: object) -> None:
        self.violations.append(invalid(self.at(name), value))

    def _checked_text(self, name: str, value: str, longest: int) -> str | None:
        if len(value) > longest:
            self.refuse(name, f"SANDBOX_TOO_LONG: at most {longest} characters")
        if not is_windows_1252(value):
            self.refuse(name, "SANDBOX_CHARACTERS_OUTSIDE_WINDOWS_1252")
        return value


def read_day(value: object) -> date | None:
    """Return the day a text like ``2026-06-30`` names, if it is written exactly so."""
    if not isinstance(value, str) or _DAY.fullmatch(value) is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def read_whole(text: str) -> int | None:
    """Return the int32 a text in a URL names, if it is one and not negative."""
    if _WHOLE.fullmatch(text) is None or int(text) > LARGEST_ID:
        return None
    return int(text)


def is_windows_1252(text: str) -> bool:
    """Return whether every character of a text exists in Windows-1252."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
