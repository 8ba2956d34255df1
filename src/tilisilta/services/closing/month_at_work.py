"""The month that a bureau works on, from its journals: one query as a rule."""

from datetime import date

from django.db.models import Count, Max, Q, QuerySet

from tilisilta.domain.month_at_work import MonthWork, first_compared, month_at_work
from tilisilta.domain.standing import JOURNALS_NOT_DUE, WAITING_JOURNALS, JournalState
from tilisilta.models import Journal, User


def shown_month(user: User | None, *, today: date) -> date | None:
    """Return the month to show unless another is asked for, as far as ``user`` sees companies.

    Where none of the last months has journals, it is the latest that has; ``None`` for none.
    """
    return recent_month(user, today=today) or _latest(_journals_of(user), today)


def recent_month(user: User | None, *, today: date) -> date | None:
    """Return the one of the last months that is worked on; ``None`` if none has journals."""
    waiting = Q(state__in=WAITING_JOURNALS)
    rows = (
        _journals_of(user)
        .filter(period__gte=first_compared(today), period__lte=today)
        .exclude(state__in=JOURNALS_NOT_DUE)
        .order_by()
        .values_list("period")
        .annotate(
            companies=Count("company", distinct=True),
            waiting=Count("company", distinct=True, filter=waiting),
        )
    )
    work = {
        period: MonthWork(companies=companies, waiting=waiting)
        for period, companies, waiting in rows
    }
    return month_at_work(work, today=today)


def _journals_of(user: User | None) -> QuerySet[Journal]:
    return Journal.objects.all() if user is None else Journal.objects.visible_to(user)


def _latest(journals: QuerySet[Journal], today: date) -> date | None:
    latest: date | None = (
        journals.exclude(state=JournalState.DISCARDED)
        .filter(period__lte=today)
        .aggregate(latest=Max("period"))["latest"]
    )
    return latest
