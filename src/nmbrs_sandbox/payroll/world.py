"""The parts of payroll: debtors, companies, runs and their journals, and months."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

# Nmbrs' codes for a company that is not visible or does not exist, and for a missing right to it.
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
    """One row of a journal, split as finely as payroll knows it. Debits are positive."""

    booking_date: date
    ledger_account: str
    description: str
    amount: Decimal
    cost_center: str = ""
    cost_unit: str = ""


class Journal(Protocol):
    """The journal that payroll makes of one run. It is worked out each time it is read."""

    def lines(self) -> tuple[JournalLine, ...]:
        """Return the rows: those of the run's own period, then corrections, oldest first."""


class Payroll(Protocol):
    """The monthly pay of a company."""

    def journal(self, year: int, month: int) -> Journal:
        """Return the journal of an ordinary run of that month."""


@dataclass(frozen=True, kw_only=True)
class WrittenJournal:
    """A journal whose rows are written down, not worked out."""

    rows: tuple[JournalLine, ...]

    def lines(self) -> tuple[JournalLine, ...]:
        return self.rows


@dataclass(frozen=True, kw_only=True)
class Run:
    """A payroll run. Its journal is None until one is made.

    ``run_at`` has no zone: the service is assumed to write its local time.
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
        return last_day(self.year, self.period_end)


@dataclass(frozen=True, kw_only=True)
class CostItem:
    """A cost center or a cost unit."""

    item_id: int
    code: str
    description: str


@dataclass(frozen=True, kw_only=True)
class Company:
    """A company that pays wages. A company of another debtor may have the same number.

    ``is_hidden`` leaves it out of every answer, as a tag filter does. ``denied_with`` is the code
    with which calls for it are refused, though it is listed. ``active_year`` is the year of calls
    that name none.
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
        return next((one for one in self.runs if one.run_id == run_id), None)

    def runs_of(self, year: int) -> tuple[Run, ...]:
        """Return the runs of a year, without the deleted ones."""
        return tuple(one for one in self.runs if one.year == year and not one.is_deleted)

    def current_period(self) -> tuple[int, int]:
        """Return year and period of the last run, or those after it if that run is locked."""
        # Which period is the current one is assumed.
        runs = [one for one in self.runs if not one.is_deleted]
        if not runs:
            return self.active_year, 1
        last = max(runs, key=lambda one: (one.year, one.period_end, one.number))
        if last.is_locked:
            return month_after(last.year, last.period_end)
        return last.year, last.period_end


@dataclass(frozen=True, kw_only=True)
class Debtor:
    """A client of the payroll bureau, with its companies."""

    debtor_id: int
    number: str
    name: str
    is_hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Access:
    """The credentials that a program must send by SOAP, and the domain they belong to.

    The debtors in ``without``, and their companies, are not shown to this user.
    """

    username: str
    token: str = field(repr=False)
    domain: str
    without: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ClientLogin:
    """A person's login at one debtor. One e-mail address may have logins at several."""

    email: str
    name: str
    debtor_id: int


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything the stand-in knows, at its start or now."""

    access: Access
    debtors: tuple[Debtor, ...]
    companies: tuple[Company, ...]
    logins: tuple[ClientLogin, ...] = ()
    forbidden_calls: frozenset[str] = frozenset()

    def company(self, number: int) -> Company:
        """Return the first company with that number."""
        return next(one for one in self.companies if one.number == number)


def last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def month_name(year: int, month: int, *, in_swedish: bool = False) -> str:
    """Return a month as a run is named: ``Kesäkuu 2026`` or ``Juni 2026``."""
    names = _SWEDISH if in_swedish else _FINNISH
    return f"{names[month - 1]} {year}"


def month_after(year: int, month: int) -> tuple[int, int]:
    return year + month // 12, month % 12 + 1
