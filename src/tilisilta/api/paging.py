"""Lists in pages: the next one begins behind the last row, whatever has come in since."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

from tilisilta.api.problems import ValuesNotPossible
from tilisilta.domain.whole_numbers import whole_number

USUAL_ROWS = 50
MOST_ROWS = 200
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, kw_only=True)
class PageOf(Generic[Row]):
    """Rows of a list, and the cursor of those behind them; ``None`` for none."""

    rows: Sequence[Row]
    next: str | None


def page_of(
    rows: QuerySet[Row], *, by: str, cursor: str | None, limit: int, newest_first: bool = True
) -> PageOf[Row]:
    """Return a page of ``rows`` in the order of the unique number ``by``.

    A cursor names the last row by that number, so that no row is repeated or left out while others
    come in. Raises ``ValuesNotPossible`` for a cursor that is none.
    """
    if cursor:
        side = "lt" if newest_first else "gt"
        rows = rows.filter(**{f"{by}__{side}": number_in(cursor)})
    found = list(rows.order_by(f"-{by}" if newest_first else by)[: limit + 1])
    return _cut(found, limit, lambda row: getattr(row, by))


def cursor_at(number: int) -> str:
    return base64.urlsafe_b64encode(f"after:{number}".encode()).decode().rstrip("=")


def number_in(cursor: str) -> int:
    """Return the number that a cursor names; raise ``ValuesNotPossible`` for another text."""
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        kind, _colon, text = base64.urlsafe_b64decode(padded).decode().partition(":")
    except (binascii.Error, UnicodeError):
        kind, text = "", ""
    number = whole_number(text)
    if kind != "after" or number is None:
        raise ValuesNotPossible(cursor="It is not the cursor of another answer.")
    return number


def _cut(found: list[Row], limit: int, number_of: Callable[[Any], int]) -> PageOf[Row]:
    rows = found[:limit]
    more = len(found) > limit
    return PageOf(rows=rows, next=cursor_at(number_of(rows[-1])) if more else None)
