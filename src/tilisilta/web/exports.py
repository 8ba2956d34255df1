"""Journal entries Export: all journals with where they stand, and the click that sends one."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render

from tilisilta.domain.standing import (
    JOURNALS_NOT_DUE,
    JOURNALS_NOT_SUMMED,
    SENT_JOURNALS,
    JournalState,
)
from tilisilta.models import (
    Area,
    Journal,
    Right,
    Sending,
    User,
)
from tilisilta.services.counted_states import COUNTED_STATE
from tilisilta.services.sending.ready import newest_month
from tilisilta.web.export_filter import COUNTED_STATES, FilterForm
from tilisilta.web.export_rows import COLUMNS, SUM_AT, rows_of
from tilisilta.web.parts import is_part, with_query
from tilisilta.web.rights import UserRequest, needs

ON_A_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Counts per state and sums per currency over everything that passes the filter.

    ``ready_count`` is how many would be sent in one go, all of ``ready_period``, and
    ``ready_elsewhere`` how many of other months are ready as well.
    """

    count: int
    ready_period: date | None
    ready_count: int
    ready_elsewhere: int
    states: tuple[tuple[str, int], ...]
    sums: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, kw_only=True)
class Wave:
    """The sendings under way and those finished since the first of them was asked for.

    They are counted in journals: sent as a whole, stopped for a person, uncertain, and the rest.
    ``joint`` is what the last of them was asked for with, if it was with others.
    """

    done: int
    stopped: int
    uncertain: int
    total: int
    current: tuple[Sending, ...]
    joint: UUID | None = None

    @property
    def left(self) -> int:
        return self.total - self.done - self.stopped - self.uncertain


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def exports(request: UserRequest) -> HttpResponse:
    """Show the list. While something is under way the page reloads its moving part."""
    form = FilterForm(request.GET or None, user=request.user)
    of_all_months = form.narrow(Journal.objects.visible_to(request.user), with_period=False)
    totals = totals_of(of_all_months, period=form.first_day)
    asked = of_all_months.filter(period=form.first_day) if form.first_day else of_all_months
    # The page is chosen by ids alone: sorting whole rows of many thousand journals is slow.
    paginator = Paginator(in_list_order(asked).values_list("pk", flat=True), ON_A_PAGE)
    # Counted already, together with the sums.
    paginator.count = totals.count
    page = paginator.get_page(request.GET.get("page"))
    shown = in_list_order(Journal.objects.filter(pk__in=list(page.object_list)))
    rows = rows_of(shown, may_send=request.user.can(Right.WRITE, Area.JOURNAL_EXPORTS))
    wave = wave_of(request.user)
    context = {
        "form": form,
        "page": page,
        "columns": COLUMNS,
        "columns_before_sum": SUM_AT,
        "columns_after_sum": len(COLUMNS) - SUM_AT - 1,
        "rows": rows,
        "totals": totals,
        "state_links": [
            (state, count, with_query(request, state=state)) for state, count in totals.states
        ],
        "wave": wave,
        "is_moving": wave is not None or any(row.is_under_way for row in rows),
        "address": request.get_full_path(),
        "query": request.GET.urlencode(),
    }
    part = "exports/moving.html" if is_part(request) else "exports/exports.html"
    return render(request, part, context)


def in_list_order(journals: QuerySet[Journal]) -> QuerySet[Journal]:
    return journals.select_related("company__debtor").order_by("-period", "company__number", "-pk")


# Each is sent from its own page.
_NOT_WITH_OTHERS = Q(is_deleted_at_source=True) | Q(needs_look=True)


def totals_of(journals: QuerySet[Journal], *, period: date | None = None) -> Totals:
    """Count and sum in one query what passes the filter; only ``period``, if it names a month.

    The journals ready in one go are those of ``period``, or else of the newest month that has runs,
    as ``services.sending.ready.ready_journals`` chooses it. Others are counted apart.
    """
    groups = list(
        journals.order_by()
        .values("period", "currency", counted=COUNTED_STATE, stored=F("state"))
        .annotate(
            n=Count("pk"),
            s=Sum("debit_total"),
            warned_of=Count("pk", filter=_NOT_WITH_OTHERS),
        )
    )
    due = (group["period"] for group in groups if group["counted"] not in JOURNALS_NOT_DUE)
    ready_period = period or newest_month(due)
    ready: dict[date, int] = {}
    states: dict[str, int] = {}
    sums: dict[str, Decimal] = {}
    for group in groups:
        if group["counted"] == JournalState.READY:
            sendable = group["n"] - group["warned_of"]
            ready[group["period"]] = ready.get(group["period"], 0) + sendable
        if period is not None and group["period"] != period:
            continue
        states[group["counted"]] = states.get(group["counted"], 0) + group["n"]
        if group["stored"] not in JOURNALS_NOT_SUMMED:
            sums[group["currency"]] = sums.get(group["currency"], Decimal("0.00")) + group["s"]
    ready_count = ready.get(ready_period, 0) if ready_period else 0
    return Totals(
        count=sum(states.values()),
        ready_period=ready_period,
        ready_count=ready_count,
        ready_elsewhere=sum(ready.values()) - ready_count,
        states=tuple((state, states[state]) for state, _words in COUNTED_STATES if state in states),
        sums=tuple(sorted(sums.items())),
    )


def wave_of(user: User) -> Wave | None:
    """Return how far the sendings under way have come; ``None`` if there are none."""
    visible = Sending.objects.filter(user.rows_of_debtors("journal__company__debtor"))
    unfinished = visible.filter(finished_at__isnull=True)
    first = unfinished.aggregate(at=Min("requested_at"))["at"]
    if first is None:
        return None
    is_finished = Q(finished_at__isnull=False)
    counts = visible.filter(requested_at__gte=first).aggregate(
        total=Count("pk"),
        uncertain=Count("pk", filter=Q(journal__state=JournalState.UNCERTAIN)),
        done=Count("pk", filter=is_finished & Q(journal__state__in=SENT_JOURNALS)),
        stopped=Count(
            "pk",
            filter=is_finished & ~Q(journal__state__in=SENT_JOURNALS | {JournalState.UNCERTAIN}),
        ),
    )
    current = unfinished.filter(enqueued_at__isnull=False).select_related("journal__company")
    return Wave(
        **counts,
        current=tuple(current.order_by("enqueued_at")[:2]),
        joint=unfinished.order_by("-requested_at").values_list("joint", flat=True).first(),
    )
