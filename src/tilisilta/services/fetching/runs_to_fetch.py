"""Which runs of a company are fetched, and in which order: the new, the recent, the oldest.

Nmbrs says when a run was last run, but a journal that was recalculated without its run shows only
when it is fetched again. So those of this month and the last are fetched each time, or before
others, and of earlier ones the journal that was read longest ago.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from tilisilta.domain.payroll import JournalSplit, PayrollRun, is_recent, may_book_since
from tilisilta.domain.standing import COMMITTED_EXPORTS
from tilisilta.models import Export, Journal, Link, NmbrsCompany, Run
from tilisilta.services.journals.gathering import split_of

RECENT_BEFORE = timedelta(days=30)
"""By so much a recent journal seems to be read longer ago, where one at a time is read again."""


class RunsToFetch:
    """The runs of one company while it is fetched, and which of them are fetched again."""

    def __init__(
        self, nmbrs_company: NmbrsCompany, link: Link | None, *, now: datetime, today: date
    ) -> None:
        self._nmbrs_company = nmbrs_company
        self._company = nmbrs_company.company
        self._link = link
        self._now = now
        self._today = today
        self._ambiguous: set[tuple[int, str]] = set()

    def leave_out(self, runs: Iterable[PayrollRun]) -> None:
        """Fetch no run of these numbers: a journal names its run by the number only."""
        self._ambiguous |= {(run.year, run.number) for run in runs}

    def due(self) -> Sequence[Run]:
        """Return the runs whose journals were never fetched, or have to be fetched again."""
        runs = self._company.runs.filter(gone_at__isnull=True).annotate(
            has_journal=Exists(Journal.objects.filter(run=OuterRef("pk")))
        )
        wanted = [run for run in runs.order_by("year", "period_end", "pk") if self._is_wanted(run)]
        return [run for run in wanted if self._has_to_be_fetched(run, is_latest=run is wanted[-1])]

    def recent(self) -> Sequence[Run]:
        """Return the runs whose journals may change most, the one read longest ago first."""
        runs = self._company.runs.filter(gone_at__isnull=True, journal_read_at__isnull=False)
        ordered = runs.order_by("journal_read_at", "-period_end")
        return [run for run in ordered if self._is_recent(run) and self._is_wanted(run)]

    def read_longest_ago(self, *, one_at_a_time: bool) -> Run | None:
        """Return the run whose journal was read longest ago, those not yet sent first.

        A recent one comes before others where journals are so dear that one is read at a time.
        """
        runs = self._company.runs.filter(gone_at__isnull=True, journal_read_at__isnull=False)
        ordered = sorted(
            runs.order_by("journal_read_at"),
            key=self._age if one_at_a_time else self.is_sent,
        )
        return next((run for run in ordered if self._is_wanted(run)), None)

    def _age(self, run: Run) -> Any:
        # A recent one is not read each time, and comes before others that were read long ago.
        read_at = run.journal_read_at or self._now
        return read_at - (RECENT_BEFORE if self._is_recent(run) else timedelta())

    def split_for(self, run: Run) -> JournalSplit:
        """Return how finely to fetch the journal. What is sent stays at its split.

        With another split it would seem to have changed after it was sent.
        """
        if run.split and self.is_sent(run):
            return JournalSplit(run.split)
        return split_of(self._link)

    def is_sent(self, run: Run) -> bool:
        return run.pk in self._sent_runs

    def _is_wanted(self, run: Run) -> bool:
        return (run.year, run.number) not in self._ambiguous and may_book_since(
            self._company.start_date,
            period_type=self._nmbrs_company.period_type,
            year=run.year,
            period=run.period_end,
        )

    def _is_recent(self, run: Run) -> bool:
        """Return whether a run is of this month, the last or a later one: most is changed there."""
        return is_recent(
            self._today,
            period_type=self._nmbrs_company.period_type,
            year=run.year,
            period=run.period_end,
        )

    def _has_to_be_fetched(self, run: Run, *, is_latest: bool) -> bool:
        if run.journal_read_at is None:
            return True
        if run.journal_read_at == self._now:
            # One of the further reads has just fetched it.
            return False
        if self._nmbrs_company.wants_all_journals:
            return True
        if is_latest and not getattr(run, "has_journal", True):
            return True
        return run.split != split_of(self._link) and run.pk not in self._sent_runs

    @cached_property
    def _sent_runs(self) -> frozenset[int]:
        runs = self._company.runs.filter(Exists(_sent_exports(OuterRef("pk"))))
        return frozenset(runs.values_list("pk", flat=True))


def _sent_exports(run: OuterRef) -> QuerySet[Export]:
    return Export.objects.filter(journal__run=run, state__in=COMMITTED_EXPORTS)
