"""The page of a company's month, which several addresses show."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tilisilta.models import Company
from tilisilta.services.archiving.attaching import files_of_month
from tilisilta.services.closing.signing import signing_standing
from tilisilta.web.net_pay_page import net_pay_page
from tilisilta.web.reconciliation_page import month_page
from tilisilta.web.rights import UserRequest


def render_month(
    request: UserRequest, company: Company, first: date, *, status: int = 200, **more: object
) -> HttpResponse:
    """Return the page of the month that begins with ``first``; ``more`` is for its template."""
    page = month_page(company, first)
    context = {
        "company": company,
        "page": page,
        "net_pay": net_pay_page(company, first, page.result, user=request.user),
        "files": files_of_month(company, first),
        "signing": signing_standing(company, first, user=request.user, today=timezone.localdate()),
        **more,
    }
    return render(request, "companies/month.html", context, status=status)
