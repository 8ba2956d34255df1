"""Putting a reason right for many companies: look at all of it, confirm once, see the result."""

import json
import re
import secrets
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from tilisilta.domain.reasons import AT_ONCE, Remedy
from tilisilta.models import Area, Company, Right
from tilisilta.services.explanations import Explanation, explain
from tilisilta.services.reasons.changing import Became
from tilisilta.services.reasons.groups import ShownReason, problems_by_reason
from tilisilta.services.reasons.planning import Plan, PlannedChange, plan
from tilisilta.web.authorising import begin_turns
from tilisilta.web.fix_runs import FixRun, ShownResult, begin, remembered
from tilisilta.web.parts import asked_month, first_day
from tilisilta.web.rights import UserRequest, needs

_TOKEN = re.compile(r"[0-9a-f]{16}")
_ACCOUNT = re.compile(r"[0-9A-Za-z]{0,20}")


@dataclass(frozen=True, kw_only=True)
class LeftRow:
    """A company that is left as it is, and why."""

    row: PlannedChange
    told: Explanation


@dataclass(frozen=True, kw_only=True)
class ResultRow:
    """What became of a company, in words."""

    result: ShownResult
    told: Explanation | None
    left: Explanation | None


@needs(Area.JOURNAL_EXPORTS, Right.READ)
@needs(Area.PROCOUNTOR, Right.WRITE)
def fix_reason(request: UserRequest) -> HttpResponse:
    """Show every company that a remedy reaches and what it changes; then begin it."""
    if request.method == "POST":
        return _begin(request)
    month = asked_month(request)
    if month is None:
        return redirect("month_end")
    planned = _plan(request, month, request.GET.get("reason", ""), request.GET.get("to", ""))
    if planned is None:
        messages.info(request, _("Nothing stops for that reason any more."))
        return redirect(f"{reverse('month_end')}?month={month:%Y-%m}")
    return _question(request, planned)


@needs(Area.JOURNAL_EXPORTS, Right.READ)
@needs(Area.PROCOUNTOR, Right.WRITE)
def fix_result(request: UserRequest, token: str) -> HttpResponse:
    """Go on with what was begun, and show what became of each company."""
    run = remembered(request, token)
    if run is None:
        messages.info(
            request, _("That result is not kept any more. The audit log has what was changed.")
        )
        return redirect("month_end")
    if request.method == "POST":
        run.step(request)
    return _going(request, run) if run.pending else _done(request, run)


def _plan(request: UserRequest, month: date, reason_id: str, target: str) -> Plan | None:
    by_reason = problems_by_reason(month, today=timezone.localdate(), user=request.user)
    shown = by_reason.find(reason_id)
    target = target.strip()
    if shown is None:
        return None
    return plan(shown, month, target=target if _ACCOUNT.fullmatch(target) else "")


def _question(request: UserRequest, planned: Plan) -> HttpResponse:
    context = {
        "plan": planned,
        "reason": planned.shown,
        "left": [
            LeftRow(row=one, told=explain(one.obstacle)) for one in planned.left if one.obstacle
        ],
        "seen": json.dumps({str(one.company.number): one.seen for one in planned.changes}),
        "token": secrets.token_hex(8),
        "journal_count": sum(len(one.journals) for one in planned.changes),
    }
    if planned.remedy in AT_ONCE:
        return render(request, "reasons/fix.html", context)
    if planned.remedy is Remedy.AUTHORISE:
        begin_turns(request, planned)
    return render(request, "reasons/in_turn.html", context)


def _begin(request: UserRequest) -> HttpResponse:
    token = request.POST.get("token", "")
    if not _TOKEN.fullmatch(token):
        raise Http404
    run = remembered(request, token)
    if run is None:
        month, reason_id = first_day(request.POST.get("month", "")), request.POST.get("reason", "")
        planned = _plan(request, month, reason_id, request.POST.get("to", ""))
        if planned is None or planned.remedy not in AT_ONCE:
            messages.info(request, _("Nothing stops for that reason any more."))
            return redirect(f"{reverse('month_end')}?month={month:%Y-%m}")
        run = begin(
            request,
            planned,
            token=token,
            seen=_seen(request.POST.get("seen", "")),
            left_out=request.POST.getlist("leave"),
        )
        run.step(request)
    return redirect("fix_result", token=token)


def _seen(text: str) -> dict[str, str]:
    """Return what the links had on the page, by the numbers of the companies."""
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(read, dict):
        return {}
    return {
        number: had for number, had in read.items() if number.isdecimal() and isinstance(had, str)
    }


def _going(request: UserRequest, run: FixRun) -> HttpResponse:
    context = {"run": run, "done": len(run.results), "total": len(run.seen)}
    return render(request, "reasons/going.html", context)


def _done(request: UserRequest, run: FixRun) -> HttpResponse:
    if request.method == "POST":
        address = reverse("fix_result", args=[run.token])
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    companies = Company.objects.visible_to(request.user).filter(
        number__in=[int(number) for number in run.results]
    )
    results = run.shown(companies.order_by("number"))
    rows = [
        ResultRow(
            result=one,
            told=explain(one.problem) if one.problem else None,
            left=explain(one.left) if one.left else None,
        )
        for one in results
    ]
    context = {
        "run": run,
        "month": run.first_day,
        "done": [one for one in rows if one.result.became in {Became.DONE, Became.ALREADY}],
        "failed": [one for one in rows if one.result.became not in {Became.DONE, Became.ALREADY}],
        "ready_count": sum(one.result.ready_count for one in rows),
        "stopped_count": sum(one.result.stopped_count for one in rows),
        "following": _following(request, run),
    }
    return render(request, "reasons/result.html", context)


def _following(request: UserRequest, run: FixRun) -> ShownReason | None:
    """Return the next reason of the month that is put right for many companies."""
    by_reason = problems_by_reason(run.first_day, today=timezone.localdate(), user=request.user)
    others = (one for one in by_reason.reasons if one.reason != run.reason)
    return next((one for one in others if one.reason.remedy is not Remedy.OPEN), None)
