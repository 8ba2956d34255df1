"""What several pages share: objects a user may see, texts of errors, values of an address."""

from datetime import date
from typing import TypeVar

from django import forms
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme

from tilisilta.errors import TilisiltaError
from tilisilta.models import Company, Journal, Link, ProcountorAccount, Settlement, User
from tilisilta.models.journals import JournalQuerySet
from tilisilta.services.explanations import Explanation, explain_error
from tilisilta.services.spreadsheets import Download, LongDownload
from tilisilta.web.rights import UserRequest

# A page must answer soon. The next request does what this one did not reach.
SECONDS_PER_STEP = 4.0
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
_Response = TypeVar("_Response", bound=HttpResponseBase)


class ExplainingForm(forms.Form):
    """A form that explains what a service refused, at the field it is about."""

    def add_explained(self, field: str | None, error: TilisiltaError) -> None:
        explanation = explain_error(error)
        self.add_error(field, f"{explanation.message}. {explanation.remedy} ({explanation.code})")


def visible_company(user: User, number: int) -> Company:
    """Return the company; raise ``Http404`` if ``user`` may not see its debtor."""
    companies = Company.objects.visible_to(user).select_related(
        "debtor", "nmbrs__connection", "responsible", "stand_in"
    )
    return get_object_or_404(companies, number=number)


def visible_journal(user: User, pk: int) -> Journal:
    """Return the journal; raise ``Http404`` if ``user`` may not see its debtor."""
    return get_object_or_404(_journals_of(user), pk=pk)


def journal_and_whether_settled(user: User, pk: int) -> tuple[Journal, bool]:
    """Return the journal, and whether people ever said anything of it as a whole: one query."""
    said = Settlement.objects.filter(journal=OuterRef("pk"))
    journal = get_object_or_404(_journals_of(user).annotate(has_settlements=Exists(said)), pk=pk)
    return journal, journal.has_settlements  # type: ignore[attr-defined]  # annotated


def journal_with_content(user: User, pk: int) -> Journal:
    """Return the journal as :func:`visible_journal` does; raise ``Http404`` if it was discarded."""
    journal = visible_journal(user, pk)
    if journal.discarded_at is not None:
        raise Http404
    return journal


def visible_accounts(user: User) -> QuerySet[ProcountorAccount]:
    """Return the accounts of the debtors ``user`` may see, each with the link it serves."""
    return ProcountorAccount.objects.visible_to(user).prefetch_related(
        Prefetch("links", Link.objects.open().select_related("company__debtor"))
    )


def visible_links(user: User) -> QuerySet[Link]:
    return Link.objects.visible_to(user).select_related("company__debtor", "procountor_account")


def matching_links(user: User, search: str) -> QuerySet[Link]:
    """Return the links whose company or account has all words of ``search``."""
    links = visible_links(user).defer("procountor_account__administration")
    for word in search.split():
        matches = Q(company__name__icontains=word) | Q(procountor_account__name__icontains=word)
        # Ten digits may be more than the column of numbers can hold.
        if word.isdecimal() and len(word) < 10:
            matches |= Q(company__number=int(word))
        links = links.filter(matches)
    return links


def error_text(error: TilisiltaError) -> str:
    return as_paragraph(explain_error(error))


def as_paragraph(explanation: Explanation) -> str:
    code = f" ({explanation.code})" if explanation.code else ""
    return f"{explanation.message}. {explanation.cause} {explanation.remedy}{code}"


def is_part(request: UserRequest) -> bool:
    """Return whether htmx asks for a part; going back in the browser asks for a whole page."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def with_query(request: UserRequest, **values: str) -> str:
    """Return the query of the page's address with other values, on the first page."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in values.items():
        query[name] = value
    return "?" + query.urlencode()


def _journals_of(user: User) -> JournalQuerySet:
    return Journal.objects.visible_to(user).select_related(
        "company__debtor", "came_by", "discarded_by"
    )


def address_to_go_back_to(request: HttpRequest) -> str:
    """Return the address that a form asks to go back to; empty for none.

    An address elsewhere counts as none: a forged form must not lead a reader to another site.
    """
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_ours else ""


def carried_count(request: HttpRequest, name: str) -> int:
    """Return a count carried from one step of a page to the next; 0 for none or a bad one."""
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 8 else 0


def asked_page(request: HttpRequest) -> int:
    """Return the page number that the address asks for; 1 for none or a bad one."""
    asked = request.GET.get("page", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 1


def asked_month(request: HttpRequest) -> date | None:
    """Return the month asked for as ``month=2026-06``; ``None`` for none or a bad one."""
    try:
        month = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return None
    return month if 2000 <= month.year < 2100 else None


def first_day(text: str) -> date:
    """Return the first day of ``2026-06``; raise ``Http404`` for anything else."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Http404 from None
    if not EARLIEST_YEAR <= first.year <= LATEST_YEAR:
        raise Http404
    return first


def saved_file(download: Download) -> HttpResponse:
    response = HttpResponse(download.content, content_type=download.content_type)
    return _to_be_saved(response, download.name)


def long_file(download: LongDownload) -> StreamingHttpResponse:
    """Return a file that is made while it is sent.

    Its length is not known before. It goes in chunks, and a browser reports one that was cut off.
    """
    response = StreamingHttpResponse(download.parts, content_type=download.content_type)
    return _to_be_saved(response, download.name)


def _to_be_saved(response: _Response, name: str) -> _Response:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    # Salaries must not stay in a cache on the way to the reader.
    response["Cache-Control"] = "no-store"
    return response
