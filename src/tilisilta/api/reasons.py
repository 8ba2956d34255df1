"""What stops a month by reason, and putting a reason right in many companies."""

import time
from datetime import date
from typing import Annotated, Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Path, Query, Router
from pydantic import AfterValidator, Field

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import Key, answer_with, answers, once
from tilisilta.api.asked import Asked, Paged, Text, storable
from tilisilta.api.months import first_day
from tilisilta.api.paging import cursor_at, number_in
from tilisilta.api.problems import ValuesNotPossible
from tilisilta.api.schemas import Month
from tilisilta.api.schemas_of_reasons import Fixed, FixPlan, Reasons, ToFix
from tilisilta.domain.reasons import AT_ONCE, Remedy
from tilisilta.management.fixing import (
    counts_of,
    fix_plan_document,
    fix_result_document,
    reason_document,
    stopped_document,
)
from tilisilta.models import Area, Right, Scope, User
from tilisilta.services.reasons.changing import Order, carry_out
from tilisilta.services.reasons.groups import problems_by_reason
from tilisilta.services.reasons.planning import Plan, PlannedChange, plan, with_what_was_seen

router = Router(tags=["Reasons"])
SECONDS_PER_REQUEST = 20.0
"""What is not reached by then is left to the next request, as programs do not wait for ever."""
ReasonId = Annotated[
    str, AfterValidator(storable), Path(description="The name of a reason, as N07-5035.")
]


class AskedReasons(Paged):
    """Of which companies the reasons are asked for."""

    debtor: int | None = None


class AskedPlan(Asked):
    """The ledger account that would be mapped to; without it the likeliest one."""

    to: Text = Field("", max_length=20)


@router.get(
    "/months/{month}/reasons",
    auth=Bearer(Scope.READ, Area.JOURNAL_EXPORTS),
    response=answers(Reasons),
    summary=_("List what stops a month, by reason"),
)
def list_reasons(
    request: ApiRequest, month: Path[Month], asked: Query[AskedReasons]
) -> dict[str, Any]:
    """Return a page of the reasons. The cursor is a place in the list as it is now."""
    found = problems_by_reason(
        first_day(month), today=timezone.localdate(), user=request.user, debtor=asked.debtor
    )
    begin = number_in(asked.cursor) if asked.cursor else 0
    end = begin + asked.limit
    return {
        **stopped_document(found),
        "reasons": [reason_document(one) for one in found.reasons[begin:end]],
        "next": cursor_at(end) if end < len(found.reasons) else None,
    }


@router.get(
    "/months/{month}/reasons/{reason}",
    auth=Bearer(Scope.READ, Area.PROCOUNTOR, Right.WRITE, also=Area.JOURNAL_EXPORTS),
    response=answers(FixPlan),
    summary=_("Show what would be done about a reason"),
)
def show_fix(
    request: ApiRequest, month: Path[Month], reason: ReasonId, asked: Query[AskedPlan]
) -> dict[str, Any]:
    """Return what would change for each company, and which are left and why. Nothing is done."""
    return fix_plan_document(_plan(request.user, first_day(month), reason, asked.to))


@router.post(
    "/months/{month}/reasons/{reason}",
    auth=Bearer(Scope.SET_UP, Area.PROCOUNTOR, Right.WRITE, also=Area.JOURNAL_EXPORTS),
    response=answers(Fixed, does=True),
    summary=_("Put a reason right"),
)
def fix(
    request: ApiRequest, month: Path[Month], reason: ReasonId, wanted: ToFix, key: Key = None
) -> HttpResponse:
    """Change the companies that were seen in the plan, or all of them ``as_stored``.

    What another person has changed since the plan is left as it is.
    """
    return once(request, key, wanted, lambda: _fix(request.user, first_day(month), reason, wanted))


def _plan(user: User, month: date, reason: str, target: str) -> Plan:
    found = problems_by_reason(month, today=timezone.localdate(), user=user).find(reason)
    if found is None:
        raise Http404
    return plan(found, month, target=target)


def _fix(user: User, month: date, reason: str, wanted: ToFix) -> HttpResponse:
    if (wanted.companies is None) != wanted.as_stored:
        raise ValuesNotPossible(companies="Give either the companies of the plan or as_stored.")
    planned = _plan(user, month, reason, wanted.to)
    if planned.remedy not in AT_ONCE:
        raise ValuesNotPossible(reason="It is not put right for all at once.")
    if planned.remedy is Remedy.MAP_ACCOUNT and not planned.target:
        raise ValuesNotPossible(to="There is no account that all of them have: name one.")
    rows = _confirmed(planned, wanted)
    order = Order(reason=planned.shown.reason, target=planned.target)
    until = time.monotonic() + SECONDS_PER_REQUEST
    results = carry_out(order, rows, user=user, now=timezone.now(), until=until)
    asked = {one.company for one in wanted.companies or ()}
    document = {
        **reason_document(planned.shown),
        "target": planned.target or None,
        "counts": counts_of(results),
        "results": [fix_result_document(one) for one in results],
        "gone": sorted(asked - {one.company.number for one in planned.rows}),
        "not_reached": [one.company.number for one in rows[len(results) :]],
    }
    return answer_with(Fixed, document, status=200)


def _confirmed(planned: Plan, wanted: ToFix) -> tuple[PlannedChange, ...]:
    if wanted.companies is None:
        return planned.rows
    return with_what_was_seen(planned.rows, {one.company: one.seen for one in wanted.companies})
