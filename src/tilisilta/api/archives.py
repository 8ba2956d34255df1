"""The archives of months."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _
from ninja import Path, Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import READING, visible_company
from tilisilta.api.answers import answers as documented
from tilisilta.api.asked import Asked, Paged
from tilisilta.api.months import first_day
from tilisilta.api.paging import page_of
from tilisilta.api.schemas import Month, ProblemDetails
from tilisilta.api.schemas_of_closing import Archives
from tilisilta.languages import LANGUAGES, language_of
from tilisilta.models import Area, Scope
from tilisilta.services.archiving.archives import make_archive
from tilisilta.services.archiving.months import months_with_anything
from tilisilta.web.parts import saved_file

router = Router(tags=["Archives"])
_MAY_READ = Bearer(Scope.READ, Area.JOURNAL_EXPORTS)
_FILE = {
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
}


class AskedArchive(Asked):
    """The language of an archive; without it the one that Accept-Language asks for."""

    language: str | None = None


@router.get(
    "/months/{month}/archives",
    auth=_MAY_READ,
    response=documented(Archives),
    summary=_("List the archives of a month"),
)
def list_archives(request: ApiRequest, month: Path[Month], asked: Query[Paged]) -> dict[str, Any]:
    """Return a page of the companies that have anything to archive of the month."""
    rows = months_with_anything(first_day(month)).filter(request.user.rows_of_debtors("debtor"))
    page = page_of(rows, by="number", cursor=asked.cursor, limit=asked.limit, newest_first=False)
    return {
        "month": month,
        "archives": [
            {
                "company": one.number,
                "name": one.name,
                "file": f"archive-{one.number}-{month}.zip",
                "address": reverse("api:save_archive", args=[one.number, month]),
            }
            for one in page.rows
        ],
        "next": page.next,
    }


@router.get(
    "/companies/{int:number}/months/{month}/archive",
    auth=_MAY_READ,
    response={READING | {409}: ProblemDetails},
    openapi_extra={"responses": {200: {"description": "OK", **_FILE}}},
    summary=_("Save the archive of a month"),
    url_name="save_archive",
)
def save_archive(
    request: ApiRequest, number: int, month: Path[Month], asked: Query[AskedArchive]
) -> HttpResponse:
    """Return the archive as a ZIP file. It is made from what is stored, and recorded as saved."""
    company = visible_company(request.user, number)
    known = {one.code for one in LANGUAGES}
    language = asked.language if asked.language in known else get_language()
    made = make_archive(
        company,
        first_day(month),
        language=language_of(language).code,
        now=timezone.now(),
        user=request.user,
    )
    response = saved_file(made)
    response.headers["Content-Type"] = "application/octet-stream"
    return response
