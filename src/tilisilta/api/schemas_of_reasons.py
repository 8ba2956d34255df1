"""The JSON documents of what stops a month by reason, and of putting a reason right."""

from ninja import Schema
from pydantic import Field

from tilisilta.api.asked import Body, Number, Text
from tilisilta.api.schemas import Amount, Cursor, Month, Problem

MOST_COMPANIES = 2000


class ReasonDocument(Schema):
    """Why journals stop, and what puts that right in all of their companies."""

    reason: str = Field(description="Its name in addresses, as N07-5035.")
    code: str
    message: str
    remedy: str = Field(description="map, create_items, first_open_day, authorise, link or open.")
    proposed: str | None = Field(description="The ledger account to map to.")
    companies: int
    journals: int
    debit: dict[str, Amount] = Field(description="By currency.")


class Reasons(Schema):
    """What stops a month: the counts are of all of it, the list is a page, the largest first."""

    month: Month
    company_count: int
    journal_count: int
    debit: dict[str, Amount]
    reasons: list[ReasonDocument]
    next: Cursor


class Offer(Schema):
    """A ledger account that may be meant, and in how many of the charts it is in use."""

    account: str
    name: str
    in_use: int


class ChangeOfReason(Schema):
    """What would change for a company; ``seen`` is what its link has now."""

    company: int
    name: str
    administration: str | None
    journals: list[str]
    before: str
    after: str
    seen: str
    item: str | None


class LeftByReason(ChangeOfReason):
    """A company that would be left as it is, and why."""

    problem: Problem | None


class FixPlan(ReasonDocument):
    """What would be done about a reason. Nothing was changed."""

    target: str | None
    offers: list[Offer]
    changes: list[ChangeOfReason]
    left: list[LeftByReason]


class SeenCompany(Body):
    """A company of the plan with what its link had there."""

    company: Number
    seen: Text


class ToFix(Body):
    """In which companies a reason is put right: those of the plan that was seen, or all."""

    to: Text = Field("", max_length=20, description="The ledger account to map to.")
    companies: list[SeenCompany] | None = Field(None, max_length=MOST_COMPANIES)
    as_stored: bool = Field(False, description="Instead of companies: all, as they are now.")


class FixCounts(Schema):
    """How many companies became what."""

    done: int
    already: int
    failed: int
    uncertain: int


class FixResult(Schema):
    """What became of a company, and the first problem that still stops its journal."""

    company: int
    name: str
    became: str
    problem: Problem | None
    ready: int
    stopped: int
    still: Problem | None


class Fixed(ReasonDocument):
    """What was done about a reason.

    ``gone`` are companies that it does not stop any more, and ``not_reached`` those for the next
    request.
    """

    target: str | None
    counts: FixCounts
    results: list[FixResult]
    gone: list[int]
    not_reached: list[int]
