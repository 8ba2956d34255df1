"""Journals, what they would book, what was booked of them, and what is wrong with them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answers, visible_journal
from tilisilta.api.asked import Paged, Reference
from tilisilta.api.paging import page_of
from tilisilta.api.schemas import JournalDocument, Journals, Month, PreviewDocument, Receipts
from tilisilta.domain.standing import WAITING_JOURNALS, ExportState, JournalState
from tilisilta.management.journals import journal_document, journal_documents, preview_document
from tilisilta.management.output import problem_document
from tilisilta.management.search import receipt_document
from tilisilta.models import Area, Export, Journal, Right, Scope, User
from tilisilta.models.journals import JournalQuerySet
from tilisilta.services.counted_states import IS_PROPOSED, in_counted_state
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.journals.previews import preview_journal
from tilisilta.services.journals.waiting import waiting_problems_of

router = Router(tags=["Journals"])
_MAY_READ = Bearer(Scope.READ, Area.JOURNAL_EXPORTS)


class AskedJournals(Paged):
    """Which journals are asked for. Without a state, discarded ones are left out.

    Those that another person has to release are ``proposed``, and not ``ready`` as well.
    """

    company: int | None = None
    period: Month | None = None
    state: JournalState | Literal["proposed"] | None = None


class AskedProblems(Paged):
    """Of which journals the problems are asked for."""

    company: int | None = None
    period: Month | None = None


class AskedReceipts(Paged):
    """Which receipts are asked for."""

    company: int | None = None
    state: ExportState | None = None
    since: date | None = None
    until: date | None = None


@router.get(
    "/journals",
    auth=_MAY_READ,
    response=answers(Journals),
    summary=_("List journals, newest first"),
)
def list_journals(request: ApiRequest, asked: Query[AskedJournals]) -> dict[str, Any]:
    """Return a page of journals with the problems of their last check."""
    rows = _of(request.user, asked.company, asked.period)
    rows = in_counted_state(rows, asked.state) if asked.state else rows.not_discarded()
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit)
    return {"journals": journal_documents(page.rows), "next": page.next}


@router.get(
    "/problems",
    auth=_MAY_READ,
    response=answers(Journals),
    summary=_("List journals that need a person, with all that is wrong"),
)
def list_problems(request: ApiRequest, asked: Query[AskedProblems]) -> dict[str, Any]:
    """Return a page of the journals in which something must be put right, those ready left out."""
    states = [state for state in WAITING_JOURNALS if state is not JournalState.READY]
    rows = _of(request.user, asked.company, asked.period).filter(state__in=states)
    rows = rows.exclude(IS_PROPOSED)
    page = page_of(rows.select_related("run"), by="pk", cursor=asked.cursor, limit=asked.limit)
    exports = _exports_of(page.rows)
    return {
        "journals": [
            _with_all_problems(document, one, exports.get(one.pk, ()))
            for document, one in zip(journal_documents(page.rows), page.rows, strict=True)
        ],
        "next": page.next,
    }


@router.get(
    "/journals/{reference}",
    auth=_MAY_READ,
    response=answers(JournalDocument),
    summary=_("Show a journal"),
)
def show_journal(request: ApiRequest, reference: Reference) -> dict[str, Any]:
    """Return a journal; without its revision the latest of the run."""
    return journal_document(visible_journal(request.user, reference))


@router.get(
    "/journals/{reference}/preview",
    auth=_MAY_READ,
    response=answers(PreviewDocument),
    summary=_("Show the receipts that a journal becomes"),
)
def preview(request: ApiRequest, reference: Reference) -> dict[str, Any]:
    """Return what would be sent, from the last check. Procountor is not asked."""
    return preview_document(preview_journal(visible_journal(request.user, reference)))


@router.post(
    "/journals/{reference}/check",
    auth=Bearer(Scope.SEND, Area.JOURNAL_EXPORTS, Right.WRITE),
    response=answers(PreviewDocument, does=True),
    summary=_("Check a journal against Procountor as it is now"),
)
def check(request: ApiRequest, reference: Reference) -> dict[str, Any]:
    """Read the administration again, check the journal, and return its preview."""
    journal = visible_journal(request.user, reference)
    if journal.discarded_at is not None:
        raise Http404
    checked = check_journal(journal, now=timezone.now(), age_limit=timedelta(0))
    return preview_document(preview_journal(checked))


@router.get(
    "/receipts",
    auth=_MAY_READ,
    response=answers(Receipts),
    summary=_("List ledger receipts, newest first"),
)
def list_receipts(request: ApiRequest, asked: Query[AskedReceipts]) -> dict[str, Any]:
    """Return a page of the receipts of all journals, booked or to be booked, with their runs."""
    rows = (
        Export.with_trail.filter(request.user.rows_of_debtors("journal__company__debtor"))
        .select_related("journal__company", "link__procountor_account")
        .defer("payload", "link__procountor_account__administration")
    )
    wanted = {
        "journal__company__number": asked.company,
        "state": asked.state,
        "receipt_date__gte": asked.since,
        "receipt_date__lte": asked.until,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit)
    return {"receipts": [receipt_document(one) for one in page.rows], "next": page.next}


def _of(user: User, company: int | None, period: str | None) -> JournalQuerySet:
    rows: JournalQuerySet = Journal.objects.visible_to(user).select_related("company")
    if company is not None:
        rows = rows.filter(company__number=company)
    return rows.filter(period=f"{period}-01") if period else rows


def _exports_of(journals: Sequence[Journal]) -> Mapping[int, list[Export]]:
    """Return the exports of all ``journals`` in one query, by journal."""
    found: dict[int, list[Export]] = defaultdict(list)
    exports = Export.objects.filter(journal__in=journals).select_related("link__procountor_account")
    for export in exports.defer("payload", "link__procountor_account__administration"):
        found[export.journal_id].append(export)
    return found


def _with_all_problems(
    document: dict[str, Any], journal: Journal, exports: Sequence[Export]
) -> dict[str, Any]:
    """Return a journal with the problems of its receipts too, and those for which it waits."""
    of_receipts = [problem for export in exports for problem in export.problems]
    more = [*of_receipts, *waiting_problems_of(journal, exports)]
    return {
        **document,
        "problems": [*document["problems"], *(problem_document(one) for one in more)],
    }
