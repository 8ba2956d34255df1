"""What a stand-in Procountor starts with: companies, people, API keys and API clients."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

# Assumed: the account is a default of the company. Imported receipt files are balanced on this one.
RECONCILIATION_ACCOUNT = "8450"
# From an official sample answer. Each company has its own list of VAT statuses.
NO_VAT_HANDLING = 12
# Documented: journals there get a serial number when their year is closed.
COUNTRIES_WITH_SERIAL_NUMBERS = frozenset({"SWEDEN", "DENMARK"})


class Access(StrEnum):
    """What a person may do with journals, in the words of ``GET /users/rights``."""

    ALL = "ALL_RIGHTS"
    VIEWING = "VIEWING_RIGHTS"
    NONE = "NO_ACCESS"


class PeriodStatus(StrEnum):
    """The three states of a tracking period, from open to closed."""

    OPEN = "OPEN"
    PENDING = "PENDING"
    CLOSED = "CLOSED"


@dataclass(frozen=True, kw_only=True)
class LedgerAccount:
    """One account of a company's chart of accounts."""

    code: str
    name: str
    is_active: bool = True
    swedish: str = ""


@dataclass(frozen=True, kw_only=True)
class DimensionItem:
    """One value of a dimension. A passive item cannot be booked on."""

    item_id: int
    code_name: str
    description: str = ""
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """A tag for transactions, such as a cost centre, with its items."""

    dimension_id: int
    name: str
    items: tuple[DimensionItem, ...]

    def item(self, item_id: int) -> DimensionItem | None:
        return next((item for item in self.items if item.item_id == item_id), None)


@dataclass(frozen=True, kw_only=True)
class TrackingPeriod:
    """A part of a fiscal year that can be closed by itself. Both ends belong to it."""

    period_id: int
    start_date: date
    end_date: date
    status: PeriodStatus = PeriodStatus.OPEN


@dataclass(frozen=True, kw_only=True)
class FiscalYear:
    """A fiscal year with its tracking periods. Both ends belong to it."""

    year_id: int
    start_date: date
    end_date: date
    is_open: bool
    tracking_periods: tuple[TrackingPeriod, ...] = ()


@dataclass(frozen=True, kw_only=True)
class VatStatus:
    """One way of handling VAT that a company uses, by the number Procountor gives it."""

    number: int
    description: str
    sales: bool = True
    purchase: bool = True


@dataclass(frozen=True, kw_only=True)
class Company:
    """One company ("environment"), with everything a ledger receipt is checked against."""

    company_id: int
    name: str
    business_id: str
    accounts: tuple[LedgerAccount, ...]
    dimensions: tuple[Dimension, ...]
    fiscal_years: tuple[FiscalYear, ...]
    vat_statuses: tuple[VatStatus, ...]
    vat_percents: tuple[Decimal, ...]
    country: str = "FINLAND"
    business_id_type: str = "FI"
    currency: str = "EUR"
    city: str = "Koivulampi"

    @property
    def numbers_closed_years(self) -> bool:
        """Return whether receipts get serial numbers, and are final, when their year is closed."""
        return self.country in COUNTRIES_WITH_SERIAL_NUMBERS

    def account(self, code: str) -> LedgerAccount | None:
        return next((account for account in self.accounts if account.code == code), None)

    def dimension(self, dimension_id: int) -> Dimension | None:
        return next((one for one in self.dimensions if one.dimension_id == dimension_id), None)

    def has_vat_status(self, number: int, *, vat_type: str) -> bool:
        """Return whether the company uses that VAT status for its sales or purchases."""
        return any(
            one.number == number and (one.sales if vat_type == "SALES" else one.purchase)
            for one in self.vat_statuses
        )

    def is_closed_on(self, day: date) -> bool:
        """Return whether a ledger receipt of that day is refused.

        A day in no fiscal year counts as closed, a period that is being closed (``PENDING``) as
        open. Both are assumed, as neither is documented.
        """
        years = [year for year in self.fiscal_years if year.start_date <= day <= year.end_date]
        is_open = bool(years) and all(year.is_open for year in years)
        return not is_open or PeriodStatus.CLOSED in self._period_statuses(day)

    def is_pending_on(self, day: date) -> bool:
        return PeriodStatus.PENDING in self._period_statuses(day)

    def _period_statuses(self, day: date) -> set[PeriodStatus]:
        return {
            period.status
            for year in self.fiscal_years
            for period in year.tracking_periods
            if period.start_date <= day <= period.end_date
        }


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person with rights in some companies. Without a password it can only use the API."""

    user_id: int
    username: str
    password: str | None
    company_ids: tuple[int, ...]
    access: Access = Access.ALL


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """A key that lets an API client act for one person in one company."""

    key: str
    company_id: int
    username: str
    client_id: str


@dataclass(frozen=True, kw_only=True)
class ApiClient:
    """A program Procountor has registered, with its secret."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything the stand-in knows at its start, before anything is booked."""

    companies: tuple[Company, ...]
    people: tuple[Person, ...]
    api_keys: tuple[ApiKey, ...]
    api_clients: tuple[ApiClient, ...]

    def company(self, company_id: int) -> Company:
        return next(one for one in self.companies if one.company_id == company_id)

    def person(self, username: str) -> Person | None:
        return next((one for one in self.people if one.username == username), None)


def monthly_periods(
    year: int, *, first_id: int = 1, closed: Iterable[int] = ()
) -> tuple[TrackingPeriod, ...]:
    """Return the twelve monthly tracking periods of a calendar year.

    ``closed`` names the months, by number, that can no longer be booked on.
    """
    closed_months = set(closed)
    return tuple(
        TrackingPeriod(
            period_id=first_id + month - 1,
            start_date=date(year, month, 1),
            end_date=date(year, month, monthrange(year, month)[1]),
            status=PeriodStatus.CLOSED if month in closed_months else PeriodStatus.OPEN,
        )
        for month in range(1, 13)
    )
