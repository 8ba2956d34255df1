"""What payroll is made of: debtors, companies, runs and their journals, and months."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

# What Nmbrs calls the two ways in which a company can be out of reach.
NOT_VISIBLE = 1003
NO_RIGHT_TO_COMPANY = 2004
_FINNISH = (
    *("Tammikuu", "Helmikuu", "Maaliskuu", "Huhtikuu", "Toukokuu", "Kesäkuu"),
    *("Heinäkuu", "Elokuu", "Syyskuu", "Lokakuu", "Marraskuu", "Joulukuu"),
)
_SWEDISH = (
    *("Januari", "Februari", "Mars", "April", "Maj", "Juni"),
    *("Juli", "Augusti", "September", "Oktober", "November", "December"),
)


@dataclass(frozen=True, kw_only=True)
class JournalLine:
    """One row of a journal, split as finely as payroll knows it. Debit is positive."""

    booking_date: date
    ledger_account: str
    description: str
    amount: Decimal
    cost_center: str = ""
    cost_unit: str = ""


class Journal(Protocol):
    """What payroll made of one run. It is worked out when it is asked for."""

    def lines(self) -> tuple[JournalLine, ...]:
        """Return the rows, those of the run's own period first, then corrections oldest first."""


class Payroll(Protocol):
    """What a company pays, month after month."""

    def journal(self, year: int, month: int) -> Journal:
        """Return the journal of an ordinary run of that month."""


@dataclass(frozen=True, kw_only=True)
class WrittenJournal:
    """A journal that is there row by row."""

    rows: tuple[JournalLine, ...]

    def lines(self) -> tuple[JournalLine, ...]:
        """Return the rows."""
        return self.rows


@dataclass(frozen=True, kw_only=True)
class Run:
    """A payroll run. Its journal is None until one is made.

    ``run_at`` has no zone: the service writes the time of the place where it is.
    """

    run_id: int
    number: int
    year: int
    period_start: int
    period_end: int
    description: str
    run_at: datetime
    is_locked: bool = True
    journal: Journal | None = None
    is_deleted: bool = False

    @property
    def booking_date(self) -> date:
        """The day its own part of the journal is booked on."""
        return last_day(self.year, self.period_end)


@dataclass(frozen=True, kw_only=True)
class CostItem:
    """A cost center or a cost unit."""

    item_id: int
    code: str
    description: str


@dataclass(frozen=True, kw_only=True)
class Company:
    """A company that pays wages. Its number may be another debtor's company's number too.

    ``is_hidden`` takes it out of every answer, as a tag filter does. ``denied_with`` is the code
    calls for it are refused with, though it is listed. ``active_year`` is what the calls without
    a year mean.
    """

    company_id: int
    number: int
    name: str
    debtor_id: int
    payroll: Payroll
    runs: tuple[Run, ...] = ()
    cost_centers: tuple[CostItem, ...] = ()
    cost_units: tuple[CostItem, ...] = ()
    active_year: int = 2026
    employees: int = 3
    phone_number: str = ""
    email: str = "toimisto@example.invalid"
    in_swedish: bool = False
    is_hidden: bool = False
    denied_with: int | None = None

    def run(self, run_id: int) -> Run | None:
        """Return the run with that id, deleted or not."""
        return next((one for one in self.runs if one.run_id == run_id), None)

    def runs_of(self, year: int) -> tuple[Run, ...]:
        """Return the runs of a year, without the deleted ones."""
        return tuple(one for one in self.runs if one.year == year and not one.is_deleted)


@dataclass(frozen=True, kw_only=True)
class Debtor:
    """A client of the payroll bureau, which has companies."""

    debtor_id: int
    number: str
    name: str
    is_hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Access:
    """What a program must send to be let in, and the domain it belongs to."""

    username: str
    token: str = field(repr=False)
    domain: str


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything the stand-in knows, at its start or now."""

    access: Access
    debtors: tuple[Debtor, ...]
    companies: tuple[Company, ...]
    forbidden_calls: frozenset[str] = frozenset()

    def company(self, number: int) -> Company:
        """Return the first company with that number."""
        return next(one for one in self.companies if one.number == number)


def last_day(year: int, month: int) -> date:
    """Return the last day of a month."""
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(first_of_next.toordinal() - 1)


def month_name(year: int, month: int, *, in_swedish: bool = False) -> str:
    """Return a month as a run is called: ``Kesäkuu 2026`` or ``Juni 2026``."""
    names = _SWEDISH if in_swedish else _FINNISH
    return f"{names[month - 1]} {year}"


def month_after(year: int, month: int) -> tuple[int, int]:
    """Return the next month and its year."""
    return year + month // 12, month % 12 + 1
