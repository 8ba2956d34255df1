"""Stores the first journals of a company at once, when Nmbrs is fetched for the first time.

There are twelve and more of them for each of a bureau's companies, and where nothing is here yet
there is nothing to compare them with: no other run, no file, no link. Stored one by one, the
database takes longer than Nmbrs.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from tilisilta.domain import journals as domain
from tilisilta.domain.payroll import JournalSplit, SourceJournal
from tilisilta.models import AuditEntry, Company, Journal, Link, Run
from tilisilta.services import audit
from tilisilta.services.journals.checks import check_before_storing
from tilisilta.services.journals.keeping import Arrival, lock_company, new_journal, store_lines


class FetchedJournal(NamedTuple):
    """The journal that Nmbrs gave for ``run``."""

    run: Run
    read: SourceJournal


def keep_first_fetched(
    fetched: Sequence[FetchedJournal], *, company: Company, split: JournalSplit, now: datetime
) -> bool:
    """Store the first journals of ``company`` and check them, in one transaction.

    Returns False, with nothing stored, where that is not all there is to it: there is nothing to
    store, the company has journals or a link already, or two of these have the same number.
    """
    arrivals = [
        arrival_of(read, run, named_by_nmbrs(read, run), split, now=now) for run, read in fetched
    ]
    if not fetched:
        return False
    if len({(one.run.year, one.run.number) for one in arrivals}) < len(arrivals):
        return False
    with transaction.atomic():
        lock_company(company)
        # Asked under the lock: a file may have been imported, or a link made, while Nmbrs answered.
        if company.journals.exists() or Link.objects.filter(company=company).exists():
            return False
        journals = [
            new_journal(one.read, arrival) for one, arrival in zip(fetched, arrivals, strict=True)
        ]
        for journal in journals:
            check_before_storing(journal, now=now)
        _store(Journal.objects.bulk_create(journals), [one.read for one in fetched])
        Run.objects.filter(pk__in=[one.run.pk for one in fetched]).update(
            split=split, journal_read_at=now, trouble=[]
        )
    return True


def named_by_nmbrs(read: SourceJournal, run: Run) -> domain.Run:
    return domain.Run(
        year=read.run_year or run.year,
        number=read.run_number or run.number,
        description=read.run_description,
    )


def arrival_of(
    read: SourceJournal, run: Run, named: domain.Run, split: JournalSplit, *, now: datetime
) -> Arrival:
    """Return how the journal of ``run`` in Nmbrs came in; here it is of the run ``named``."""
    return Arrival(
        company=run.company,
        run=named,
        currency=read.currency,
        nmbrs_run=run,
        split=split,
        now=now,
    )


def fetched_entry(journal: Journal) -> AuditEntry:
    return audit.entry(
        audit.Action.JOURNAL_FETCHED,
        user=None,
        company=journal.company,
        about=journal,
        reference=journal.reference,
    )


def _store(journals: Sequence[Journal], reads: Iterable[SourceJournal]) -> None:
    store_lines((journal, read.lines) for journal, read in zip(journals, reads, strict=True))
    audit.record_all([fetched_entry(journal) for journal in journals])
