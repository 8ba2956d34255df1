"""The JSON documents of settling a journal, and of booking its difference."""

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from tilisilta.api.asked import Body, Number, Text
from tilisilta.api.schemas import Amount, Cursor, JournalDocument, Problem
from tilisilta.api.schemas_of_work import MOST_REASON_CHARACTERS


class DoubtDocument(Schema):
    """A receipt in Procountor of which a person has to say whether it is the journal's."""

    ledger_receipt_id: int
    number: str
    token: str = Field(description="Of the journal's receipt that it may be.")
    code: str
    can_be_ours: bool


class Doubts(Schema):
    """The receipts in question of a journal. They are few, and come all at once."""

    in_question: list[DoubtDocument]


class Said(Body):
    """What a receipt in question is: the journal's, or another."""

    ledger_receipt_id: Number
    is_ours: bool


class SettledReceipt(Schema):
    """The receipt of the journal, as it stands after the answer."""

    name: str
    state: str
    ledger_receipt_id: int | None
    receipt_number: int | None


class NumberedReceipt(Schema):
    """A receipt in Procountor."""

    ledger_receipt_id: int
    number: str


class SettledDoubt(JournalDocument):
    """A journal of which a receipt was settled, and those that are still in question."""

    receipt: SettledReceipt
    settled: NumberedReceipt
    in_question: list[NumberedReceipt]


class SettlementDocument(Schema):
    """What a person said of a journal as a whole: nothing of it is left to be sent."""

    settled_as: str
    reason: str
    receipt_number: str
    settled_at: datetime
    undone_at: datetime | None
    undo_reason: str


class Settlements(Schema):
    """A page of the settlements of a journal, the newest first."""

    settlements: list[SettlementDocument]
    next: Cursor


class SettledJournal(JournalDocument):
    """A journal with its last settlement."""

    settlement: SettlementDocument | None


class ToSettle(Body):
    """Why nothing of a journal is left to be sent, and the receipt that books it, if any."""

    settled_as: Literal["by_hand", "sent"] = Field(
        description="by_hand: what changed after sending was done by hand or stays. "
        "sent: it was booked another way, and is never sent."
    )
    reason: Text = Field(max_length=MOST_REASON_CHARACTERS)
    receipt_number: Text = Field("", max_length=40)


class Because(Body):
    """A reason."""

    reason: Text = Field(max_length=MOST_REASON_CHARACTERS)


class DifferenceRow(Schema):
    """A row of what would be booked."""

    account: str
    amount: Amount
    description: str


class DifferenceReceipt(Schema):
    """A receipt of the difference: ``payload`` as it would be sent."""

    name: str
    booking_date: date
    receipt_date: date
    debit: Amount
    rows: list[DifferenceRow]
    payload: str


class DifferencePlan(JournalDocument):
    """What a changed run changes in the books. Nothing was sent."""

    can_be_booked: bool
    is_nothing: bool
    digest: str
    receipts: list[DifferenceReceipt]


class BookedDifferenceReceipt(Schema):
    """A receipt of the difference on its way."""

    name: str
    booking_date: date
    receipt_date: date
    state: str
    debit: Amount
    ledger_receipt_id: int | None
    receipt_number: int | None
    problems: list[Problem]


class BookedDifference(JournalDocument):
    """How far booking a difference is."""

    receipts: list[BookedDifferenceReceipt]


class ToBookDifference(Because):
    """Why the difference is booked, and the digest of the plan that was seen."""

    digest: Text | None = Field(
        None, description="The digest of the plan: nothing is booked if that has changed."
    )
