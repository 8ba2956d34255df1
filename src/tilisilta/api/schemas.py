"""The JSON documents of the API, as its OpenAPI document describes them.

They are those that the commands print with ``--json``, and tests compare the two.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, PlainSerializer, WithJsonSchema

Amount = Annotated[
    Decimal,
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": r"^-?\d+\.\d\d$", "description": "An amount with its cents."}
    ),
]
Month = Annotated[
    str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", description="A month, as 2026-06.")
]
Cursor = Annotated[
    str | None,
    Field(description="Give it as cursor to get the rows behind these; null where there are none."),
]


class Problem(Schema):
    """What is wrong or worth a look, with its code, cause and remedy."""

    code: str
    severity: str = Field(description="error stops the journal, warning informs.")
    line: int | None = Field(description="The line it is about, the first of several.")
    booking_date: date | None
    message: str
    cause: str
    remedy: str


class ProblemDetails(Schema):
    """Why a request was refused (RFC 9457): what happened, why, and what to do about it."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    message: str
    cause: str
    remedy: str
    kind: str | None = None
    facts: dict[str, str] | None = Field(None, description="The values that the texts name.")
    faults: dict[str, str] | None = Field(None, description="What is wrong with which value.")
    problems: list[Problem] | None = Field(None, description="All that is wrong with a file.")
    problem_count: int | None = None
    comparison: dict[str, Any] | None = Field(
        None, description="A file beside the journal that it may be a newer version of."
    )
    answers: list[dict[str, Any]] | None = Field(
        None, description="What may be sent along with the same file to answer the question."
    )
    columns: dict[str, Any] | None = Field(
        None, description="The headers of a file, and what is known and unknown of its columns."
    )


class DebtorDocument(Schema):
    """A client of the payroll bureau."""

    number: int
    name: str
    is_blocked: bool


class CompanyDocument(Schema):
    """An employer, as far as it is known from Nmbrs and linked to Procountor."""

    number: int
    name: str
    business_id: str | None
    debtor: DebtorDocument
    is_test: bool
    stays_blocked: bool = Field(
        description="It left a blocked debtor, and nothing of it is sent until a person frees it."
    )
    start_date: date | None
    responsible: str | None
    stand_in: str | None
    account: str | None = Field(description="The Procountor account of its link.")
    nmbrs_number: int | None
    fetched_at: datetime | None
    gone_at: datetime | None
    trouble: list[Problem]


class Companies(Schema):
    """A page of companies, by number."""

    companies: list[CompanyDocument]
    next: Cursor


class RunDocument(Schema):
    """The payroll run of a journal."""

    year: int
    number: str
    description: str


class JournalDocument(Schema):
    """A journal with the problems of its last check."""

    reference: str = Field(description="company-year-run-revision, its name in every address.")
    company: int
    run: RunDocument
    revision: int
    period: Month
    currency: str
    line_count: int
    debit_total: Amount
    is_run_guessed: bool
    state: str
    masked_at: datetime | None = Field(description="Since when texts of it are masked.")
    problems: list[Problem]


class Journals(Schema):
    """A page of journals, the newest first."""

    journals: list[JournalDocument]
    next: Cursor


class ShownDimension(Schema):
    """A dimension item of a row."""

    dimension: str
    code: str
    description: str


class PreviewRow(Schema):
    """A row of a ledger receipt, with names."""

    account: str
    account_name: str
    description: str
    dimensions: list[ShownDimension]
    debit: Amount | None
    credit: Amount | None


class PreviewReceipt(Schema):
    """A ledger receipt as it is or would be sent: ``payload`` byte for byte."""

    name: str
    booking_date: date
    receipt_date: date
    is_correction: bool
    state: str
    receipt_number: int | None
    ledger_receipt_id: int | None
    debit: Amount
    credit: Amount
    rows: list[PreviewRow]
    payload: str
    payload_sha256: str | None


class Change(Schema):
    """An amount then and now; null where it is not there. Debit is positive, credit negative."""

    last: Amount | None
    this: Amount | None
    difference: Amount
    percent: float | None = Field(description="How much more than then, to a tenth.")
    is_above: bool = Field(description="It is above the threshold of the link.")


class AccountChange(Change):
    """A ledger account then and now."""

    account: str


class VarianceDocument(Schema):
    """How a journal differs from last month's; it stops nothing."""

    journal: str = Field(description="The journal it is compared with.")
    period: Month
    is_last_month: bool = Field(description="If false, last month has no comparable journal.")
    percent: int = Field(description="The threshold, together with amount.")
    amount: Amount
    is_above: bool
    debit: Change
    corrections: Change = Field(description="Of earlier months; they are not compared by account.")
    accounts: list[AccountChange]


class PreviewDocument(JournalDocument):
    """The ledger receipts that a journal becomes, and everything that stands in the way."""

    can_be_sent: bool
    digest: str = Field(description="Of all payloads; give it when sending to prove what was seen.")
    debit: Amount
    credit: Amount
    receipts: list[PreviewReceipt]
    variance: VarianceDocument | None = Field(description="Null without a comparable journal.")


class ReceiptDocument(Schema):
    """A ledger receipt of ours, with the way back to its run."""

    receipt_number: int | None
    ledger_receipt_id: int | None
    invoice_number: int | None
    token: str
    name: str
    receipt_date: date
    booking_date: date
    state: str
    debit: Amount
    currency: str
    posted_at: datetime | None
    administration: str
    business_id: str
    reverses: str | None
    is_of_ended_link: bool
    company: int
    journal: str
    run: RunDocument
    period: Month


class Receipts(Schema):
    """A page of ledger receipts, the newest first."""

    receipts: list[ReceiptDocument]
    next: Cursor


class EntryDocument(Schema):
    """An entry of the audit log."""

    id: int
    at: datetime
    user: str | None
    system_user: str | None = Field(
        description="Who ran the command, or `rule ` and its name where a rule did it."
    )
    action: str
    sentence: str
    company: int | None
    about: str | None
    about_id: int | None
    facts: dict[str, Any]
    changes: list[dict[str, Any]]


class Entries(Schema):
    """A page of the audit log, the newest entries first."""

    entries: list[EntryDocument]
    next: Cursor


class TokenFacts(Schema):
    """The token that the request came with."""

    name: str
    scopes: list[str]
    expires_at: datetime


class Me(Schema):
    """Whose the token is, and what it may be used for."""

    user: str
    template: str | None
    sees_all_debtors: bool
    debtors: list[int]
    rights: dict[str, str]
    notices: dict[str, str] = Field(description="What mails tell the user, and how soon, by kind.")
    token: TokenFacts
