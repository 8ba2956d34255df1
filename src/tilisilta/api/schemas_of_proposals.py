"""The JSON documents of what waits for a second person, and of stopping a sending."""

from datetime import datetime

from ninja import Schema
from pydantic import Field

from tilisilta.api.asked import Body, Text
from tilisilta.api.schemas import JournalDocument, Problem

MOST_PROPOSALS = 2000
MOST_REASON_CHARACTERS = 200


class ProposedJournal(JournalDocument):
    """A journal that one person has proposed, for another to release."""

    digest: str = Field(description="What was proposed, down to each byte.")
    is_difference: bool
    reason: str | None = Field(description="That of a difference.")
    proposed_by: str
    proposed_at: datetime


class Proposals(Schema):
    """What waits for a second person."""

    proposals: list[ProposedJournal]


class ToSendBack(Body):
    """Why a proposal goes back to who has made it."""

    reason: Text = Field(max_length=MOST_REASON_CHARACTERS)


class ProposalToRelease(Body):
    """A proposal, by its journal and the digest that was looked at."""

    reference: Text
    digest: Text


class ToRelease(Body):
    """The proposals to be released."""

    journals: list[ProposalToRelease] = Field(min_length=1, max_length=MOST_PROPOSALS)


class NotReleased(JournalDocument):
    """A journal that was not released, with the reason."""

    refusal: Problem


class Releases(Schema):
    """What is being sent now, and what was not released."""

    journals: list[JournalDocument]
    refused: list[NotReleased]


class StoppedSending(Schema):
    """What became of a sending that was stopped."""

    stopped: int = Field(description="How many journals are ready again.")
    going_on: int = Field(description="How many were begun, and end as they do.")
