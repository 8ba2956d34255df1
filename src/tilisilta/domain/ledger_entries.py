"""Entries of the general ledger, as a report of Procountor has them: without the receipt's id."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerEntry:
    """One row of a receipt of any type. ``receipt_type`` is Procountor's word."""

    receipt_number: int | None
    receipt_date: date
    receipt_type: str
    name: str
    status: str
    account: str
    amount: Decimal
    description: str
