"""Takes in a file as people have it: with remembered columns, and for one company or several."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from tilisilta.clients.files.columns import NO_DATE_GIVEN, ColumnMapping, GivenDate, SaidOfColumns
from tilisilta.clients.files.findings import refused
from tilisilta.clients.files.outcomes import FileRefused
from tilisilta.clients.files.raw import RawJournal
from tilisilta.clients.files.reading import (
    JournalFile,
    journal_of,
    open_journal_file,
    several_companies,
)
from tilisilta.domain.file_names import shown_file_name
from tilisilta.domain.personal_codes import mask_personal_codes
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.errors import NeedsAttention
from tilisilta.models import Company, User
from tilisilta.services.journals.column_choices import remember_columns, remembered_columns
from tilisilta.services.journals.file_companies import companies_named, unclear_numbers
from tilisilta.services.journals.importing import (
    Imported,
    ImportedAsOtherRun,
    JournalElsewhere,
    Kept,
    RunAnswer,
    SaidOfFile,
    WasDiscarded,
    WhichRun,
    check_kept,
    keep_read,
)
from tilisilta.services.procountor.administrations import ADMINISTRATION_AGE_LIMIT

MOST_CHECKED_AGAINST_PROCOUNTOR = 5
"""Of more companies the check takes what is known, as Procountor would be asked about each."""
_MOST_NAMED = 10
_REASONS: dict[type[NeedsAttention], str] = {
    WhichRun: "which-run",
    WasDiscarded: "discarded",
    JournalElsewhere: "elsewhere",
    ImportedAsOtherRun: "other-run",
}


@dataclass(frozen=True, kw_only=True)
class SaidOfImport:
    """What a person says at an import; each may be left out.

    ``is_only`` takes the journal of the chosen company alone out of a file of several, and
    ``given`` is the date of a file without dates.
    """

    currency: str = ""
    columns: ColumnMapping | None = None
    answer: RunAnswer | None = None
    debit_negative: bool = False
    is_only: bool = False
    given: GivenDate = NO_DATE_GIVEN


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A company of a file whose journal did not come in, and the question that stops it."""

    company: Company
    problem: Problem


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """What became of a file: a journal for each company it is of.

    ``remembered`` is the mapping of its columns that an earlier file had, and ``left`` are the
    companies whose journals did not come in, as something must be answered first.
    """

    imported: tuple[Imported, ...]
    left: tuple[LeftOut, ...] = ()
    remembered: ColumnMapping | None = None


def take_in_file(  # the file, whose it is, who brings it, and what is said of it
    content: bytes,
    *,
    file_name: str,
    company: Company | None,
    user: User | None,
    now: datetime,
    said: SaidOfImport,
) -> TakenIn:
    """Take in a file for ``company``, or for every company it is of.

    A fault in the lines of one company, or one that is not here, stops all of them. Only a question
    about a single one, such as which run it is, leaves that one out; the result says which.

    Without a ``company`` the file must name its own. The mapping of its columns is that of the last
    file with the same headers; one that a person chooses is remembered for the company.

    Raises ``ColumnsNeeded``, and whatever ``keep_read`` raises; of a file of several companies only
    ``FileRefused``, with the problems of all of them, also where every one has a question.
    """
    columns = SaidOfColumns(
        chosen=said.columns, remembered=remembered_columns(company), given=said.given
    )
    file = open_journal_file(content, file_name=file_name, columns=columns)
    whose = _companies_of(file, company, user=user, is_only=said.is_only)
    used = file.mapping if said.columns or file.is_mapping_remembered else None
    of_file = SaidOfFile(
        name=shown_file_name(file_name),
        currency=said.currency,
        answer=said.answer or RunAnswer(),
        columns=used,
        given=said.given,
    )
    # In one order, whatever the order of the file: two imports of the same companies must not wait
    # for each other's locks.
    whose = sorted(whose, key=lambda one: one[0].pk)
    left: tuple[LeftOut, ...] = ()
    with transaction.atomic():
        if len(whose) == 1:
            kept = [_keep(file, *whose[0], said, of_file, user, now)]
        else:
            kept, left = _keep_all(file, whose, said, of_file, user, now)
        for one, _ in whose if said.columns and company is None else ():
            remember_columns(file, one, user=user, now=now)
        if said.columns and company is not None:
            remember_columns(file, company, user=user, now=now)
    is_long = len(kept) > MOST_CHECKED_AGAINST_PROCOUNTOR
    age_limit = timedelta.max if is_long else ADMINISTRATION_AGE_LIMIT
    return TakenIn(
        imported=tuple(check_kept(one, now=now, age_limit=age_limit) for one in kept),
        remembered=file.mapping if file.is_mapping_remembered else None,
        left=left,
    )


def _companies_of(
    file: JournalFile, company: Company | None, *, user: User | None, is_only: bool
) -> list[tuple[Company, RawJournal]]:
    """Return each company of a file with its part; refuse a file whose companies are not known."""
    if not file.is_of_several:
        return [(company or _named_company(file, user), file.parts[0])]
    named = companies_named(file.parts, user=user)
    lost = [part for one, part in named if one is None]
    if company is not None and all(one != company for one, _ in named):
        _must_be_clear(lost)
        raise several_companies(file)
    if is_only and company is not None:
        return [(one, part) for one, part in named if one == company]
    _must_be_clear(lost)
    unknown = [part.part_of.text for part in lost if part.part_of]
    if unknown:
        more = " …" if len(unknown) > _MOST_NAMED else ""
        raise refused(
            ProblemCode.COMPANIES_UNKNOWN,
            companies=", ".join(unknown[:_MOST_NAMED]) + more,
            count=len(unknown),
        )
    return [(one, part) for one, part in named if one is not None]


def _named_company(file: JournalFile, user: User | None) -> Company:
    """Return the company that a file of one names; refuse one that names none we know."""
    named = companies_named(file.parts, user=user)
    if named and named[0][0] is not None:
        return named[0][0]
    _must_be_clear(file.parts)
    raise refused(ProblemCode.COMPANY_NOT_SAID)


def _must_be_clear(parts: Iterable[RawJournal]) -> None:
    """Refuse a file whose numbers are one company here and another in Nmbrs: it may mean either."""
    unclear = unclear_numbers(parts)
    if unclear:
        raise refused(
            ProblemCode.COMPANIES_UNKNOWN,
            reason="number-of-two",
            companies=", ".join(unclear[:_MOST_NAMED]),
            count=len(unclear),
        )


def _keep(  # in the order of the caller, for two callers
    file: JournalFile,
    company: Company,
    part: RawJournal,
    said: SaidOfImport,
    of_file: SaidOfFile,
    user: User | None,
    now: datetime,
) -> Kept:
    read = journal_of(
        file,
        part,
        company_number=company.number,
        period_type=company.period_type,
        debit_negative=said.debit_negative,
    )
    if file.is_of_several:
        # Titles stand above the rows of all companies, and say nothing of this part.
        read = replace(read, titles=())
    return keep_read(read, company=company, said=of_file, user=user, now=now)


def _keep_all(  # as above
    file: JournalFile,
    whose: Sequence[tuple[Company, RawJournal]],
    said: SaidOfImport,
    of_file: SaidOfFile,
    user: User | None,
    now: datetime,
) -> tuple[list[Kept], tuple[LeftOut, ...]]:
    """Keep the journals of the companies, and return those that need an answer first.

    Raises ``FileRefused`` for the problems of any of them, and where none could be kept.
    """
    kept: list[Kept] = []
    problems: list[Problem] = []
    left: list[LeftOut] = []
    for company, part in whose:
        try:
            with transaction.atomic():
                kept.append(_keep(file, company, part, said, of_file, user, now))
        except FileRefused as error:
            problems += error.problems
        except tuple(_REASONS) as error:
            left.append(LeftOut(company=company, problem=_answer_needed(company, part, error)))
    left.sort(key=lambda one: one.problem.line or 0)
    if problems or not kept:
        problems += [one.problem for one in left]
        raise FileRefused(tuple(sorted(problems, key=lambda problem: problem.line or 0)))
    return kept, tuple(left)


def _answer_needed(company: Company, part: RawJournal, error: NeedsAttention) -> Problem:
    return Problem(
        code=ProblemCode.ANSWER_NEEDED,
        screen=Screen.FILE,
        line=part.part_of.line if part.part_of else None,
        facts=facts(reason=_REASONS[type(error)], company=mask_personal_codes(str(company))),
    )
