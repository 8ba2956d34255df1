"""Procountor's other answers, decoded to domain values: session, company, lists, refusals."""

from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter

from tilisilta.clients.procountor.errors import Answers
from tilisilta.clients.procountor.wire import Answer, Number, Text, parse_json
from tilisilta.domain.administrations import (
    Administration,
    Dimension,
    DimensionItem,
    FiscalYear,
    LedgerAccount,
    TrackingPeriod,
    TrackingPeriodStatus,
    VatStatus,
)


@dataclass(frozen=True, kw_only=True)
class Session:
    """The company that an access token is for."""

    company_id: int
    company_name: str


@dataclass(frozen=True, kw_only=True)
class ListedReceipt:
    """A ledger receipt as the list shows it: without its rows and notes.

    ``version`` is stored letter by letter, and empty where the list has none.
    """

    ledger_receipt_id: int
    receipt_number: int | None
    name: str
    receipt_date: date
    status: str
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class ReceiptPage:
    """One page of the list of ledger receipts.

    ``page_size`` is how many receipts a full page has, and ``total_count`` how many all pages have;
    each is ``None`` where Procountor does not give it.
    """

    receipts: tuple[ListedReceipt, ...]
    page_size: int | None
    total_count: int | None


def decode_session(content: bytes) -> Session:
    """Return the answer of ``/sessioninfo``. Raise ``ValueError``, as all of these do."""
    session = _SessionInfo.model_validate(parse_json(content))
    return Session(company_id=session.company_id, company_name=session.name)


def decode_journal_rights(content: bytes) -> str:
    """Return the word for the right to journal receipts; empty where Procountor names none."""
    rights = _Rights.model_validate(parse_json(content)).rights
    return rights.accounting.journal_receipts


def decode_administration(
    *, company: bytes, accounts: bytes, dimensions: bytes, fiscal_years: bytes, vat: bytes
) -> Administration:
    """Return what the answers of five addresses together say of a company."""
    about = _Company.model_validate(parse_json(company))
    chart = _Chart.model_validate(parse_json(accounts))
    vats = _Vats.model_validate(parse_json(vat))
    return Administration(
        procountor_company_id=about.id,
        name=about.name,
        business_id=about.business_identifier.code if about.business_identifier else "",
        currency=about.company_currency,
        country=about.country,
        ledger_accounts=tuple(account.value() for account in chart.ledger_accounts or ()),
        dimensions=tuple(
            one.value() for one in _DIMENSIONS.validate_python(parse_json(dimensions))
        ),
        fiscal_years=decode_fiscal_years(fiscal_years),
        vat_statuses=tuple(status.value() for status in vats.vat_statuses or ()),
    )


def decode_fiscal_years(content: bytes) -> tuple[FiscalYear, ...]:
    years = _FiscalYears.model_validate(parse_json(content))
    return tuple(year.value() for year in years.fiscal_years or ())


def decode_item(content: bytes) -> DimensionItem:
    return _Item.model_validate(parse_json(content)).value()


def decode_page(content: bytes) -> ReceiptPage:
    page = _Page.model_validate(parse_json(content))
    return ReceiptPage(
        receipts=tuple(row.value() for row in page.results or ()),
        page_size=page.meta.page_size if page.meta else None,
        total_count=page.meta.total_count if page.meta else None,
    )


def decode_refusal(content: bytes) -> Answers:
    """Return the faults that Procountor names; none if the answer is not in its documented form.

    A gateway in front of Procountor may answer with a page of HTML instead.
    """
    try:
        refusal = _Refusal.model_validate(parse_json(content))
    except ValueError:
        return ()
    return tuple((fault.field, fault.message) for fault in refusal.errors)


class _SessionInfo(Answer):
    company_id: int
    name: Text


class _AccountingRights(Answer):
    journal_receipts: Text = ""


class _RightsOfAreas(Answer):
    accounting: _AccountingRights = _AccountingRights()


class _Rights(Answer):
    rights: _RightsOfAreas = _RightsOfAreas()


class _BusinessIdentifier(Answer):
    code: Text = ""


class _Company(Answer):
    id: int
    name: Text
    business_identifier: _BusinessIdentifier | None = None
    company_currency: str
    country: Text = ""


class _Account(Answer):
    ledger_account_code: str
    name: Text = ""
    active: bool

    def value(self) -> LedgerAccount:
        return LedgerAccount(code=self.ledger_account_code, name=self.name, is_active=self.active)


class _Chart(Answer):
    ledger_accounts: tuple[_Account, ...] | None


class _Item(Answer):
    id: int
    code_name: Text
    description: Text = ""
    status: str | None = None

    def value(self) -> DimensionItem:
        # "P" is passive. An active item has no status at all.
        return DimensionItem(
            item_id=self.id,
            code=self.code_name,
            description=self.description,
            is_active=self.status != "P",
        )


class _Dimension(Answer):
    id: int
    name: Text
    items: tuple[_Item, ...] | None = None

    def value(self) -> Dimension:
        items = tuple(item.value() for item in self.items or ())
        return Dimension(dimension_id=self.id, name=self.name, items=items)


_DIMENSIONS = TypeAdapter(tuple[_Dimension, ...])


class _TrackingPeriod(Answer):
    start_date: date
    end_date: date
    status: TrackingPeriodStatus

    def value(self) -> TrackingPeriod:
        return TrackingPeriod(
            start_date=self.start_date, end_date=self.end_date, status=self.status
        )


class _FiscalYear(Answer):
    start_date: date
    end_date: date
    is_open: bool
    tracking_periods: tuple[_TrackingPeriod, ...] | None = None

    def value(self) -> FiscalYear:
        return FiscalYear(
            start_date=self.start_date,
            end_date=self.end_date,
            is_open=self.is_open,
            tracking_periods=tuple(period.value() for period in self.tracking_periods or ()),
        )


class _FiscalYears(Answer):
    fiscal_years: tuple[_FiscalYear, ...] | None


class _VatStatus(Answer):
    vat_status: int
    description: Text = ""
    sales: bool = False
    purchase: bool = False

    def value(self) -> VatStatus:
        return VatStatus(
            number=self.vat_status,
            description=self.description,
            for_sales=self.sales,
            for_purchases=self.purchase,
        )


class _Vats(Answer):
    vat_statuses: tuple[_VatStatus, ...] | None


class _ListedReceipt(Answer):
    id: int
    name: Text = ""
    receipt_date: date
    receipt_number: Number = None
    invoice_number: Number = None
    status: Text = ""
    version: Text = ""

    def value(self) -> ListedReceipt:
        return ListedReceipt(
            ledger_receipt_id=self.id,
            receipt_number=self.receipt_number or self.invoice_number,
            name=self.name,
            receipt_date=self.receipt_date,
            status=self.status,
            version=self.version,
        )


class _Meta(Answer):
    page_size: int | None = None
    total_count: int | None = None


class _Page(Answer):
    results: tuple[_ListedReceipt, ...] | None
    meta: _Meta | None = None


class _Fault(Answer):
    field: Text = ""
    message: Text = ""


class _Refusal(Answer):
    errors: tuple[_Fault, ...]
