"""Sending all ready journals at once: review the list, untick what shall wait, and confirm it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.standing import (
    JOURNALS_UNDER_WAY,
    PROPOSED,
    STOPPED_JOURNALS,
    ExportState,
    JournalState,
)
from tilisilta.domain.whole_numbers import whole_number
from tilisilta.models import Area, Export, Journal, Right
from tilisilta.services.counted_states import COUNTED_STATE
from tilisilta.services.sending.asking import Wanted
from tilisilta.services.sending.ready import ReadyJournals, ready_journals
from tilisilta.services.sending.together import send_together
from tilisilta.services.sending_rules.switching import leave_unticked
from tilisilta.web.export_filter import FilterForm
from tilisilta.web.export_rows import rows_of, with_variances
from tilisilta.web.parts import is_part, with_query
from tilisilta.web.rights import UserRequest, needs

NAMED_STATES = tuple(
    state
    for state in JournalState
    if state in {*STOPPED_JOURNALS, *JOURNALS_UNDER_WAY, JournalState.OFF}
)
"""The states named beside the ready journals: they are due, and are not sent with the rest."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What is ticked, summed up: the bar at the foot of the page shows it beside the button."""

    count: int
    receipt_count: int
    books_count: int
    sums: tuple[tuple[str, Decimal], ...]
    proposed_count: int = 0
    """How many of them another person has to release."""

    @property
    def sent_count(self) -> int:
        return self.count - self.proposed_count

    @property
    def seconds(self) -> int:
        """Return about how long it takes: a look and a post each, and the periods of each books."""
        requests = self.count + self.receipt_count + self.books_count
        return max(1, round(requests / settings.PROCOUNTOR_REQUESTS_PER_SECOND))


@dataclass(frozen=True, kw_only=True)
class LeftMonth:
    """Another month that has ready journals, and the query that shows them."""

    period: date
    count: int
    query: str


@dataclass(frozen=True, kw_only=True)
class NotReady:
    """How many journals are not among them because of this state."""

    state: str
    count: int
    query: str


@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def send_ready(request: UserRequest) -> HttpResponse:
    """Show all ready journals that pass the filter, then send exactly those that are ticked."""
    if request.method == "POST":
        return _sum_up(request) if is_part(request) else _send(request)
    form = FilterForm(request.GET or None, user=request.user)
    among = form.narrow(Journal.objects.all(), with_period=False)
    ready = ready_journals(
        request.user,
        among=among,
        period=form.first_day,
        all_periods=request.GET.get("months") == "all",
    )
    can_be_sent = [row for row in rows_of(ready.journals, may_send=True) if row.can_be_sent]
    rows = with_variances(can_be_sent)
    is_ticked = request.GET.get("tick") != "none"
    pks = [row.journal.pk for row in rows]
    left = tuple(_left_months(request, ready))
    visible = among.visible_to(request.user)
    context = {
        "rows": rows,
        "count": len(rows),
        "company_count": len({row.journal.company_id for row in rows}),
        "is_ticked": is_ticked,
        "is_any_by_rule": any(row.by_rule for row in rows),
        "all": _summed(Journal.objects.filter(pk__in=pks)),
        "chosen": _summed(Journal.objects.filter(pk__in=pks if is_ticked else [])),
        "tick_other": with_query(request, tick="none" if is_ticked else ""),
        "joint": uuid4(),
        "period": ready.period,
        "period_field": form["period"],
        "chosen_period": f"{ready.period:%Y-%m}" if ready.period else "",
        "company": request.GET.get("company", ""),
        "left": left,
        "left_count": sum(month.count for month in left),
        "not_due": tuple(_not_ready(request, visible, ready)),
        "all_months": with_query(request, months="all", period=""),
        "is_all_months": ready.period is None,
        # With the digest of each preview: one that changes before the click is not sent.
        "journals": " ".join(f"{row.journal.pk}:{row.seen}" for row in rows),
        "query": request.GET.urlencode(),
    }
    return render(request, "exports/ready.html", context)


def _left_months(request: UserRequest, ready: ReadyJournals) -> Iterator[LeftMonth]:
    """Return the other months that have ready journals."""
    months = ready.others.order_by("period").values_list("period").annotate(Count("pk"))
    for period, count in months:
        asked = with_query(request, period=f"{period:%Y-%m}", months="")
        yield LeftMonth(period=period, count=count, query=asked)


def _not_ready(
    request: UserRequest, visible: QuerySet[Journal], ready: ReadyJournals
) -> Iterator[NotReady]:
    """Return what is not ready of the months shown, and where to see why."""
    shown = visible if ready.period is None else visible.filter(period=ready.period)
    counts = dict(
        shown.order_by()
        .annotate(counted=COUNTED_STATE)
        .values_list("counted")
        .annotate(Count("pk"))
    )
    period = f"{ready.period:%Y-%m}" if ready.period else ""
    for state in NAMED_STATES:
        if count := counts.get(state):
            query = with_query(request, state=state, period=period, months="")
            yield NotReady(state=state, count=count, query=query)
    deleted = ready.warned_of.filter(is_deleted_at_source=True).count()
    suspicious = ready.warned_of.filter(is_deleted_at_source=False).count()
    if proposed := counts.get(PROPOSED):
        yield NotReady(state=PROPOSED, count=proposed, query="")
    for name, count in (("deleted", deleted), ("needs_look", suspicious)):
        if count:
            query = with_query(request, state=JournalState.READY, period=period, months="")
            yield NotReady(state=name, count=count, query=query)


def _summed(journals: QuerySet[Journal]) -> Chosen:
    of_journals = Export.objects.filter(journal__in=journals.values("pk"), state=ExportState.READY)
    exports = of_journals.order_by().aggregate(
        receipts=Count("pk"),
        books=Count("link__procountor_account", distinct=True),
        held=Count("journal", distinct=True, filter=Q(link__needs_release=True)),
    )
    sums = journals.order_by().values_list("currency").annotate(Sum("debit_total"), Count("pk"))
    return Chosen(
        count=sum(count for _currency, _total, count in sums),
        receipt_count=exports["receipts"],
        books_count=exports["books"],
        sums=tuple(sorted((currency, total) for currency, total, _count in sums)),
        proposed_count=exports["held"],
    )


def _send(request: UserRequest) -> HttpResponse:
    """Ask for exactly what is ticked, all in one moment; what follows needs nobody to wait."""
    listed = dict(_pairs(request.POST.get("journals", "")))
    visible = Journal.objects.visible_to(request.user).in_bulk(list(listed))
    ticked = _ticked(request, listed)
    wanted = [Wanted(journal=visible[pk], seen=listed[pk]) for pk in ticked if pk in visible]
    if not wanted:
        messages.info(request, _("No journal is ticked, so nothing was sent."))
        return redirect(f"{reverse('send_ready')}?{request.GET.urlencode()}")
    periods = {one.journal.period for one in wanted}
    joint = send_together(
        wanted,
        user=request.user,
        now=timezone.now(),
        joint_id=_uuid(request.POST.get("joint", "")),
        period=periods.pop() if len(periods) == 1 else None,
        left_out=len(listed) - len(ticked),
    )
    leave_unticked(listed.keys() - set(ticked), user=request.user, now=timezone.now())
    proposed = joint.proposals.count()
    if proposed and not joint.sendings.exists():
        text = ngettext(
            "%(count)s journal is proposed. Another person has to release it.",
            "%(count)s journals are proposed. Another person has to release them.",
            proposed,
        )
        messages.success(request, text % {"count": proposed})
        return redirect("proposals")
    return redirect("sent_together", joint.pk)


def _ticked(request: UserRequest, listed: Iterable[int]) -> list[int]:
    if "ticks" not in request.POST:
        return list(listed)
    ticked = {whole_number(value) for value in request.POST.getlist("send")}
    return [pk for pk in listed if pk in ticked]


def _sum_up(request: UserRequest) -> HttpResponse:
    """Show the bar anew for what is ticked now."""
    listed = dict(_pairs(request.POST.get("journals", "")))
    visible = Journal.objects.visible_to(request.user)
    chosen = _summed(visible.filter(pk__in=_ticked(request, listed)))
    context = {"chosen": chosen, "listed_count": len(listed), "query": request.GET.urlencode()}
    return render(request, "exports/sendbar.html", context)


def _pairs(text: str) -> Iterator[tuple[int, str]]:
    for pair in text.split():
        pk, _colon, seen = pair.partition(":")
        number = whole_number(pk)
        if number is not None and seen:
            yield number, seen


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
