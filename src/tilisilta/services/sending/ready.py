"""Which journals one click sends, and which are ready as well but are left for now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from tilisilta.domain.standing import JOURNALS_NOT_DUE, JournalState
from tilisilta.models import Journal, User
from tilisilta.models.journals import JournalQuerySet


@dataclass(frozen=True, kw_only=True)
class ReadyJournals:
    """The journals to be sent in one go, and those that are ready as well but are left.

    ``period`` is the first day of the month they are of, and ``None`` for all months. ``others``
    are of other months, and ``warned_of`` those of the month that somebody has to look at first.
    """

    journals: QuerySet[Journal]
    period: date | None
    others: QuerySet[Journal]
    warned_of: QuerySet[Journal]


def ready_journals(
    user: User | None = None,
    *,
    among: JournalQuerySet | None = None,
    period: date | None = None,
    all_periods: bool = False,
) -> ReadyJournals:
    """The journals that one click sends, as far as ``user`` may see, by company.

    Without ``period`` they are those of the newest month that has runs, and older ones are left
    unless they are asked for: what lies unsent for long may have been booked another way. A month
    that has not begun is not the newest. ``among`` narrows them further. One whose run was deleted
    in Nmbrs, or that is probably wrong though it balances, can be sent by itself, by whoever has
    seen its warning.
    """
    journals: JournalQuerySet = Journal.objects.all() if among is None else among
    if user is not None:
        journals = journals.visible_to(user)
    all_ready = (
        journals.filter(state=JournalState.READY)
        .select_related("company__debtor")
        .order_by("period", "company__number", "run_number", "revision")
    )
    is_warned_of = Q(is_deleted_at_source=True) | Q(needs_look=True)
    ready, warned_of = all_ready.exclude(is_warned_of), all_ready.filter(is_warned_of)
    if all_periods:
        return ReadyJournals(journals=ready, period=None, others=ready.none(), warned_of=warned_of)
    due = journals.exclude(state__in=JOURNALS_NOT_DUE).order_by()
    chosen = period or newest_month(due.values_list("period", flat=True).distinct())
    of_month = Q(period=chosen)
    return ReadyJournals(
        journals=ready.filter(of_month),
        period=chosen,
        others=ready.exclude(of_month),
        warned_of=warned_of.filter(of_month),
    )


def newest_month(periods: Iterable[date]) -> date | None:
    """The newest of ``periods`` that has begun; one in the future may be a slip of the year."""
    known = set(periods)
    begun = {period for period in known if period <= timezone.localdate()}
    return max(begun or known, default=None)
