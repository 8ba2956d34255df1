"""What is fetched of a company, how far back, and with how many calls."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.bureau import Clock, a_connection, fetch_everything, fetch_waiting, problem_codes
from tests.services.fetching.sample import KONEPAJA, calls_by_company, june, june_run_id, konepaja

from tilisilta.clients.nmbrs.soap import NmbrsSoap
from tilisilta.models import Company, CostObject, Journal, NmbrsCompany, NmbrsConnection, Run
from tilisilta.services.companies import set_start
from tilisilta.services.fetching.budget import years_to_list
from tilisilta.services.fetching.synchronisations import ask_for_everything, read_lists

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox


pytestmark = pytest.mark.django_db
MOST_CALLS = NmbrsSoap.cost.company


class TestFirstTime:
    def test_brings_runs_journals_and_cost_objects(self, nmbrs: "Sandbox") -> None:
        a_connection()

        done = fetch_everything()

        assert (done.journal_count, done.revision_count, done.failed_count) == (60, 0, 0)
        assert Run.objects.count() == 60
        assert CostObject.objects.filter(company__number=1001).count() == 9
        assert june().source == "nmbrs"
        assert june().run == Run.objects.get(company__number=1001, number="6")
        assert NmbrsCompany.objects.filter(fetched_at__isnull=True).count() == 0

    def test_leaves_a_company_without_a_link_with_that_problem(self, nmbrs: "Sandbox") -> None:
        a_connection()

        fetch_everything()

        assert problem_codes(june()) == ["N04"]

    def test_reads_nothing_before_the_first_year(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        NmbrsConnection.objects.filter(pk=made.pk).update(first_year=2027)

        fetch_everything()

        assert not Run.objects.filter(year__lt=2027).exists()

    def test_of_an_earlier_year_that_is_chosen_later_is_made_up_for(
        self, fetched: "Sandbox"
    ) -> None:
        NmbrsConnection.objects.update(first_year=2023)

        fetch_everything()
        first = Counter(call.operation for call in fetched.requests.all())["Run_GetList"]
        fetch_everything()

        # This year and two that had not been listed; then this year and at most one more.
        listed = Counter(call.operation for call in fetched.requests.all())["Run_GetList"] - first
        assert first >= 10 * 3
        assert listed <= 10 * 2

    def test_stores_nothing_of_before_the_start_of_a_company(self, nmbrs: "Sandbox") -> None:
        a_connection()
        read_lists(ask_for_everything(user=None, now=Clock().now), now=Clock().now)
        company = set_start(Company.objects.get(number=1002), date(2026, 6, 1), user=None)

        fetch_waiting()
        # May may book in June, so it was seen once; it is not seen each night.
        nmbrs.requests.clear()
        fetch_everything()

        assert [journal.run_number for journal in company.journals.all()] == ["6"]
        assert max(calls_by_company(nmbrs).values()) <= MOST_CALLS

    def test_brings_more_when_the_start_is_moved_back(self, nmbrs: "Sandbox") -> None:
        a_connection()
        read_lists(ask_for_everything(user=None, now=Clock().now), now=Clock().now)
        company = set_start(Company.objects.get(number=1002), date(2026, 6, 1), user=None)
        fetch_waiting()

        set_start(company, date(2026, 4, 1), user=None)
        fetch_waiting()

        assert [journal.run_number for journal in company.journals.all()] == ["6", "5", "4"]


class TestUnchangedCompany:
    def test_costs_no_more_than_five_calls(self, fetched: "Sandbox") -> None:
        fetch_everything()

        counts = calls_by_company(fetched)
        assert len(counts) == 10
        assert max(counts.values()) <= MOST_CALLS

    def test_costs_no_more_where_two_years_are_listed(self, fetched: "Sandbox") -> None:
        NmbrsConnection.objects.update(first_year=2020)
        fetch_everything()
        fetched.requests.clear()

        fetch_everything()

        assert max(calls_by_company(fetched).values()) <= MOST_CALLS

    def test_gets_both_lists_of_cost_objects_in_turns_where_calls_are_few(
        self, fetched: "Sandbox"
    ) -> None:
        NmbrsConnection.objects.update(first_year=2020)
        NmbrsCompany.objects.update(listed_from=2020)
        clock = Clock()

        for _night in range(8):
            clock.forward(timedelta(days=1).total_seconds())
            fetch_everything(clock)

        asked = Counter(call.operation for call in fetched.requests.all())
        assert asked["CostCenter_GetList"] >= 10
        assert asked["CostUnit_GetList"] >= 10

    def test_makes_no_revision(self, fetched: "Sandbox") -> None:
        done = fetch_everything()

        assert (done.journal_count, done.revision_count) == (0, 0)
        assert Journal.objects.count() == 60

    def test_has_each_journal_read_again_in_time(self, fetched: "Sandbox") -> None:
        fetched.recalculate_run(company_id=KONEPAJA, run_id=june_run_id(), touch_run_at=False)
        clock = Clock()

        revisions = []
        for _night in range(6):
            clock.forward(timedelta(days=1).total_seconds())
            revisions.append(fetch_everything(clock).revision_count)

        assert sum(revisions) == 1


class TestRecentRuns:
    """The sample's last run is of June 2026; the clock stands in that summer."""

    @pytest.mark.parametrize(
        ("today", "count"),
        [(datetime(2026, 6, 30, 12, tzinfo=UTC), 2), (datetime(2026, 7, 31, 12, tzinfo=UTC), 1)],
    )
    def test_are_read_each_time(self, nmbrs: "Sandbox", today: datetime, count: int) -> None:
        a_connection()
        clock = Clock(now=today)
        fetch_everything(clock)
        Run.objects.exclude(number__in=["5", "6"]).update(journal_read_at=today)
        clock.forward(timedelta(days=1).total_seconds())
        nmbrs.requests.clear()

        fetch_everything(clock)

        # The journal read longest ago comes on top where a call is left for it.
        of_konepaja = [one for one in nmbrs.requests.all() if one.company_id == KONEPAJA]
        operations = Counter(one.operation.partition("_")[0] for one in of_konepaja)
        assert count <= operations["Journals"] <= count + 1
        assert len(of_konepaja) <= MOST_CALLS + count

    def test_are_found_to_be_recalculated_the_same_night(self, nmbrs: "Sandbox") -> None:
        a_connection()
        clock = Clock(now=datetime(2026, 7, 3, 4, tzinfo=UTC))
        fetch_everything(clock)
        nmbrs.recalculate_run(company_id=KONEPAJA, run_id=june_run_id(), touch_run_at=False)
        # Others were read longer ago, so the turn of the oldest would not find it.
        Run.objects.exclude(number="6").update(journal_read_at=datetime(2026, 1, 1, tzinfo=UTC))
        clock.forward(timedelta(days=1).total_seconds())

        done = fetch_everything(clock)

        assert done.revision_count == 1
        assert june().revision == 2


class TestNextYear:
    @pytest.mark.parametrize("month", [11, 12])
    def test_comes_as_soon_as_nmbrs_has_a_run_of_it(self, nmbrs: "Sandbox", month: int) -> None:
        a_connection()
        clock = Clock(now=datetime(2026, month, 20, 12, tzinfo=UTC))
        fetch_everything(clock)
        nmbrs.add_run(company_id=KONEPAJA, year=2027, period=1)
        clock.forward(60)

        done = fetch_everything(clock)

        assert done.journal_count == 1
        assert konepaja().journals.filter(run_year=2027, run_number="1").exists()


class TestYearsToList:
    @pytest.mark.parametrize(
        ("first_year", "listed_from", "today", "years"),
        [
            (2026, 2026, date(2026, 6, 1), [2026, 2027]),
            (2026, 2026, date(2026, 12, 31), [2026, 2027]),
            (2026, 2026, date(2027, 1, 1), [2026, 2027, 2028]),
            (2023, 2023, date(2026, 6, 1), [2025, 2026, 2027]),
            (2023, None, date(2026, 6, 1), [2023, 2024, 2025, 2026, 2027]),
            (2022, 2024, date(2026, 6, 1), [2022, 2023, 2025, 2026, 2027]),
            (2027, None, date(2026, 6, 1), [2027]),
            (2028, None, date(2026, 6, 1), []),
        ],
    )
    def test_are_the_last_one_to_the_next_and_those_never_listed(
        self, first_year: int, listed_from: int | None, today: date, years: list[int]
    ) -> None:
        connection = NmbrsConnection(first_year=first_year)

        assert list(years_to_list(connection, today, listed_from=listed_from)) == years
