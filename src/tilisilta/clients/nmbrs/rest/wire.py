"""The rows of the REST API. Fields that are not known here are ignored: Nmbrs adds some."""

import json
import re
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)
from pydantic.alias_generators import to_camel

from tilisilta.clients.nmbrs.errors import NmbrsAnswerUnknown, NmbrsUnavailable

R = TypeVar("R", bound="Wire")


NO_GUID = str(UUID(int=0))
"""What .NET writes for a missing one."""
# Characters that no table can hold, or that would act on a terminal.
_BLANKS = re.compile("[\t-\r\x85]+")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def _some_guid(guid: UUID) -> UUID:
    if not guid.int:
        raise ValueError("empty")
    return guid


def _guid_or_none(guid: UUID | None) -> UUID | None:
    return guid if guid is not None and guid.int else None


Guid = Annotated[UUID, AfterValidator(_some_guid)]
PerhapsGuid = Annotated[UUID | None, AfterValidator(_guid_or_none)]
# What a column holds, and more than any payroll has.
RunNumber = Annotated[int, Field(ge=0, lt=10**9)]
Year = Annotated[int, Field(ge=1900, lt=10_000)]


class Wire(BaseModel):
    """What all have in common. No error of theirs quotes what came."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="ignore",
        frozen=True,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )

    @field_validator("*")
    @classmethod
    def without_controls(cls, value: Any) -> Any:
        """Return a text without control characters and halves of characters."""
        if not isinstance(value, str):
            return value
        return _CONTROLS.sub("", _BLANKS.sub(" ", value))


class Pagination(Wire):
    """Where a page is in its list."""

    total_records: int
    next_page: str | None = None


class Page(Wire):
    """A page of a list; its rows are read one by one."""

    pagination: Pagination
    data: tuple[dict[str, Any], ...]


class UserRow(Wire):
    """The log-in that consented."""

    email: str | None = None


class DebtorRow(Wire):
    """A debtor."""

    debtor_id: Guid
    number: str = ""
    name: str | None = None


class CompanyRow(Wire):
    """A company; ``debtor_id`` is missing in the list of one debtor."""

    company_id: Guid
    number: str = ""
    name: str | None = None
    debtor_id: PerhapsGuid = None


class RunRow(Wire):
    """A run. Nmbrs' own description gives its periods as integers and as moments."""

    payroll_run_id: Guid
    number: RunNumber
    year: Year | None = None
    description: str | None = None
    period_start: int | str | None = None
    period_end: int | str | None = None
    created_at: str | None = None
    type: str | None = None
    locked: bool | None = None


class CostRow(Wire):
    """A cost center or a cost unit, each with its own name of the id."""

    id: PerhapsGuid = Field(
        default=None, validation_alias=AliasChoices("costCenterId", "costUnitId")
    )
    code: str
    description: str | None = None


class PeriodRow(Wire):
    """The current period of a company."""

    period_type: str | None = None


class TaskRow(Wire):
    """A document in the making."""

    task_id: Guid


def parsed(call: str, form: type[R], row: Any) -> R:
    """Return a row as a value; raise ``NmbrsAnswerUnknown``, which names the field that is odd."""
    try:
        return form.model_validate(row)
    except ValidationError as error:
        # Not chained, as even without what came its text says more than a log should hold.
        odd = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise NmbrsAnswerUnknown(call, odd or "known form") from None


def json_or_none(content: bytes) -> Any:
    """Return what ``content`` says; ``None`` where it is no JSON, or nested without end."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def json_of(call: str, content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise NmbrsUnavailable(f"Nmbrs gave no readable answer to {call}.") from None
