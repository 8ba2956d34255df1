"""What Procountor checks before it books a ledger receipt: its rows and their dimensions."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from procountor_sandbox.fields import Fields
from procountor_sandbox.receipts import (
    OTHER_TRANSACTION_FIELDS,
    DimensionValue,
    Transaction,
)
from procountor_sandbox.refusals import ACCOUNT_OR_VAT, UNKNOWN_DIMENSION, blank
from procountor_sandbox.world import Company
from sandbox_parts.wire import without_none

ENTRY = "ENTRY"
RECONCILIATION_ENTRY = "RECONCILIATION_ENTRY"
# Documented: at most one row of each, with no VAT status and a VAT percentage of 0.
SINGLE_TYPES = ("REVERSING_ENTRY", RECONCILIATION_ENTRY)
# Documented as the most that any licence has.
MOST_DIMENSIONS = 6
_CENT = Decimal("0.01")
_VAT_TYPES = ("SALES", "PURCHASE")
_KNOWN = (
    "id",
    "transactionType",
    "account",
    "accountingValue",
    "vatPercent",
    "description",
    "balanceCode",
    "allocations",
    "partnerId",
    "dimensionItemValues",
    *OTHER_TRANSACTION_FIELDS,
)


def read_transactions(
    receipt: Fields, company: Company, *, vat_type: str | None
) -> tuple[Transaction, ...]:
    """Return the rows of a receipt; mistakes in them are added to its violations."""
    rows = receipt.objects("transactions")
    if not rows:
        receipt.violations.append(blank("transactions"))
    read = [_read_row(row, company, vat_type=vat_type) for row in rows]
    for single in SINGLE_TYPES:
        if sum(row.values.get("transactionType") == single for row in rows) > 1:
            receipt.refuse("transactions", f"SANDBOX_MORE_THAN_ONE_{single}")
    return tuple(row for row in read if row is not None)


def read_dimension_values(
    row: Fields, company: Company, *, accounting_value: Decimal | None
) -> tuple[DimensionValue, ...]:
    """Return the dimension values of one row, checked against the company and the row's amount."""
    name = "dimensionItemValues"
    read = [_read_value(one) for one in row.objects(name)]
    values = tuple(one for one in read if one is not None)
    if not all(_is_usable(one, company) for one in values):
        row.refuse(name, UNKNOWN_DIMENSION)
    pairs = [(one.dimension_id, one.item_id) for one in values]
    if len(set(pairs)) < len(pairs):
        row.refuse(name, "SANDBOX_DIMENSION_ITEM_TWICE")
    if len({one.dimension_id for one in values}) > MOST_DIMENSIONS:
        row.refuse(name, "SANDBOX_TOO_MANY_DIMENSIONS")
    if accounting_value is not None:
        _check_sums(row, values, accounting_value)
    return values


def _read_row(row: Fields, company: Company, *, vat_type: str | None) -> Transaction | None:
    row.refuse_unknown(_KNOWN)
    transaction_type = row.choice("transactionType", (ENTRY, *SINGLE_TYPES), required=True)
    account = row.text("account", longest=255, required=True)
    amount = row.amount("accountingValue", required=True)
    # Documented: rounded to two decimals. That halves go up is assumed.
    value = None if amount is None else amount.quantize(_CENT, rounding=ROUND_HALF_UP)
    # Assumed: such a row is more likely a mistake than meant.
    if value is not None and not value:
        row.refuse("accountingValue", "SANDBOX_ROW_OF_ZERO")
    vat_percent = row.amount("vatPercent", required=True)
    description = row.text("description", longest=255)
    _check_account(row, company, account=account, vat_percent=vat_percent)
    _check_unused(row)
    others = _others(row, company, vat_type=vat_type)
    values = read_dimension_values(row, company, accounting_value=value)
    if transaction_type in SINGLE_TYPES:
        _check_single(row, vat_percent)
    if transaction_type is None or account is None or value is None or vat_percent is None:
        return None
    return Transaction(
        transaction_id=0,
        transaction_type=transaction_type,
        account=account,
        accounting_value=value,
        vat_percent=vat_percent,
        description=description,
        dimension_values=values,
        others=others,
    )


def _check_account(
    row: Fields, company: Company, *, account: str | None, vat_percent: Decimal | None
) -> None:
    if account is None or vat_percent is None:
        return
    known = company.account(account)
    # Seen in real answers: one code for an unknown account and for a wrong VAT percentage. That an
    # inactive account gets it too is assumed.
    if known is None or not known.is_active or vat_percent not in company.vat_percents:
        row.refuse("account", ACCOUNT_OR_VAT)


def _check_unused(row: Fields) -> None:
    # Documented: balance codes need a setting, and partners of rows are for Norway only.
    if row.text("balanceCode", longest=255) is not None:
        row.refuse("balanceCode", "SANDBOX_BALANCE_CODES_NOT_IN_USE")
    if row.whole("partnerId") is not None:
        row.refuse("partnerId", "SANDBOX_PARTNER_ON_ROW_ONLY_IN_NORWAY")


def _check_single(row: Fields, vat_percent: Decimal | None) -> None:
    if row.values.get("vatStatus") is not None:
        row.refuse("vatStatus", "SANDBOX_VAT_STATUS_ONLY_ON_ENTRY")
    if vat_percent:
        row.refuse("vatPercent", "SANDBOX_VAT_ONLY_ON_ENTRY")


def _others(row: Fields, company: Company, *, vat_type: str | None) -> dict[str, object]:
    start, end = row.day("startDate"), row.day("endDate")
    if start is not None and end is not None and start > end:
        row.refuse("endDate", "SANDBOX_PERIOD_ENDS_BEFORE_IT_STARTS")
    own_type = row.choice("vatType", _VAT_TYPES)
    status = row.whole("vatStatus")
    counted_as = own_type or vat_type or "PURCHASE"
    if status is not None and not company.has_vat_status(status, vat_type=counted_as):
        row.refuse("vatStatus", "SANDBOX_VAT_STATUS_NOT_ENABLED")
    return without_none(
        vatType=own_type,
        vatStatus=status,
        vatDeductionPercent=_deduction(row),
        startDate=start and start.isoformat(),
        endDate=end and end.isoformat(),
    )


def _deduction(row: Fields) -> Decimal | None:
    percent = row.amount("vatDeductionPercent")
    if percent is not None and not 0 <= percent <= 100:
        row.refuse("vatDeductionPercent", "SANDBOX_NOT_A_PERCENTAGE")
    return percent


def _read_value(one: Fields) -> DimensionValue | None:
    one.refuse_unknown(("dimensionId", "itemId", "value"))
    dimension_id = one.whole("dimensionId", required=True)
    item_id = one.whole("itemId", required=True)
    value = one.amount("value", required=True)
    if value is not None and value != value.quantize(_CENT):
        one.refuse("value", "SANDBOX_MORE_THAN_TWO_DECIMALS")
    if dimension_id is None or item_id is None or value is None:
        return None
    return DimensionValue(dimension_id=dimension_id, item_id=item_id, value=value.quantize(_CENT))


def _is_usable(value: DimensionValue, company: Company) -> bool:
    dimension = company.dimension(value.dimension_id)
    item = dimension.item(value.item_id) if dimension else None
    return item is not None and item.is_active


def _check_sums(row: Fields, values: tuple[DimensionValue, ...], accounting_value: Decimal) -> None:
    # Documented: values are amounts and no percentages, and those of one dimension add up to the
    # row. They are negative on a credit row.
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for one in values:
        sums[one.dimension_id] += one.value
    for dimension_id, total in sums.items():
        if total != accounting_value:
            row.refuse(
                "dimensionItemValues",
                f"SANDBOX_DIMENSION_SUM_MISMATCH: dimension {dimension_id} sums to {total}, "
                f"the row to {accounting_value}",
            )
