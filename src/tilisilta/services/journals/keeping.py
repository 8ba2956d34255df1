"""Stores journals as they came in, the versions of each run beside each other."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from tilisilta.domain import journals as domain
from tilisilta.domain.masking import lines_as_masked
from tilisilta.domain.payroll import JournalSplit, SourceJournal
from tilisilta.domain.run_identity import another_number, period_of_lines
from tilisilta.domain.sameness import payroll_digest
from tilisilta.domain.standing import COMMITTED_EXPORTS, ExportState, JournalState
from tilisilta.domain.unchanged import ToldJournal, is_other_currency, is_unchanged
from tilisilta.models import Company, Export, Journal, JournalLine, Run, User

ASSUMED_CURRENCY = "EUR"
"""Until that of the administration is known, see ``services.journals.checks``."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """The result of taking in a journal: a new one, a new revision, or one that was there.

    ``names_company`` is a company that the file names and that is not here at all.
    """

    journal: Journal
    is_new: bool
    previous: Journal | None = None
    needs_check: bool = False
    names_company: str = ""

    @property
    def is_revision(self) -> bool:
        return self.is_new and self.previous is not None


def journals_of_run(company: Company, run: domain.Run) -> QuerySet[Journal]:
    """Return the versions of a run's journal, newest first, without discarded ones."""
    return (
        Journal.objects.filter(company=company, run_year=run.year, run_number=run.number)
        .exclude(state=JournalState.DISCARDED)
        .select_related("company")
        .order_by("-revision")
    )


def free_run(company: Company, run: domain.Run) -> domain.Run:
    """Return ``run``, or one of its year under a number that no journal of ``company`` has."""
    # Discarded journals count too: their rows still have the number.
    taken = Journal.objects.filter(company=company, run_year=run.year)
    numbers = set(taken.values_list("run_number", flat=True).distinct())
    return domain.Run(
        year=run.year,
        number=another_number(run.number, numbers),
        description=run.description,
    )


KNOWN_OUTSIDE = ~Q(state=ExportState.READY) | Q(attempts__isnull=False)
"""Finds the exports that were sent or tried: their tokens may stand in Procountor."""


def was_ever_sent(journal: Journal) -> bool:
    """Return whether any receipt was sent or tried, or a person says that the journal is booked."""
    if journal.settled_as:
        return True
    # The token of what was tried may stand in Procountor.
    return Export.with_trail.filter(KNOWN_OUTSIDE, journal=journal).exists()


def lock_company(company: Company) -> None:
    """Lock ``company`` until the commit: only one transaction at a time stores its journals.

    Otherwise two could make the same revision.
    """
    lock_companies([company.pk])


def lock_companies(company_ids: Collection[int]) -> None:
    """Lock several companies as ``lock_company`` locks one."""
    # FOR NO KEY UPDATE, which lets others insert rows that refer to the company. Sending writes
    # such a row (the audit log) while it holds a journal that we may lock next: a deadlock.
    # Always in the same order: two that lock some of the same must not wait for each other.
    locked = Company.objects.select_for_update(no_key=True).filter(pk__in=company_ids)
    list(locked.order_by("pk").values_list("pk", flat=True))


def content_digest(lines: tuple[domain.JournalLine, ...]) -> str:
    """Return a digest of the lines' content, in their order; the file's layout does not count."""
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


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """How a journal came in: for which company and run, from where, when, and by whom.

    ``is_run_guessed`` says that neither its file nor a person named the run.
    """

    company: Company
    run: domain.Run
    currency: str
    now: datetime
    file_name: str = ""
    user: User | None = None
    nmbrs_run: Run | None = None
    split: JournalSplit | None = None
    is_run_guessed: bool = False


def keep_revision(read: SourceJournal, arrival: Arrival) -> Imported:
    """Store ``read`` as a new revision unless it equals the latest one of the run.

    What Nmbrs gives is compared by ``domain.unchanged``, as its two APIs may write it in different
    ways.
    """
    latest = journals_of_run(arrival.company, arrival.run).first()
    journal = new_journal(read, arrival)
    if latest is not None and _is_unchanged(latest, journal, read, arrival):
        # The lines that are stored stay told apart as they were, or those of the next time would
        # seem to have changed.
        is_same_payroll = latest.payroll_sha256 == journal.payroll_sha256
        split = journal.split if is_same_payroll else latest.split
        is_noted = note_run(latest, arrival.nmbrs_run, split)
        needs_check = is_noted or latest.checked_at is None
        return Imported(journal=latest, is_new=False, needs_check=needs_check)
    journal.revision = next_revision(arrival.company, arrival.run)
    journal.save(force_insert=True)
    store_lines([(journal, read.lines)])
    return Imported(journal=journal, is_new=True, previous=latest)


def new_journal(read: SourceJournal, arrival: Arrival) -> Journal:
    """Return ``read`` as the first journal of its run, not stored yet."""
    last = period_of_lines(read.lines)
    first = domain.BookingPeriod.containing(min(line.booking_date for line in read.lines))
    return Journal(
        company=arrival.company,
        run=arrival.nmbrs_run,
        split=arrival.split or "",
        run_year=arrival.run.year,
        run_number=arrival.run.number,
        run_description=arrival.run.description,
        revision=1,
        is_run_guessed=arrival.is_run_guessed,
        period=last.last_day.replace(day=1),
        first_period=first.last_day.replace(day=1),
        currency=arrival.currency or ASSUMED_CURRENCY,
        is_currency_assumed=not arrival.currency,
        source=read.kind,
        file_name=arrival.file_name[-255:],
        file_sha256=read.sha256,
        content_sha256=content_digest(read.lines),
        payroll_sha256=payroll_digest(read.lines),
        accounts_sha256=payroll_digest(read.lines, with_dimensions=False),
        reader_notes=read.notes,
        line_count=len(read.lines),
        debit_total=sum(line.amount for line in read.lines if line.amount > 0),
        came_at=arrival.now,
        came_by=arrival.user,
    )


def _is_unchanged(latest: Journal, journal: Journal, read: SourceJournal, arrival: Arrival) -> bool:
    if arrival.nmbrs_run is None:
        return latest.content_sha256 == journal.content_sha256
    if latest.content_sha256 == journal.content_sha256:
        return not is_other_currency(latest.currency, arrival.currency)
    here = latest.content().lines
    now = as_masked_in(latest, read.lines, here)
    return is_unchanged(
        _told(latest, here),
        ToldJournal(lines=now, split=arrival.split, currency=arrival.currency),
        is_sent=_is_committed(latest),
    )


def as_masked_in(
    journal: Journal, now: Sequence[domain.JournalLine], here: Sequence[domain.JournalLine]
) -> Sequence[domain.JournalLine]:
    """Return the lines ``now`` as they would be ``here`` if they are those of ``journal``."""
    return now if journal.masked_at is None else lines_as_masked(now, here)


def _told(journal: Journal, lines: Sequence[domain.JournalLine]) -> ToldJournal:
    split = JournalSplit(journal.split) if journal.split else None
    return ToldJournal(lines=lines, split=split, currency=journal.currency)


def _is_committed(journal: Journal) -> bool:
    return Export.objects.filter(journal=journal, state__in=COMMITTED_EXPORTS).exists()


def next_revision(company: Company, run: domain.Run) -> int:
    """Return the number of the run's next version; numbers of discarded ones stay taken."""
    # The revision is part of the token: used twice, two journals would have the same tokens.
    known = Journal.objects.filter(company=company, run_year=run.year, run_number=run.number)
    return (known.aggregate(latest=Max("revision"))["latest"] or 0) + 1


def note_run(journal: Journal, nmbrs_run: Run | None, split: str) -> bool:
    """Note of which run in Nmbrs a known journal is; return whether that changed.

    It came from a file, or its run was deleted and made anew, or it was fetched with another split.
    """
    if nmbrs_run is None or (journal.run_id == nmbrs_run.pk and journal.split == split):
        return False
    journal.run, journal.split, journal.is_deleted_at_source = nmbrs_run, split, False
    journal.save(update_fields=["run", "split", "is_deleted_at_source"])
    return True


def store_lines(of: Iterable[tuple[Journal, Sequence[domain.JournalLine]]]) -> None:
    """Store the lines of stored journals."""
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
            for journal, lines in of
            for line in lines
        ),
        # Eight values a line: databases limit the parameters of a statement to some ten thousands.
        batch_size=2000,
    )
