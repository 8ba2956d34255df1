"""The rows of the REST API. Fields that are not known here are ignored: Nmbrs adds some."""

import json
from typing import Any, TypeVar
from uuid import UUID

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from tilisilta.clients.nmbrs.errors import NmbrsAnswerUnknown, NmbrsUnavailable

R = TypeVar("R", bound="Wire")


class Wire(BaseModel):
    """What all have in common. No error of theirs quotes what came."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="ignore",
        frozen=True,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )


class Pagination(Wire):
    """Where a page is in its list."""

    total_records: int
    next_page: str | None = None


class Page(Wire):
    """A page of a list; its rows are read one by one."""

    pagination: Pagination
    data: tuple[dict[str, Any], ...]


class DebtorRow(Wire):
    """A debtor."""

    debtor_id: UUID
    number: str = ""
    name: str | None = None


class CompanyRow(Wire):
    """A company; ``debtor_id`` is missing in the list of one debtor."""

    company_id: UUID
    number: str = ""
    name: str | None = None
    debtor_id: UUID | None = None


class RunRow(Wire):
    """A run. Nmbrs' own description gives its periods as integers and as moments."""

    payroll_run_id: UUID
    number: int
    year: int | None = None
    description: str | None = None
    period_start: int | str | None = None
    period_end: int | str | None = None
    created_at: str | None = None
    type: str | None = None
    locked: bool | None = None


class CostRow(Wire):
    """A cost center or a cost unit, each with its own name of the id."""

    id: UUID | None = Field(
        default=None, validation_alias=AliasChoices("costCenterId", "costUnitId")
    )
    code: str
    description: str | None = None


class PeriodRow(Wire):
    """The current period of a company."""

    period_type: str | None = None


class TaskRow(Wire):
    """A document in the making."""

    task_id: UUID


def parsed(call: str, form: type[R], row: Any) -> R:
    """Return a row as a value; raise ``NmbrsAnswerUnknown``, which names the field that is odd."""
    try:
        return form.model_validate(row)
    except ValidationError as error:
        # Not chained, as even without what came its text says more than a log should hold.
        odd = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise NmbrsAnswerUnknown(call, odd or "known form") from None


def json_of(call: str, content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        raise NmbrsUnavailable(f"Nmbrs gave no readable answer to {call}.") from None
