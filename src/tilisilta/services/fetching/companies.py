"""Fetches one company from Nmbrs: its runs, their journals, its cost centers and cost units.

An unchanged company costs five calls at most by SOAP, and one more for each run of this month and
the last; by REST it costs four (``budget``). Both ids of a company and of what it has cost up to
four calls more, once per company. Which journals are fetched again, ``runs_to_fetch`` says.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from tilisilta.clients.files.outcomes import JournalAnswerRefused
from tilisilta.clients.nmbrs.errors import (
    NO_SUCH_PERIOD,
    JournalNotReady,
    NmbrsCallForbidden,
    NmbrsLoginRefused,
    NmbrsRefused,
)
from tilisilta.domain.payroll import (
    JournalSplit,
    PayrollSource,
    SourceJournal,
    books_since,
)
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.models import Link, NmbrsCompany, Run
from tilisilta.services.fetching import budget
from tilisilta.services.fetching.both_ids import keep_ids_of_company
from tilisilta.services.fetching.cost_object_lists import CostObjectLists
from tilisilta.services.fetching.problems import (
    here_twice,
    number_given_twice,
    problem_of,
    problems_of_run,
    run_like_several,
)
from tilisilta.services.fetching.runs import keep_runs, numbered_twice, run_as_asked
from tilisilta.services.fetching.runs_to_fetch import RunsToFetch
from tilisilta.services.journals.first_fetch import FetchedJournal, keep_first_fetched
from tilisilta.services.journals.gathering import split_of
from tilisilta.services.journals.importing import keep_fetched, note_journal_read, recheck_company
from tilisilta.services.journals.unreadable_answers import keep_answer

MOST_NOT_READY = 3
"""After so many journals that Nmbrs is still making, the rest of the company waits as well."""
BEGUN_AHEAD = 12
"""So many journals are being made at a time, where Nmbrs makes each when it is asked for."""
FIRST_AT_ONCE = 24
"""The first journals of a company are stored so many at a time, all in memory until then."""


@dataclass(kw_only=True)
class Fetched:
    """The result of fetching a company. ``trouble`` is what a person should know."""

    journal_count: int = 0
    revision_count: int = 0
    trouble: list[Problem] = field(default_factory=list)


def fetch_company(
    nmbrs_company: NmbrsCompany,
    source: PayrollSource,
    *,
    now: datetime,
    today: date,
    into: Fetched | None = None,
) -> Fetched:
    """Bring a company up to date with Nmbrs.

    Raises what the source raises when no further call for the company makes sense. What was
    fetched until then is stored and counted in ``into``, and the next time goes on from there.
    """
    fetch = _Fetch(nmbrs_company, source, now=now, today=today, into=into)
    fetch.keep_period_type()
    wants_all = nmbrs_company.wants_all_journals
    years = budget.years_of_turn(
        nmbrs_company.connection,
        today,
        listed_from=None if wants_all else nmbrs_company.listed_from,
    )
    for year in years.now:
        fetch.keep_runs(year)
    # What is left of the calls goes to the further reads, which may wait for the next time.
    spare = None if wants_all else max(0, source.cost.company - len(years.now))
    for read in budget.affordable(fetch.further_reads(years.later), spare=spare):
        read()
    fetch.fetched.trouble += fetch.cost_objects.trouble()
    fetch.keep_ids()
    fetch.keep_journals(fetch.runs.due())
    if nmbrs_company.listed_from != nmbrs_company.connection.first_year:
        NmbrsCompany.objects.filter(pk=nmbrs_company.pk).update(
            listed_from=nmbrs_company.connection.first_year
        )
    return fetch.fetched


def read_run_again(
    run: Run,
    nmbrs_company: NmbrsCompany,
    source: PayrollSource,
    *,
    now: datetime,
    today: date,
    lists: bool = False,
) -> None:
    """Read the journal of one run once more, and store what has changed.

    With ``lists`` the runs of its year are listed first, which say whether it is still locked.
    A journal that Nmbrs does not give is often that of a run which was deleted, so that the runs of
    its year are listed then, which marks it.
    """
    fetch = _Fetch(nmbrs_company, source, now=now, today=today)
    before = run.trouble
    if lists:
        fetch.keep_runs(run.year)
        run.refresh_from_db()
        if run.gone_at is not None:
            return
    fetch.keep_journals([run])
    run.refresh_from_db()
    if run.trouble and run.trouble != before:
        fetch.keep_runs(run.year)


class _Fetch:
    """One company while it is fetched."""

    def __init__(
        self,
        nmbrs_company: NmbrsCompany,
        source: PayrollSource,
        *,
        now: datetime,
        today: date,
        into: Fetched | None = None,
    ) -> None:
        self.fetched = Fetched() if into is None else into
        self._nmbrs_company = nmbrs_company
        self._company = nmbrs_company.company
        self._source = source
        self._now = now
        self._today = today
        self._link = Link.objects.open().filter(company=nmbrs_company.company).first()
        self._wants_all = nmbrs_company.wants_all_journals
        self._not_ready: list[JournalNotReady] = []
        self.runs = RunsToFetch(nmbrs_company, self._link, now=now, today=today)
        self.cost_objects = CostObjectLists(nmbrs_company, source, link=self._link, now=now)

    def keep_period_type(self) -> None:
        """Read the pay periods of a company where the lists do not tell them."""
        if self._nmbrs_company.period_type and not self._wants_all:
            return
        period_type = self._source.period_type(self._nmbrs_company.id_in_nmbrs)[:20]
        if period_type and period_type != self._nmbrs_company.period_type:
            mine = NmbrsCompany.objects.filter(pk=self._nmbrs_company.pk)
            mine.update(period_type=period_type)
            self._nmbrs_company.period_type = period_type

    def keep_ids(self) -> None:
        """Fill in both ids of all that the company has: once, and when a person wants it anew."""
        if self._nmbrs_company.ids_read_at is None or self._wants_all:
            twice = keep_ids_of_company(self._nmbrs_company, self._source, now=self._now)
            self.fetched.trouble += [here_twice(twice.number)] if twice is not None else []

    def keep_runs(self, year: int) -> None:
        """List the runs of one year; runs no longer listed are marked, with their journals."""
        try:
            listed = self._source.runs(self._nmbrs_company.id_in_nmbrs, year)
        except (NmbrsCallForbidden, NmbrsLoginRefused):
            raise
        except NmbrsRefused as error:
            if error.reason != NO_SUCH_PERIOD and year <= self._today.year:
                raise
            # The company has no such year yet. An empty list would mark its runs as gone.
            return
        listed = tuple({one.id: one for one in listed}.values())
        doubtful = keep_runs(self._company, listed, year=year, now=self._now)
        twice = numbered_twice(listed)
        self.runs.leave_out([*doubtful, *(run for runs in twice for run in runs)])
        self.fetched.trouble += [number_given_twice(runs) for runs in twice]
        told = {run.id for runs in twice for run in runs}
        self.fetched.trouble += [run_like_several(run) for run in doubtful if run.id not in told]

    def further_reads(self, years: Iterable[int]) -> Iterator[tuple[int, Callable[[], None]]]:
        """Yield further reads, each with its calls; those are made for which calls are left."""
        unread, by_age = self.cost_objects.unread, self.cost_objects.by_age
        yield from ((1, partial(self.cost_objects.read, kind)) for kind in unread)
        runs = [partial(self.keep_runs, year) for year in years]
        cost_objects = [partial(self.cost_objects.read, kind) for kind in by_age]
        cost = self._source.cost
        if self._wants_all or (cost.is_dear and budget.has_lists_today(self._today)):
            yield from ((1, read) for read in (*runs, *cost_objects))
        elif cost.is_dear:
            yield cost.journal, self._read_oldest_journal
        else:
            recent = self.runs.recent()[: budget.RECENT_AT_ONCE]
            yield from ((1, partial(self._keep_journal, run)) for run in recent)
            others: list[Callable[[], None]] = [*runs, *cost_objects[:1], self._read_oldest_journal]
            yield from ((1, read) for read in budget.turned(others, self._today))

    def keep_journals(self, runs: Sequence[Run]) -> None:
        """Fetch the journals of ``runs``. One that cannot be read does not stop the others.

        Raises ``JournalNotReady`` afterwards if Nmbrs is still making one, as it is worth asking
        for soon again.
        """
        is_first = self._link is None and not self._company.journals.exists()
        first = runs[:FIRST_AT_ONCE] if is_first else ()
        self._keep_first_journals(first)
        for run in self._begun_ahead(runs[len(first) :]):
            self._keep_journal(run)
        if self.fetched.journal_count and self._link is None:
            self._check_if_linked_since()
        for run in self._company.runs.filter(gone_at__isnull=True).exclude(trouble=[]):
            self.fetched.trouble += run.trouble[:1]
        if self._not_ready:
            raise self._not_ready[0]

    def _begun_ahead(self, runs: Sequence[Run]) -> Iterator[Run]:
        """Yield runs whose journals are asked for, while Nmbrs makes the next ones already."""
        for at, run in enumerate(runs):
            if len(self._not_ready) >= MOST_NOT_READY:
                return
            for soon in runs[at : at + BEGUN_AHEAD]:
                split = self.runs.split_for(soon)
                self._source.begin_journal(
                    self._nmbrs_company.id_in_nmbrs, run_as_asked(soon), split
                )
            yield run

    def _keep_first_journals(self, runs: Sequence[Run]) -> None:
        """Fetch journals of a company that has none, and store them together."""
        split = split_of(None)
        fetched: list[FetchedJournal] = []
        try:
            for run in self._begun_ahead(runs):
                read = self._read_journal(run, split)
                if read is not None:
                    fetched.append(FetchedJournal(run, read))
        finally:
            # Also those before an answer that ends the fetch: the next one goes on from there.
            self._keep_first(fetched, split)

    def _keep_first(self, fetched: Sequence[FetchedJournal], split: JournalSplit) -> None:
        if keep_first_fetched(fetched, company=self._company, split=split, now=self._now):
            self.fetched.journal_count += len(fetched)
            return
        for run, read in fetched:
            self._keep_read(run, read, split)

    def _check_if_linked_since(self) -> None:
        """Check journals that were stored without a link, if a link was made meanwhile.

        Making a link checks the journals that are stored then, and not those stored right after.
        """
        if Link.objects.filter(company=self._company).exists():
            recheck_company(self._company)

    def _read_oldest_journal(self) -> None:
        run = self.runs.read_longest_ago(one_at_a_time=self._source.cost.is_dear)
        if run is not None:
            self._keep_journal(run)

    def _keep_journal(self, run: Run) -> None:
        split = self.runs.split_for(run)
        read = self._read_journal(run, split)
        if read is not None:
            self._keep_read(run, read, split)

    def _read_journal(self, run: Run, split: JournalSplit) -> SourceJournal | None:
        """Return the journal of a run, or note with the run why there is none to store."""
        # The run came from a query without its company; this spares one per journal.
        run.company = self._company
        try:
            read = self._source.journal(self._nmbrs_company.id_in_nmbrs, run_as_asked(run), split)
        except JournalNotReady as error:
            # Not noted as read, so that it is fetched the next time.
            self._not_ready.append(error)
            return None
        except JournalAnswerRefused as refusal:
            keep_answer(run, refusal.content, now=self._now)
            self._note_trouble(run, problems_of_run(refusal, run=str(run)))
            return None
        except (NmbrsCallForbidden, NmbrsLoginRefused):
            raise
        except NmbrsRefused as error:
            # Concerns this run alone: it may have been deleted since it was listed.
            self._note_trouble(run, (problem_of(error),))
            return None
        if read is None:
            self._note_no_journal(run, split)
            return None
        if not books_since(self._company.start_date, read) and not run.journals.exists():
            # Noted as read, or it would be fetched each time; nothing before the start is stored.
            note_journal_read(run, split, now=self._now)
            return None
        return read

    def _keep_read(self, run: Run, read: SourceJournal, split: JournalSplit) -> None:
        imported = keep_fetched(
            read, run=run, split=split, is_linked=self._link is not None, now=self._now
        )
        self.fetched.journal_count += imported.is_new and not imported.is_revision
        self.fetched.revision_count += imported.is_revision

    def _note_no_journal(self, run: Run, split: JournalSplit) -> None:
        """Note that a run has no journal yet; if it had one, that is trouble: it may be sent."""
        note_journal_read(run, split, now=self._now)
        if run.journals.exists():
            emptied = Problem(
                code=ProblemCode.JOURNAL_EMPTIED, screen=Screen.NMBRS, facts=facts(run=str(run))
            )
            self._note_trouble(run, (emptied,))

    def _note_trouble(self, run: Run, problems: Sequence[Problem]) -> None:
        Run.objects.filter(pk=run.pk).update(trouble=problems, journal_read_at=self._now)
