"""Companies."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answers
from tilisilta.api.asked import Paged
from tilisilta.api.paging import page_of
from tilisilta.api.schemas import Companies, CompanyDocument
from tilisilta.management.companies import company_document
from tilisilta.models import Area, Company, Link, Scope, User

router = Router(tags=["Companies"])
_MAY_READ = Bearer(Scope.READ, Area.COMPANIES)


class AskedCompanies(Paged):
    """Which companies are asked for."""

    debtor: int | None = None


@router.get(
    "/companies",
    auth=_MAY_READ,
    response=answers(Companies),
    summary=_("List companies, by number"),
)
def list_companies(request: ApiRequest, asked: Query[AskedCompanies]) -> dict[str, Any]:
    """Return a page of the companies that the user may see."""
    rows = _companies(request.user)
    if asked.debtor is not None:
        rows = rows.filter(debtor__number=asked.debtor)
    page = page_of(rows, by="number", cursor=asked.cursor, limit=asked.limit, newest_first=False)
    return {"companies": [company_document(one) for one in page.rows], "next": page.next}


@router.get(
    "/companies/{int:number}",
    auth=_MAY_READ,
    response=answers(CompanyDocument),
    summary=_("Show a company"),
)
def show_company(request: ApiRequest, number: int) -> dict[str, Any]:
    """Return one company."""
    company = _companies(request.user).filter(number=number).first()
    if company is None:
        raise Http404
    return company_document(company)


def _companies(user: User) -> QuerySet[Company]:
    links = Link.objects.open().select_related("procountor_account")
    # The chart of accounts is large, and nothing of it is shown.
    links = links.defer("procountor_account__administration")
    return (
        Company.objects.visible_to(user)
        .select_related("debtor", "nmbrs", "responsible", "stand_in")
        .prefetch_related(Prefetch("links", links))
    )
