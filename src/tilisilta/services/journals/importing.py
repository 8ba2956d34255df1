"""Journals: take them in from files and from Nmbrs, and check them again when needed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tilisilta.clients.files.columns import NO_DATE_GIVEN, ColumnMapping, GivenDate
from tilisilta.clients.files.reading import read_journal_file
from tilisilta.domain import journals as domain
from tilisilta.domain.comparisons import JournalComparison, compare_journals
from tilisilta.domain.file_names import shown_file_name
from tilisilta.domain.payroll import JournalSplit, SourceJournal
from tilisilta.domain.personal_codes import mask_personal_codes
from tilisilta.domain.standing import JOURNALS_AT_REST, JournalState
from tilisilta.models import Company, Debtor, Journal, ProcountorAccount, Run, User
from tilisilta.services import audit
from tilisilta.services.journals.checks import check_journal, check_unlinked
from tilisilta.services.journals.file_companies import must_be_of
from tilisilta.services.journals.first_fetch import arrival_of, fetched_entry, named_by_nmbrs
from tilisilta.services.journals.here_already import must_not_be_elsewhere
from tilisilta.services.journals.keeping import (
    Arrival,
    Imported,
    as_masked_in,
    journals_of_run,
    keep_revision,
    lock_company,
    note_run,
)
from tilisilta.services.journals.run_refusals import (
    ImportedAsOtherRun,
    JournalElsewhere,
    WasDiscarded,
    WhichRun,
)
from tilisilta.services.journals.which_run import (
    RunAnswer,
    place_fetched,
    place_file,
)
from tilisilta.services.procountor.administrations import ADMINISTRATION_AGE_LIMIT, ANY_AGE

__all__ = [
    "Imported",
    "ImportedAsOtherRun",
    "JournalElsewhere",
    "Kept",
    "RunAnswer",
    "SaidOfFile",
    "WasDiscarded",
    "WhichRun",
    "check_journal",
    "check_kept",
    "compare_with_previous",
    "import_journal",
    "keep_fetched",
    "keep_read",
    "note_journal_read",
    "recheck_account",
    "recheck_company",
    "recheck_debtor",
]


def import_journal(  # noqa: PLR0913  # what a person says about a file, each by its name
    content: bytes,
    *,
    file_name: str,
    company: Company,
    user: User | None,
    now: datetime,
    run: domain.Run | None = None,
    currency: str = "",
    columns: ColumnMapping | None = None,
    answer: RunAnswer | None = None,
    debit_negative: bool = False,
) -> Imported:
    """Read a file that is of ``company`` alone into a journal and check it.

    ``services.journals.files`` takes in files as people have them, also of several companies.
    """
    read = read_journal_file(
        content,
        file_name=file_name,
        columns=columns,
        company_number=company.number,
        period_type=company.period_type,
        debit_negative=debit_negative,
    )
    said = SaidOfFile(
        name=shown_file_name(file_name), currency=currency, answer=answer or RunAnswer(run=run)
    )
    with transaction.atomic():
        kept = keep_read(read, company=company, said=said, user=user, now=now)
    # Checked after the commit: a check may read Procountor, and no lock may wait for its answer.
    return check_kept(kept, now=now)


@dataclass(frozen=True, kw_only=True)
class SaidOfFile:
    """What a person says of a file beside its content.

    ``currency`` counts where the file names none, and ``answer`` is about its run. ``columns`` is
    the mapping of its columns where a person chose it, and ``given`` the date of a file without.
    """

    name: str
    currency: str = ""
    answer: RunAnswer = field(default_factory=RunAnswer)
    columns: ColumnMapping | None = None
    given: GivenDate = NO_DATE_GIVEN


class Kept(NamedTuple):
    """A journal that was kept, and those whose run had to give way to it."""

    imported: Imported
    moved: tuple[Journal, ...]


def keep_read(
    read: SourceJournal, *, company: Company, said: SaidOfFile, user: User | None, now: datetime
) -> Kept:
    """Keep what was read of a file as a journal of ``company``, within the caller's transaction.

    A file that names another company of the bureau is refused. The run and the currency that were
    said are used where the file does not name its own: without them the run is taken from the
    latest period and the currency from the linked administration, else EUR. A file that was
    imported before gives the journal that is there, also an older version of it; changed lines of
    the same run make a new revision. Where it is not certain which run it is, that is asked.

    Raises ``FileRefused``, ``JournalElsewhere``, ``ImportedAsOtherRun``, ``WhichRun`` or
    ``WasDiscarded``; nothing is stored then.
    """
    names_company = must_be_of(read, company, user=user)
    must_not_be_elsewhere(read, company)
    # The file is read before the lock, as a large one takes seconds. Its place is found under the
    # lock, or two imports at once could both find the same number free.
    lock_company(company)
    place = place_file(read, company=company, answer=said.answer)
    if place.existing is not None:
        needs_check = place.existing.checked_at is None
        kept = Imported(journal=place.existing, is_new=False, needs_check=needs_check)
    else:
        arrival = Arrival(
            company=company,
            run=place.run,
            currency=read.currency or said.currency,
            file_name=said.name,
            user=user,
            is_run_guessed=place.is_guessed,
            now=now,
        )
        kept = keep_revision(read, arrival)
    if kept.is_new:
        chosen = said.columns.to_mapping() if said.columns else {}
        columns = ", ".join(f"{name}={header}" for name, header in chosen.items())
        audit.record(
            audit.Action.JOURNAL_IMPORTED,
            user=user,
            company=company,
            about=kept.journal,
            reference=kept.journal.reference,
            file=said.name,
            columns=mask_personal_codes(columns) if columns else "",
            date=str(said.given),
        )
    return Kept(replace(kept, names_company=names_company), place.moved)


def check_kept(
    kept: Kept, *, now: datetime, age_limit: timedelta = ADMINISTRATION_AGE_LIMIT
) -> Imported:
    """Check a journal that was kept, once its transaction is over, and those around it."""
    return _checked(kept.imported, kept.moved, now=now, age_limit=age_limit)


def keep_fetched(
    read: SourceJournal, *, run: Run, split: JournalSplit, is_linked: bool, now: datetime
) -> Imported:
    """Store the journal that Nmbrs gave for ``run``, as a new revision if anything differs.

    ``is_linked`` says whether the company had a link when the fetch began. The journal is checked
    against what is known of the administration: so many are fetched in a row that Procountor is not
    read for each. Opening or sending one checks it again.
    """
    named = named_by_nmbrs(read, run)
    with transaction.atomic():
        lock_company(run.company)
        place = place_fetched(read, run=run, named=named)
        latest = place.existing or journals_of_run(run.company, place.run).first()
        if latest is not None and _is_older(run, now):
            # A worker that slept must not store an older journal as a newer revision.
            return Imported(journal=latest, is_new=False)
        if place.existing is not None:
            is_noted = note_run(place.existing, run, split)
            imported = Imported(journal=place.existing, is_new=False, needs_check=is_noted)
        else:
            imported = keep_revision(read, arrival_of(read, run, place.run, split, now=now))
        note_journal_read(run, split, now=now)
        if imported.is_new:
            audit.record_all([fetched_entry(imported.journal)])
        # Checked here, as that needs nothing from Procountor.
        if imported.is_new and imported.previous is None and not is_linked and not place.moved:
            check_unlinked(imported.journal, now=now)
            return imported
    return _checked(imported, place.moved, now=now, age_limit=timedelta.max)


def _is_older(run: Run, now: datetime) -> bool:
    """Return whether the run's journal was read by another worker since this fetch began."""
    return Run.objects.filter(pk=run.pk, journal_read_at__gt=now).exists()


def note_journal_read(run: Run, split: JournalSplit, *, now: datetime) -> None:
    Run.objects.filter(pk=run.pk).update(split=split, journal_read_at=now, trouble=[])


def compare_with_previous(journal: Journal) -> JournalComparison | None:
    """Return what ``journal`` changes in the revision before; ``None`` for a first revision."""
    if journal.discarded_at is not None:
        return None
    previous = (
        Journal.objects.filter(
            company=journal.company,
            run_year=journal.run_year,
            run_number=journal.run_number,
            revision__lt=journal.revision,
        )
        .exclude(state=JournalState.DISCARDED)
        .order_by("-revision")
        .first()
    )
    if previous is None:
        return None
    before, after = previous.content(), journal.content()
    # A newer revision may come with the text that was masked in the older one.
    told = as_masked_in(previous, after.lines, before.lines)
    return compare_journals(before, replace(after, lines=tuple(told)))


def recheck_company(
    company: Company,
    *,
    includes_at_rest: bool = False,
    age_limit: timedelta = ADMINISTRATION_AGE_LIMIT,
) -> None:
    """Check again what is not sent yet of a company whose settings or link have changed.

    Procountor is read if what we know of the administration is older than ``age_limit``.
    ``includes_at_rest`` also checks what was sent or replaced: after a link has ended, it may have
    to be sent elsewhere, and after a journal got another run, a replaced one may count again.
    """
    journals = Journal.objects.filter(company=company)
    chosen = journals if includes_at_rest else not_at_rest(journals)
    for journal in chosen.exclude(state=JournalState.DISCARDED).order_by("period", "pk"):
        check_journal(journal, now=timezone.now(), age_limit=age_limit)


def recheck_strangers(journal: Journal) -> None:
    """Check again what was stopped as the same payroll as ``journal`` in another company."""
    same = Q(payroll_sha256=journal.payroll_sha256) | Q(accounts_sha256=journal.accounts_sha256)
    behind = Journal.objects.filter(
        same & ~Q(payroll_sha256=""), pk__gt=journal.pk, state=JournalState.PROBLEM
    ).exclude(company=journal.company_id)
    for other in behind.order_by("pk"):
        check_journal(other, now=timezone.now(), age_limit=timedelta.max)


def not_at_rest(journals: QuerySet[Journal]) -> QuerySet[Journal]:
    """Return those that a check may change: not sent as a whole, and not replaced."""
    return journals.exclude(state__in=JOURNALS_AT_REST)


def recheck_debtor(debtor: Debtor) -> None:
    """Check again what is not sent yet of a debtor; only we have changed, so nobody is asked.

    Its companies are those, too, that may be of it.
    """
    perhaps = Company.objects.perhaps_of([debtor.pk])
    for company in Company.objects.filter(Q(debtor=debtor) | Q(pk__in=perhaps)):
        recheck_company(company, age_limit=ANY_AGE)


def recheck_account(account: ProcountorAccount) -> None:
    for link in account.links.select_related("company"):
        recheck_company(link.company)


def _checked(
    imported: Imported, moved: Sequence[Journal], *, now: datetime, age_limit: timedelta
) -> Imported:
    """Check a new or changed journal, those whose number has changed, and its predecessor."""
    for journal in moved:
        check_journal(journal, now=now, age_limit=age_limit)
    if not imported.is_new and not imported.needs_check:
        return imported
    # Its predecessor is replaced now, and no longer stops the same payroll elsewhere.
    if imported.previous is not None:
        check_journal(imported.previous, now=now, age_limit=age_limit)
        recheck_strangers(imported.previous)
    return replace(imported, journal=check_journal(imported.journal, now=now, age_limit=age_limit))
