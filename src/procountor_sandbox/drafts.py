"""What Procountor checks before it books a ledger receipt: the receipt as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from procountor_sandbox.fields import Fields
from procountor_sandbox.receipts import OTHER_FIELDS, STATUSES, Transaction
from procountor_sandbox.refusals import CLOSED_PERIOD, Refused
from procountor_sandbox.transaction_rules import RECONCILIATION_ENTRY, read_transactions
from procountor_sandbox.world import RECONCILIATION_ACCOUNT, Company
from sandbox_parts.wire import without_none

# Every documented type. Only JOURNAL can be posted, as documented.
RECEIPT_TYPES = (
    "JOURNAL",
    "PURCHASE_INVOICE",
    "SALES_INVOICE",
    "PERIODIC_TAX_RETURN",
    "TRAVEL_INVOICE",
    "BILL_OF_CHARGES",
    "VAT_FORM",
    "EMPLOYER_CONTRIBUTION",
    "SALARY",
    "PURCHASE_ORDER",
    "SALES_ORDER",
    "BANK_STATEMENT_AS_RECEIPT",
    "RECEIPT_FOR_OPENING_ACCOUNTS",
    "REFERENCE_PAYMENT",
    "TRACKING_PERIOD_OPENING_RECEIPT",
    "VAT_SUMMARY",
)
VAT_TYPES = ("SALES", "PURCHASE")
RECEIPT_VALIDITIES = ("EMPTY", "IMMEDIATELY", "SERVICE_PERIOD", "OVER_3_YEARS")
DEPRECIATIONS = (
    "EMPTY",
    "REDUCING_BALANCE_25_PERCENT",
    "REDUCING_BALANCE_7_PERCENT",
    "REDUCING_BALANCE_4_PERCENT",
    "STRAIGHT_LINE_DEPRECIATION_3_YEARS",
    "STRAIGHT_LINE_DEPRECIATION_5_YEARS",
)
# Passed over in a body rather than refused: a program that changes a receipt sends back what it has
# read.
_SET_BY_PROCOUNTOR = (
    "id",
    "status",
    "invoiceId",
    "receiptNumber",
    "invoiceNumber",
    "serialNumber",
    "version",
    "attachments",
)
_KNOWN = (
    "type",
    "name",
    "receiptDate",
    "vatType",
    "vatStatus",
    "partnerId",
    "transactions",
    *OTHER_FIELDS,
    *_SET_BY_PROCOUNTOR,
)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A receipt that has passed every check and lacks only what Procountor itself adds."""

    name: str
    receipt_date: date
    vat_type: str
    vat_status: int
    others: Mapping[str, Any]
    transactions: tuple[Transaction, ...]


@dataclass(frozen=True, kw_only=True)
class Strictness:
    """The rules that are not documented, so that a test can try the stricter and the milder one.

    ``accept_unbalanced`` allows an unfinished receipt to be out of balance; it still cannot be
    approved. The default refuses it, so that a mistake shows at once. ``refuse_pending`` refuses
    bookings in tracking periods that are being closed, which the default allows. With
    ``whole_seconds`` times have no milliseconds, as in the documented examples, and two changes
    within a second give one version.
    """

    accept_unbalanced: bool = False
    refuse_pending: bool = False
    whole_seconds: bool = False

    def closed_message(self, company: Company, day: date) -> str | None:
        """Return why the books of that day cannot be changed, or None if they can."""
        if company.is_closed_on(day):
            return CLOSED_PERIOD
        if self.refuse_pending and company.is_pending_on(day):
            return "SANDBOX_PENDING_TRACKING_PERIOD"
        return None


STRICT = Strictness()


def read_draft(
    body: Mapping[str, Any], company: Company, *, strictness: Strictness, reconcile: bool
) -> Draft:
    """Return the receipt that a request body describes. Raise ``Refused`` with all its mistakes.

    With ``reconcile`` a row on the company's rounding account takes up the difference, as
    documented for ``createReconciliation=true``.
    """
    fields = Fields(values=body)
    fields.refuse_unknown(_KNOWN)
    # The lengths of texts are documented, here and below.
    name = fields.text("name", longest=80, required=True)
    vat_type = fields.choice("vatType", VAT_TYPES, required=True)
    vat_status = fields.whole("vatStatus", required=True)
    receipt_date = _receipt_date(fields, company, strictness)
    _check_type(fields)
    _check_vat_status(fields, company, vat_type=vat_type, vat_status=vat_status)
    others = _others(fields, company)
    transactions = read_transactions(fields, company, vat_type=vat_type)
    # Balance comes last: without all rows the difference says nothing.
    if not fields.violations:
        transactions = _balanced(fields, transactions, strictness=strictness, reconcile=reconcile)
    if (
        fields.violations
        or name is None
        or receipt_date is None
        or vat_type is None
        or vat_status is None
    ):
        raise Refused(400, *fields.violations)
    return Draft(
        name=name,
        receipt_date=receipt_date,
        vat_type=vat_type,
        vat_status=vat_status,
        others=others,
        transactions=transactions,
    )


def _check_type(fields: Fields) -> None:
    receipt_type = fields.choice("type", RECEIPT_TYPES, required=True)
    if receipt_type not in {None, "JOURNAL"}:
        fields.refuse("type", "SANDBOX_TYPE_NOT_ALLOWED: only JOURNAL can be written")
    # Documented: a status that is sent is not used. That an unknown word is refused is assumed.
    fields.choice("status", STATUSES)


def _receipt_date(fields: Fields, company: Company, strictness: Strictness) -> date | None:
    receipt_date = fields.day("receiptDate", required=True)
    if receipt_date is not None:
        closed = strictness.closed_message(company, receipt_date)
        if closed is not None:
            fields.refuse("receiptDate", closed)
    return receipt_date


def _check_vat_status(
    fields: Fields, company: Company, *, vat_type: str | None, vat_status: int | None
) -> None:
    if vat_type is None or vat_status is None:
        return
    if not company.has_vat_status(vat_status, vat_type=vat_type):
        fields.refuse("vatStatus", "SANDBOX_VAT_STATUS_NOT_ENABLED")


def _others(fields: Fields, company: Company) -> dict[str, Any]:
    start, end = fields.day("periodStartDate"), fields.day("periodEndDate")
    # Documented: the start is before the end. Partners must exist (there are none here), foreign
    # VAT needs a right of its own, and a VAT date is for payment-based VAT only.
    if start is not None and end is not None and start >= end:
        fields.refuse("periodEndDate", "SANDBOX_PERIOD_ENDS_BEFORE_IT_STARTS")
    if fields.whole("partnerId") is not None:
        fields.refuse("partnerId", "SANDBOX_PARTNER_NOT_FOUND")
    return without_none(
        vatProcessing=_vat_processing(fields, company),
        invoiceNotes=fields.text("invoiceNotes", longest=10000, may_have_lines=True),
        accountantsNotes=fields.text("accountantsNotes", longest=255),
        transactionDescription=fields.text("transactionDescription", longest=255),
        receiptValidity=fields.choice("receiptValidity", RECEIPT_VALIDITIES),
        periodStartDate=start and start.isoformat(),
        periodEndDate=end and end.isoformat(),
        partnerCode=fields.text("partnerCode", longest=255),
        depreciation=fields.choice("depreciation", DEPRECIATIONS),
        vatDate=_vat_date(fields),
    )


def _vat_processing(fields: Fields, company: Company) -> str | None:
    country = fields.text("vatProcessing", longest=80)
    if country is not None and country != company.country:
        fields.refuse("vatProcessing", "SANDBOX_FOREIGN_VAT_NOT_ENABLED")
    return country


def _vat_date(fields: Fields) -> str | None:
    if fields.day("vatDate") is not None:
        fields.refuse("vatDate", "SANDBOX_VAT_IS_NOT_PAYMENT_BASED")
    return None


def _balanced(
    fields: Fields,
    transactions: tuple[Transaction, ...],
    *,
    strictness: Strictness,
    reconcile: bool,
) -> tuple[Transaction, ...]:
    difference = sum((one.gross for one in transactions), Decimal("0.00"))
    if difference == 0:
        return transactions
    if reconcile:
        if any(one.transaction_type == RECONCILIATION_ENTRY for one in transactions):
            fields.refuse("transactions", f"SANDBOX_MORE_THAN_ONE_{RECONCILIATION_ENTRY}")
        return (*transactions, _reconciliation(-difference))
    # Assumed: the documentation says only that receipts "generally" balance.
    if not strictness.accept_unbalanced:
        fields.refuse("transactions", f"SANDBOX_UNBALANCED: the difference is {difference}")
    return transactions


def _reconciliation(value: Decimal) -> Transaction:
    return Transaction(
        transaction_id=0,
        transaction_type=RECONCILIATION_ENTRY,
        account=RECONCILIATION_ACCOUNT,
        accounting_value=value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP),
        vat_percent=Decimal(0),
    )
