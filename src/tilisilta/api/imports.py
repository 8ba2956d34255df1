"""Importing a file, and the questions that may come back of it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import File, Form, Router
from ninja.files import UploadedFile
from pydantic import Field

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answer_with, answers, visible_company, visible_journal
from tilisilta.api.asked import AskedInForm, Number, Reference, Text
from tilisilta.api.problems import ValuesNotPossible, refusal
from tilisilta.api.schemas import JournalDocument, Month
from tilisilta.api.schemas_of_work import Imports
from tilisilta.clients.files.columns import FIELDS, ColumnMapping, GivenDate
from tilisilta.clients.files.outcomes import ColumnsNeeded
from tilisilta.clients.files.runs import MOST_RUN_CHARACTERS
from tilisilta.domain.journals import Run, plain_run_number
from tilisilta.management.journals import journal_document, taken_document
from tilisilta.models import Area, Company, Journal, Right, Scope
from tilisilta.services.journals.answers import say_surely_another
from tilisilta.services.journals.files import SaidOfImport, TakenIn, take_in_file
from tilisilta.services.journals.importing import (
    JournalElsewhere,
    RunAnswer,
    WasDiscarded,
    WhichRun,
)
from tilisilta.services.journals.references import journal_by_reference
from tilisilta.services.journals.run_refusals import RunTaken

router = Router(tags=["Importing"])
Day = date
# One byte more than the readers accept, so that a file that is too large is recognised.
MOST_BYTES = 20 * 1024 * 1024 + 1


class SaidOfFile(AskedInForm):
    """What is said of a file, each only where the file does not say it."""

    company: Number | None = Field(None, description="Number of its company.")
    only: bool = Field(False, description="Take only that company's journal out of several.")
    currency: str = Field("", pattern=r"^([A-Za-z]{3})?$")
    debit_negative: bool = False
    columns: list[Text] = Field([], description="FIELD=HEADER for each column, as account=Konto.")
    date: Day | None = Field(None, description="Booking date of all lines.")
    period: Month | None = Field(None, description="Period of all lines.")
    run: Text = Field("", max_length=MOST_RUN_CHARACTERS, description="Number of the run.")
    year: int | None = Field(None, ge=2000, le=2100, description="Year of the run.")
    revision_of: Text = Field("", description="The journal that it is a newer version of.")
    another_run: bool = Field(False, description="It is a run of its own.")
    again: bool = Field(False, description="Take in what was discarded before.")


@router.post(
    "/imports",
    auth=Bearer(Scope.IMPORT, Area.JOURNAL_EXPORTS, Right.WRITE),
    response=answers(Imports, status=201, does=True),
    summary=_("Import a file of journals"),
)
def import_file(
    request: ApiRequest, file: File[UploadedFile], said: Form[SaidOfFile]
) -> HttpResponse:
    """Take in a file. The same file once more gives the journal that is there.

    Where something has to be said of it first, the refusal has ``answers``: send the same file with
    one of them along.
    """
    company = visible_company(request.user, said.company) if said.company is not None else None
    try:
        taken = _take_in(request, file, company, said)
    except (ColumnsNeeded, WhichRun, WasDiscarded, RunTaken, JournalElsewhere) as error:
        return _question(error, request)
    return answer_with(Imports, taken_document(taken), status=201)


@router.post(
    "/journals/{reference}/another-payroll",
    auth=Bearer(Scope.IMPORT, Area.JOURNAL_EXPORTS, Right.WRITE),
    response=answers(JournalDocument, does=True),
    summary=_("Say that a journal is another payroll"),
)
def say_another_payroll(request: ApiRequest, reference: Reference) -> dict[str, Any]:
    """Answer the question whether a journal is another one's payroll again: it is not."""
    journal = visible_journal(request.user, reference)
    if journal.discarded_at is not None:
        raise Http404
    said = say_surely_another(journal, user=request.user, now=timezone.now())
    return journal_document(said)


def _take_in(
    request: ApiRequest, file: UploadedFile, company: Company | None, said: SaidOfFile
) -> TakenIn:
    if said.only and company is None:
        raise ValuesNotPossible(only="It needs a company beside it.")
    return take_in_file(
        file.read(MOST_BYTES),
        file_name=file.name or "",
        company=company,
        user=request.user,
        now=timezone.now(),
        said=SaidOfImport(
            currency=said.currency.upper(),
            columns=_columns(said.columns),
            answer=_answer(request, said),
            debit_negative=said.debit_negative,
            is_only=said.only,
            given=GivenDate(day=said.date, period=said.period or ""),
        ),
    )


def _answer(request: ApiRequest, said: SaidOfFile) -> RunAnswer:
    if said.revision_of and said.another_run:
        raise ValuesNotPossible(another_run="It is either a newer version or another run.")
    known = None
    if said.revision_of:
        known = journal_by_reference(said.revision_of, Journal.objects.visible_to(request.user))
        if known is None:
            raise ValuesNotPossible(revision_of="There is no such journal.")
    return RunAnswer(
        run=_run(said), revision_of=known, another_run=said.another_run, again=said.again
    )


def _run(said: SaidOfFile) -> Run | None:
    if bool(said.run) != (said.year is not None):
        raise ValuesNotPossible(run="Give both the run and its year, or neither.")
    if said.year is None:
        return None
    if not plain_run_number(said.run):
        raise ValuesNotPossible(run="It is blank.")
    return Run(year=said.year, number=said.run)


def _columns(pairs: list[str]) -> ColumnMapping | None:
    if not any(pairs):
        return None
    try:
        return ColumnMapping.from_mapping(dict(pair.split("=", 1) for pair in pairs))
    except ValueError as error:
        known = ", ".join(FIELDS)
        raise ValuesNotPossible(columns=f"Write FIELD=HEADER; fields are: {known}.") from error


def _question(
    error: ColumnsNeeded | WhichRun | WasDiscarded | RunTaken | JournalElsewhere,
    request: ApiRequest,
) -> HttpResponse:
    """Return a refusal with what may be answered, as values that go along with the same file."""
    match error:
        case WhichRun():
            answered = [{"revision_of": error.known.reference}, {"another_run": True}]
            return refusal(error, request, answers=answered)
        case WasDiscarded():
            return refusal(error, request, answers=[{"again": True}])
        case ColumnsNeeded():
            return refusal(error, request, columns=_columns_of(error))
        case JournalElsewhere():
            visible = Company.objects.visible_to(request.user)
            if not visible.filter(pk=error.other.pk).exists():
                # This user may not learn which company the journal belongs to.
                error.facts = {}
    return refusal(error, request)


def _columns_of(error: ColumnsNeeded) -> Mapping[str, Any]:
    return {
        "headers": list(error.headers),
        "are_places": error.are_places,
        "known": error.guess.to_mapping(),
        "missing": list(error.guess.lacks),
        "fields": list(FIELDS),
    }
