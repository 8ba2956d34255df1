"""Payroll of a month against the ledger: what became of each receipt, and every difference.

What is compared are the *parts* of the month's runs, one per run and booking date. A part is booked
by our receipt, or another way; a receipt that a person moved to another month is no longer in the
books of its own. Sums are net, per ledger account and per dimension item on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.ledger_sums import Place, Sums, added, ledger_sums, of_accounts, subtracted
from tilisilta.domain.receipts import BookedReceipt, ReceiptBody, Transaction
from tilisilta.domain.row_changes import HeadingChange, RowChange


class Finding(StrEnum):
    """What became of a part. The texts are stored, and stand in answers to scripts."""

    EQUAL = "equal"
    APPROVED = "approved"
    """Equal, and approved by a person."""
    SET_BACK = "set_back"
    """Approved once, and unfinished again: not part of the official books."""
    EDITED = "edited"
    MOVED = "moved"
    """Dated in another month than it was sent for."""
    INVALIDATED = "invalidated"
    GONE = "gone"
    TWICE = "twice"
    ANOTHER_WAY = "booked_another_way"
    OTHER_DIMENSIONS = "other_dimensions"
    """Booked another way, with other dimension items."""
    MISSING = "missing"
    CHANGED = "changed_after_sending"
    """The run has another journal than the one that was sent."""
    SETTLED = "settled"
    """A person says that it is settled by hand or booked another way, and no receipt shows it."""


NOTHING_WRONG = frozenset({Finding.EQUAL, Finding.APPROVED, Finding.ANOTHER_WAY})


class Outcome(StrEnum):
    """How a month of a company compares."""

    NOTHING = "nothing"
    """No run of the month books anything."""
    EQUAL = "equal"
    NOTED = "noted"
    """The sums are equal, and people changed something all the same, such as a name."""
    DIFFERENT = "different"


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a run books on one date. ``rows`` follow its newest journal.

    ``sent`` is the receipt as it was sent or would be; ``None`` where it could not be planned.
    ``ledger_receipt_id`` is the receipt it became, if it was booked by us, and ``was_approved``
    says that this receipt was seen approved. ``others`` are receipts of which a person said that
    they are others, whatever token they carry. ``knows_dimensions`` says that the rows have the
    dimension items that other receipts must have too. ``is_settled`` is a part that we do not book,
    as a person says that nothing is left to be sent of it.
    """

    run: str
    booking_date: date
    rows: tuple[Transaction, ...]
    token: str = ""
    sent: ReceiptBody | None = None
    ledger_receipt_id: int | None = None
    was_approved: bool = False
    others: frozenset[int] = frozenset()
    knows_dimensions: bool = True
    is_settled: bool = False

    @property
    def receipt_date(self) -> date:
        return self.sent.receipt_date if self.sent is not None else self.booking_date

    def sums_of(self, rows: Iterable[Transaction]) -> Sums:
        """Return what ``rows`` book, as far as it is compared with this part."""
        sums = ledger_sums(rows)
        return sums if self.knows_dimensions else of_accounts(sums)


@dataclass(frozen=True, kw_only=True)
class ComparedPart:
    """A part beside the ledger. ``receipt`` is ours, as it is now; ``another_way`` book the part.

    ``again`` are receipts that book it a second time. ``ours`` is what our receipt books in the
    month that it was sent for, and ``others`` what the other receipts book.
    """

    part: Part
    findings: tuple[Finding, ...]
    receipt: BookedReceipt | None = None
    another_way: tuple[BookedReceipt, ...] = ()
    again: tuple[BookedReceipt, ...] = ()
    heading: tuple[HeadingChange, ...] = ()
    rows: tuple[RowChange, ...] = ()
    ours: Sums
    others: Sums

    @property
    def payroll(self) -> Sums:
        return self.part.sums_of(self.part.rows)

    @property
    def difference(self) -> Sums:
        """What the ledger has more than payroll, per place."""
        return subtracted(added((self.ours, self.others)), self.payroll)

    @property
    def is_well(self) -> bool:
        return NOTHING_WRONG.issuperset(self.findings)

    @property
    def changes_books(self) -> bool:
        """Return whether the books of the month are other than payroll, or not official."""
        if self.difference or any(row.changes_books for row in self.rows):
            return True
        harmless = NOTHING_WRONG | {Finding.EDITED, Finding.SETTLED}
        if self.another_way:
            # Our receipt was taken out of the books, and a person booked the same by hand.
            harmless |= {Finding.INVALIDATED, Finding.GONE}
        is_redated = any(one.field == "receipt_date" for one in self.heading)
        return is_redated or not harmless.issuperset(self.findings)


@dataclass(frozen=True, kw_only=True)
class SumLine:
    """Payroll against the ledger on one place. Debit positive, credit negative."""

    place: Place
    payroll: Decimal
    ours: Decimal
    another_way: Decimal

    @property
    def ledger(self) -> Decimal:
        return self.ours + self.another_way

    @property
    def difference(self) -> Decimal:
        return self.ledger - self.payroll


@dataclass(frozen=True, kw_only=True)
class OtherEntry:
    """What a receipt that is none of the month's runs books on an account that payroll uses.

    ``run`` is the run of another month that it belongs to, if it is ours.
    """

    receipt: BookedReceipt
    account: str
    amount: Decimal
    run: str = ""


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """Payroll of a month against the ledger. The differences of the parts add up to the lines'."""

    month: BookingPeriod
    parts: tuple[ComparedPart, ...]
    lines: tuple[SumLine, ...]
    others: tuple[OtherEntry, ...]

    @property
    def outcome(self) -> Outcome:
        if not self.parts:
            return Outcome.NOTHING
        if any(one.changes_books for one in self.parts):
            return Outcome.DIFFERENT
        return Outcome.EQUAL if all(one.is_well for one in self.parts) else Outcome.NOTED

    @property
    def causes(self) -> tuple[ComparedPart, ...]:
        """The parts that are not as they were sent, and those booked another way."""
        return tuple(
            one for one in self.parts if not one.is_well or Finding.ANOTHER_WAY in one.findings
        )
