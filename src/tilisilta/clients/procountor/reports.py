"""What other receipts than journals book: asked of Procountor's reports, or read from receipts."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tilisilta.clients.procountor.wire import Amount, Answer, Number, Text, parse_json
from tilisilta.domain.ledger_entries import LedgerEntry

# Every type that Procountor documents for these reports but that of journals, which are read with
# their rows. Orders are no bookkeeping.
_OTHER_TYPES = (
    "SALES_INVOICE",
    "PURCHASE_INVOICE",
    "TRAVEL_INVOICE",
    "BILL_OF_CHARGES",
    "SALARY",
    "PERIODIC_TAX_RETURN",
    "VAT_SUMMARY",
    "REFERENCE_PAYMENT",
    "BANK_STATEMENT_AS_RECEIPT",
    "RECEIPT_FOR_OPENING_ACCOUNTS",
)
LISTED_TYPES = tuple(one for one in _OTHER_TYPES if one != "VAT_SUMMARY")
"""Those that the list of ledger receipts can be asked for, as documented."""
_BOOKS_NOTHING = "INVALIDATED"


def encode_report(first: date, last: date) -> bytes:
    """Return the request for a report of all receipts in that time that are no journals."""
    asked = {
        "startDate": first.isoformat(),
        "endDate": last.isoformat(),
        "options": {"receiptType": list(_OTHER_TYPES)},
    }
    return json.dumps(asked).encode()


def decode_ledger_accounts(content: bytes) -> tuple[str, ...]:
    """Return the ledger accounts that a report of their sums names. Raise ``ValueError``."""
    report = _Accounts.model_validate(parse_json(content))
    return tuple(one.id for one in report.ledger_accounts or ())


def decode_general_ledger(content: bytes) -> tuple[LedgerEntry, ...]:
    """Return the entries of the report of one ledger account. Raise ``ValueError``."""
    account = _GeneralLedger.model_validate(parse_json(content)).ledger_account
    return tuple(
        LedgerEntry(
            receipt_number=one.receipt_number,
            receipt_date=one.receipt_date,
            receipt_type=one.type,
            name=one.name,
            status=one.status,
            account=account.id,
            amount=one.accounting_value,
            description=one.transaction_description,
        )
        for one in account.ledger_receipt_transactions or ()
    )


def decode_entries(answer: object) -> tuple[LedgerEntry, ...]:
    """Return the entries of one ledger receipt, or of several. Raise ``ValueError``."""
    receipts = answer if isinstance(answer, list) else [answer]
    return tuple(entry for one in receipts for entry in _OtherReceipt.model_validate(one).entries())


class _Account(Answer):
    id: Text


class _Accounts(Answer):
    ledger_accounts: tuple[_Account, ...] | None = None


class _Entry(Answer):
    name: Text = ""
    receipt_number: Number = None
    receipt_date: date
    type: Text = ""
    status: Text = ""
    accounting_value: Amount = Decimal("0.00")
    transaction_description: Text = ""


class _LedgerOfAccount(Answer):
    id: Text
    ledger_receipt_transactions: tuple[_Entry, ...] | None = None


class _GeneralLedger(Answer):
    ledger_account: _LedgerOfAccount


class _OtherRow(Answer):
    account: Text = ""
    accounting_value: Amount = Decimal("0.00")
    description: Text = ""


class _OtherReceipt(Answer):
    name: Text = ""
    receipt_number: Number = None
    receipt_date: date
    type: Text = ""
    status: Text = ""
    transactions: tuple[_OtherRow, ...] | None = None

    def entries(self) -> Iterator[LedgerEntry]:
        """Yield its rows. An invalidated receipt has none, as in the reports."""
        for row in () if self.status == _BOOKS_NOTHING else self.transactions or ():
            yield LedgerEntry(
                receipt_number=self.receipt_number,
                receipt_date=self.receipt_date,
                receipt_type=self.type,
                name=self.name,
                status=self.status,
                account=row.account,
                amount=row.accounting_value,
                description=row.description,
            )
