"""Debtors, payroll runs, and fetching them from Nmbrs."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answer_with, answers
from tilisilta.api.asked import Paged
from tilisilta.api.paging import page_of
from tilisilta.api.schemas_of_set_up import Debtors, Runs, Synchronisation
from tilisilta.management.companies import debtor_document
from tilisilta.management.synchronised_runs import progress_document, run_document
from tilisilta.models import Area, Debtor, Right, Run, Scope
from tilisilta.services.fetching.progress import fetch_progress_for
from tilisilta.services.fetching.synchronisations import ask_for_everything

router = Router(tags=["Runs"])


class AskedRuns(Paged):
    """Which runs are asked for."""

    company: int | None = None
    year: int | None = None
    in_trouble: bool = False


@router.get(
    "/debtors",
    auth=Bearer(Scope.READ, Area.COMPANIES),
    response=answers(Debtors),
    summary=_("List debtors, by number"),
)
def list_debtors(request: ApiRequest, asked: Query[Paged]) -> dict[str, Any]:
    """Return a page of the debtors that the user may see."""
    rows = Debtor.objects.visible_to(request.user)
    page = page_of(rows, by="number", cursor=asked.cursor, limit=asked.limit, newest_first=False)
    return {"debtors": [debtor_document(one) for one in page.rows], "next": page.next}


@router.get(
    "/runs",
    auth=Bearer(Scope.READ, Area.COMPANIES),
    response=answers(Runs),
    summary=_("List payroll runs of Nmbrs, newest first"),
)
def list_runs(request: ApiRequest, asked: Query[AskedRuns]) -> dict[str, Any]:
    """Return a page of the runs that Nmbrs has, or had, of the companies the user may see."""
    user = request.user
    rows = Run.objects.filter(user.rows_of_debtors("company__debtor")).select_related("company")
    if asked.company is not None:
        rows = rows.filter(company__number=asked.company)
    if asked.year is not None:
        rows = rows.filter(year=asked.year)
    if asked.in_trouble:
        rows = rows.exclude(trouble=[])
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit)
    return {"runs": [run_document(one) for one in page.rows], "next": page.next}


@router.get(
    "/synchronisation",
    auth=Bearer(Scope.READ, Area.JOURNAL_EXPORTS),
    response=answers(Synchronisation),
    summary=_("Show how far fetching from Nmbrs is"),
)
def show_synchronisation(request: ApiRequest) -> dict[str, Any]:
    """Return the latest synchronisation, as far as the user may know of it."""
    return progress_document(fetch_progress_for(request.user))


@router.post(
    "/synchronisation",
    auth=Bearer(Scope.IMPORT, Area.JOURNAL_EXPORTS, Right.WRITE),
    response=answers(Synchronisation, status=202, does=True),
    summary=_("Fetch everything from Nmbrs"),
)
def synchronise(request: ApiRequest) -> HttpResponse:
    """Ask for everything to be fetched. One that is under way is not begun again."""
    ask_for_everything(user=request.user, now=timezone.now())
    document = progress_document(fetch_progress_for(request.user))
    return answer_with(Synchronisation, document, status=202)
