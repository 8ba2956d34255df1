"""Journals: take them in, check them against Procountor, and settle where each stands."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.clients.files.reading import read_journal_file
from tilisilta.domain import journals as domain
from tilisilta.domain.comparisons import JournalComparison, compare_journals
from tilisilta.domain.payroll import JournalSplit, SourceJournal
from tilisilta.errors import NeedsAttention
from tilisilta.models import (
    Company,
    Debtor,
    Journal,
    JournalLine,
    JournalState,
    Link,
    ProcountorAccount,
    Run,
    User,
)
from tilisilta.services import audit
from tilisilta.services.administrations import ADMINISTRATION_AGE_LIMIT
from tilisilta.services.checks import check_journal, check_unlinked, dump_problems

__all__ = [
    "Imported",
    "ImportedAsOtherRun",
    "JournalElsewhere",
    "check_journal",
    "compare_with_previous",
    "import_journal",
    "keep_fetched",
    "note_journal_read",
    "recheck_account",
    "recheck_company",
    "recheck_debtor",
    "say_surely_another",
]


ASSUMED_CURRENCY = "EUR"
"""Until the administration tells its own, see ``services.checks``."""


class JournalElsewhere(NeedsAttention):
    """The very same file was imported for another company already."""

    def __init__(self, other: Company) -> None:
        super().__init__(f"This very file was imported for {other} already.")
        self.other = other


class ImportedAsOtherRun(NeedsAttention):
    """The very same file was imported for another run of the company already."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(f"This very file is journal {journal.reference} already.")
        self.journal = journal


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of a file: a new journal, a new revision of one, or one that was there."""

    journal: Journal
    is_new: bool
    previous: Journal | None = None
    needs_check: bool = False

    @property
    def is_revision(self) -> bool:
        """Tell whether the file changed a run that had a journal before."""
        return self.is_new and self.journal.revision > 1


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
    debit_negative: bool = False,
) -> Imported:
    """Read a file into a journal of ``company`` and check it.

    With ``debit_negative`` the signs of its single column of amounts are turned round.

    ``run`` and ``currency`` are used where the file does not name its own: without them the run
    is taken from the latest period and the currency from the linked administration, else EUR.
    A file that was imported before, and one with the same lines as the run's latest revision,
    gives the journal that is there; changed lines make a new revision.

    Raises ``FileRefused`` or ``ColumnsNeeded`` (see ``clients.files``), ``JournalElsewhere`` or
    ``ImportedAsOtherRun``; nothing is stored then.
    """
    read = read_journal_file(
        content,
        file_name=file_name,
        columns=columns,
        company_number=company.number,
        period_type=company.period_type,
        debit_negative=debit_negative,
    )
    _must_not_be_elsewhere(read, company)
    with transaction.atomic():
        _alone(company)
        run = _run_of(read, run)
        _must_not_be_another_run(read, company, run)
        kept = _keep_revision(
            read,
            company=company,
            run=run,
            currency=read.currency or currency,
            file_name=file_name,
            user=user,
            now=now,
        )
        if kept.is_new:
            audit.record(
                audit.Action.JOURNAL_IMPORTED,
                user=user,
                company=company,
                reference=kept.journal.reference,
                file=file_name,
            )
    return _checked(kept, now=now, age_limit=ADMINISTRATION_AGE_LIMIT)


def keep_fetched(
    read: SourceJournal, *, run: Run, split: JournalSplit, is_linked: bool, now: datetime
) -> Imported:
    """Keep the journal that Nmbrs gave for ``run``, as a new revision if anything differs.

    ``is_linked`` tells whether the company had a link when fetching it began. A journal is checked
    against what is known of the administration: so many are fetched in a row that Procountor is not
    asked about each. Whoever opens or sends one has it checked anew.
    """
    of_run = _same_run(run, _run_of(read, None))
    with transaction.atomic():
        _alone(run.company)
        latest = _latest_revision(run.company, of_run)
        if latest is not None and _is_older(run, now):
            # Who was asleep for long must not put an older journal in place of a newer one.
            return Imported(journal=latest, is_new=False)
        kept = _keep_revision(
            read,
            company=run.company,
            run=of_run,
            currency=read.currency,
            nmbrs_run=run,
            split=split,
            now=now,
        )
        note_journal_read(run, split, now=now)
        if kept.is_new:
            audit.record(
                audit.Action.JOURNAL_FETCHED,
                user=None,
                company=run.company,
                reference=kept.journal.reference,
            )
        if kept.is_new and kept.previous is None and not is_linked:
            check_unlinked(kept.journal, now=now)
            return kept
    return _checked(kept, now=now, age_limit=timedelta.max)


def _same_run(run: Run, named: domain.Run) -> domain.Run:
    """The run as its first journal named it: under another number it would be booked twice."""
    first = run.journals.order_by("pk").first()
    if first is None:
        return named
    return domain.Run(year=first.run_year, number=first.run_number, description=named.description)


def _is_older(run: Run, now: datetime) -> bool:
    """Tell whether the run's journal was read by somebody else since this fetch began."""
    return Run.objects.filter(pk=run.pk, journal_read_at__gt=now).exists()


def say_surely_another(journal: Journal, *, user: User | None, now: datetime) -> Journal:
    """Say that ``journal`` is no other journal's payroll again, so that it may be sent."""
    with transaction.atomic():
        Journal.objects.filter(pk=journal.pk).update(is_surely_another=True)
        audit.record(
            audit.Action.JOURNAL_NOT_TWICE,
            user=user,
            company=journal.company,
            reference=journal.reference,
        )
    return check_journal(journal, now=now)


def note_journal_read(run: Run, split: JournalSplit, *, now: datetime) -> None:
    """Note that the journal of a run was asked for and understood, even if there is none yet."""
    Run.objects.filter(pk=run.pk).update(split=split, journal_read_at=now, trouble=[])


def compare_with_previous(journal: Journal) -> JournalComparison | None:
    """What ``journal`` changes against the revision before it; ``None`` for a first revision."""
    previous = Journal.objects.filter(
        company=journal.company,
        run_year=journal.run_year,
        run_number=journal.run_number,
        revision=journal.revision - 1,
    ).first()
    if previous is None:
        return None
    return compare_journals(previous.content(), journal.content())


def recheck_company(company: Company) -> None:
    """Check again what is not sent yet of a company whose settings or link have changed."""
    for journal in unsettled(Journal.objects.filter(company=company)).order_by("period"):
        check_journal(journal, now=timezone.now())


def unsettled(journals: QuerySet[Journal]) -> QuerySet[Journal]:
    """Those that a check may say something new of: not sent as a whole, and not replaced."""
    return journals.exclude(
        state__in=[JournalState.SENT, JournalState.APPROVED, JournalState.REPLACED]
    )


def recheck_debtor(debtor: Debtor) -> None:
    """Check again what is not sent yet of a debtor that was blocked or unblocked."""
    for company in debtor.companies.all():
        recheck_company(company)


def recheck_account(account: ProcountorAccount) -> None:
    """Check again what waits for an account that was authorised or has ended."""
    link = Link.objects.filter(procountor_account=account).select_related("company").first()
    if link is not None:
        recheck_company(link.company)


def _must_not_be_elsewhere(read: SourceJournal, company: Company) -> None:
    other = (
        Journal.objects.filter(file_sha256=read.sha256)
        .exclude(company=company)
        .select_related("company")
        .first()
    )
    if other is not None:
        raise JournalElsewhere(other.company)


def _must_not_be_another_run(read: SourceJournal, company: Company, run: domain.Run) -> None:
    """One file is one run: under a second number its receipts would be booked twice."""
    other = (
        Journal.objects.filter(company=company, file_sha256=read.sha256)
        .exclude(run_year=run.year, run_number=run.number)
        .select_related("company")
        .first()
    )
    if other is not None:
        raise ImportedAsOtherRun(other)


def _run_of(read: SourceJournal, given: domain.Run | None) -> domain.Run:
    """The run the file names; else the one a person named; else that of its latest period."""
    last = max(line.booking_date for line in read.lines)
    given = given or domain.Run(year=last.year, number=str(last.month))
    return domain.Run(
        year=read.run_year or given.year,
        number=read.run_number or domain.plain_run_number(given.number),
        description=read.run_description or given.description,
    )


def _content_digest(lines: tuple[domain.JournalLine, ...]) -> str:
    """A digest of what the lines say, in their order; the file's layout plays no part."""
    digest = hashlib.sha256()
    for line in lines:
        parts = (
            line.ledger_account,
            line.description,
            f"{line.amount:.2f}",
            line.cost_center,
            line.cost_unit,
            line.booking_date.isoformat(),
        )
        digest.update("\x1f".join(parts).encode() + b"\x1e")
    return digest.hexdigest()


def _latest_revision(company: Company, run: domain.Run) -> Journal | None:
    return (
        Journal.objects.filter(company=company, run_year=run.year, run_number=run.number)
        .order_by("-revision")
        .first()
    )


def _alone(company: Company) -> None:
    """Keep others from keeping journals of ``company``, or two would make the same revision."""
    # Not so hard that others could not refer to the company: who sends writes of it while
    # holding the journal that we may want.
    Company.objects.select_for_update(no_key=True).only("pk").get(pk=company.pk)


def _keep_revision(  # noqa: PLR0913  # what is known of where it comes from
    read: SourceJournal,
    *,
    company: Company,
    run: domain.Run,
    currency: str,
    now: datetime,
    file_name: str = "",
    user: User | None = None,
    nmbrs_run: Run | None = None,
    split: JournalSplit | None = None,
) -> Imported:
    """Store ``read`` unless it says what the run's latest revision says."""
    latest = _latest_revision(company, run)
    content_sha256 = _content_digest(read.lines)
    if latest is not None and latest.content_sha256 == content_sha256:
        is_noted = _note_run(latest, nmbrs_run, split)
        needs_check = is_noted or latest.checked_at is None
        return Imported(journal=latest, is_new=False, needs_check=needs_check)
    last = domain.BookingPeriod.containing(max(line.booking_date for line in read.lines))
    first = domain.BookingPeriod.containing(min(line.booking_date for line in read.lines))
    journal = Journal.objects.create(
        company=company,
        run=nmbrs_run,
        split=split or "",
        run_year=run.year,
        run_number=run.number,
        run_description=run.description,
        revision=latest.revision + 1 if latest else 1,
        period=last.last_day.replace(day=1),
        first_period=first.last_day.replace(day=1),
        currency=currency or ASSUMED_CURRENCY,
        is_currency_assumed=not currency,
        source=read.kind,
        file_name=file_name[-255:],
        file_sha256=read.sha256,
        content_sha256=content_sha256,
        reader_notes=dump_problems(read.notes),
        line_count=len(read.lines),
        debit_total=sum(line.amount for line in read.lines if line.amount > 0),
        came_at=now,
        came_by=user,
    )
    _store_lines(journal, read.lines)
    return Imported(journal=journal, is_new=True, previous=latest)


def _note_run(journal: Journal, nmbrs_run: Run | None, split: JournalSplit | None) -> bool:
    """Note of which run in Nmbrs a journal is that came before; tell whether that is news.

    It came from a file, or its run was deleted and made anew, or it is told apart otherwise.
    """
    if nmbrs_run is None or (journal.run_id == nmbrs_run.pk and journal.split == split):
        return False
    journal.run, journal.split, journal.is_deleted_at_source = nmbrs_run, split or "", False
    journal.save(update_fields=["run", "split", "is_deleted_at_source"])
    return True


def _checked(kept: Imported, *, now: datetime, age_limit: timedelta) -> Imported:
    """Check a journal that is new or of which something new is known, and the one before it."""
    if not kept.is_new and not kept.needs_check:
        return kept
    if kept.previous is not None:
        check_journal(kept.previous, now=now, age_limit=age_limit)
    return replace(kept, journal=check_journal(kept.journal, now=now, age_limit=age_limit))


def _store_lines(journal: Journal, lines: tuple[domain.JournalLine, ...]) -> None:
    JournalLine.objects.bulk_create(
        (
            JournalLine(
                journal=journal,
                position=line.position,
                ledger_account=line.ledger_account,
                description=line.description,
                amount=line.amount,
                cost_center=line.cost_center,
                cost_unit=line.cost_unit,
                booking_date=line.booking_date,
            )
            for line in lines
        ),
        batch_size=2000,
    )
