"""A Procountor administration as far as a journal touches it: accounts, dimensions, periods."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, kw_only=True)
class LedgerAccount:
    """One account of Procountor's chart of accounts."""

    code: str
    name: str
    is_active: bool


@dataclass(frozen=True, kw_only=True)
class DimensionItem:
    """One value of a dimension. People type ``code``; Procountor expects ``item_id``."""

    item_id: int
    code: str
    description: str
    is_active: bool


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """A tag of Procountor, such as Osasto, with its items."""

    dimension_id: int
    name: str
    items: tuple[DimensionItem, ...]


class TrackingPeriodStatus(StrEnum):
    """Procountor's word for whether a tracking period can still be booked on."""

    OPEN = "OPEN"
    PENDING = "PENDING"
    CLOSED = "CLOSED"


@dataclass(frozen=True, kw_only=True)
class TrackingPeriod:
    """A part of a fiscal year that the accountant can close. Both ends belong to it."""

    start_date: date
    end_date: date
    status: TrackingPeriodStatus


@dataclass(frozen=True, kw_only=True)
class FiscalYear:
    """A fiscal year with its tracking periods, which may be few or none. Both ends belong to it."""

    start_date: date
    end_date: date
    is_open: bool
    tracking_periods: tuple[TrackingPeriod, ...]


@dataclass(frozen=True, kw_only=True)
class VatStatus:
    """A VAT status the company may use, and on which side."""

    number: int
    description: str
    for_sales: bool
    for_purchases: bool


@dataclass(frozen=True, kw_only=True)
class Administration:
    """All of one Procountor company that the rules need, read at one moment.

    ``country`` is Procountor's word for it, such as FINLAND; empty if it was not read yet.
    """

    procountor_company_id: int
    name: str
    business_id: str
    currency: str
    ledger_accounts: tuple[LedgerAccount, ...]
    dimensions: tuple[Dimension, ...]
    fiscal_years: tuple[FiscalYear, ...]
    vat_statuses: tuple[VatStatus, ...]
    country: str = ""
