"""Which journals of earlier months a journal is compared with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tilisilta.domain.payroll import days_of_period, months_of_period
from tilisilta.domain.variances import JournalSums

MOST_STEPS_BACK = 3
_LEAST_ALIKE = Fraction(1, 3)


@dataclass(frozen=True, kw_only=True, slots=True)
class PaidJournal:
    """A journal with what it books. ``ends_on`` is a day of its month, or its pay period's last.

    ``month`` is the first day of its month. ``kind`` is the type of its run in the words of Nmbrs,
    and empty where none is known. ``number`` is the run's, for the order.
    """

    key: int
    kind: str
    currency: str
    month: date
    ends_on: date
    number: str
    is_booked: bool
    sums: JournalSums


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlierJournal:
    """A journal to compare with, so many pay periods ``steps_back``: 1 is last month's."""

    journal: PaidJournal
    steps_back: int


def steps_between(earlier: date, later: date, period_type: str) -> int:
    """Return how many pay periods lie between two days: 0 in the same one, 1 in the next.

    Below zero if ``earlier`` is the later one. Without a known type pay periods are months.
    """
    if days := days_of_period(period_type):
        # Years do not consist of whole weeks, so that a period around New Year is longer.
        return round((later - earlier).days / days)
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    length = months_of_period(period_type)
    return -(-months // length) if months > 0 else months // length


def earlier_of(
    journal: PaidJournal, others: Iterable[PaidJournal], period_type: str
) -> tuple[EarlierJournal, ...]:
    """Return the journals to compare ``journal`` with, the latest first, at most one per period.

    Only the last three pay periods count: months, or weeks where pay is weekly.
    """
    by_steps: dict[int, list[PaidJournal]] = {}
    for other in others:
        if other.key != journal.key and other.currency == journal.currency:
            steps = steps_between(other.ends_on, journal.ends_on, period_type)
            by_steps.setdefault(steps, []).append(other)
    beside = [journal, *by_steps.get(0, [])]
    found = (
        (steps, pairs(beside, by_steps.get(steps, [])).get(journal.key))
        for steps in range(1, MOST_STEPS_BACK + 1)
    )
    return tuple(
        EarlierJournal(journal=one, steps_back=steps) for steps, one in found if one is not None
    )


def pairs(
    journals: Sequence[PaidJournal], earlier: Sequence[PaidJournal]
) -> Mapping[int, PaidJournal]:
    """Return the counterpart of each of ``journals``, by key; each has at most one, and is one.

    A company may have several runs in a month: the most alike in their ledger accounts belong
    together, then the nearest in their total. Of several, one that has little in common with all
    others has no counterpart: holiday pay is not compared with salaries.
    """
    is_choice = len(journals) > 1 or len(earlier) > 1
    ranked = sorted(
        (-_likeness(one, other), abs(one.sums.debit - other.sums.debit), *_order(one, other))
        for one in journals
        for other in earlier
        if _may_be_of_one_kind(one, other)
    )
    by_key = {one.key: one for one in (*journals, *earlier)}
    found: dict[int, PaidJournal] = {}
    taken: set[int] = set()
    for likeness, _distance, _numbers, key, other in ranked:
        is_alike = not is_choice or -likeness >= _LEAST_ALIKE
        if is_alike and key not in found and other not in taken:
            found[key] = by_key[other]
            taken.add(other)
    return found


def _likeness(one: PaidJournal, other: PaidJournal) -> Fraction:
    """Return the share of their ledger accounts that both have."""
    these, those = one.sums.accounts.keys(), other.sums.accounts.keys()
    return Fraction(len(these & those), len(these | those) or 1)


def _order(one: PaidJournal, other: PaidJournal) -> tuple[tuple[str, str], int, int]:
    return (one.number, other.number), one.key, other.key


def _may_be_of_one_kind(one: PaidJournal, other: PaidJournal) -> bool:
    # A file does not say its kind, and nor does Nmbrs by SOAP.
    return "" in {one.kind, other.kind} or one.kind == other.kind
