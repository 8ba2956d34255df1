"""A reconciliation as a document: what commands print, pages show and the tables store."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tilisilta.domain.administrations import Administration
from tilisilta.domain.ledger_entries import LedgerEntry
from tilisilta.domain.ledger_sums import ZERO, Place, Sums
from tilisilta.domain.personal_codes import mask_personal_codes
from tilisilta.domain.receipts import BookedReceipt, Transaction
from tilisilta.domain.reconciliation import ComparedPart, Finding, Reconciliation, SumLine
from tilisilta.domain.row_changes import RowChange

Document = dict[str, Any]
_FIGURES = ("payroll", "ours", "another_way", "ledger", "difference")


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of ledger accounts and dimension items, as far as they are known."""

    accounts: Mapping[str, str]
    items: Mapping[tuple[int, int], tuple[str, str]]

    @classmethod
    def of(cls, administration: Administration | None) -> "Names":
        if administration is None:
            return cls(accounts={}, items={})
        return cls(
            accounts={one.code: one.name for one in administration.ledger_accounts},
            items={
                (dimension.dimension_id, item.item_id): (
                    dimension.name,
                    f"{item.code} {item.description}".strip(),
                )
                for dimension in administration.dimensions
                for item in dimension.items
            },
        )

    def item(self, dimension_id: int, item_id: int) -> Document:
        dimension, item = self.items.get((dimension_id, item_id), (str(dimension_id), str(item_id)))
        return {"dimension": dimension, "item": item}


def document_of(result: Reconciliation, names: Names) -> Document:
    """Return the whole result. Amounts are texts with their cents; debits are positive."""
    return {
        "month": str(result.month),
        "outcome": result.outcome.value,
        "difference": _amount(difference_of(result)),
        "accounts": [
            _account_document(line, result.lines, names)
            for line in result.lines
            if line.place.is_account
        ],
        "parts": [_part_document(one, names) for one in result.parts],
        "others": [
            {
                "receipt": _receipt_document(one.receipt),
                "account": one.account,
                "amount": _amount(one.amount),
                "run": one.run or None,
                "type": "JOURNAL",
                "from_report": False,
            }
            for one in result.others
        ],
    }


def digest_of(document: Document) -> str:
    """Return a digest of what a comparison has found in the books.

    Neither when it was compared nor what things are called counts, nor that a receipt was approved.
    """
    found = {
        "outcome": document["outcome"],
        "accounts": [
            [one["account"], *(one[name] for name in _FIGURES)] for one in document["accounts"]
        ],
        "parts": [_found_of_part(one) for one in document["parts"]],
    }
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def _found_of_part(part: Document) -> Document:
    kept = ("journal", "booking_date", "receipt_date", "debit", "heading", "rows", "difference")
    receipts = {name: [one["id"] for one in part[name]] for name in ("another_way", "again")}
    approved, equal = Finding.APPROVED.value, Finding.EQUAL.value
    return {
        **{name: part[name] for name in kept},
        **receipts,
        "receipt": part["receipt"]["id"] if part["receipt"] else None,
        "findings": [equal if one == approved else one for one in part["findings"]],
    }


def booked_documents(result: Reconciliation) -> list[Document]:
    """Return the receipts that book the month's runs, each whole and once, in Procountor's words.

    Amounts are texts with their cents. Texts that people typed have no personal identity codes.
    """
    receipts = {
        receipt.ledger_receipt_id: receipt
        for part in result.parts
        for receipt in (part.receipt, *part.another_way, *part.again)
        if receipt is not None
    }
    return [_booked_document(receipt) for _id, receipt in sorted(receipts.items())]


def _booked_document(receipt: BookedReceipt) -> Document:
    body = receipt.body
    return {
        "id": receipt.ledger_receipt_id,
        "receiptNumber": receipt.receipt_number,
        "invoiceNumber": receipt.invoice_number,
        "status": receipt.status,
        "version": receipt.version,
        "name": _told(body.name),
        "receiptDate": body.receipt_date.isoformat(),
        "accountantsNotes": _told(body.accountants_notes),
        "transactions": [
            {
                "account": row.account,
                "accountingValue": _amount(row.accounting_value),
                "description": _told(row.description),
                "vatPercent": f"{row.vat_percent.normalize():f}",
                "dimensionItemValues": [
                    {
                        "dimensionId": one.dimension_id,
                        "itemId": one.item_id,
                        "value": _amount(one.value),
                    }
                    for one in row.dimension_values
                ],
            }
            for row in body.transactions
        ],
    }


def entry_document(entry: LedgerEntry, *, from_report: bool) -> Document:
    """Return an entry of another type in the form of the other entries; its receipt has no id."""
    text = " · ".join(filter(None, (entry.name, entry.description)))
    return {
        "receipt": {
            "id": None,
            "number": entry.receipt_number,
            "date": entry.receipt_date.isoformat(),
            "name": _told(text),
            "status": entry.status,
        },
        "account": entry.account,
        "amount": _amount(entry.amount),
        "run": None,
        "type": entry.receipt_type,
        "from_report": from_report,
    }


def difference_of(result: Reconciliation) -> Decimal:
    """Return the larger side of what the ledger has more or less than payroll."""
    amounts = [line.difference for line in result.lines if line.place.is_account]
    more = sum((one for one in amounts if one > 0), ZERO)
    less = sum((-one for one in amounts if one < 0), ZERO)
    return max(more, less)


def _account_document(line: SumLine, lines: Iterable[SumLine], names: Names) -> Document:
    account = line.place.account
    items = [
        {**names.item(one.place.dimension_id, one.place.item_id), **_sums_document(one)}
        for one in lines
        if one.place.account == account and not one.place.is_account
    ]
    return {
        "account": account,
        "name": names.accounts.get(account, ""),
        **_sums_document(line),
        "items": items,
    }


def _sums_document(line: SumLine) -> Document:
    return {
        "payroll": _amount(line.payroll),
        "ours": _amount(line.ours),
        "another_way": _amount(line.another_way),
        "ledger": _amount(line.ledger),
        "difference": _amount(line.difference),
    }


def _part_document(one: ComparedPart, names: Names) -> Document:
    return {
        "journal": one.part.run,
        "booking_date": one.part.booking_date.isoformat(),
        "receipt_date": one.part.receipt_date.isoformat(),
        "token": one.part.token or None,
        "debit": _amount(sum((row.accounting_value for row in _debits(one.part.rows)), ZERO)),
        "findings": [finding.value for finding in one.findings],
        "is_well": one.is_well,
        "changes_books": one.changes_books,
        "receipt": _receipt_document(one.receipt) if one.receipt else None,
        "another_way": [_receipt_document(receipt) for receipt in one.another_way],
        "again": [_receipt_document(receipt) for receipt in one.again],
        "heading": [
            {"field": change.field, "was": _told(change.was), "now": _told(change.now)}
            for change in one.heading
        ],
        "rows": [_change_document(change, names) for change in one.rows],
        "difference": _places_document(one.difference, names),
    }


def _debits(rows: Iterable[Transaction]) -> Iterable[Transaction]:
    return (row for row in rows if row.accounting_value > 0)


def _receipt_document(receipt: BookedReceipt) -> Document:
    rows = receipt.body.transactions
    return {
        "id": receipt.ledger_receipt_id,
        "number": receipt.shown_number,
        "date": receipt.body.receipt_date.isoformat(),
        "name": _told(receipt.body.name),
        "status": receipt.status,
        "version": receipt.version,
        "debit": _amount(sum((row.accounting_value for row in _debits(rows)), ZERO)),
    }


def _change_document(change: RowChange, names: Names) -> Document:
    return {
        "row": change.number,
        "fields": list(change.fields),
        "was": _row_document(change.was, names) if change.was else None,
        "now": _row_document(change.now, names) if change.now else None,
    }


def _row_document(row: Transaction, names: Names) -> Document:
    return {
        "account": row.account,
        "name": names.accounts.get(row.account, ""),
        "amount": _amount(row.accounting_value),
        "description": _told(row.description),
        "dimensions": [
            {**names.item(one.dimension_id, one.item_id), "amount": _amount(one.value)}
            for one in row.dimension_values
        ],
        "vat_percent": f"{row.vat_percent.normalize():f}",
    }


def _places_document(sums: Sums, names: Names) -> list[Document]:
    def named(place: Place) -> Document:
        return {} if place.is_account else names.item(place.dimension_id, place.item_id)

    return [
        {"account": place.account, **named(place), "amount": _amount(amount)}
        for place, amount in sorted(sums.items())
    ]


def _told(value: str | date) -> str:
    # People type anything into a receipt, and this is stored and shown to many.
    return value.isoformat() if isinstance(value, date) else mask_personal_codes(value)


def _amount(value: Decimal) -> str:
    cents = f"{value:.2f}"
    # An unfinished row may have more decimals; they must not hide a difference.
    return cents if Decimal(cents) == value else f"{value:f}"
