"""A company's month: payroll against the ledger, and having it compared now."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRefresh

from tilisilta.errors import TilisiltaError
from tilisilta.models import Area, Company, Right
from tilisilta.services.asked_payments import is_asked_for
from tilisilta.services.verifying.night import ask_to_compare_now, waiting_for
from tilisilta.web.months import render_month
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import error_text, first_day, visible_company
from tilisilta.web.rights import UserRequest, needs


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def month(request: UserRequest, number: int, month: str) -> HttpResponse:
    """Show how a month compares; posted, have a worker compare it. Procountor is only read.

    While a worker has it in hand, the page asks by itself until it can be loaded again.
    """
    company = visible_company(request.user, number)
    first = first_day(month)
    if request.htmx:
        return _comparing(request, company, first)
    if request.method != "POST":
        return render_month(request, company, first)
    _ask(request, company, first)
    return redirect("company_month", number, month)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.READ)
def compare_recent(request: UserRequest, number: int) -> HttpResponse:
    """Have a worker compare the months that every night compares, the current one first."""
    company = visible_company(request.user, number)
    _ask(request, company, timezone.localdate().replace(day=1), with_recent=True)
    return redirect("company", number)


def _ask(request: UserRequest, company: Company, first: date, *, with_recent: bool = False) -> None:
    try:
        ask_to_compare_now(company, first, with_recent=with_recent)
    except TilisiltaError as error:
        messages.error(request, error_text(error))


def _comparing(request: UserRequest, company: Company, first: date) -> HttpResponse:
    """Return how far the comparison is, if that is not ``shown``; else have the page loaded."""
    waiting = waiting_for(company, first, now=timezone.now())
    if waiting is None:
        return HttpResponseClientRefresh()
    if waiting == request.GET.get("shown"):
        return HttpResponse(status=204)
    context = {
        "company": company,
        "month": f"{first:%Y-%m}",
        "waiting": waiting,
        "is_fetching": is_asked_for(company, first),
    }
    return render(request, "companies/comparing.html", context)
