"""Where a company stands at the end of a month: the one place that decides, from plain facts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from tilisilta.domain.net_pay import PAID_OTHERWISE, PROVEN, NetPayState
from tilisilta.domain.payroll import last_day_of_run, period_containing
from tilisilta.domain.reconciliation import Outcome
from tilisilta.domain.standing import (
    JOURNALS_NOT_DUE,
    JOURNALS_UNDER_WAY,
    SENT_JOURNALS,
    STOPPED_JOURNALS,
    JournalState,
)

_EQUAL = frozenset({Outcome.EQUAL, Outcome.NOTED})


class MonthState(StrEnum):
    """The states in the order of the work. A company is in exactly one of them."""

    NOT_EXPECTED = "not_expected"
    EXPECTED = "expected"
    """A run is expected, and there is none."""
    TO_FIX = "to_fix"
    READY = "ready"
    PROPOSED = "proposed"
    """All that is left to be sent waits for a second person."""
    SENDING = "sending"
    BOOKED = "booked"
    EQUAL = "equal"
    DIFFERENT = "different"
    SIGNED = "signed"
    CHANGED = "changed"
    """Something has changed after it was signed."""


NOTHING_TO_DO = frozenset({MonthState.NOT_EXPECTED, MonthState.EQUAL, MonthState.SIGNED})
"""Where all companies are in one of these, the month is finished."""
CAN_BE_SIGNED = frozenset({MonthState.EQUAL, MonthState.DIFFERENT, MonthState.CHANGED})


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthFacts:
    """What decides the state of a company in a month.

    ``journals`` are the states of the month's journals, of which the not due ones do not count
    unless the company ``is_verify_only``. ``has_lost_run`` says that the run of one that was sent
    is gone from Nmbrs. ``proposed`` are those states whose journals all wait for nothing but a
    second person. ``outcome`` is that of the last comparison with the ledger, if nothing came in
    and nothing was booked since then; else ``None``. ``net_pay`` is how the net pay stands.
    """

    journals: frozenset[JournalState] = frozenset()
    has_lost_run: bool = False
    proposed: frozenset[JournalState] = frozenset()
    outcome: Outcome | None = None
    net_pay: NetPayState | None = None
    is_expected: bool = False
    is_verify_only: bool = False
    is_signed: bool = False
    is_changed: bool = False

    @property
    def due(self) -> frozenset[JournalState]:
        if self.is_verify_only:
            return self.journals - (JOURNALS_NOT_DUE - {JournalState.OFF})
        return self.journals - JOURNALS_NOT_DUE


@lru_cache(maxsize=4096)
def state_of_month(facts: MonthFacts) -> MonthState:
    """Return the state of a company in a month.

    What was signed stays signed until something changes. A receipt on its way goes before
    everything else. Then the books decide where they hold all of payroll, whoever booked it; where
    they do not, what a person can still do here goes before the difference, since a journal that
    was not sent is missing from the books anyway. Books that are equal do not help where something
    else was paid than payroll says.
    """
    due = facts.due
    open_ones = due - facts.proposed
    # The first rule that holds decides.
    rules = (
        (facts.is_signed, MonthState.CHANGED if facts.is_changed else MonthState.SIGNED),
        (not due, MonthState.EXPECTED if facts.is_expected else MonthState.NOT_EXPECTED),
        (due & JOURNALS_UNDER_WAY, MonthState.SENDING),
        (facts.has_lost_run, MonthState.TO_FIX),
        (
            facts.outcome in _EQUAL,
            MonthState.DIFFERENT if facts.net_pay in PAID_OTHERWISE else MonthState.EQUAL,
        ),
        (open_ones & STOPPED_JOURNALS, MonthState.TO_FIX),
        (JournalState.READY in open_ones, MonthState.READY),
        (due & facts.proposed, MonthState.PROPOSED),
        (facts.outcome is Outcome.DIFFERENT, MonthState.DIFFERENT),
        # Where nothing is ever sent, the next step is the comparison.
        (due <= SENT_JOURNALS, MonthState.BOOKED),
    )
    return next((state for holds, state in rules if holds), MonthState.READY)


def needs_reason(state: MonthState, net_pay: NetPayState | None) -> bool:
    """Return whether a month in ``state`` is signed only with a reason.

    A difference is, and net pay that nothing proves: neither a payment file nor a tick.
    """
    return state is MonthState.DIFFERENT or (net_pay is not None and net_pay not in PROVEN)


def counts_of(states: Iterable[MonthState]) -> Mapping[MonthState, int]:
    """Return how many are in each state, also where there are none. They add up to all."""
    counted = Counter(states)
    return {state: counted[state] for state in MonthState}


def is_run_expected(
    month: date,
    *,
    today: date,
    had_run_before: bool,
    period_type: str = "",
    start: date | None = None,
) -> bool:
    """Return whether a company should have a run in ``month``, the first day of a month.

    It should if it had one in the month before or if one of its pay periods ends in this month,
    but not in months to come, and not before ``start``. Without a ``period_type`` only the month
    before counts; where pay periods are longer than a month only they count.
    """
    next_month = month_after(month)
    if month > today or (start is not None and start >= next_month):
        return False
    if not period_type:
        return had_run_before
    period = period_containing(period_type, month)
    ends = last_day_of_run(period_type, month.year, period)
    return ends < next_month


def month_before(month: date) -> date:
    return date(month.year - (month.month == 1), month.month - 1 or 12, 1)


def month_after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
