"""How many journals wait for a person, in the month that is shown and in others."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, F, QuerySet, Value, When

from tilisilta.domain.standing import (
    JOURNALS_NOT_DUE,
    JOURNALS_UNDER_WAY,
    PROPOSED,
    SENT_JOURNALS,
    STOPPED_JOURNALS,
    WAITING_JOURNALS,
    JournalState,
)
from tilisilta.models import Journal
from tilisilta.services.counted_states import IS_PROPOSED

# Uncertain journals are counted by themselves.
UNDER_WAY = JOURNALS_UNDER_WAY - {JournalState.UNCERTAIN}

# A sent journal whose run is gone from Nmbrs needs a person just as a changed one does.
SHOWN_STATE = Case(
    When(
        is_deleted_at_source=True, state__in=SENT_JOURNALS, then=Value(JournalState.CHANGED.value)
    ),
    When(IS_PROPOSED, then=Value(PROPOSED)),
    default=F("state"),
)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many journals of the month are in which state. ``under_way`` counts all months.

    What is proposed waits for a second person, and is not among what is unsent or a problem.
    """

    problems: int
    uncertain: int
    unsent: int
    proposed: int
    sent: int
    due: int
    under_way: int

    @property
    def waiting(self) -> int:
        """How many wait for a person, but for what another one has to release."""
        return self.problems + self.uncertain + self.unsent


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """Another month in which journals wait for a person, and how many."""

    month: date
    count: int


def states_by_month(journals: QuerySet[Journal]) -> Mapping[date, Counter[str]]:
    by_month: dict[date, Counter[str]] = {}
    rows = (
        journals.order_by()
        .annotate(shown=SHOWN_STATE)
        .values_list("period", "shown")
        .annotate(count=Count("pk"))
    )
    for period, state, count in rows:
        by_month.setdefault(period, Counter())[state] += count
    return by_month


def latest_month(by_month: Mapping[date, Counter[str]], today: date) -> date:
    this_month = today.replace(day=1)
    return max((month for month in by_month if month <= this_month), default=this_month)


def counts_of(by_month: Mapping[date, Counter[str]], month: date) -> Counts:
    total = sum(by_month.values(), Counter[str]())
    of_month = by_month.get(month, Counter())
    return Counts(
        problems=sum(of_month[state] for state in STOPPED_JOURNALS),
        uncertain=of_month[JournalState.UNCERTAIN.value],
        unsent=of_month[JournalState.READY.value],
        proposed=of_month[PROPOSED],
        sent=sum(of_month[state] for state in SENT_JOURNALS),
        due=of_month.total() - sum(of_month[state] for state in JOURNALS_NOT_DUE),
        under_way=sum(total[state] for state in UNDER_WAY),
    )


def waiting_elsewhere(by_month: Mapping[date, Counter[str]], month: date) -> tuple[Elsewhere, ...]:
    """Return the other months in which something waits, the latest first."""
    waiting = (
        Elsewhere(month=other, count=sum(states[state] for state in WAITING_JOURNALS))
        for other, states in sorted(by_month.items(), reverse=True)
        if other != month
    )
    return tuple(one for one in waiting if one.count)
