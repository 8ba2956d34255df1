"""The JSON documents of sending many journals in one moment."""

from datetime import datetime

from ninja import Schema
from pydantic import Field

from tilisilta.api.asked import Body, Number, Text
from tilisilta.api.schemas import Cursor, JournalDocument, Month, Problem
from tilisilta.api.schemas_of_proposals import ProposedJournal
from tilisilta.api.schemas_of_work import MOST_REASON_CHARACTERS, JournalToSend
from tilisilta.services.sending.progress import Stage

MOST_TOGETHER = 2000


class ToSendTogether(Body):
    """The journals to be sent together."""

    journals: list[JournalToSend] = Field(min_length=1, max_length=MOST_TOGETHER)


class MonthToSend(Body):
    """What to send of a month: all that was seen, or all as it is stored now."""

    digest: Text | None = Field(
        None, description="The digest of the list that was seen: nothing is sent if it differs."
    )
    as_stored: bool = Field(
        False, description="Instead of a digest: send what is ready, whatever that is."
    )
    left_out: list[Text] = Field(
        [],
        max_length=MOST_TOGETHER,
        description="Journals of the list that are not to be sent, by rule neither.",
    )
    debtor: Number | None = Field(
        None, description="Only companies of this debtor, as in the list."
    )


class JournalToCheckAndSend(Body):
    """What is said of a single journal; a withdrawn one is sent only ``again``, with the reason."""

    digest: Text | None = Field(
        None, description="The digest of its preview: nothing is sent if that has changed."
    )
    again: bool = False
    reason: Text = Field("", max_length=MOST_REASON_CHARACTERS)


class Counts(Schema):
    """How many journals were asked for, and how many of these stand where; the rest adds up."""

    asked: int
    waiting: int
    checking: int
    sending: int
    booked: int
    refused: int
    uncertain: int
    left: int = Field(description="Not taken in at all, as they could not be sent at that moment.")


class JointRow(JournalDocument):
    """A journal that was asked for, with its stage and the reason why it is not booked."""

    stage: Stage
    problem: Problem | None


class JointDocument(Schema):
    """Journals that were asked for in one moment: how far they are."""

    id: str = Field(description="Its name in every address.")
    requested_at: datetime
    user: str | None
    system_user: str | None = Field(description="Who asked for it by a command.")
    rule: str | None = Field(description="The rule that asked for it, with no person looking.")
    month: Month | None
    left_out: int = Field(description="How many of the list of a month were left out.")
    counts: Counts
    is_finished: bool = Field(description="Nothing is left that the worker would do by itself.")
    finished_at: datetime | None
    seconds_left: int
    proposed: list[ProposedJournal] = Field(
        description="What another person has to release; it is not in the counts."
    )
    to_look_at: list[JointRow] = Field(
        description="What was refused, left or is uncertain, by company: the first 200."
    )


class JointRows(Schema):
    """A page of the journals that were asked for, in the order in which they were taken in."""

    journals: list[JointRow]
    next: Cursor


class BooksDocument(Schema):
    """An administration in Procountor."""

    name: str
    business_id: str | None


class ReadyJournal(JournalDocument):
    """A journal that is ready, where it goes, and the digest of its preview."""

    name: str = Field(description="The name of its company.")
    administrations: list[BooksDocument]
    digest: str


class ReadyList(Schema):
    """What is ready of a month: counts and digest are of all of it, the list is a page."""

    month: Month
    journal_count: int
    digest: str = Field(description="Give it when sending the month, to prove what was seen.")
    to_look_at: list[str] = Field(
        description="Ready as well, but each only by itself: a person has to see its warning."
    )
    journals: list[ReadyJournal]
    next: Cursor
