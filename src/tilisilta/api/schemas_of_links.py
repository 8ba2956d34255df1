"""The JSON documents of changing links, and of setting up companies from a list."""

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from tilisilta.api.asked import Body, Day, Number, Text
from tilisilta.api.schemas import Cursor, Problem
from tilisilta.api.schemas_of_set_up import LinkDocument

MOST_LINKS = 2000
Choice = Text | bool | None


class LinksToChange(Body):
    """Which links to change, and what: choices as ``link change`` and files of links name them."""

    companies: list[Number] = Field([], max_length=MOST_LINKS)
    where: list[Text] = Field(
        [], max_length=20, description="Conditions as for --where, as debtor=103; all have to fit."
    )
    choices: dict[Text, Choice] = Field(
        {}, description="By name, as closed_period; null stands for none. What is left out stays."
    )
    map: dict[Text, Text] = Field({}, description="Account mappings to add or to change.")
    unmap: list[Text] = Field([], description="Accounts whose mapping is removed.")
    dry_run: bool = Field(False, description="Only tell what would happen.")
    unchecked_names: bool = Field(False, description="Also names that Procountor does not have.")


class FieldChange(Schema):
    """A value before and after."""

    field: str
    before: Any
    after: Any


class ChangedLink(Schema):
    """What changed, or would, in the link of a company."""

    company: int
    changes: list[FieldChange]
    note: str | None = Field(description="What that means for sending by rule and two persons.")


class Cause(Schema):
    """Why something is not done, and what to do about it."""

    cause: str
    remedy: str


class RefusedLink(Schema):
    """Why the link of a company cannot be changed so."""

    company: int
    reasons: list[Cause]


class LinkChanges(Schema):
    """What became of the links: where one is refused, nothing is stored."""

    is_stored: bool
    changed: list[ChangedLink]
    unchanged: int
    refused: list[RefusedLink]


class LinkToMake(Body):
    """The link that a company is to get, with choices as files of links name them."""

    account: Text = Field(description="The Procountor account, by its name.")
    choices: dict[Text, Choice] = Field(
        {}, description="As start and profile; without one the default profile is followed."
    )
    map: dict[Text, Text] = Field({}, description="Account mappings beside those of the profile.")
    different_names: bool = Field(False, description="Confirms a pair whose names differ.")
    shared_administration: bool = Field(
        False, description="Confirms that other companies are booked there, too."
    )
    unchecked_names: bool = Field(False, description="Also names that Procountor does not have.")


class ReceiptThere(Schema):
    """A receipt in Procountor that somebody else has booked."""

    ledger_receipt_id: int
    receipt_number: str | None
    name: str
    date: date


class RunBookedAlready(Schema):
    """A run that seems to be booked another way."""

    reference: str
    is_whole: bool
    receipts: list[ReceiptThere]


class MadeLink(LinkDocument):
    """A link that was just made, and what seems to be booked in its administration already."""

    booked_already: list[RunBookedAlready] | None = Field(
        description="null where Procountor gave no answer."
    )


class ToEndLink(Body):
    """The booking date from which the link does not book any more, and why."""

    ends_on: Day
    reason: Text = Field(max_length=200)


class FoundDimension(Schema):
    """A dimension of the administration, and how many of its items are missing."""

    name: str
    missing: int


class BookedBefore(Schema):
    """Runs that seem booked already."""

    count: int
    last: str | None


class OnboardingRowDocument(Schema):
    """A company of a list: what was found of it, what is done, and why it stays."""

    row: int = Field(description="Give it with its mark to have the company linked.")
    mark: str | None = Field(description="Of the pair that was found.")
    line: int
    company: int | None
    name: str
    company_business_id: str | None
    state: str = Field(description="waiting, examined, asked or linked.")
    standing: str | None
    account: str
    administration: str
    business_id: str
    dimensions: list[FoundDimension]
    unknown_accounts: list[str]
    booked: BookedBefore | None
    start: str | None
    profile: str | None
    others: list[int]
    cause: str | None
    remedy: str | None
    problems: list[Problem]


class OnboardingDocument(Schema):
    """A list of companies that are set up together; it never shows an API key."""

    id: int
    file: str
    read_at: datetime
    user: str | None
    company_count: int
    waiting_count: int = Field(description="Still to be looked into, or to be linked.")
    counts: dict[str, int] = Field(description="By standing.")


class Onboardings(Schema):
    """A page of lists, the newest first."""

    onboardings: list[OnboardingDocument]
    next: Cursor


class OnboardingRows(Schema):
    """A page of the companies of a list, in the order of its lines."""

    companies: list[OnboardingRowDocument]
    next: Cursor


class RowToLink(Body):
    """A company of the list as it was seen; its mark also confirms a pair that differs."""

    row: Number
    mark: Text


class RowsToLink(Body):
    """Which companies of a list are to be linked: as they were seen, or all that match now."""

    rows: list[RowToLink] | None = Field(None, max_length=MOST_LINKS)
    as_stored: bool = Field(False, description="Instead of rows: all that match.")


class AskedRows(Schema):
    """How many companies a worker will link, or look into."""

    company_count: int
