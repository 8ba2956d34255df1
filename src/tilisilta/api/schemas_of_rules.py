"""The JSON documents of sending by rule."""

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

Hold = Annotated[
    dict[str, str],
    Field(description="A reason: rule, message, remedy, and the values that the message names."),
]


class Brake(Schema):
    """Whether all sending by rule is stopped, since when and by whom."""

    is_stopped: bool
    reason: str | None
    changed_at: datetime | None
    changed_by: str | None


class JournalByRule(Schema):
    """Where a ready journal stands with its rule."""

    journal: str
    company: int
    sends_at: datetime | None = Field(description="At the earliest; null while it is held.")
    only_proposes: bool = Field(description="The link demands two persons.")
    held_by: list[Hold]


class Rules(Schema):
    """What rules would do now; nothing is sent by asking."""

    brake: Brake
    due: list[JournalByRule]
    waiting: list[JournalByRule]
    held: list[JournalByRule]
    not_shown: int = Field(description="How many journals more: narrow them by company.")


class RuleOfJournal(Schema):
    """What a rule has done with a journal or will do; all is null where none has to do with it."""

    journal: str
    sent_by: str | None = Field(description="The rule that asked for it, by company or profile.")
    refused_by: str | None = Field(description="As sent_by, where something stood in the way.")
    proposed_by: str | None
    sends_at: datetime | None
    only_proposes: bool
    is_held: bool
    held_by: list[Hold]
