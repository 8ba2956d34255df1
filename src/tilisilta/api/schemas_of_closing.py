"""The JSON documents of closing a month: signatures, net pay, archives."""

from datetime import date, datetime

from ninja import Schema
from pydantic import Field

from tilisilta.api.asked import Body, Text
from tilisilta.api.schemas import Amount, Cursor, Month
from tilisilta.api.schemas_of_work import MOST_REASON_CHARACTERS

MOST_NOTE_CHARACTERS = 200


class Signature(Schema):
    """A signature below a month; ``digest`` is that of the comparison that was signed."""

    company: int
    month: Month
    signed_at: datetime
    signed_by: str
    outcome: str
    difference: Amount
    note: str
    reason: str
    digest: str
    net_pay: str
    withdrawn_at: datetime | None
    withdraw_reason: str


class Signatures(Schema):
    """Whether a month can be signed, and a page of its signatures, the newest first."""

    state: str
    can_be_signed: bool
    needs_reason: bool = Field(description="It differs, or its net pay is not proven.")
    needs_another: bool = Field(description="The user of the token has sent a journal of it.")
    digest: str | None = Field(description="Of the comparison; give it when signing.")
    net_pay: str
    net_pay_digest: str = Field(description="Of the net pay; give it when signing.")
    signatures: list[Signature]
    next: Cursor


class ToSign(Body):
    """What is said of a month; with the digests it is signed only as it was seen."""

    note: Text = Field("", max_length=MOST_NOTE_CHARACTERS)
    reason: Text = Field("", max_length=MOST_REASON_CHARACTERS)
    digest: Text = ""
    net_pay_digest: Text = ""


class ToUnsign(Body):
    """Why a signature is taken back."""

    reason: Text = Field(max_length=MOST_REASON_CHARACTERS)


class PaidSums(Schema):
    """What payroll says is to be paid, and what the payment files pay."""

    payroll: Amount
    paid: Amount
    difference: Amount
    payments: int


class NetPayLine(PaidSums):
    """The journals and the payment files that belong together."""

    journals: list[str]
    files: list[str]


class SumOfDay(Schema):
    """What a payment file pays on a day."""

    day: date
    currency: str
    payments: int
    amount: Amount


class PaymentFileDocument(Schema):
    """A payment file: sums and numbers, and nothing of people."""

    id: int
    name: str
    sha256: str
    version: str | None
    added_by: str
    added_at: datetime
    sums: list[SumOfDay]


class Tick(Schema):
    """The sum that was ticked off as paid."""

    amount: Amount
    currency: str
    by: str
    at: datetime


class NetPay(PaidSums):
    """The net pay of a month beside its payment files."""

    company: int
    month: Month
    state: str
    is_proven: bool
    findings: list[str]
    accounts: list[str]
    proposed_by: str | None
    currency: str
    lines: list[NetPayLine]
    files: list[PaymentFileDocument]
    ticked: Tick | None


class ToTick(Body):
    """The sum that was seen as the net pay: where it is another one by now, it is refused."""

    amount: Text = Field(pattern=r"^\d{1,12}\.\d{2}$", description="As 4120.55.")


class AskedPaymentFiles(Schema):
    """Whose payment files a worker will fetch."""

    company: int
    month: Month


class ArchiveRow(Schema):
    """A company whose month can be archived, and where its archive is."""

    company: int
    name: str
    file: str
    address: str


class Archives(Schema):
    """A page of the companies whose month can be archived, by number."""

    month: Month
    archives: list[ArchiveRow]
    next: Cursor


class AskedComparison(Schema):
    """How many companies a worker will compare with the ledger."""

    month: Month
    company_count: int
