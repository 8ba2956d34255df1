"""Which month a bureau works on: the one that pages and commands show unless another is asked for.

A new month does not begin with its first run: most companies of the bureau have to have arrived in
it. Until the month before is done, the one with more work is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tilisilta.domain.month_end import month_before

MONTHS_COMPARED = 4
"""The current month and the three before it; what is older says nothing of how many to expect."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthWork:
    """How many companies have journals in a month, and in how many something waits for a person."""

    companies: int
    waiting: int


def month_at_work(work: Mapping[date, MonthWork], *, today: date) -> date | None:
    """Return the month, by its first day, that a bureau works on; ``None`` where there is none.

    Months to come do not count. A month is mostly here if more than half as many companies have
    journals in it as in the fullest of the last months. Of the latest two such months it is the one
    in which more companies have work, and else the latest.
    """
    recent = {month: work[month] for month in _recent(today) if month in work}
    fullest = max((one.companies for one in recent.values()), default=0)
    here = [month for month, one in recent.items() if one.companies * 2 > fullest]
    latest = sorted(here, reverse=True)[:2]
    return max(latest, key=lambda month: (recent[month].waiting, month), default=None)


def first_compared(today: date) -> date:
    return min(_recent(today))


def _recent(today: date) -> list[date]:
    months = [today.replace(day=1)]
    while len(months) < MONTHS_COMPARED:
        months.append(month_before(months[-1]))
    return months
