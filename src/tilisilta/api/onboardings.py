"""Setting up many companies from a list: a worker looks into it, then links what is asked for."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Annotated, Any

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import File, Query, Router
from ninja.files import UploadedFile

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answer_with, answers
from tilisilta.api.asked import Paged
from tilisilta.api.paging import page_of
from tilisilta.api.problems import ValuesNotPossible
from tilisilta.api.schemas_of_links import (
    AskedRows,
    OnboardingDocument,
    OnboardingRows,
    Onboardings,
    RowsToLink,
)
from tilisilta.domain.onboarding import Standing
from tilisilta.management.onboarding_lists import onboarding_document, onboarding_row_document
from tilisilta.models import Area, Onboarding, OnboardingRow, Right, Scope, User
from tilisilta.services.lists import MOST_BYTES, ListUnreadable
from tilisilta.services.onboarding.rows import ask_to_link, look_again, remove_list, store_list

router = Router(tags=["Onboarding"])
_MAY_READ = Bearer(Scope.READ, Area.PROCOUNTOR, Right.WRITE)
_MAY_DO = Bearer(Scope.SET_UP, Area.PROCOUNTOR, Right.WRITE)
_State = OnboardingRow.State
Keys = Annotated[UploadedFile | None, File(None, description="API keys by company or account.")]


class AskedCompanies(Paged):
    """Which companies of a list are asked for."""

    standing: Standing | None = None


@router.post(
    "/onboardings",
    auth=_MAY_DO,
    response=answers(OnboardingDocument, status=201, does=True),
    summary=_("Take in a list of companies to set up"),
)
def take_in(request: ApiRequest, file: File[UploadedFile], key_file: Keys = None) -> HttpResponse:
    """Store a list, which a worker looks into. Nothing is written in Procountor or linked by it.

    API keys stand in the list or in ``key_file``; they are stored encrypted and never shown.
    """
    try:
        made = store_list(
            file.read(MOST_BYTES + 1),
            file_name=file.name or "",
            user=request.user,
            keys=key_file.read(MOST_BYTES + 1) if key_file else None,
        )
    except ListUnreadable as error:
        place = f"line {error.fault.line}: " if error.fault.line else ""
        raise ValuesNotPossible(
            file=f"{place}{error.fault.cause} {error.fault.remedy}".strip()
        ) from error
    return answer_with(OnboardingDocument, _shown(made), status=201)


@router.get(
    "/onboardings",
    auth=_MAY_READ,
    response=answers(Onboardings),
    summary=_("List the lists of companies to set up"),
)
def list_onboardings(request: ApiRequest, asked: Query[Paged]) -> dict[str, Any]:
    """Return a page of lists: one's own for a user limited to some debtors."""
    rows = Onboarding.objects.visible_to(request.user).select_related("read_by")
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit)
    counts = _counts([one.pk for one in page.rows])
    shown = [onboarding_document(one, counts.get(one.pk, {})) for one in page.rows]
    return {"onboardings": shown, "next": page.next}


@router.get(
    "/onboardings/{int:onboarding}",
    auth=_MAY_READ,
    response=answers(OnboardingDocument),
    summary=_("Show how far a list of companies is"),
)
def show_onboarding(request: ApiRequest, onboarding: int) -> dict[str, Any]:
    """Return the counts of a list."""
    return _shown(_visible(request.user, onboarding))


@router.get(
    "/onboardings/{int:onboarding}/companies",
    auth=_MAY_READ,
    response=answers(OnboardingRows),
    summary=_("List the companies of a list, with what was found"),
)
def list_rows(request: ApiRequest, onboarding: int, asked: Query[AskedCompanies]) -> dict[str, Any]:
    """Return a page of the companies, each with how it matches and what stops it."""
    rows = _visible(request.user, onboarding).rows.select_related("company").defer("api_key")
    if asked.standing is not None:
        rows = rows.filter(match=asked.standing)
    page = page_of(rows, by="line", cursor=asked.cursor, limit=asked.limit, newest_first=False)
    return {"companies": [onboarding_row_document(one) for one in page.rows], "next": page.next}


@router.post(
    "/onboardings/{int:onboarding}/links",
    auth=_MAY_DO,
    response=answers(AskedRows, status=202, does=True),
    summary=_("Have companies of a list linked"),
)
def link_rows(request: ApiRequest, onboarding: int, wanted: RowsToLink) -> HttpResponse:
    """Have a worker link the companies as they were seen, or all that match.

    One that has changed since it was seen, or was linked already, is left out.
    """
    found = _visible(request.user, onboarding)
    if (wanted.rows is None) != wanted.as_stored:
        raise ValuesNotPossible(rows="Give either rows or as_stored.")
    if wanted.rows is None:
        matching = found.rows.filter(state=_State.EXAMINED, match=Standing.MATCH)
        ticked = {pk: told.get("mark", "") for pk, told in matching.values_list("pk", "found")}
    else:
        ticked = {one.row: one.mark for one in wanted.rows}
    count = ask_to_link(found, ticked=ticked, user=request.user)
    return answer_with(AskedRows, {"company_count": count}, status=202)


@router.post(
    "/onboardings/{int:onboarding}/look",
    auth=_MAY_DO,
    response=answers(AskedRows, status=202, does=True),
    summary=_("Have a list of companies looked into again"),
)
def look_into(request: ApiRequest, onboarding: int) -> HttpResponse:
    """Have a worker look again into what is not linked."""
    count = look_again(_visible(request.user, onboarding))
    return answer_with(AskedRows, {"company_count": count}, status=202)


@router.post(
    "/onboardings/{int:onboarding}/remove",
    auth=_MAY_DO,
    response=answers(OnboardingDocument, does=True),
    summary=_("Remove a list of companies with its API keys"),
)
def remove(request: ApiRequest, onboarding: int) -> dict[str, Any]:
    """Remove the list and return how it was last. What was linked stays linked."""
    found = _visible(request.user, onboarding)
    shown = _shown(found)
    remove_list(found, user=request.user)
    return shown


def _visible(user: User, pk: int) -> Onboarding:
    lists = Onboarding.objects.visible_to(user).select_related("read_by")
    found = lists.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _shown(onboarding: Onboarding) -> dict[str, Any]:
    return onboarding_document(onboarding, _counts([onboarding.pk]).get(onboarding.pk, {}))


def _counts(pks: Collection[int]) -> Mapping[int, dict[tuple[str, str], int]]:
    """Return by list how many companies have each state and standing, in one query."""
    rows = OnboardingRow.objects.filter(onboarding__in=pks).order_by()
    counted = rows.values_list("onboarding", "state", "match").annotate(n=Count("pk"))
    found: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    for pk, state, match, count in counted:
        found[pk][state, match] = count
    return found
