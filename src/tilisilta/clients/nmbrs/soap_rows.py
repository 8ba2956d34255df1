"""Reads the rows of Nmbrs' SOAP answers, as the SOAP library makes them, into domain values."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tilisilta.clients.nmbrs.errors import NmbrsAnswerUnknown
from tilisilta.domain.journals import plain_run_number
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import PayrollCompany, PayrollRun

# Nmbrs does not document the zone of its times. They only serve to notice that a run was repeated,
# so that a wrong zone does no harm.
_ITS_TIME = ZoneInfo("Europe/Amsterdam")


def rows_of(answer: Any) -> Iterable[Any]:
    # An empty list arrives as None, and a nil element of a list as a row of nothing but None.
    return [row for row in answer or () if any(row[name] is not None for name in dir(row))]


def companies_in(answer: Any) -> tuple[PayrollCompany, ...]:
    return tuple(
        PayrollCompany(
            id=id_in(row, "ID"),
            number=_whole(row, "Number"),
            name=name_in(row),
            period_type=text_in(row, "LoonaangifteTijdvak"),
        )
        for row in rows_of(answer)
    )


def run_in(row: Any, year: int) -> PayrollRun:
    return PayrollRun(
        id=id_in(row, "ID"),
        year=int(getattr(row, "Year", None) or year),
        number=plain_run_number(str(_whole(row, "Number"))),
        period_start=_whole(row, "PeriodStart"),
        period_end=_whole(row, "PeriodEnd"),
        description=text_in(row, "Description")[:200],
        run_at=_moment(getattr(row, "RunAt", None)),
        is_locked=bool(getattr(row, "IsLocked", False)),
    )


def id_in(row: Any, name: str) -> NmbrsId:
    return NmbrsId(number=_whole(row, name), guid=_guid(row, "Guid"))


def id_or_none(row: Any, name: str) -> NmbrsId | None:
    return None if getattr(row, name, None) is None else id_in(row, name)


def pair_in(number: int | None, row: Any) -> NmbrsId | None:
    """Return a pair of the converter, or ``None`` for one that is no pair."""
    guid = _guid(row, "IdGuid")
    return None if number is None or guid is None else NmbrsId(number=int(number), guid=guid)


def _guid(row: Any, name: str) -> UUID | None:
    """Return a GUID that a row may have: only newer versions of Nmbrs' API give it."""
    try:
        guid = UUID(str(getattr(row, name, None)))
    except ValueError:
        return None
    # .NET writes its empty GUID for a missing one.
    return guid if guid.int else None


def _whole(row: Any, name: str) -> int:
    value = getattr(row, name, None)
    if value is None:
        raise NmbrsAnswerUnknown(type(row).__name__, name)
    return int(value)


def text_in(row: Any, name: str) -> str:
    return str(getattr(row, name, None) or "").strip()


def name_in(row: Any) -> str:
    # Nmbrs allows companies and debtors without a name.
    return text_in(row, "Name")[:200] or f"({_whole_id(row)})"


def _whole_id(row: Any) -> str:
    return str(getattr(row, "ID", None) or getattr(row, "Id", None) or "")


def _moment(value: datetime | None) -> datetime | None:
    if value is None or value.year < 1900:
        # .NET writes its smallest date for a missing one.
        return None
    return value if value.tzinfo is not None else value.replace(tzinfo=_ITS_TIME)
