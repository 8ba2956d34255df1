"""What a new revision of a journal changes, in the terms an accountant uses."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tilisilta.domain.corrections import ZERO
from tilisilta.domain.journals import Journal, JournalLine


class ChangeKind(StrEnum):
    """How far two revisions differ, from nothing to their sums."""

    NOTHING = "nothing"
    ORDER = "order"
    TEXTS = "texts"
    ROWS = "rows"
    """The same sums, made of other lines."""
    SUMS = "sums"


@dataclass(frozen=True, kw_only=True)
class SumChange:
    """A sum that differs between two revisions. Debit positive, credit negative."""

    booking_date: date
    ledger_account: str
    cost_center: str
    cost_unit: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class JournalComparison:
    """The sums that changed, oldest booking date first, and how far the journals differ."""

    kind: ChangeKind
    changes: tuple[SumChange, ...]
    is_currency_changed: bool = False


def compare_journals(before: Journal, after: Journal) -> JournalComparison:
    """Compare two revisions by booking date, ledger account, cost center and cost unit."""
    old, new = _sums(before), _sums(after)
    changes = tuple(
        SumChange(
            booking_date=key[0],
            ledger_account=key[1],
            cost_center=key[2],
            cost_unit=key[3],
            before=old.get(key, ZERO),
            after=new.get(key, ZERO),
        )
        for key in sorted(old.keys() | new.keys())
        if old.get(key, ZERO) != new.get(key, ZERO)
    )
    return JournalComparison(
        kind=ChangeKind.SUMS if changes else _kind_of_equal_sums(before, after),
        changes=changes,
        is_currency_changed=before.currency != after.currency,
    )


_SumKey = tuple[date, str, str, str]


def _key(line: JournalLine) -> _SumKey:
    return line.booking_date, line.ledger_account, line.cost_center, line.cost_unit


def _sums(journal: Journal) -> dict[_SumKey, Decimal]:
    sums: dict[_SumKey, Decimal] = {}
    for line in journal.lines:
        key = _key(line)
        sums[key] = sums.get(key, ZERO) + line.amount
    return sums


def _kind_of_equal_sums(before: Journal, after: Journal) -> ChangeKind:
    old = [(*_key(line), line.amount, line.description) for line in before.lines]
    new = [(*_key(line), line.amount, line.description) for line in after.lines]
    # From the smallest difference to the largest: the first one that explains all of it counts.
    if old == new:
        return ChangeKind.NOTHING
    if Counter(old) == Counter(new):
        return ChangeKind.ORDER
    if Counter(row[:-1] for row in old) == Counter(row[:-1] for row in new):
        return ChangeKind.TEXTS
    return ChangeKind.ROWS
