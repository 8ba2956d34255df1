"""Reads the runs of one company by both APIs, and compares them. It stores nothing.

It takes two lists of runs, and for the newest run and the newest sent one a journal by each API:
by SOAP three calls, by REST about seven, as a journal costs three there.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property

from tilisilta.clients.files.outcomes import FileRefused
from tilisilta.clients.nmbrs.errors import (
    NO_SUCH_PERIOD,
    NmbrsCallForbidden,
    NmbrsLoginRefused,
    NmbrsRefused,
)
from tilisilta.domain.both_ways import (
    ComparedRun,
    Finding,
    Way,
    compare_journals,
    runs_of_one,
)
from tilisilta.domain.journals import JournalLine, plain_run_number
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import JournalSplit, PayrollRun, PayrollSource
from tilisilta.domain.standing import COMMITTED_EXPORTS
from tilisilta.errors import TilisiltaError
from tilisilta.models import Company, Journal, Link, Run
from tilisilta.services.journals.gathering import split_of

_Mark = tuple[int, str]


class ReadingFailed(Exception):
    """Reading by ``way`` failed with ``error``."""

    def __init__(self, way: Way, error: TilisiltaError) -> None:
        super().__init__(f"Reading by {way.value} failed.")
        self.way = way
        self.error = error


@contextmanager
def reading_by(way: Way) -> Iterator[None]:
    """Raise ``ReadingFailed`` for what a client raises within: both have the same errors."""
    try:
        yield
    except TilisiltaError as error:
        raise ReadingFailed(way, error) from error


def compare_runs(
    company: Company,
    *,
    ids: Mapping[Way, NmbrsId],
    sources: Mapping[Way, PayrollSource],
    today: date,
) -> tuple[ComparedRun, ...]:
    """Return how the newest run of a company and its newest sent one compare.

    Before them come the runs that only one API lists. Raises ``ReadingFailed``.
    """
    return _Reading(company, ids=ids, sources=sources, today=today).compared()


class _Reading:
    """One company while it is read by both."""

    def __init__(
        self,
        company: Company,
        *,
        ids: Mapping[Way, NmbrsId],
        sources: Mapping[Way, PayrollSource],
        today: date,
    ) -> None:
        self._company = company
        self._ids = ids
        self._sources = sources
        self._today = today
        self._link = Link.objects.open().filter(company=company).first()

    def compared(self) -> tuple[ComparedRun, ...]:
        newest = max(self._in_both, key=self._age, default=None)
        found = [*runs_of_one(*(map(_mark, self._listed[way]) for way in Way))]
        if newest is not None:
            result = self._compare(newest)
            found.append(result)
            with_journal = self._known_with_journal
            if result.finding is Finding.NO_JOURNAL and with_journal not in {None, newest}:
                # A run that was just made has no journal yet, which shows nothing.
                found.append(self._compare(with_journal))
        sent = self._sent
        is_done = sent is None or any(one.run == _text(sent) for one in found)
        if sent is not None and not is_done and sent in self._in_both:
            found.append(self._compare(sent))
        return tuple(found)

    @cached_property
    def _listed(self) -> Mapping[Way, Sequence[PayrollRun]]:
        """Return the runs of the years that matter: this one, the newest and that of the sent."""
        known = self._known_runs
        years = {self._today.year}
        years |= {one[0] for one in (self._sent, next(iter(known), None)) if one is not None}
        return {
            way: [run for year in sorted(years) for run in self._runs(way, year)] for way in Way
        }

    def _runs(self, way: Way, year: int) -> Sequence[PayrollRun]:
        with reading_by(way):
            try:
                runs = self._sources[way].runs(self._ids[way], year)
            except (NmbrsCallForbidden, NmbrsLoginRefused):
                raise
            except NmbrsRefused as error:
                if error.reason != NO_SUCH_PERIOD:
                    raise
                return ()
        return tuple({run.id: run for run in runs}.values())

    @cached_property
    def _in_both(self) -> Mapping[_Mark, Mapping[Way, PayrollRun]]:
        """Return the runs that both list once: a number that two runs have tells neither."""
        by_way = {way: {_mark(run): run for run in runs} for way, runs in self._listed.items()}
        counts = [Counter(map(_mark, runs)) for runs in self._listed.values()]
        return {
            mark: {way: by_way[way][mark] for way in Way}
            for mark in by_way[Way.SOAP]
            if all(count[mark] == 1 for count in counts)
        }

    def _age(self, mark: _Mark) -> tuple[int, int, int, str]:
        return _age(self._in_both[mark][Way.SOAP])

    @cached_property
    def _known_runs(self) -> Sequence[_Mark]:
        """Return the runs that are here, the newest first."""
        runs = sorted(self._company.runs.filter(gone_at__isnull=True), key=_age, reverse=True)
        return [_mark(run) for run in runs]

    @cached_property
    def _known_with_journal(self) -> _Mark | None:
        with_journal = set(map(_mark, Run.objects.filter(company=self._company, journals__gt=0)))
        both = (mark for mark in self._known_runs if mark in self._in_both)
        return next((mark for mark in both if mark in with_journal), None)

    @cached_property
    def _sent(self) -> _Mark | None:
        """Return the newest run of which something is in the books."""
        return next((mark for mark in self._known_runs if mark in self._splits_of_sent), None)

    @cached_property
    def _splits_of_sent(self) -> Mapping[_Mark, str]:
        """Return how finely each run was fetched of which something is in the books."""
        journals = Journal.objects.filter(
            company=self._company, run__isnull=False, exports__state__in=COMMITTED_EXPORTS
        )
        sent = Run.objects.filter(pk__in=journals.values("run"))
        return {_mark(run): run.split for run in sent}

    def _compare(self, mark: _Mark) -> ComparedRun:
        """Read a run by both. A difference is told only if it is there a second time.

        Nmbrs may recalculate the run between the two readings.
        """
        found, by_soap = self._read_both(mark)
        if found.finding not in {Finding.LINES, Finding.ONE_JOURNAL}:
            return found
        again = self._journal(mark, Way.SOAP)
        if not isinstance(again, Exception) and again == by_soap:
            return found
        return self._read_both(mark)[0]

    def _read_both(self, mark: _Mark) -> tuple[ComparedRun, object]:
        read = {way: self._journal(mark, way) for way in Way}
        soap, rest = read[Way.SOAP], read[Way.REST]
        is_sent = mark == self._sent
        if isinstance(soap, Exception) or isinstance(rest, Exception):
            failed = [way for way in Way if isinstance(read[way], Exception)]
            unread = ComparedRun(
                run=_text(mark),
                is_sent=is_sent,
                finding=Finding.UNREAD,
                way=failed[0] if len(failed) == 1 else None,
                codes=_codes([one for one in read.values() if isinstance(one, Exception)]),
            )
            return unread, soap
        return compare_journals(_text(mark), soap=soap, rest=rest, is_sent=is_sent), soap

    def _journal(
        self, mark: _Mark, way: Way
    ) -> tuple[JournalLine, ...] | FileRefused | NmbrsRefused | None:
        """Return the lines of a journal, or what is wrong with this journal alone."""
        run = self._in_both[mark][way]
        with reading_by(way):
            try:
                read = self._sources[way].journal(self._ids[way], run, self._split_of(mark))
            except (NmbrsCallForbidden, NmbrsLoginRefused):
                raise
            except (FileRefused, NmbrsRefused) as refusal:
                return refusal
        return None if read is None else read.lines

    def _split_of(self, mark: _Mark) -> JournalSplit:
        """Return how finely fetching asks for it: what is sent stays as it was told apart."""
        split = self._splits_of_sent.get(mark)
        return JournalSplit(split) if split else split_of(self._link)


def _mark(run: Run | PayrollRun) -> _Mark:
    return run.year, plain_run_number(run.number)


def _age(run: Run | PayrollRun) -> tuple[int, int, int, str]:
    number = plain_run_number(run.number)
    return run.year, run.period_end, int(number) if number.isdecimal() else 0, number


def _text(mark: _Mark) -> str:
    return f"{mark[1]}/{mark[0]}"


def _codes(refusals: Sequence[Exception]) -> tuple[str, ...]:
    found: list[str] = []
    for one in refusals:
        if isinstance(one, FileRefused):
            found += [problem.code.value for problem in one.problems]
        elif isinstance(one, NmbrsRefused):
            found.append(str(one.code))
    return tuple(dict.fromkeys(found))
