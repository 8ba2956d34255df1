"""A booked ledger receipt, and its two written forms: Procountor's JSON and the stored one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sandbox_parts.wire import without_none

JOURNAL = "JOURNAL"
"""The only type that programs book; other receipts come about in Procountor itself."""


class Status(StrEnum):
    """The three statuses a journal can have. Only approved journals are official bookkeeping."""

    UNFINISHED = "UNFINISHED"
    APPROVED = "APPROVED"
    INVALIDATED = "INVALIDATED"


# Every documented status. A search may ask for any, though journals have only the three above.
STATUSES = (
    "EMPTY",
    "UNFINISHED",
    "NOT_SENT",
    "SENT",
    "RECEIVED",
    "PAID",
    "PAYMENT_DENIED",
    "VERIFIED",
    "APPROVED",
    "INVALIDATED",
    "PAYMENT_QUEUED",
    "PARTLY_PAID",
    "PAYMENT_SENT_TO_BANK",
    "MARKED_PAID",
    "STARTED",
    "INVOICED",
    "OVERRIDDEN",
    "DELETED",
    "UNSAVED",
    "PAYMENT_TRANSACTION_REMOVED",
)


@dataclass(frozen=True, kw_only=True)
class DimensionValue:
    """The part of a transaction's amount that falls on one dimension item."""

    dimension_id: int
    item_id: int
    value: Decimal

    def written(self) -> dict[str, Any]:
        return {"dimensionId": self.dimension_id, "itemId": self.item_id, "value": self.value}


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """One row of a ledger receipt. Debits are positive, credits negative.

    ``others`` are the optional fields that no rule here uses, under Procountor's names.
    """

    transaction_id: int
    transaction_type: str
    account: str
    accounting_value: Decimal
    vat_percent: Decimal
    description: str | None = None
    dimension_values: tuple[DimensionValue, ...] = ()
    others: Mapping[str, Any] = field(default_factory=dict)

    @property
    def gross(self) -> Decimal:
        """Return the amount with its VAT. Amounts are net, and the gross ones have to balance."""
        vat = self.accounting_value * self.vat_percent / 100
        return self.accounting_value + round(vat, 2)

    def written(self) -> dict[str, Any]:
        """Return the row as Procountor writes it."""
        return {
            "id": self.transaction_id,
            "transactionType": self.transaction_type,
            "account": self.account,
            "accountingValue": self.accounting_value,
            "vatPercent": self.vat_percent,
            **without_none(description=self.description),
            **self.others,
            "allocations": [],
            "dimensionItemValues": [one.written() for one in self.dimension_values],
        }


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A ledger receipt as it is booked. ``created`` and ``version`` are Procountor's own times.

    In Sweden and Denmark it gets a ``serial_number`` when its fiscal year is closed. It is final
    then, also if the year is opened again.

    ``others`` are the optional fields that no rule here uses, under Procountor's names.
    """

    receipt_id: int
    company_id: int
    invoice_id: int
    receipt_number: int
    invoice_number: int
    status: Status
    name: str
    receipt_date: date
    vat_type: str
    vat_status: int
    transactions: tuple[Transaction, ...]
    created: str
    version: str
    others: Mapping[str, Any] = field(default_factory=dict)
    receipt_type: str = JOURNAL
    serial_number: int | None = None

    @property
    def is_final(self) -> bool:
        return self.serial_number is not None

    @property
    def difference(self) -> Decimal:
        """Return debits less credits, VAT included."""
        return sum((one.gross for one in self.transactions), Decimal("0.00"))

    @property
    def debit_total(self) -> Decimal:
        values = (one.accounting_value for one in self.transactions)
        return sum((value for value in values if value > 0), Decimal("0.00"))

    @property
    def credit_total(self) -> Decimal:
        """Return the sum of the credits as a positive amount."""
        values = (one.accounting_value for one in self.transactions)
        return -sum((value for value in values if value < 0), Decimal("0.00"))

    def written(self) -> dict[str, Any]:
        """Return the receipt as ``GET /ledgerreceipts/{id}`` gives it, without its attachments."""
        return {
            "id": self.receipt_id,
            "type": self.receipt_type,
            "status": self.status.value,
            "name": self.name,
            "receiptDate": self.receipt_date,
            "vatType": self.vat_type,
            "vatStatus": self.vat_status,
            **self.others,
            "invoiceId": self.invoice_id,
            "receiptNumber": self.receipt_number,
            "invoiceNumber": self.invoice_number,
            **self._serial(),
            "version": self.version,
            "transactions": [one.written() for one in self.transactions],
        }

    def listed(self) -> dict[str, Any]:
        """Return the receipt as a row of ``GET /ledgerreceipts``."""
        return {
            "id": self.receipt_id,
            "type": self.receipt_type,
            "status": self.status.value,
            "name": self.name,
            "receiptDate": self.receipt_date,
            "receiptNumber": self.receipt_number,
            "invoiceNumber": self.invoice_number,
            **self._serial(),
            # Documented for rows of lists only: a single receipt has no such field.
            "created": self.created,
            "version": self.version,
        }

    def _serial(self) -> dict[str, Any]:
        # Documented: one of eight series. Which one a journal gets is not.
        if self.serial_number is None:
            return {}
        return {"serialNumber": {"series": "A", "number": self.serial_number}}

    def stored(self) -> dict[str, Any]:
        return {**self.written(), "companyId": self.company_id, "created": self.created}


def read_receipt(stored: Mapping[str, Any]) -> Receipt:
    """Return the receipt that ``Receipt.stored`` wrote."""
    return Receipt(
        receipt_id=stored["id"],
        company_id=stored["companyId"],
        invoice_id=stored["invoiceId"],
        receipt_number=stored["receiptNumber"],
        invoice_number=stored["invoiceNumber"],
        status=Status(stored["status"]),
        name=stored["name"],
        receipt_date=date.fromisoformat(stored["receiptDate"]),
        vat_type=stored["vatType"],
        vat_status=stored["vatStatus"],
        transactions=tuple(_read_transaction(one) for one in stored["transactions"]),
        created=stored["created"],
        version=stored["version"],
        others={name: value for name, value in stored.items() if name in OTHER_FIELDS},
        receipt_type=stored.get("type", JOURNAL),
        serial_number=stored.get("serialNumber", {}).get("number"),
    )


OTHER_FIELDS = (
    "vatProcessing",
    "invoiceNotes",
    "accountantsNotes",
    "transactionDescription",
    "receiptValidity",
    "periodStartDate",
    "periodEndDate",
    "partnerCode",
    "depreciation",
    "vatDate",
)
OTHER_TRANSACTION_FIELDS = ("vatType", "vatStatus", "vatDeductionPercent", "startDate", "endDate")


def _read_transaction(stored: Mapping[str, Any]) -> Transaction:
    return Transaction(
        transaction_id=stored["id"],
        transaction_type=stored["transactionType"],
        account=stored["account"],
        accounting_value=Decimal(stored["accountingValue"]),
        vat_percent=Decimal(stored["vatPercent"]),
        description=stored.get("description"),
        dimension_values=tuple(_read_value(one) for one in stored["dimensionItemValues"]),
        others={name: stored[name] for name in OTHER_TRANSACTION_FIELDS if name in stored},
    )


def _read_value(stored: Mapping[str, Any]) -> DimensionValue:
    return DimensionValue(
        dimension_id=stored["dimensionId"],
        item_id=stored["itemId"],
        value=Decimal(stored["value"]),
    )
