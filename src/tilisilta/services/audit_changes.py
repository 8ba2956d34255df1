"""Old and new values, as an audit entry keeps them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Model

SECRET_FIELDS = frozenset({"password", "token", "second_step", "recovery_codes"})
"""Only that they were changed is recorded, never a value."""
Stored = str | bool | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """A field of a row with its value before and after, as plain JSON can hold them."""

    field: str
    before: Stored
    after: Stored

    def stored(self) -> dict[str, Stored]:
        return {"field": self.field, "before": self.before, "after": self.after}


def changes_of(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Change, ...]:
    """Return the fields whose values differ, in the order of ``after``, without the secret ones."""
    return tuple(
        Change(field=field, before=_plain(before.get(field)), after=_plain(value))
        for field, value in after.items()
        if field not in SECRET_FIELDS and before.get(field) != value
    )


def made_with(values: Mapping[str, object]) -> tuple[Change, ...]:
    """Return what a new row was made with, without what was left empty."""
    return changes_of({}, {field: value for field, value in values.items() if value})


def removed_with(values: Mapping[str, object]) -> tuple[Change, ...]:
    """Return what a row had when it was removed, without what was empty."""
    had = {field: value for field, value in values.items() if value}
    return changes_of(had, dict.fromkeys(had))


def _plain(value: object) -> Stored:
    """Return a value as text; several of them, and mappings, sorted and divided by commas."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return ", ".join(f"{key} \N{RIGHTWARDS ARROW} {one}" for key, one in sorted(value.items()))
    if isinstance(value, Iterable) and not isinstance(value, str | Model):
        return ", ".join(sorted(str(one) for one in value))
    return str(value)
