"""Sums per ledger account and dimension item, and which receipts together make such sums."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from tilisilta.domain.receipts import Transaction

ZERO = Decimal("0.00")
MOST_STEPS = 5000
"""A search for a sum ends after so many steps: nothing found is the safe answer."""


class Place(NamedTuple):
    """Where an amount is booked: on an account, or on an item of a dimension on that account."""

    account: str
    dimension_id: int = 0
    item_id: int = 0

    @property
    def is_account(self) -> bool:
        return not self.dimension_id


Sums = Mapping[Place, Decimal]


def ledger_sums(rows: Iterable[Transaction]) -> dict[Place, Decimal]:
    """Return what ``rows`` book: the net sum of each account, and of each item on it."""
    sums: dict[Place, Decimal] = {}
    for row in rows:
        account = row.account.strip()
        _add(sums, Place(account), row.accounting_value)
        for one in row.dimension_values:
            _add(sums, Place(account, one.dimension_id, one.item_id), one.value)
    return _without_zeros(sums)


def of_accounts(sums: Sums) -> dict[Place, Decimal]:
    """Return the sums of accounts only."""
    return {place: amount for place, amount in sums.items() if place.is_account}


def added(some: Iterable[Sums]) -> dict[Place, Decimal]:
    sums: dict[Place, Decimal] = {}
    for one in some:
        for place, amount in one.items():
            _add(sums, place, amount)
    return _without_zeros(sums)


def subtracted(one: Sums, other: Sums) -> dict[Place, Decimal]:
    return added((one, {place: -amount for place, amount in other.items()}))


def making(wanted: Sums, candidates: Mapping[int, Sums]) -> tuple[int, ...]:
    """Return the keys of the ``candidates`` that together make exactly ``wanted``; none if none do.

    The first in the order of their keys are preferred. A place that ``wanted`` lacks may occur if
    the candidates cancel it among themselves.
    """
    if not wanted:
        return ()
    search = _Search({key: sums for key, sums in sorted(candidates.items()) if sums})
    return tuple(sorted(search.find(wanted, frozenset(search.candidates)) or ()))


class _Search:
    """A search over sets of candidates, with an end to its patience."""

    def __init__(self, candidates: dict[int, Sums]) -> None:
        self.candidates = candidates
        self._steps_left = MOST_STEPS

    def find(self, wanted: Sums, free: frozenset[int]) -> tuple[int, ...] | None:
        if not wanted:
            return ()
        self._steps_left -= 1
        if self._steps_left < 0:
            return None
        # Some candidate has to book on the place that the fewest do, so only those are tried.
        able = self._fewest(wanted, free)
        for key in able:
            # Sets with an earlier key were all tried with that key.
            free -= {key}
            rest = self.find(subtracted(wanted, self.candidates[key]), free)
            if rest is not None:
                return (key, *rest)
        return None

    def _fewest(self, wanted: Sums, free: frozenset[int]) -> list[int]:
        choices = (
            [key for key in self.candidates if key in free and place in self.candidates[key]]
            for place in sorted(wanted)
        )
        return min(choices, key=len)


def _add(sums: dict[Place, Decimal], place: Place, amount: Decimal) -> None:
    sums[place] = sums.get(place, ZERO) + amount


def _without_zeros(sums: Mapping[Place, Decimal]) -> dict[Place, Decimal]:
    return {place: amount for place, amount in sums.items() if amount}
