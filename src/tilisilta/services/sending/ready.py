"""The journals that one click sends, and those that are ready but are left for now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from tilisilta.domain.standing import JOURNALS_NOT_DUE, JournalState
from tilisilta.models import Journal, User
from tilisilta.models.journals import JournalQuerySet
from tilisilta.services.counted_states import IS_PROPOSED


@dataclass(frozen=True, kw_only=True)
class ReadyJournals:
    """The journals to be sent together, and those that are ready but are left.

    ``period`` is the first day of their month, and ``None`` for all months. ``others`` are of other
    months, ``warned_of`` those of the month that a person has to review first, and ``proposed``
    those of it that wait for a second person.
    """

    journals: QuerySet[Journal]
    period: date | None
    others: QuerySet[Journal]
    warned_of: QuerySet[Journal]
    proposed: QuerySet[Journal]


def ready_journals(
    user: User | None = None,
    *,
    among: JournalQuerySet | None = None,
    period: date | None = None,
    all_periods: bool = False,
) -> ReadyJournals:
    """Return the journals that one click sends, as far as ``user`` may see, by company.

    Without ``period`` they are those of the newest month that has runs. Older ones are sent only
    when asked for: what stays unsent for long may have been booked another way. A month that has
    not begun is not the newest. ``among`` narrows them further. A journal whose run was deleted in
    Nmbrs, or that balances but is probably wrong, is sent only by itself, by a person who has seen
    its warning.
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
    proposed, all_ready = all_ready.filter(IS_PROPOSED), all_ready.exclude(IS_PROPOSED)
    ready, warned_of = all_ready.exclude(is_warned_of), all_ready.filter(is_warned_of)
    if all_periods:
        return ReadyJournals(
            journals=ready,
            period=None,
            others=ready.none(),
            warned_of=warned_of,
            proposed=proposed,
        )
    due = journals.exclude(state__in=JOURNALS_NOT_DUE).order_by()
    chosen = period or newest_month(due.values_list("period", flat=True).distinct())
    of_month = Q(period=chosen)
    return ReadyJournals(
        journals=ready.filter(of_month),
        period=chosen,
        others=ready.exclude(of_month),
        warned_of=warned_of.filter(of_month),
        proposed=proposed.filter(of_month),
    )


def newest_month(periods: Iterable[date]) -> date | None:
    """Return the newest of ``periods`` that has begun: a future one may be a mistyped year."""
    known = set(periods)
    begun = {period for period in known if period <= timezone.localdate()}
    return max(begun or known, default=None)
