"""What requests may bring: nothing that is not described, and no text that cannot be stored."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, QueryDict
from ninja import Path, Schema
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from tilisilta.api.paging import MOST_ROWS, USUAL_ROWS
from tilisilta.api.problems import ValuesNotPossible


def storable(text: str) -> str:
    """Return ``text``; raise ``ValueError`` where no column of text can hold it."""
    if "\0" in text or any("\ud800" <= one <= "\udfff" for one in text):
        raise ValueError("It has signs that no text may have")
    return text


Text = Annotated[str, AfterValidator(storable)]
Reference = Annotated[
    str, AfterValidator(storable), Path(description="A journal, as 1001-2026-6-1.")
]


MOST_NUMBER = 2**53 - 1
"""The largest number that every reader of JSON reads exactly; no column of ours holds as much.

Values of an address may be larger: they narrow a list to nothing.
"""
Number = Annotated[int, Field(ge=0, le=MOST_NUMBER)]


def written(day: object) -> object:
    """Return ``day``; raise ``ValueError`` where a number would be taken for a moment of 1970."""
    if not isinstance(day, str | date):
        raise ValueError("Write a day as 2026-06-30")  # noqa: TRY004  # what pydantic collects
    return day


Day = Annotated[date, BeforeValidator(written), Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]


class Body(Schema):
    """A JSON document of a request. A misspelt member would otherwise be left out in silence."""

    model_config = ConfigDict(extra="forbid")


class Asked(Schema):
    """Values of an address. One that is not known is refused: it would narrow nothing."""

    @model_validator(mode="after")
    def _knows_all(self, info: ValidationInfo) -> Any:
        request = (info.context or {}).get("request")
        if request is not None:
            _must_be_known(self._given_in(request), type(self))
        return self

    @classmethod
    def _given_in(cls, request: HttpRequest) -> QueryDict:
        return request.GET


class AskedInForm(Asked):
    """Values of a form."""

    @classmethod
    def _given_in(cls, request: HttpRequest) -> QueryDict:
        return request.POST


class Paged(Asked):
    """How many rows, and behind which."""

    limit: int = Field(USUAL_ROWS, ge=1, le=MOST_ROWS)
    cursor: str | None = Field(None, description="What `next` said in the answer before.")


def _must_be_known(given: QueryDict, kind: type[Asked]) -> None:
    unknown = [name for name in given if name not in kind.model_fields]
    if unknown:
        raise ValuesNotPossible(**dict.fromkeys(unknown, "There is no such value."))
