"""Calls to Nmbrs are counted by night, API and kind."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import Settings
from tests.bureau import a_connection, a_rest_connection, fetch_everything

from nmbrs_sandbox.app import Sandbox
from tilisilta.models import NightCalls
from tilisilta.services.fetching.call_counts import (
    calls_of_last_night,
    count_call,
    drop_old_counts,
    night_of,
    store_calls,
)
from tilisilta.services.fetching.connections import check_connection

HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.fixture(autouse=True)
def _nothing_left(db: None) -> None:
    """Let no count of another test be stored in one of these."""
    store_calls()
    NightCalls.objects.all().delete()


class TestNightOf:
    def test_begins_at_the_hour_of_the_nightly_fetching(self, settings: Settings) -> None:
        settings.NMBRS_SYNC_TIME = time(23, 0)

        assert night_of(datetime(2026, 12, 3, 23, 0, tzinfo=HELSINKI)) == date(2026, 12, 3)
        assert night_of(datetime(2026, 12, 4, 2, 0, tzinfo=HELSINKI)) == date(2026, 12, 3)
        assert night_of(datetime(2026, 12, 4, 22, 59, tzinfo=HELSINKI)) == date(2026, 12, 3)

    def test_is_the_day_without_a_nightly_fetching(self, settings: Settings) -> None:
        settings.NMBRS_SYNC_TIME = None

        assert night_of(datetime(2026, 12, 4, 0, 0, tzinfo=HELSINKI)) == date(2026, 12, 4)


class TestCalls:
    def test_by_soap_are_those_that_arrived(self, nmbrs: Sandbox) -> None:
        made = a_connection()
        nmbrs.requests.clear()

        fetch_everything()
        store_calls()

        (night,) = calls_of_last_night(made)
        arrived = [one for one in nmbrs.requests.all() if one.operation != "WSDL"]
        assert night.api == "soap"
        assert night.total == len(arrived)
        assert night.runs == nmbrs.requests.count("Run_GetList")

    def test_by_rest_are_counted_beside_them(self, nmbrs: Sandbox) -> None:
        made = a_rest_connection(nmbrs, connection=a_connection())
        store_calls()
        NightCalls.objects.all().delete()
        nmbrs.requests.clear()

        check_connection(made)

        counts = {night.api: night.total for night in calls_of_last_night(made)}
        by_rest = [one for one in nmbrs.requests.all() if one.service == "rest"]
        assert counts["rest"] == len(by_rest) == 1
        assert counts["soap"] > 1

    def test_are_added_to_those_of_other_processes(self, nmbrs: Sandbox) -> None:
        made = a_connection()
        for _process in range(2):
            count_call(made.pk, "rest", "journals")
            store_calls()

        assert NightCalls.objects.get().journals == 2

    def test_are_forgotten_after_a_year_and_more(self, nmbrs: Sandbox) -> None:
        count_call(a_connection().pk, "rest", "journals")
        store_calls()

        drop_old_counts(timezone.now() + timedelta(days=390))
        assert NightCalls.objects.exists()
        drop_old_counts(timezone.now() + timedelta(days=410))
        assert not NightCalls.objects.exists()
