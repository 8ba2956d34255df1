"""What the tests of moving from SOAP to REST share."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.bureau import (
    Clock,
    timezone_now,
)

from tilisilta.domain import end_of_soap
from tilisilta.models import (
    ApiComparison,
    ComparedCompany,
    Debtor,
    NmbrsConnection,
)
from tilisilta.services.fetching.moving.errors import CannotCompare, CannotSwitch
from tilisilta.services.fetching.moving.switching import (
    switch_to_rest,
)

KONEPAJA = 48101
State = ComparedCompany.State


def later(**lapse: float) -> Clock:
    return Clock(now=timezone_now() + timedelta(**lapse))


def compared(number: int = 1001) -> ComparedCompany:
    return ComparedCompany.objects.get(company__number=number)


def first_debtor_id() -> int:
    return Debtor.objects.order_by("number")[0].nmbrs_debtor_id or 0


def is_finished(made: ApiComparison) -> bool:
    return ApiComparison.objects.get(pk=made.pk).finished_at is not None


def state_of(number: int = 1001) -> str:
    return compared(number).state


def switch(connection: NmbrsConnection, now: datetime | None = None) -> NmbrsConnection:
    fresh = NmbrsConnection.objects.get(pk=connection.pk)
    return switch_to_rest(fresh, user=None, now=now or timezone_now())


def reason_of(
    error: pytest.ExceptionInfo[CannotSwitch] | pytest.ExceptionInfo[CannotCompare],
) -> str:
    return error.value.facts["reason"]


def after_the_end() -> datetime:
    end = end_of_soap.END_OF_SOAP
    return datetime(end.year, end.month, end.day, 12, tzinfo=UTC)
