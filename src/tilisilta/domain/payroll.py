"""What payroll hands over, whichever way it comes, and the one interface of its sources."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.journals import BookingPeriod, JournalLine
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.problems import Problem

_DAYS_OF_PERIOD = {"Week": 7, "Week4": 28}
SPARE = timedelta(days=31)
_MONTHS_OF_PERIOD = {"Month": 1, "Month6": 6, "Year": 12}


class IdOf(StrEnum):
    """What has an id within a company."""

    COMPANY = "company"
    RUN = "run"
    COST_CENTER = "cost_center"
    COST_UNIT = "cost_unit"


class JournalSplit(StrEnum):
    """How finely a journal is split when it is fetched."""

    COMPANY = "company"
    COST_CENTER = "cost_center"
    COST_UNIT = "cost_unit"
    """By cost center and cost unit."""

    def serves(self, needed: "JournalSplit") -> bool:
        order = tuple(JournalSplit)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, kw_only=True)
class SourceJournal:
    """A journal as its source has it, and what the source itself says of the run.

    The readers of files and the client of Nmbrs all return this. ``kind`` says which one it was.
    What the source does not say is empty or ``None``: most files name neither their run nor a
    company. ``company_names`` may be names, numbers or both, and ``titles`` is all text above the
    headers. ``sha256`` is the digest of what came, byte for byte. ``notes`` are warnings about what
    could be read and may still be wrong.
    """

    kind: str
    run_year: int | None = None
    run_number: str = ""
    run_description: str = ""
    currency: str = ""
    company_number: int | None = None
    company_names: tuple[str, ...] = ()
    business_ids: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    lines: tuple[JournalLine, ...]
    sha256: str
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PayrollDebtor:
    """A debtor as Nmbrs lists it. ``number`` is text there; only the id never changes."""

    id: NmbrsId
    number: str
    name: str


@dataclass(frozen=True, kw_only=True)
class PayrollCompany:
    """A company as Nmbrs lists it. ``period_type`` is Nmbrs' own word: Month, Week4, Year …

    It is empty, and ``debtor_id`` is ``None``, where the list does not say it. ``number`` is 0
    where Nmbrs has a text that is no number.
    """

    id: NmbrsId
    number: int
    name: str
    period_type: str
    debtor_id: NmbrsId | None = None


@dataclass(frozen=True, kw_only=True)
class PayrollCostObject:
    """A cost center or cost unit of a company. Journal lines carry its ``code``.

    Nmbrs may leave out its id.
    """

    kind: DimensionKind
    id: NmbrsId | None
    code: str
    description: str


@dataclass(frozen=True, kw_only=True)
class PayrollRun:
    """A run as Nmbrs lists it. Its periods count within ``year``, in units of the period type.

    ``run_at`` and ``created_at`` both tell that it was run again, by being another one than before.
    A source says one of them. The latter is kept as Nmbrs writes it, as its zone is not known.
    ``run_type`` is Nmbrs' own word, and empty where it says none.
    """

    id: NmbrsId
    year: int
    number: str
    period_start: int
    period_end: int
    description: str
    run_at: datetime | None
    is_locked: bool
    created_at: str = ""
    run_type: str = ""


class ReadingCost(NamedTuple):
    """How many calls it takes a source to read a journal, and an unchanged company in a night.

    By SOAP a journal is one call. By REST it is three: one that begins making it, one while it is
    made, and one that gets it.
    """

    journal: int
    company: int

    @property
    def is_dear(self) -> bool:
        """Return whether a journal costs too much to be read again each night."""
        return self.journal > 1


class PayrollSource(Protocol):
    """A source of a bureau's payrolls: Nmbrs by SOAP, which ends in 2027, or by REST.

    They raise ``TryAgainLater`` when no answer comes, and ``NeedsAttention`` when the answer is a
    refusal. Each needs one of the two ids of what it is asked about; without that one it raises
    ``TryAgainLater``, as the lists bring it. ``cost`` is what reading takes.
    """

    @property
    def cost(self) -> ReadingCost: ...

    def debtors(self) -> tuple[PayrollDebtor, ...]:
        """Return all debtors that the user may see."""

    def companies(self) -> tuple[PayrollCompany, ...]:
        """Return all companies that the user may see; Nmbrs does not say whose they are."""

    def companies_of(self, debtor: NmbrsId) -> tuple[PayrollCompany, ...]:
        """Return the companies of one debtor."""

    def period_type(self, company: NmbrsId) -> str:
        """Return Nmbrs' word for the pay periods of a company, where the list does not say it."""

    def runs(self, company: NmbrsId, year: int) -> tuple[PayrollRun, ...]:
        """Return the runs of a company in one year."""

    def cost_objects(self, company: NmbrsId, kind: DimensionKind) -> tuple[PayrollCostObject, ...]:
        """Return the cost centers or the cost units of a company."""

    def begin_journal(self, company: NmbrsId, run: PayrollRun, split: JournalSplit) -> None:
        """Begin making a journal that is asked for soon, where making one takes time."""

    def journal(
        self, company: NmbrsId, run: PayrollRun, split: JournalSplit
    ) -> SourceJournal | None:
        """Return the journal of a run as it is now; ``None`` while the run has none.

        Raises ``JournalNotReady`` while Nmbrs is still making it.
        """

    def ids_of_debtors(self) -> tuple[NmbrsId, ...]:
        """Return both ids of each debtor, as far as the source knows both."""

    def ids_in(self, company: NmbrsId) -> Mapping[IdOf, tuple[NmbrsId, ...]]:
        """Return both ids of a company and of what it has, as far as the source knows both."""


def days_of_period(period_type: str) -> int | None:
    """Return the length of a pay period in days; ``None`` where it is made of months."""
    return _DAYS_OF_PERIOD.get(period_type)


def months_of_period(period_type: str) -> int:
    return _MONTHS_OF_PERIOD.get(period_type, 1)


def last_day_of_run(period_type: str, year: int, period: int) -> date:
    """Return the last day of a run's period, which may be days off for weeks.

    Weeks are counted from New Year.
    """
    if days := _DAYS_OF_PERIOD.get(period_type):
        return date(year, 1, 1) + timedelta(days=days * max(period, 1) - 1)
    month = min(_MONTHS_OF_PERIOD.get(period_type, 1) * max(period, 1), 12)
    return date(year, month, monthrange(year, month)[1])


def period_containing(period_type: str, day: date) -> int:
    """Return the period that ``day`` is in: the other way round of ``last_day_of_run``."""
    if days := _DAYS_OF_PERIOD.get(period_type):
        return (day - date(day.year, 1, 1)).days // days + 1
    return (day.month - 1) // _MONTHS_OF_PERIOD.get(period_type, 1) + 1


def is_before_start(start: date | None, *, period_type: str, year: int, period: int) -> bool:
    return start is not None and last_day_of_run(period_type, year, period) < start


def may_book_since(start: date | None, *, period_type: str, year: int, period: int) -> bool:
    """Return whether a run may book on a day since ``start``, so that its journal must be fetched.

    Wages are often booked in the month after their period, and weeks are days off. One month is
    therefore allowed in addition, and the dates of the journal itself decide.
    """
    return start is None or last_day_of_run(period_type, year, period) + SPARE >= start


def is_recent(today: date, *, period_type: str, year: int, period: int) -> bool:
    """Return whether a run's period ends in the month of ``today``, the one before or later."""
    last_month = today.replace(day=1) - timedelta(days=1)
    last_day = last_day_of_run(period_type, year, period)
    return last_day >= last_month.replace(day=1)


def books_since(start: date | None, journal: SourceJournal) -> bool:
    last = max(line.booking_date for line in journal.lines)
    return start is None or BookingPeriod.containing(last).last_day >= start
