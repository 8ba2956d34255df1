"""What the page of one company shows, made ready for its template."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from tilisilta.domain.payroll import is_before_start, last_day_of_run
from tilisilta.domain.problems import Problem
from tilisilta.domain.standing import JournalState
from tilisilta.models import (
    Area,
    Company,
    Journal,
    NmbrsCompany,
    Right,
    Run,
    UnreadableAnswer,
    User,
)
from tilisilta.services.companies import CompanyDetails, company_details
from tilisilta.services.explanations import Explanation, explain
from tilisilta.web.export_rows import name_of_sender
from tilisilta.web.fetch_states import FetchState, fetch_state_of
from tilisilta.web.run_texts import beyond_month

PROBLEMS_OF_A_RUN = 20
MONTHLY = "Month"
SENT_AS_A_WHOLE = frozenset((JournalState.SENT, JournalState.APPROVED))


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """A run in the list: with its journal, or as Nmbrs has it while there is none."""

    month: date
    number: str
    journal: Journal | None = None
    run: Run | None = None
    is_monthly: bool = True
    is_before_start: bool = False

    @property
    def place(self) -> tuple[date, int, int]:
        """The key to sort by: month, then number and revision."""
        number = int(self.number) if self.number.isdecimal() else 0
        return (self.month, number, self.journal.revision if self.journal else 0)

    @property
    def description(self) -> str:
        """What payroll calls a run without a journal, beyond the month that is shown beside it."""
        if self.run is None:
            return ""
        text = self.run.description
        return beyond_month(text, self.month) if self.is_monthly else text

    @property
    def corrects_earlier(self) -> bool:
        """Return whether its journal has lines of months before its own."""
        return self.journal is not None and self.journal.first_period < self.journal.period

    @property
    def sent_at(self) -> datetime | None:
        """When the newest of its receipts was booked."""
        exports = list(self.journal.exports.all()) if self.journal else []
        return exports[-1].posted_at if exports else None

    @property
    def sent_by(self) -> str:
        """Who asked for the sending of a journal that is sent as a whole."""
        if self.journal is None or self.journal.state not in SENT_AS_A_WHOLE:
            return ""
        sendings = (one for one in self.journal.sendings.all() if not one.is_refused)
        return next(map(name_of_sender, sendings), "")


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Something that went wrong with a company, or with one of its runs."""

    problem: Problem
    explanation: Explanation
    run: Run | None = None


@dataclass(frozen=True, kw_only=True)
class CompanyPage:
    """Everything on the page of one company except its forms."""

    standing: CompanyDetails
    rows: tuple[RunRow, ...]
    look: FetchState
    troubles: tuple[Trouble, ...]
    unreadable: tuple[UnreadableAnswer, ...]


def company_page(company: Company, *, user: User, year: int | None) -> CompanyPage:
    """Return the page of ``company`` with the runs of ``year``, or of the latest year.

    Only readers of journals see what is wrong inside one; others see that something is.
    """
    standing = company_details(company, year=year)
    rows = (*_rows_of_journals(standing), *_rows_of_runs(standing))
    may_see_journals = user.can(Right.READ, Area.JOURNAL_EXPORTS)
    of_runs = tuple(_troubles_of_runs(standing)) if may_see_journals else ()
    shown = {trouble.problem for trouble in of_runs}
    return CompanyPage(
        standing=standing,
        rows=tuple(sorted(rows, key=lambda row: row.place, reverse=True)),
        look=fetch_state_of(company),
        troubles=(*_troubles(company, shown=shown), *of_runs),
        unreadable=standing.unreadable if may_see_journals else (),
    )


def _rows_of_journals(standing: CompanyDetails) -> Iterator[RunRow]:
    for journal in standing.journals:
        yield RunRow(month=journal.period, number=journal.run_number, journal=journal)


def _rows_of_runs(standing: CompanyDetails) -> Iterator[RunRow]:
    """Return the runs that have no journal here. A run deleted in Nmbrs will never have one."""
    for run in standing.runs:
        period_type = standing.company.nmbrs.period_type
        last_day = last_day_of_run(period_type, run.year, run.period_end)
        yield RunRow(
            month=last_day.replace(day=1),
            number=run.number,
            run=run,
            is_monthly=period_type == MONTHLY and run.period_start == run.period_end,
            is_before_start=is_before_start(
                standing.company.start_date,
                period_type=period_type,
                year=run.year,
                period=run.period_end,
            ),
        )


def _troubles(company: Company, *, shown: set[Problem]) -> Iterator[Trouble]:
    """Return what went wrong with the company as a whole, without what its runs have shown."""
    nmbrs_company: NmbrsCompany | None = getattr(company, "nmbrs", None)
    for problem in nmbrs_company.trouble if nmbrs_company is not None else ():
        if problem not in shown:
            yield Trouble(problem=problem, explanation=explain(problem))


def _troubles_of_runs(standing: CompanyDetails) -> Iterator[Trouble]:
    """Return why journals could not be read, up to a number that a person would read."""
    for run in standing.runs_in_trouble:
        for problem in run.trouble[:PROBLEMS_OF_A_RUN]:
            yield Trouble(problem=problem, explanation=explain(problem), run=run)
