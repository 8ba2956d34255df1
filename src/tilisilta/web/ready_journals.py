"""Sending all ready journals at once: look at the list, say yes, and follow how it goes."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRedirect

from tilisilta.errors import NeedsAttention
from tilisilta.models import Area, Journal, JournalState, Right, User
from tilisilta.services.exports import AlreadySent, send_journal
from tilisilta.web.exports import FilterForm, rows_of
from tilisilta.web.rights import UserRequest, needs

ROWS_SHOWN = 200
# A page must answer soon. What was not reached is asked for by the next request.
SECONDS_PER_STEP = 4.0


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one request got done: how many are under way, how many were refused, what is left."""

    asked: int
    refused: int
    left: tuple[tuple[int, str], ...]


@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def send_ready(request: UserRequest) -> HttpResponse:
    """Show all ready journals the filter lets through, then send exactly what was shown."""
    if request.method == "POST":
        return _next_step(request)
    form = FilterForm(request.GET or None, user=request.user)
    ready = form.narrow(Journal.objects.visible_to(request.user)).filter(
        state=JournalState.READY, is_deleted_at_source=False
    )
    ready = ready.select_related("company__debtor").order_by("period", "company__number")
    rows = [row for row in rows_of(ready, may_send=True) if row.can_be_sent]
    sums = ready.order_by().values_list("currency").annotate(Sum("debit_total"), Count("pk"))
    context = {
        "rows": rows[:ROWS_SHOWN],
        "count": len(rows),
        "receipt_count": sum(row.receipt_count for row in rows),
        "sums": sorted((currency, total) for currency, total, _count in sums),
        "journals": " ".join(f"{row.journal.pk}:{row.seen}" for row in rows),
        "query": request.GET.urlencode(),
    }
    return render(request, "exports/ready.html", context)


def send_some(
    chosen: Iterable[tuple[int, str]], *, user: User, now: datetime, until: float
) -> Step:
    """Ask for the ``chosen`` journals, each with the digest of what was seen, until time is up.

    The first is always asked for, so that each step gets somewhere. ``until`` is a moment of the
    monotonic clock.
    """
    left = list(chosen)
    asked = refused = 0
    while left and (not asked + refused or time.monotonic() < until):
        pk, seen = left.pop(0)
        if _is_sent(pk, seen, user=user, now=now):
            asked += 1
        else:
            refused += 1
    return Step(asked=asked, refused=refused, left=tuple(left))


def _is_sent(pk: int, seen: str, *, user: User, now: datetime) -> bool:
    journal = Journal.objects.visible_to(user).select_related("company").filter(pk=pk).first()
    if journal is None:
        return False
    try:
        send_journal(journal, user=user, now=now, seen=seen)
    except AlreadySent:
        return True
    except NeedsAttention:
        return False
    return True


def _next_step(request: UserRequest) -> HttpResponse:
    chosen = list(_pairs(request.POST.get("journals", "")))
    # All of them count as one wave, whatever number of requests it takes.
    now = _moment(request.POST.get("now", "")) or timezone.now()
    step = send_some(chosen, user=request.user, now=now, until=time.monotonic() + SECONDS_PER_STEP)
    asked = step.asked + _number(request.POST.get("asked", ""))
    refused = step.refused + _number(request.POST.get("refused", ""))
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
    _tell(request, asked, refused)
    if request.htmx:
        return HttpResponseClientRedirect(reverse("exports"))
    return redirect("exports")


def _tell(request: UserRequest, asked: int, refused: int) -> None:
    if asked:
        said = ngettext(
            "%(count)s journal is being sent.", "%(count)s journals are being sent.", asked
        )
        messages.success(request, said % {"count": asked})
    if refused:
        said = ngettext(
            "%(count)s journal was not sent: something has changed or stands in its way. Its "
            "page says what.",
            "%(count)s journals were not sent: something has changed or stands in their way. "
            "Their pages say what.",
            refused,
        )
        messages.warning(request, said % {"count": refused})


def _pairs(text: str) -> Iterator[tuple[int, str]]:
    for pair in text.split():
        pk, _colon, seen = pair.partition(":")
        if pk.isdecimal() and seen:
            yield int(pk), seen


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else 0


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and moment <= timezone.now() else None
