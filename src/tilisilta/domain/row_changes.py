"""What people changed in a ledger receipt since it was sent: old and new value, row by row.

The order of rows, the decimals of an amount and the form of white space are no change: Procountor
may give back either.
"""

import unicodedata
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tilisilta.domain.receipts import ReceiptBody, Transaction


@dataclass(frozen=True, kw_only=True)
class HeadingChange:
    """A field of the heading that differs: ``name``, ``receipt_date`` or ``accountants_notes``."""

    field: str
    was: str | date
    now: str | date


@dataclass(frozen=True, kw_only=True)
class RowChange:
    """A row that differs. ``was`` is ``None`` for a row that was added, ``now`` for one removed.

    ``number`` counts from 1 in what was sent, or for an added row in what is there now.
    """

    number: int
    was: Transaction | None
    now: Transaction | None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that differ; none where the whole row was added or removed."""
        if self.was is None or self.now is None:
            return ()
        pairs = zip(_FIELDS, _content(self.was), _content(self.now), strict=True)
        return tuple(field for field, was, now in pairs if was != now)

    @property
    def changes_books(self) -> bool:
        return self.fields != ("description",)


def heading_changes(sent: ReceiptBody, now: ReceiptBody) -> tuple[HeadingChange, ...]:
    """Return the fields of the heading in which a receipt differs from what was sent."""
    pairs = (
        ("name", sent.name, now.name),
        ("receipt_date", sent.receipt_date, now.receipt_date),
        ("accountants_notes", sent.accountants_notes, now.accountants_notes),
    )
    return tuple(
        HeadingChange(field=field, was=was, now=is_now)
        for field, was, is_now in pairs
        if plain_text(str(was)) != plain_text(str(is_now))
    )


def row_changes(sent: Sequence[Transaction], now: Sequence[Transaction]) -> tuple[RowChange, ...]:
    """Return the rows that differ, each old one beside the new one that it most likely became."""
    left, there = _unequal(_numbered(sent), _numbered(now))
    changes = []
    for likeness in _LIKENESSES:
        pairs, left, there = _paired(left, there, likeness)
        changes += [
            RowChange(number=was.number, was=was.row, now=is_now.row) for was, is_now in pairs
        ]
    changes += [RowChange(number=one.number, was=one.row, now=None) for one in left]
    changes.sort(key=lambda change: change.number)
    added = (RowChange(number=one.number, was=None, now=one.row) for one in there)
    return (*changes, *added)


def plain_text(text: str) -> str:
    """Return a text without what Procountor may change by itself: blanks, and composed letters."""
    return " ".join(unicodedata.normalize("NFC", text).split())


_FIELDS = ("account", "accounting_value", "description", "dimension_values", "vat_percent")
_Content = tuple[str, Decimal, str, tuple[tuple[int, int, Decimal], ...], Decimal]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    number: int
    row: Transaction
    content: _Content


_Rows = list[_Row]
_Likeness = Callable[[_Row], Hashable]


def _numbered(rows: Sequence[Transaction]) -> _Rows:
    return [
        _Row(number=number, row=row, content=_content(row))
        for number, row in enumerate(rows, start=1)
    ]


def _content(row: Transaction) -> _Content:
    values: dict[tuple[int, int], Decimal] = {}
    for one in row.dimension_values:
        key = one.dimension_id, one.item_id
        values[key] = values.get(key, Decimal(0)) + one.value
    return (
        row.account.strip(),
        row.accounting_value,
        plain_text(row.description),
        tuple(sorted((*key, value) for key, value in values.items() if value)),
        row.vat_percent,
    )


def _unequal(sent: _Rows, now: _Rows) -> tuple[_Rows, _Rows]:
    """Return the rows of both sides that have no equal on the other side."""
    # By place first, so that of several equal rows the one that was changed is named.
    _pairs, left, there = _paired(sent, now, lambda one: (one.number, one.content))
    _pairs, left, there = _paired(left, there, lambda one: one.content)
    return left, there


def _paired(
    left: _Rows, there: _Rows, likeness: _Likeness
) -> tuple[list[tuple[_Row, _Row]], _Rows, _Rows]:
    """Return the pairs that are alike, and what is left of both sides."""
    places: dict[Hashable, list[_Row]] = {}
    for one in reversed(there):
        places.setdefault(likeness(one), []).append(one)
    pairs = []
    for one in left:
        alike = places.get(likeness(one))
        if alike:
            pairs.append((one, alike.pop()))
    was, is_now = {one.number for one, _ in pairs}, {one.number for _, one in pairs}
    return (
        pairs,
        [one for one in left if one.number not in was],
        [one for one in there if one.number not in is_now],
    )


def _items(row: _Row) -> Hashable:
    return tuple((dimension, item) for dimension, item, _value in row.content[3])


def _likenesses() -> Iterator[_Likeness]:
    """Yield what an old and a new row may have in common, the surest first."""
    yield lambda one: (one.content[0], one.content[1], one.content[3])
    yield lambda one: (one.content[0], one.content[1], one.content[2])
    yield lambda one: (one.content[0], one.content[2], _items(one))
    yield lambda one: (one.content[0], one.content[2])
    yield lambda one: (one.content[1], one.content[2], one.content[3])
    yield lambda one: (one.content[0], one.content[1] > 0)
    yield lambda one: one.number
    yield lambda one: one.content[1]


_LIKENESSES = tuple(_likenesses())
