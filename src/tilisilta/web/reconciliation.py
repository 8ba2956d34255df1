"""A company's month: payroll against the ledger, and comparing it now."""

from collections.abc import Collection
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.reconciliation import Outcome
from tilisilta.models import Area, Company, Right, VerifiedCompany
from tilisilta.services.pace import wait_below_sending
from tilisilta.services.verifying.companies import recent_months, verify
from tilisilta.web.months import render_month
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import error_text, first_day, visible_company
from tilisilta.web.rights import UserRequest, needs

# A person waits: then it takes a slot like everything else.
PATIENCE_SECONDS = 5.0


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def month(request: UserRequest, number: int, month: str) -> HttpResponse:
    """Show how a month compares; posted, compare it now. Nothing is written to Procountor.

    While a worker has it in hand, the page asks by itself until it can be loaded again.
    """
    company = visible_company(request.user, number)
    first = first_day(month)
    if request.htmx:
        is_waiting = VerifiedCompany.objects.filter(company=company, wanted_month=first).exists()
        return HttpResponse(status=204) if is_waiting else HttpResponseClientRefresh()
    if request.method != "POST":
        return render_month(request, company, first)
    _compare(request, company, [BookingPeriod.containing(first)], with_reports=True)
    return redirect("company_month", number, month)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.READ)
def compare_recent(request: UserRequest, number: int) -> HttpResponse:
    """Compare the months that every night compares."""
    company = visible_company(request.user, number)
    _compare(request, company, recent_months(timezone.localdate()))
    return redirect("company", number)


def _compare(
    request: UserRequest,
    company: Company,
    months: Collection[BookingPeriod],
    *,
    with_reports: bool = False,
) -> None:
    pace = partial(wait_below_sending, PATIENCE_SECONDS)
    outcome = verify(company, months, now=timezone.now(), pace=pace, with_reports=with_reports)
    if outcome.error is not None:
        messages.error(request, error_text(outcome.error))
    elif any(one.outcome == Outcome.DIFFERENT for one in outcome.months):
        messages.warning(request, _("Compared with the ledger. Something differs."))
    else:
        messages.success(request, _("Compared with the ledger. The sums are equal."))
