"""Reports of the ledger: the rows of one ledger account or of all, and the sums of all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.wrappers import Response

from procountor_sandbox.drafts import RECEIPT_TYPES
from procountor_sandbox.fields import Fields
from procountor_sandbox.office import Call
from procountor_sandbox.receipts import Receipt, Transaction
from procountor_sandbox.refusals import Refused, invalid, not_found
from procountor_sandbox.world import Company
from sandbox_parts.wire import answer, without_none

# Documented; an invalidated receipt has no entries and cannot be asked for.
_STATUSES = (
    *("APPROVED", "SENT", "NOT_SENT", "PAYMENT_SENT_TO_BANK", "PAID", "PARTLY_PAID"),
    *("MARKED_PAID", "PAYMENT_QUEUED", "PAYMENT_DENIED", "UNFINISHED", "VERIFIED", "RECEIVED"),
)
# Documented: without the opening receipt of a tracking period.
_TYPES = tuple(one for one in RECEIPT_TYPES if one != "TRACKING_PERIOD_OPENING_RECEIPT")
_OPTIONS = (
    *("receiptType", "receiptName", "entryPeriodStart", "entryPeriodEnd", "transactionValue"),
    *("transactionCurrency", "receiptCurrency", "reportLanguage"),
)
_LANGUAGES = ("FINNISH", "SWEDISH", "ENGLISH")
_Row = tuple[Receipt, Transaction]
_Filter = Callable[[Receipt, Transaction], bool]


@dataclass(frozen=True, kw_only=True)
class _Report:
    """What a report covers."""

    first: date
    last: date
    filters: tuple[_Filter, ...]

    def rows(self, call: Call) -> Iterator[_Row]:
        """Yield the rows, oldest receipt first."""
        receipts = call.office.ledger.receipts(call.company.company_id)
        for receipt in sorted(receipts, key=lambda one: (one.receipt_date, one.receipt_id)):
            if self.first <= receipt.receipt_date <= self.last:
                for row in receipt.transactions:
                    if all(passes(receipt, row) for passes in self.filters):
                        yield receipt, row


def report_general_ledger(call: Call) -> Response:
    """Return all rows of one ledger account. They name no ledger receipt id, as documented."""
    call.require_reading()
    code = str(call.arguments["account"])
    if call.company.account(code) is None:
        raise not_found(f"ledger account {code}")
    report = _read(call, more=("receiptNumbers", "transactionDescription"))
    rows = [pair for pair in report.rows(call) if pair[1].account == code]
    data = _ledger_of(call.company, code, rows)
    return answer({"reportParameters": _parameters(report), "ledgerAccount": data})


def report_accounting(call: Call) -> Response:
    """Return all rows of all ledger accounts that have any.

    Documented are its body and its rows. Assumed: the form around them, which is that of the
    general ledger, account by account, and that it takes no options of that report alone.
    """
    call.require_reading()
    report = _read(call)
    by_account: dict[str, list[_Row]] = {}
    for receipt, row in report.rows(call):
        by_account.setdefault(row.account, []).append((receipt, row))
    accounts = [_ledger_of(call.company, code, rows) for code, rows in sorted(by_account.items())]
    return answer({"reportParameters": _parameters(report), "ledgerAccounts": accounts})


def report_ledger_accounts(call: Call) -> Response:
    """Return the sum of each ledger account that has rows."""
    call.require_reading()
    report = _read(call)
    sums: dict[str, Decimal] = {}
    for _receipt, row in report.rows(call):
        sums[row.account] = sums.get(row.account, Decimal("0.00")) + row.accounting_value
    # Assumed: the form of an account here is that of the general ledger, without its rows.
    accounts = [
        {"id": code, "name": _name(call.company, code), "totalAccountingValue": total}
        for code, total in sorted(sums.items())
    ]
    return answer({"reportParameters": _parameters(report), "ledgerAccounts": accounts})


def _ledger_of(company: Company, code: str, rows: Sequence[_Row]) -> dict[str, Any]:
    total = sum((row.accounting_value for _receipt, row in rows), Decimal("0.00"))
    return {
        "id": code,
        "name": _name(company, code),
        "totalAccountingValue": total,
        "ledgerReceiptTransactions": [_written(*pair) for pair in rows],
    }


def _read(call: Call, *, more: tuple[str, ...] = ()) -> _Report:
    """Return what the body asks for, or raise ``Refused`` with every mistake in it."""
    fields = Fields(values=call.body())
    fields.refuse_unknown(("startDate", "endDate", "receiptStatus", "options"))
    start, end = fields.day("startDate"), fields.day("endDate", required=True)
    statuses = _words(fields, "receiptStatus", _STATUSES)
    options = _options(fields)
    options.refuse_unknown((*_OPTIONS, *more))
    filters = [_of_statuses(statuses), *_filters(options)]
    if start is not None and end is not None and end < start:
        fields.violations.append(invalid("endDate", end))
    if fields.violations or end is None:
        raise Refused(400, *fields.violations)
    return _Report(
        first=start or _period_start(call.company, end), last=end, filters=tuple(filters)
    )


def _options(fields: Fields) -> Fields:
    value = fields.values.get("options", {})
    if not isinstance(value, dict):
        fields.violations.append(invalid("options", value))
        value = {}
    return Fields(values=value, path="options", violations=fields.violations)


def _words(fields: Fields, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    value = fields.values.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or any(one not in allowed for one in value):
        fields.violations.append(invalid(fields.at(name), value))
        return ()
    return tuple(value)


def _of_statuses(statuses: tuple[str, ...]) -> _Filter:
    # Documented: the default depends on rights. That it is both of these here is assumed.
    wanted = statuses or ("APPROVED", "UNFINISHED")
    return lambda receipt, _row: receipt.status.value in wanted


def _filters(options: Fields) -> Iterator[_Filter]:
    types = _words(options, "receiptType", _TYPES)
    if types:
        yield lambda receipt, _row: receipt.receipt_type in types
    # Assumed for both texts: part of it will do, in capitals or not.
    name = options.text("receiptName", longest=80)
    if name is not None:
        yield lambda receipt, _row: name.casefold() in receipt.name.casefold()
    description = options.text("transactionDescription", longest=255)
    if description is not None:
        yield lambda _receipt, row: description.casefold() in (row.description or "").casefold()
    numbers = options.text("receiptNumbers", longest=1000)
    if numbers is not None:
        yield _of_numbers(options, numbers)
    value = options.text("transactionValue", longest=30)
    if value is not None:
        yield _of_value(options, value)
    options.text("transactionCurrency", longest=3)
    options.text("receiptCurrency", longest=3)
    options.choice("reportLanguage", _LANGUAGES)
    yield from _entry_period(options)


def _of_numbers(options: Fields, text: str) -> _Filter:
    # Assumed: numbers with commas between.
    numbers = {one.strip() for one in text.split(",")}
    if not all(one.isdecimal() for one in numbers):
        options.refuse("receiptNumbers", "SANDBOX_INVALID")
    return lambda receipt, _row: str(receipt.receipt_number) in numbers


def _of_value(options: Fields, text: str) -> _Filter:
    try:
        value = Decimal(text)
    except InvalidOperation:
        options.refuse("transactionValue", "SANDBOX_INVALID")
        value = Decimal(0)
    return lambda _receipt, row: row.accounting_value == value


def _entry_period(options: Fields) -> Iterator[_Filter]:
    """Yield the filters of the entry period. Documented: its ends are rounded to whole months."""
    start, end = options.day("entryPeriodStart"), options.day("entryPeriodEnd")
    if start is not None:
        first = start.replace(day=1)
        yield lambda receipt, _row: receipt.receipt_date >= first
    if end is not None:
        last = (end.year, end.month)
        yield lambda receipt, _row: (receipt.receipt_date.year, receipt.receipt_date.month) <= last


def _period_start(company: Company, end: date) -> date:
    """Return where a report begins without a start: with the tracking period, else the year."""
    for year in company.fiscal_years:
        if year.start_date <= end <= year.end_date:
            periods = (
                one for one in year.tracking_periods if one.start_date <= end <= one.end_date
            )
            period = next(periods, None)
            return period.start_date if period is not None else year.start_date
    raise Refused(400, invalid("endDate", end))


def _parameters(report: _Report) -> Mapping[str, Any]:
    return {"startDate": report.first, "endDate": report.last}


def _name(company: Company, code: str) -> str:
    account = company.account(code)
    return account.name if account is not None else ""


def _written(receipt: Receipt, row: Transaction) -> dict[str, Any]:
    vat = round(row.accounting_value * row.vat_percent / 100, 2)
    return without_none(
        id=row.transaction_id,
        name=receipt.name,
        receiptNumber=receipt.receipt_number,
        receiptDate=receipt.receipt_date,
        type=receipt.receipt_type,
        accountingValue=row.accounting_value,
        status=receipt.status.value,
        vatPercent=row.vat_percent,
        vatAmount=vat,
        vatStatus=receipt.vat_status,
        transactionDescription=row.description,
    )
