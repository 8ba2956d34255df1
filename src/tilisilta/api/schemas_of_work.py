"""The JSON documents of what is done by the API: importing, sending, withdrawing, comparing."""

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from tilisilta.api.asked import Body, Text
from tilisilta.api.schemas import Amount, Cursor, JournalDocument, Month, Problem

MOST_REASON_CHARACTERS = 200


class ImportedDocument(JournalDocument):
    """A journal of a file; not new where the same file came in before."""

    is_new: bool
    names_company: str | None = Field(description="What the file calls its company, if otherwise.")


class LeftCompany(Problem):
    """A company of a file whose journal waits for an answer."""

    company: int


class Imports(Schema):
    """What became of a file."""

    journals: list[ImportedDocument]
    left: list[LeftCompany]
    remembered_columns: dict[str, str] | None


class JournalToSend(Body):
    """A journal to be sent."""

    reference: Text
    digest: Text | None = Field(
        None, description="The digest of its preview: nothing is sent if that has changed."
    )


class SentReceipt(Schema):
    """A ledger receipt on its way."""

    name: str
    administration: str
    booking_date: date
    receipt_date: date
    state: str
    debit: Amount
    ledger_receipt_id: int | None
    receipt_number: int | None
    posted_at: datetime | None
    problems: list[Problem]


class SentJournal(JournalDocument):
    """A journal on its way, with its receipts."""

    receipts: list[SentReceipt]
    is_proposed: bool = Field(
        False, description="The link demands two persons: another one has to release it."
    )


class ToWithdraw(Body):
    """The reason, and the digest of the plan that was seen."""

    reason: Text = Field(max_length=MOST_REASON_CHARACTERS)
    digest: Text | None = Field(
        None, description="The digest of the plan: nothing is done if that has changed."
    )


class PlannedReceipt(Schema):
    """What becomes of a booked receipt: ``way`` is ``invalidate``, ``reverse`` or another."""

    name: str
    ledger_receipt_id: int | None
    receipt_number: int | None
    receipt_date: date
    status: str
    way: str
    reason: str | None
    reverse_on: date | None
    payload: str | None


class WithdrawalPlan(JournalDocument):
    """What a withdrawal would do. Nothing was changed."""

    can_be_withdrawn: bool
    can_become_final: bool
    digest: str
    receipts: list[PlannedReceipt]


class ReversingReceipt(Schema):
    """The receipt that takes another back."""

    name: str
    state: str
    receipt_date: date
    ledger_receipt_id: int | None
    receipt_number: int | None


class WithdrawnReceipt(Schema):
    """A booked receipt that is taken back."""

    name: str
    receipt_date: date
    state: str
    ledger_receipt_id: int | None
    receipt_number: int | None
    way: str | None
    withdrawn_at: datetime | None
    reversed_by: ReversingReceipt | None
    problems: list[Problem]


class Withdrawal(JournalDocument):
    """How far a withdrawal is."""

    receipts: list[WithdrawnReceipt]


class MonthOfCompany(Schema):
    """Where a company stands in a month."""

    company: int
    name: str
    state: str
    reason: str
    responsible: str
    stand_in: str
    runs: str
    debit: dict[str, Amount] = Field(description="By currency.")
    receipts: str
    outcome: str | None
    difference: Amount | None
    net_pay: str | None
    compared_at: datetime | None
    is_comparison_stale: bool | None
    signed_by: str | None
    signed_at: datetime | None


class MonthEndDocument(Schema):
    """The end of a month: the counts are of all companies, the list is a page of them."""

    month: Month
    is_done: bool
    company_count: int
    counts: dict[str, int]
    compared_at: datetime | None
    companies: list[MonthOfCompany]
    next: Cursor


class Figures(Schema):
    """Sums of payroll and of the ledger; texts, as an unfinished row may have more decimals."""

    payroll: str
    ours: str
    another_way: str
    ledger: str
    difference: str


class ItemFigures(Figures):
    """The same for a dimension item."""

    dimension: str
    item: str


class AccountFigures(Figures):
    """The same for a ledger account, with its dimension items."""

    account: str
    name: str
    items: list[ItemFigures]


class LedgerReceipt(Schema):
    """A receipt in Procountor."""

    id: int | None
    number: int | None
    date: date
    name: str
    status: str
    version: str | None = None
    debit: str | None = None


class ComparedPart(Schema):
    """What a run books on one date, beside what is in the books."""

    journal: str
    booking_date: date
    receipt_date: date
    token: str | None
    debit: str
    findings: list[str]
    is_well: bool
    changes_books: bool
    receipt: LedgerReceipt | None
    another_way: list[LedgerReceipt]
    again: list[LedgerReceipt]
    heading: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    difference: list[dict[str, Any]]


class OtherEntry(Schema):
    """An entry of something else on the ledger accounts of payroll."""

    receipt: LedgerReceipt
    account: str
    amount: str
    run: str | None
    type: str
    from_report: bool


class Reconciliation(Schema):
    """A company's month: payroll against the ledger."""

    company: int
    month: Month
    outcome: str
    difference: str
    accounts: list[AccountFigures]
    parts: list[ComparedPart]
    others: list[OtherEntry]
    reports_read_at: datetime | None
    administration: str
    currency: str
    compared_at: datetime
