"""Ledger receipts: as we mean them to be booked, and as Procountor reports that it booked them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tilisilta.domain.items_to_make import ItemToMake
from tilisilta.domain.problems import Problem

NO_VAT_HANDLING = 12
"""Procountor's VAT status "No VAT handling", the only one payroll needs (R4)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DimensionValue:
    """The part of a transaction that a dimension item carries; an amount, not a share."""

    dimension_id: int
    item_id: int
    value: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Transaction:
    """One row of a ledger receipt. ``accounting_value``: debit positive, credit negative.

    ``positions`` are the journal lines it was made of. A clearing row has none, and neither has
    a row read back from Procountor. ``vat_percent`` is 0 in everything we send, and a person may
    change it in Procountor, which then books VAT beside the row.
    """

    account: str
    accounting_value: Decimal
    description: str
    dimension_values: tuple[DimensionValue, ...] = ()
    positions: tuple[int, ...] = ()
    vat_percent: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class ReceiptBody:
    """The content of a ledger receipt: the part that we send and Procountor returns."""

    name: str
    receipt_date: date
    accountants_notes: str
    transactions: tuple[Transaction, ...]


@dataclass(frozen=True, kw_only=True)
class LedgerReceipt:
    """One ledger receipt to be sent, with the identity that prevents a second booking (R8).

    ``booking_date`` is the journal's date. It differs from the body's ``receipt_date`` only where
    a closed period is booked on the first open day after it (R7).
    """

    token: str
    booking_date: date
    body: ReceiptBody


@dataclass(frozen=True, kw_only=True)
class BookedReceipt:
    """A ledger receipt as Procountor holds it. ``version`` is stored letter by letter.

    ``is_final`` is one with a serial number, as receipts get it in Sweden and Denmark when their
    year is closed: it can be neither made unfinished nor invalidated any more.
    """

    ledger_receipt_id: int
    receipt_number: int | None
    invoice_number: int | None
    status: str
    version: str
    body: ReceiptBody
    is_final: bool = False

    @property
    def shown_number(self) -> int:
        """The number to name it by; the id where Procountor gave neither number."""
        return self.receipt_number or self.invoice_number or self.ledger_receipt_id


@dataclass(frozen=True, kw_only=True)
class ReceiptPlan:
    """What would be sent for a journal, oldest receipt first, and all that forbids it.

    ``items_to_make`` are the items that its rows refer to and Procountor does not have yet.

    When ``problems`` holds an error, the receipts are drawn as far as possible, to be reviewed,
    and must not be sent.
    """

    receipts: tuple[LedgerReceipt, ...]
    problems: tuple[Problem, ...]
    zero_line_count: int = 0
    items_to_make: tuple[ItemToMake, ...] = ()

    @property
    def can_be_sent(self) -> bool:
        return bool(self.receipts) and not any(problem.stops for problem in self.problems)
