"""The JSON documents of what is told without being asked for: notices and webhooks."""

from datetime import date, datetime

from ninja import Schema
from pydantic import Field

from tilisilta.api.asked import Body, Number, Text
from tilisilta.api.schemas import Cursor, Month
from tilisilta.domain.notices import NoticeKind
from tilisilta.domain.receivers import MOST_CHARACTERS, Fault
from tilisilta.models import Webhook

MOST_DEBTORS = 2000


class Named(Schema):
    """A company or a debtor."""

    number: int
    name: str


class NoticeDocument(Schema):
    """Something that people should know of, in the words of the mails and webhooks."""

    id: int
    kind: NoticeKind
    raised_at: datetime
    code: str | None
    month: Month | None
    company: Named | None
    debtor: Named | None
    service: str | None = Field(description="procountor or nmbrs, where it is an authorisation.")
    ends_on: date | None
    text: str
    url: str


class Notices(Schema):
    """A page of the notices that still stand, the newest first."""

    notices: list[NoticeDocument]
    next: Cursor


class WebhookDocument(Schema):
    """A webhook. Its secret is not in it, and of its address only what may be shown."""

    id: int
    name: str
    format: str
    address: str | None = Field(description="Masked: the rest of it is as good as a password.")
    address_fault: Fault | None = Field(
        description="Why nothing is sent there, such as not_https; null if it is well."
    )
    kinds: list[NoticeKind]
    language: str
    debtors: list[int] | None = Field(description="null: all of them.")
    is_active: bool
    failures_in_a_row: int
    created_at: datetime
    ended_at: datetime | None
    end: str | None


class Webhooks(Schema):
    """A page of webhooks, by the order in which they were made."""

    webhooks: list[WebhookDocument]
    next: Cursor


class DeliveryDocument(Schema):
    """A message of a webhook and what came of it, without what it tells."""

    id: str
    is_test: bool
    notices: int
    state: str
    made_at: datetime
    tries: int
    tried_at: datetime | None
    next_try_at: datetime | None
    status: int | None
    trouble: str | None


class Deliveries(Schema):
    """The last messages of a webhook, the newest first."""

    messages: list[DeliveryDocument]


class MadeWebhook(WebhookDocument):
    """A webhook with a secret that was just made: it is shown this once."""

    secret: str | None = Field(
        description="null for Slack and Teams, which need none, and where it stays as it was."
    )


class WebhookToMake(Body):
    """What a webhook shall be."""

    name: Text
    format: Webhook.Format
    address: Text = Field(max_length=MOST_CHARACTERS)
    kinds: list[NoticeKind] | None = Field(
        None, min_length=1, description="All but ready, unless said otherwise."
    )
    language: Text | None = Field(None, description="Else the one that Accept-Language asks for.")
    debtors: list[Number] | None = Field(
        None, min_length=1, max_length=MOST_DEBTORS, description="Without it all of them."
    )


class WebhookToChange(Body):
    """What to change in a webhook; what is left out stays."""

    name: Text | None = None
    format: Webhook.Format | None = None
    address: Text | None = Field(None, min_length=1, max_length=MOST_CHARACTERS)
    kinds: list[NoticeKind] | None = Field(None, min_length=1)
    language: Text | None = None
    debtors: list[Number] | None = Field(None, min_length=1, max_length=MOST_DEBTORS)
    all_debtors: bool = Field(False, description="It tells of all of them from now on.")
    is_active: bool | None = Field(None, description="What happens meanwhile is never sent.")
