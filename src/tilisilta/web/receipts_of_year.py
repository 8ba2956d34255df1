"""All ledger receipts of a company over a year, and the same as CSV and XLSX."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import get_language

from tilisilta.languages import language_of
from tilisilta.models import Area, Company, Right
from tilisilta.services.receipts_of_year import (
    receipts_of_year,
    save_receipts,
    sums_of,
    with_sendings,
    years_of_receipts,
)
from tilisilta.web.parts import asked_page, saved_file, visible_company
from tilisilta.web.rights import UserRequest, needs

RECEIPTS_PER_PAGE = 100


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def receipts(request: UserRequest, number: int) -> HttpResponse:
    """Show the receipts of the year asked for, or of the latest that has any."""
    company = visible_company(request.user, number)
    years = years_of_receipts(company)
    year = _asked_year(request) or max(years, default=localdate().year)
    of_year = receipts_of_year(company, year)
    page = Paginator(of_year, RECEIPTS_PER_PAGE).get_page(asked_page(request))
    context = {
        "company": company,
        "year": year,
        "years": years,
        "page": page,
        "rows": list(with_sendings(page)),
        "sums": sums_of(of_year).items(),
    }
    return render(request, "companies/receipts.html", context)


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def receipts_csv(request: UserRequest, number: int) -> HttpResponse:
    """Return the receipts as CSV, with the decimal sign of the reader's language."""
    return _saved(request, number, "csv")


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def receipts_xlsx(request: UserRequest, number: int) -> HttpResponse:
    return _saved(request, number, "xlsx")


def _saved(request: UserRequest, number: int, file_format: str) -> HttpResponse:
    company: Company = visible_company(request.user, number)
    year = _asked_year(request)
    if not year:
        raise Http404
    download = save_receipts(
        company,
        year,
        file_format=file_format,
        user=request.user,
        has_decimal_comma=language_of(get_language()).has_decimal_comma,
    )
    return saved_file(download)


def _asked_year(request: UserRequest) -> int:
    """Return the year of the address; 0 for none, or for one that no calendar has."""
    asked = request.GET.get("year", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= 4 else 0
