"""The JSON documents of profiles, and of changing one."""

from typing import Any

from ninja import Schema
from pydantic import Field

from tilisilta.api.asked import Body, Text
from tilisilta.api.schemas import Cursor
from tilisilta.api.schemas_of_links import ChangedLink, Choice, RefusedLink


class ProfileDocument(Schema):
    """A named set of rules: only what it decides."""

    name: str
    is_default: bool
    links: int
    rules: dict[str, Any]


class Profiles(Schema):
    """A page of profiles."""

    profiles: list[ProfileDocument]
    next: Cursor


class ProfileToMake(Body):
    """A profile: what it decides, by the names that files of links have."""

    name: Text = Field(max_length=80)
    is_default: bool = Field(False, description="New links have it.")
    choices: dict[Text, Choice] = Field({}, description="By name, as closed_period.")
    map: dict[Text, Text] = Field({}, description="Account mappings.")


class ProfileToChange(Body):
    """What to change in the profile of that name; what is left out stays."""

    profile: Text
    name: Text | None = Field(None, max_length=80, description="Its new name.")
    is_default: bool | None = None
    choices: dict[Text, Choice] = {}
    map: dict[Text, Text] = Field({}, description="Account mappings to add or to change.")
    unmap: list[Text] = Field([], description="Accounts whose mapping is removed.")
    dry_run: bool = Field(False, description="Only tell what would happen.")
    unchecked_names: bool = Field(False, description="Also names that Procountor does not have.")


class ProfileToRemove(Body):
    """The profile of that name, which no link follows."""

    profile: Text


class TouchedLink(ChangedLink):
    """What changed, or would, in the link of a company, and how many journals are not sent yet."""

    journals: int


class ProfileChanges(Schema):
    """What became of a profile and the links that follow it: where one is refused, nothing."""

    is_stored: bool
    journals: int = Field(description="That are not sent yet, of all the links.")
    changed: list[TouchedLink]
    refused: list[RefusedLink]
