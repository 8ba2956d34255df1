"""How a booked receipt is taken back: invalidated while that is possible, else reversed.

Procountor has no way to delete a receipt. One that is unfinished, in an open period, can be
invalidated; an approved one has to be made unfinished first. Where neither is possible, a second
receipt takes its effect back: the same rows with their sides swapped, on the first open day.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tilisilta.domain.administrations import FiscalYear
from tilisilta.domain.identity import (
    MOST_REFERENCE_CHARACTERS,
    receipt_name,
    reversal_token,
    shortened,
)
from tilisilta.domain.personal_codes import mask_personal_codes
from tilisilta.domain.receipt_dates import can_book_on, first_open_day_after
from tilisilta.domain.receipt_words import ReceiptWords
from tilisilta.domain.receipts import BookedReceipt, ReceiptBody, Transaction
from tilisilta.domain.recognition import APPROVED, INVALIDATED
from tilisilta.domain.texts import clean_text

MOST_NOTES_CHARACTERS = 255
COUNTRIES_WITH_FINAL_RECEIPTS = frozenset({"SWEDEN", "DENMARK"})
"""There a receipt gets a serial number when its year is closed, and can never be undone."""


class Way(StrEnum):
    """What becomes of a receipt that is taken back."""

    NOTHING = "nothing"
    """It is invalidated already."""
    INVALIDATE = "invalidate"
    UNFINISH = "unfinish"
    """It is made unfinished and then invalidated."""
    REVERSE = "reverse"
    NONE = "none"
    """It cannot be taken back as things are; a person has to change something first."""


class Reason(StrEnum):
    """Why a receipt cannot be invalidated, or not be taken back at all."""

    CLOSED = "closed"
    FINAL = "final"
    GONE = "gone"
    NO_OPEN_DAY = "no_open_day"
    NOT_BALANCED = "not_balanced"


class Step(StrEnum):
    """One change in Procountor, tried and remembered by itself."""

    UNFINISH = "unfinish"
    INVALIDATE = "invalidate"


@dataclass(frozen=True, kw_only=True)
class WayBack:
    """The way in which one receipt is taken back; ``reverse_on`` is the day of the reversal."""

    way: Way
    reverse_on: date | None = None
    reason: Reason | None = None

    @property
    def is_possible(self) -> bool:
        return self.way is not Way.NONE


def way_back(receipt: BookedReceipt | None, fiscal_years: Iterable[FiscalYear]) -> WayBack:
    """Return how ``receipt``, as Procountor has it now, can be taken back.

    ``None`` is a receipt that Procountor does not give any more.
    """
    if receipt is None:
        return WayBack(way=Way.NONE, reason=Reason.GONE)
    if receipt.status == INVALIDATED:
        return WayBack(way=Way.NOTHING)
    years = tuple(fiscal_years)
    is_open = can_book_on(receipt.body.receipt_date, years)
    if is_open and not receipt.is_final:
        return WayBack(way=Way.UNFINISH if receipt.status == APPROVED else Way.INVALIDATE)
    if not _can_be_swapped(receipt.body):
        return WayBack(way=Way.NONE, reason=Reason.NOT_BALANCED)
    day = receipt.body.receipt_date
    reverse_on = day if is_open else first_open_day_after(day, years)
    if reverse_on is None:
        return WayBack(way=Way.NONE, reason=Reason.NO_OPEN_DAY)
    reason = Reason.FINAL if receipt.is_final else Reason.CLOSED
    return WayBack(way=Way.REVERSE, reverse_on=reverse_on, reason=reason)


def next_step(receipt: BookedReceipt) -> Step | None:
    """Return what is left to do until ``receipt`` is invalidated; ``None`` if it is."""
    if receipt.status == INVALIDATED:
        return None
    return Step.UNFINISH if receipt.status == APPROVED else Step.INVALIDATE


def has_happened(step: Step, receipt: BookedReceipt) -> bool:
    """Return whether ``step``, whose answer was lost, shows in the status of ``receipt``."""
    if step is Step.UNFINISH:
        return receipt.status != APPROVED
    return receipt.status == INVALIDATED


def can_become_final(country: str) -> bool:
    """Return whether receipts in books of ``country`` become final when their year is closed."""
    return country.strip().upper() in COUNTRIES_WITH_FINAL_RECEIPTS


def reversing_receipt(
    receipt: BookedReceipt,
    *,
    first_token: str,
    procountor_company_id: int,
    reverse_on: date,
    reason: str,
    words: ReceiptWords,
) -> tuple[str, ReceiptBody]:
    """Return the token and the body of the receipt that takes ``receipt`` back.

    Each row of what is booked *now*, which people may have edited, with its side swapped, so that
    the two sum to zero on every account and dimension item. Name and notes say which receipt is
    taken back, by its number and never by its token: by that only the first one is found.
    """
    token = reversal_token(first_token, procountor_company_id=procountor_company_id)
    number = receipt.shown_number
    tail = f", {words.reverses} {number}"
    reference = _without(first_token, mask_personal_codes(receipt.body.name).partition(" #")[0])
    reference = shortened(reference, MOST_REFERENCE_CHARACTERS - len(tail)) + tail
    notes = (
        f"Tilisilta {token} · {words.reverses} {number}, {receipt.body.receipt_date.isoformat()}"
    )
    told = clean_text(f"{notes}: {_without(first_token, reason)}").text
    body = ReceiptBody(
        name=receipt_name(reference, token),
        receipt_date=reverse_on,
        accountants_notes=shortened(told, MOST_NOTES_CHARACTERS),
        transactions=swapped(receipt.body.transactions),
    )
    return token, body


def swapped(rows: Iterable[Transaction]) -> tuple[Transaction, ...]:
    """Return ``rows`` with debit and credit exchanged; rows of 0.00 book nothing and stay out."""
    return tuple(
        replace(
            row,
            accounting_value=-row.accounting_value,
            description=clean_text(row.description).text,
            dimension_values=tuple(
                replace(value, value=-value.value) for value in row.dimension_values
            ),
            positions=(),
        )
        for row in rows
        if row.accounting_value
    )


def takes_back(reversal: ReceiptBody, first: ReceiptBody) -> bool:
    """Return whether the two sum to zero on every account and dimension item."""
    return not any(_sums((*reversal.transactions, *first.transactions)).values())


def _without(token: str, text: str) -> str:
    """Return ``text`` on one line and without ``token``, which would make it that receipt."""
    plain = re.sub(rf"#?{token}", "", text, flags=re.IGNORECASE)
    return " ".join(clean_text(plain).text.split())


def _can_be_swapped(body: ReceiptBody) -> bool:
    """Return whether its rows balance. Amounts are net: with VAT on a row they do not."""
    values = [row.accounting_value for row in body.transactions]
    return any(values) and sum(values) == 0


def _sums(rows: Iterable[Transaction]) -> dict[tuple[str, int, int], Decimal]:
    """Return the sum by account, and by account and dimension item."""
    sums: dict[tuple[str, int, int], Decimal] = {}
    for row in rows:
        parts = [(row.account, 0, 0, row.accounting_value)]
        parts += [
            (row.account, one.dimension_id, one.item_id, one.value) for one in row.dimension_values
        ]
        for account, dimension_id, item_id, value in parts:
            key = (account, dimension_id, item_id)
            sums[key] = sums.get(key, Decimal(0)) + value
    return sums
