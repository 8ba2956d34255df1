from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.bureau import Clock, a_connection, a_rest_connection, fetch_everything
from tests.services.fetching.sample import KONEPAJA, konepaja

from tilisilta.models import Journal, NmbrsConnection, Run
from tilisilta.services.fetching.budget import affordable, has_lists_today, turned, years_of_turn

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox

MOST_CALLS = 4
NIGHT = datetime(2026, 7, 2, 3, tzinfo=UTC)


class TestAffordable:
    def test_goes_on_after_what_is_too_dear(self) -> None:
        reads = [(1, "list"), (3, "journal"), (1, "other list"), (1, "third")]

        assert list(affordable(reads, spare=2)) == ["list", "other list"]
        assert list(affordable(reads, spare=None)) == [read for _, read in reads]


class TestTurns:
    def test_alternate_between_lists_and_a_journal(self) -> None:
        days = [date(2026, 7, day) for day in (2, 3, 4)]

        turns = [has_lists_today(day) for day in days]

        assert turns[0] == turns[2] != turns[1]

    def test_have_each_read_come_first_once_in_as_many_days(self) -> None:
        days = [date(2026, 12, 30) + timedelta(days=day) for day in range(3)]

        turns = [turned("abc", day) for day in days]

        assert {turn[0] for turn in turns} == set("abc")
        assert all(sorted(turn) == list("abc") for turn in turns)

    def test_list_years_that_were_never_listed_at_once(self) -> None:
        connection = NmbrsConnection(first_year=2023)

        years = years_of_turn(connection, date(2026, 7, 2), listed_from=2025)

        assert (list(years.now), list(years.later)) == ([2023, 2024, 2026], [2025, 2027])


@pytest.mark.django_db
class TestNightsByRest:
    @pytest.fixture
    def fetched(self, nmbrs: "Sandbox") -> "Sandbox":
        a_rest_connection(nmbrs)
        fetch_everything(Clock(now=NIGHT))
        nmbrs.requests.clear()
        return nmbrs

    def test_have_all_that_there_is_the_first_time(self, fetched: "Sandbox") -> None:
        assert Journal.objects.count() == 60
        assert konepaja().cost_objects.count() == 9
        assert not Run.objects.filter(journal_read_at__isnull=True).exists()

    def test_cost_four_calls_for_an_unchanged_company(self, fetched: "Sandbox") -> None:
        for night in range(1, 9):
            fetched.requests.clear()
            fetch_everything(Clock(now=NIGHT + timedelta(days=night)))

            of_companies = [call.company_id for call in fetched.requests.all() if call.company_id]
            assert max(map(of_companies.count, of_companies)) <= MOST_CALLS

    def test_find_a_recalculated_journal_of_last_month_within_a_few(
        self, fetched: "Sandbox"
    ) -> None:
        runs = fetched.bureau.known_company(KONEPAJA).runs
        june = next(run for run in runs if run.number == 6)
        fetched.recalculate_run(company_id=KONEPAJA, run_id=june.run_id, touch_run_at=False)

        found = [
            fetch_everything(Clock(now=NIGHT + timedelta(days=night))).revision_count
            for night in range(1, 7)
        ]

        assert sum(found) == 1

    @pytest.mark.once
    def test_read_each_journal_again_in_time(self, fetched: "Sandbox") -> None:
        before = NIGHT + timedelta(days=1)

        for night in range(1, 70):
            fetch_everything(Clock(now=NIGHT + timedelta(days=night)))

        assert not konepaja().runs.filter(journal_read_at__lt=before).exists()


@pytest.mark.django_db
class TestNightsBySoap:
    @pytest.fixture
    def fetched(self, nmbrs: "Sandbox") -> "Sandbox":
        a_connection()
        fetch_everything(Clock(now=NIGHT))
        return nmbrs

    def test_cost_four_calls_for_an_unchanged_company(self, fetched: "Sandbox") -> None:
        for night in range(1, 6):
            fetched.requests.clear()
            fetch_everything(Clock(now=NIGHT + timedelta(days=night)))

            of_companies = [call.company_id for call in fetched.requests.all() if call.company_id]
            assert max(map(of_companies.count, of_companies)) <= MOST_CALLS

    def test_find_a_recalculated_journal_of_last_month_the_next_night(
        self, fetched: "Sandbox"
    ) -> None:
        runs = fetched.bureau.known_company(KONEPAJA).runs
        june = next(run for run in runs if run.number == 6)
        fetched.recalculate_run(company_id=KONEPAJA, run_id=june.run_id, touch_run_at=False)

        found = fetch_everything(Clock(now=NIGHT + timedelta(days=1)))

        assert found.revision_count == 1

    def test_read_everything_again_within_a_week(self, fetched: "Sandbox") -> None:
        fetched.requests.clear()

        for night in range(1, 8):
            fetch_everything(Clock(now=NIGHT + timedelta(days=night)))

        asked = {call.operation for call in fetched.requests.all() if call.company_id == KONEPAJA}
        assert {"CostCenter_GetList", "CostUnit_GetList", "Run_GetList"} <= asked
