"""The JSON documents of ways back: searches, lines of journals, receipts of a year, users."""

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from tilisilta.api.schemas import Amount, Cursor, JournalDocument, Month, ReceiptDocument


class FoundReceipt(ReceiptDocument):
    """A receipt, and the names of the values that fit."""

    fits: list[str]


class FoundCompany(Schema):
    """A company that fits."""

    number: int
    name: str


class Found(Schema):
    """All that fits: at most 100 receipts, the latest first, and 20 companies."""

    searched: str
    receipts: list[FoundReceipt]
    journals: list[JournalDocument]
    companies: list[FoundCompany]
    more_receipts: int
    more_companies: int


class Line(Schema):
    """A line of a journal as it came in: debits are positive, credits negative."""

    line: int
    account: str
    description: str
    amount: Amount
    cost_center: str | None
    cost_unit: str | None
    booking_date: date


class Lines(Schema):
    """A page of the lines of a journal, in their order."""

    lines: list[Line]
    next: Cursor


class YearReceipt(ReceiptDocument):
    """A receipt in the books, with who had it sent and by which settings it was made."""

    sent_by: str
    approved_at: datetime | None
    payload_sha256: str
    program_version: str | None
    link_settings: dict[str, Any] | None


class YearReceipts(Schema):
    """The receipts of a year: the sums are of all of it, the list is a page, the newest first."""

    company: int
    year: int
    booked: dict[str, Amount] = Field(description="By currency, without withdrawn ones.")
    receipts: list[YearReceipt]
    next: Cursor


class UserDocument(Schema):
    """A user; no password and no second step is part of it."""

    name: str
    template: str | None
    sees_all_debtors: bool
    debtors: list[int]
    is_active: bool


class Users(Schema):
    """A page of users, by the order in which they were made."""

    users: list[UserDocument]
    next: Cursor


class TemplateDocument(Schema):
    """A user template: what its users may do."""

    name: str
    is_administrator: bool
    rights: dict[str, str]
    demands_second_step: bool
    sender_cannot_sign: bool


class Templates(Schema):
    """A page of user templates."""

    templates: list[TemplateDocument]
    next: Cursor


class Status(Schema):
    """Where journals of a month stand, and what else waits; lists have addresses of their own."""

    month: Month
    journals: dict[str, int] = Field(description="By state; each counts once.")
    waiting_count: int = Field(
        description="How many of these wait for a person; what is proposed does not count."
    )
    waiting_in_other_months: dict[str, int]
    sendings_under_way: int
    worker_count: int = Field(description="The living ones: without any, nothing is sent.")
    workers: list[str] | None = Field(description="Their names, for those who manage users.")
    proposed: int = Field(description="Waits for a second person, of all months.")
    drifted_links: int
