"""Ways back: what a number or a token belongs to, lines of journals, and receipts of a year."""

from typing import Any

from django.http import Http404
from django.utils.timezone import localdate
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import Field

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answers, visible_company, visible_journal
from tilisilta.api.asked import Asked, Paged, Reference, Text
from tilisilta.api.paging import page_of
from tilisilta.api.schemas_of_trails import Found, Lines, YearReceipts
from tilisilta.management.receipts_of_year import year_receipt_document
from tilisilta.management.search import found_document
from tilisilta.models import Area, JournalLine, Right, Scope
from tilisilta.services.receipts_of_year import (
    receipts_of_year,
    sums_of,
    with_sendings,
    years_of_receipts,
)
from tilisilta.services.search import search

router = Router(tags=["Trails"])
_MAY_READ = Bearer(Scope.READ, Area.JOURNAL_EXPORTS)


class AskedSearch(Asked):
    """A receipt or invoice number, a ledger receipt id, a token, a reference, or a company."""

    q: Text = Field(min_length=1, max_length=200)


class AskedYear(Paged):
    """Of which year the receipts are asked for; without it the latest that has any."""

    year: int | None = Field(None, ge=2000, le=2100)


@router.get(
    "/find",
    auth=_MAY_READ,
    response=answers(Found),
    summary=_("Find receipts, journals and companies"),
)
def find(request: ApiRequest, asked: Query[AskedSearch]) -> dict[str, Any]:
    """Return all that fits, as the search of the pages and ``tilisilta find`` do."""
    may_read_companies = request.user.can(Right.READ, Area.COMPANIES)
    return found_document(search(asked.q, user=request.user, with_companies=may_read_companies))


@router.get(
    "/journals/{reference}/lines",
    auth=_MAY_READ,
    response=answers(Lines),
    summary=_("List the lines of a journal"),
)
def list_lines(request: ApiRequest, reference: Reference, asked: Query[Paged]) -> dict[str, Any]:
    """Return a page of the lines as they came in."""
    journal = visible_journal(request.user, reference)
    if journal.discarded_at is not None:
        raise Http404
    rows = JournalLine.objects.filter(journal=journal)
    page = page_of(rows, by="position", cursor=asked.cursor, limit=asked.limit, newest_first=False)
    return {"lines": [_line(one) for one in page.rows], "next": page.next}


@router.get(
    "/companies/{int:number}/receipts",
    auth=_MAY_READ,
    response=answers(YearReceipts),
    summary=_("List the receipts of a company in a year"),
)
def list_receipts_of_year(
    request: ApiRequest, number: int, asked: Query[AskedYear]
) -> dict[str, Any]:
    """Return what is or may be in the books, also by links that have ended."""
    company = visible_company(request.user, number)
    year = asked.year or max(years_of_receipts(company), default=localdate().year)
    receipts = receipts_of_year(company, year)
    related = receipts.select_related(
        "journal__company", "link__procountor_account", "link_settings", "reverses"
    )
    page = page_of(related, by="pk", cursor=asked.cursor, limit=asked.limit)
    return {
        "company": company.number,
        "year": year,
        "booked": sums_of(receipts),
        "receipts": [year_receipt_document(row) for row in with_sendings(page.rows)],
        "next": page.next,
    }


def _line(line: JournalLine) -> dict[str, Any]:
    return {
        "line": line.position,
        "account": line.ledger_account,
        "description": line.description,
        "amount": line.amount,
        "cost_center": line.cost_center or None,
        "cost_unit": line.cost_unit or None,
        "booking_date": line.booking_date,
    }
