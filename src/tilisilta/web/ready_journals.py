"""Sending all ready journals at once: review the list, confirm it, and follow the progress."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import messages
from django.db.models import Count, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRedirect

from tilisilta.domain.standing import JOURNALS_UNDER_WAY, STOPPED_JOURNALS, JournalState
from tilisilta.domain.whole_numbers import whole_number
from tilisilta.models import Area, Journal, Right, User
from tilisilta.services.sending.asking import (
    AlreadySent,
    Wanted,
    send_many,
)
from tilisilta.services.sending.ready import ReadyJournals, ready_journals
from tilisilta.web.export_filter import FilterForm
from tilisilta.web.export_rows import rows_of
from tilisilta.web.parts import SECONDS_PER_STEP, carried_count, with_query
from tilisilta.web.rights import UserRequest, needs

ROWS_SHOWN = 200
NAMED_STATES = tuple(
    state
    for state in JournalState
    if state in {*STOPPED_JOURNALS, *JOURNALS_UNDER_WAY, JournalState.OFF}
)
"""The states named beside the ready journals: they are due, and are not sent with the rest."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one request has done: how many are under way, were refused, and are left."""

    asked: int
    refused: int
    left: tuple[tuple[int, str], ...]


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
    """Show all ready journals that pass the filter, then send exactly those that were shown."""
    if request.method == "POST":
        return _next_step(request)
    form = FilterForm(request.GET or None, user=request.user)
    among = form.narrow(Journal.objects.all(), with_period=False)
    ready = ready_journals(
        request.user,
        among=among,
        period=form.first_day,
        all_periods=request.GET.get("months") == "all",
    )
    rows = [row for row in rows_of(ready.journals, may_send=True) if row.can_be_sent]
    sums = ready.journals.order_by().values_list("currency").annotate(Sum("debit_total"))
    left = tuple(_left_months(request, ready))
    visible = among.visible_to(request.user)
    context = {
        "rows": rows[:ROWS_SHOWN],
        "count": len(rows),
        "company_count": len({row.journal.company_id for row in rows}),
        "receipt_count": sum(row.receipt_count for row in rows),
        "books_count": len({books for row in rows for books in row.books}),
        "sums": sorted(sums),
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
    counts = dict(shown.order_by().values_list("state").annotate(Count("pk")))
    period = f"{ready.period:%Y-%m}" if ready.period else ""
    for state in NAMED_STATES:
        if count := counts.get(state):
            query = with_query(request, state=state, period=period, months="")
            yield NotReady(state=state, count=count, query=query)
    deleted = ready.warned_of.filter(is_deleted_at_source=True).count()
    suspicious = ready.warned_of.filter(is_deleted_at_source=False).count()
    for name, count in (("deleted", deleted), ("needs_look", suspicious)):
        if count:
            query = with_query(request, state=JournalState.READY, period=period, months="")
            yield NotReady(state=name, count=count, query=query)


def send_some(
    chosen: Iterable[tuple[int, str]], *, user: User, now: datetime, until: float
) -> Step:
    """Ask for the ``chosen`` journals, each with the digest of what was shown, until time is up.

    The first is always asked for, so that each step gets on. ``until`` is a moment of the monotonic
    clock.
    """
    pairs = list(chosen)
    visible = Journal.objects.visible_to(user).select_related("company")
    journals = visible.in_bulk([pk for pk, _seen in pairs])
    wanted = [Wanted(journal=journals[pk], seen=seen) for pk, seen in pairs if pk in journals]
    many = send_many(wanted, user=user, now=now, until=until)
    done_before = sum(isinstance(one.error, AlreadySent) for one in many.refused)
    hidden = len(pairs) - len(wanted)
    return Step(
        # A journal that another person has sent meanwhile counts as sent.
        asked=len(many.sendings) + done_before,
        refused=len(many.refused) - done_before + hidden,
        left=tuple((one.journal.pk, one.seen or "") for one in many.left),
    )


def _next_step(request: UserRequest) -> HttpResponse:
    chosen = list(_pairs(request.POST.get("journals", "")))
    # All requests of one click share a moment, so that their sendings are one wave.
    now = _moment(request.POST.get("now", "")) or timezone.now()
    step = send_some(chosen, user=request.user, now=now, until=time.monotonic() + SECONDS_PER_STEP)
    asked = step.asked + carried_count(request, "asked")
    refused = step.refused + carried_count(request, "refused")
    if step.left:
        context = {
            "journals": " ".join(f"{pk}:{seen}" for pk, seen in step.left),
            "asked": asked,
            "refused": refused,
            "done": asked + refused,
            "total": asked + refused + len(step.left),
            "now": now.isoformat(),
        }
        return render(request, "exports/ready_going.html", context)
    _report(request, asked, refused)
    if request.htmx:
        return HttpResponseClientRedirect(reverse("exports"))
    return redirect("exports")


def _report(request: UserRequest, asked: int, refused: int) -> None:
    if asked:
        text = ngettext(
            "%(count)s journal is being sent.", "%(count)s journals are being sent.", asked
        )
        messages.success(request, text % {"count": asked})
    if refused:
        text = ngettext(
            "%(count)s journal was not sent: something has changed or stands in its way. Its "
            "page says what.",
            "%(count)s journals were not sent: something has changed or stands in their way. "
            "Their pages say what.",
            refused,
        )
        messages.warning(request, text % {"count": refused})


def _pairs(text: str) -> Iterator[tuple[int, str]]:
    for pair in text.split():
        pk, _colon, seen = pair.partition(":")
        number = whole_number(pk)
        if number is not None and seen:
            yield number, seen


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    # It comes back from a browser. A moment ahead would put the sendings off until then.
    return moment if moment.tzinfo is not None and moment <= timezone.now() else None
