"""What the pages about a company's month share: its address, and the page itself."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render

from tilisilta.models import Company
from tilisilta.web.net_pay_page import net_pay_page
from tilisilta.web.reconciliation_page import month_page
from tilisilta.web.rights import UserRequest

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100


def render_month(
    request: UserRequest, company: Company, first: date, *, status: int = 200, **more: object
) -> HttpResponse:
    """Return the page of the month that begins with ``first``; ``more`` is for its template."""
    page = month_page(company, first)
    context = {
        "company": company,
        "page": page,
        "net_pay": net_pay_page(company, first, page.result, user=request.user),
        **more,
    }
    return render(request, "companies/month.html", context, status=status)


def first_day_of(text: str) -> date:
    """Return the first day of ``2026-06``; raise ``Http404`` for anything else."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Http404 from None
    if not EARLIEST_YEAR <= first.year <= LATEST_YEAR:
        raise Http404
    return first
