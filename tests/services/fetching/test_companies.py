from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.bureau import (
    Clock,
    a_connection,
    an_account,
    fetch_everything,
    fetch_waiting,
    link_to,
    problem_codes,
    send,
    send_all_ready,
)
from tests.services.fetching.sample import KONEPAJA, june, june_run_id, konepaja

from nmbrs_sandbox.faults import Fault, FaultKind
from tilisilta.clients.nmbrs.soap import NmbrsSoap
from tilisilta.domain.comparisons import ChangeKind
from tilisilta.domain.payroll import SourceJournal
from tilisilta.models import (
    Company,
    CostObject,
    Journal,
    Link,
    NmbrsCompany,
    NmbrsConnection,
    Run,
)
from tilisilta.services.companies import set_start
from tilisilta.services.fetching.budget import years_to_list
from tilisilta.services.fetching.client import nmbrs as nmbrs_client
from tilisilta.services.fetching.companies import fetch_company
from tilisilta.services.fetching.synchronisations import (
    ask_for_company,
    ask_for_everything,
    read_lists,
)
from tilisilta.services.journals.importing import (
    compare_with_previous,
)
from tilisilta.services.links import change_link
from tilisilta.services.overview import overview_for
from tilisilta.services.users import create_first_administrator

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox
    from procountor_sandbox.app import Sandbox as Procountor

pytestmark = pytest.mark.django_db

JOURNAL_CALLS = "Journals_*"
MOST_CALLS = NmbrsSoap.cost.company


def calls_by_company(nmbrs: "Sandbox") -> Counter[int]:
    return Counter(call.company_id for call in nmbrs.requests.all() if call.company_id)


def journal_calls(nmbrs: "Sandbox") -> Iterator[str]:
    return (call.operation for call in nmbrs.requests.all() if call.operation[:9] == "Journals_")


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


class TestRecalculatedRun:
    def test_is_a_revision_with_a_difference_to_read(self, fetched: "Sandbox") -> None:
        fetched.recalculate_run(
            company_id=KONEPAJA, run_id=june_run_id(), euros=Decimal("12.34"), touch_run_at=True
        )

        done = fetch_everything()

        assert done.revision_count == 1
        assert june().revision == 2
        compared = compare_with_previous(june())
        assert compared is not None
        assert compared.kind is ChangeKind.SUMS
        assert {abs(change.difference) for change in compared.changes} == {Decimal("12.34")}

    def test_is_found_at_once_when_a_person_asks_for_the_company(self, fetched: "Sandbox") -> None:
        fetched.recalculate_run(company_id=KONEPAJA, run_id=june_run_id(), touch_run_at=False)

        ask_for_company(konepaja(), user=None, now=datetime.now(tz=UTC))
        fetch_waiting()

        assert june().revision == 2
        assert set(calls_by_company(fetched)) == {KONEPAJA}

    def test_is_found_when_every_journal_is_wanted(self, fetched: "Sandbox") -> None:
        fetched.recalculate_run(company_id=KONEPAJA, run_id=june_run_id(), touch_run_at=False)

        done = fetch_everything(wants_all_journals=True)

        assert done.revision_count == 1
        assert len(list(journal_calls(fetched))) == 60

    def test_that_was_sent_needs_a_person(
        self, fetched: "Sandbox", procountor: "Procountor"
    ) -> None:
        link_to(
            konepaja(),
            an_account(),
            uses_cost_centers=True,
            cost_center_dimension="Kustannuspaikka",
            uses_cost_units=True,
            cost_unit_dimension="Projekti",
        )
        fetch_waiting()
        may = Journal.objects.get(company=konepaja(), run_number="5")
        send(may)
        assert may.run is not None
        fetched.recalculate_run(
            company_id=KONEPAJA, run_id=may.run.nmbrs_run_id or 0, touch_run_at=True
        )

        fetch_everything()

        states = Journal.objects.filter(company=konepaja(), run_number="5").order_by("revision")
        assert [journal.state for journal in states] == ["sent", "changed"]


class TestLinkedMeanwhile:
    def test_is_checked_against_the_link_all_the_same(
        self, nmbrs: "Sandbox", procountor: "Procountor"
    ) -> None:
        a_connection()
        asked = ask_for_everything(user=None, now=Clock().now)
        read_lists(asked, now=Clock().now)
        account = an_account()

        class LinkedInBetween(NmbrsSoap):
            """Links the company while its journals come in."""

            def journal(self, *asked: Any) -> SourceJournal | None:
                if not Link.objects.exists():
                    link_to(konepaja(), account)
                return super().journal(*asked)

        with nmbrs_client(konepaja().nmbrs.connection) as source:
            source.__class__ = LinkedInBetween
            fetch_company(konepaja().nmbrs, source, now=Clock().now, today=Clock().now.date())

        assert "N04" not in problem_codes(june())


class TestDeletedRun:
    def test_leaves_its_journal_with_a_warning(self, fetched: "Sandbox") -> None:
        fetched.delete_run(company_id=KONEPAJA, run_id=june_run_id())

        fetch_everything()

        assert june().is_deleted_at_source
        assert "N27" in problem_codes(june())
        assert Run.objects.get(company__number=1001, number="6").gone_at is not None

    def test_can_come_back(self, fetched: "Sandbox") -> None:
        run_id = june_run_id()
        fetched.delete_run(company_id=KONEPAJA, run_id=run_id)
        fetch_everything()
        fetched.put_back_run(company_id=KONEPAJA, run_id=run_id)

        fetch_everything()

        assert not june().is_deleted_at_source
        assert problem_codes(june()) == ["N04"]

    def test_that_was_sent_needs_a_person_to_undo_it(
        self, fetched: "Sandbox", procountor: "Procountor"
    ) -> None:
        link_to(konepaja(), an_account())
        fetch_waiting()
        may = send(Journal.objects.filter(company=konepaja(), run_number="5").latest("revision"))
        assert may.run is not None
        fetched.delete_run(company_id=KONEPAJA, run_id=may.run.nmbrs_run_id or 0)

        fetch_everything()

        may.refresh_from_db()
        assert (may.state, problem_codes(may)) == ("sent", ["N27"])
        user = create_first_administrator("aino", "silta-yli-lammen")
        Journal.objects.exclude(company=konepaja()).update(state="off")
        overview = overview_for(user, today=date(2026, 7, 1), month=date(2026, 6, 1))
        assert date(2026, 5, 1) in [one.month for one in overview.elsewhere]
        needs = overview_for(user, today=date(2026, 7, 1), month=date(2026, 5, 1)).needs
        assert may in [need.journal for need in needs]

    def test_is_not_sent_along_with_all_that_is_ready(
        self, fetched: "Sandbox", procountor: "Procountor"
    ) -> None:
        link_to(konepaja(), an_account())
        fetch_waiting()
        fetched.delete_run(company_id=KONEPAJA, run_id=june_run_id())
        fetch_everything()

        asked = send_all_ready(datetime.now(tz=UTC))

        assert june().state == "ready"
        assert len(asked.sendings) == 5

    def test_and_made_anew_under_its_number_is_a_revision(self, fetched: "Sandbox") -> None:
        old = june_run_id()
        fetched.delete_run(company_id=KONEPAJA, run_id=old)
        made = fetched.add_run(company_id=KONEPAJA, year=2026, period=6)
        assert made.number == 6

        fetch_everything()

        both = Journal.objects.filter(company__number=1001, run_number="6").order_by("revision")
        assert [one.is_deleted_at_source for one in both] == [True, False]
        assert [one.run.nmbrs_run_id for one in both if one.run] == [old, made.run_id]


class TestRunWithoutJournal:
    def test_is_known_and_asked_for_again(self, fetched: "Sandbox") -> None:
        july = fetched.add_run(company_id=KONEPAJA, has_journal=False)
        fetch_everything()
        before = Journal.objects.filter(company__number=1001).count()
        fetched.make_journal(company_id=KONEPAJA, run_id=july.run_id)

        fetch_everything()

        assert Run.objects.filter(nmbrs_run_id=july.run_id).exists()
        assert Journal.objects.filter(company__number=1001).count() == before + 1


class TestSplit:
    def test_follows_the_link(self, fetched: "Sandbox", procountor: "Procountor") -> None:
        link = link_to(konepaja(), an_account())
        fetch_waiting()
        without = june()

        change_link(
            link, user=None, uses_cost_centers=True, cost_center_dimension="Kustannuspaikka"
        )
        stopped = problem_codes(june())
        fetch_waiting()

        assert without.split == "company"
        assert not without.lines.exclude(cost_center="").exists()
        assert "N34" in stopped
        assert june().split == "cost_center"
        assert june().lines.exclude(cost_center="").exists()
        assert "N34" not in problem_codes(june())

    def test_of_what_was_sent_stays(self, fetched: "Sandbox", procountor: "Procountor") -> None:
        link = link_to(konepaja(), an_account())
        fetch_waiting()
        may = Journal.objects.filter(company=konepaja(), run_number="5").order_by("-revision")[0]
        send(may)
        revisions = Journal.objects.filter(company=konepaja(), run_number="5").count()

        change_link(
            link, user=None, uses_cost_centers=True, cost_center_dimension="Kustannuspaikka"
        )
        fetch_everything(wants_all_journals=True)

        assert Journal.objects.filter(company=konepaja(), run_number="5").count() == revisions

    def test_books_the_same_sums_however_fine(self, fetched: "Sandbox") -> None:
        fine = sum(line.amount for line in june().lines.filter(amount__gt=0))

        assert fine == june().debit_total


class TestFailures:
    def test_of_one_company_stop_no_other(self, nmbrs: "Sandbox") -> None:
        a_connection()
        nmbrs.deny_company(company_id=KONEPAJA)

        done = fetch_everything()

        assert (done.failed_count, done.journal_count) == (1, 54)
        found = konepaja().nmbrs
        assert found.fetched_at is None
        assert found.tried_at is not None
        assert [problem.code for problem in found.trouble] == ["P04"]

    def test_of_one_run_stop_no_other_run(self, nmbrs: "Sandbox") -> None:
        a_connection()
        nmbrs.faults.add(
            Fault(kind=FaultKind.FAULT, code="1003", operation=JOURNAL_CALLS, company_id=KONEPAJA)
        )

        done = fetch_everything()

        assert konepaja().journals.count() == 5
        assert done.failed_count == 1
        assert [problem.code for problem in konepaja().nmbrs.trouble] == ["P04"]

    def test_of_a_run_are_over_when_it_is_fetched(self, nmbrs: "Sandbox") -> None:
        a_connection()
        nmbrs.faults.add(
            Fault(kind=FaultKind.FAULT, code="1003", operation=JOURNAL_CALLS, company_id=KONEPAJA)
        )
        fetch_everything()

        done = fetch_everything()

        assert (done.failed_count, done.journal_count) == (0, 1)
        assert konepaja().nmbrs.trouble == ()

    def test_name_the_call_that_is_forbidden(self, nmbrs: "Sandbox") -> None:
        a_connection()
        nmbrs.forbid_call(operation="Journals_GetByRunCostCenterCostUnitPerYear")

        done = fetch_everything()

        assert done.failed_count == 10
        facts = dict(konepaja().nmbrs.trouble[0].facts)
        assert facts["call"] == "Journals_GetByRunCostCenterCostUnitPerYear"

    def test_never_come_of_a_list_that_no_link_uses(self, nmbrs: "Sandbox") -> None:
        a_connection()
        nmbrs.forbid_call(operation="CostUnit_GetList")

        done = fetch_everything()

        assert (done.failed_count, done.journal_count) == (0, 60)

    def test_come_of_a_list_that_the_link_uses_and_stop_no_journal(
        self, fetched: "Sandbox", procountor: "Procountor"
    ) -> None:
        link_to(
            konepaja(),
            an_account(),
            uses_cost_units=True,
            cost_unit_dimension="Projekti",
        )
        fetched.forbid_call(operation="CostUnit_GetList")
        fetched.add_run(company_id=KONEPAJA)
        clock = Clock()
        seen = []

        for _night in range(8):
            clock.forward(timedelta(days=1).total_seconds())
            done = fetch_everything(clock)
            seen.append(
                (done.failed_count, [str(one.code.value) for one in konepaja().nmbrs.trouble])
            )

        # Found when the list has its turn, and not forgotten when it has none.
        first = seen.index((1, ["P03"]))
        assert seen[first:] == [(1, ["P03"])] * (8 - first)
        asked = Counter(call.operation for call in fetched.requests.all())
        assert asked["CostCenter_GetList"] > 0
        assert konepaja().journals.filter(run_number="7").exists()

    def test_never_come_of_a_year_that_is_not_there_yet(self, nmbrs: "Sandbox") -> None:
        a_connection()
        nmbrs.faults.add(Fault(kind=FaultKind.FAULT, code="2006", operation="Run_GetList"))

        done = fetch_everything()

        assert done.failed_count == 0


class TestWhatNmbrsLeavesOut:
    def test_of_a_run_is_no_journal_and_stops_no_other_run(self, nmbrs: "Sandbox") -> None:
        fault = Fault(
            kind=FaultKind.NULL_RESULT, operation=JOURNAL_CALLS, company_id=KONEPAJA, times=1
        )
        a_connection()
        nmbrs.faults.add(fault)

        done = fetch_everything()

        assert (done.failed_count, done.journal_count) == (0, 59)
        assert konepaja().nmbrs.trouble == ()
        assert sorted(konepaja().journals.values_list("run_number", flat=True)) == list("23456")

    def test_does_not_stop_connecting(self, nmbrs: "Sandbox") -> None:
        nmbrs.faults.add(Fault(kind=FaultKind.NULL_RESULT, operation="*_GetList", times=None))
        nmbrs.faults.add(Fault(kind=FaultKind.NULL_RESULT, operation=JOURNAL_CALLS, times=None))

        connection = a_connection()

        assert connection.state == NmbrsConnection.State.WORKING
        assert connection.forbidden_calls == []

    def test_of_cost_centers_is_an_id_which_their_code_stands_for(self, nmbrs: "Sandbox") -> None:
        nmbrs.faults.add(Fault(kind=FaultKind.NIL_ELEMENTS, operation="*_GetList", times=None))
        a_connection()

        fetch_everything()
        first = set(konepaja().cost_objects.values_list("nmbrs_id", "kind", "code"))
        fetch_everything()

        assert set(konepaja().cost_objects.values_list("nmbrs_id", "kind", "code")) == first
        assert konepaja().cost_objects.filter(gone_at__isnull=True).count() == 9

    def test_of_cost_centers_may_come_later(self, nmbrs: "Sandbox") -> None:
        fault = Fault(
            kind=FaultKind.NIL_ELEMENTS, operation="*_GetList", company_id=KONEPAJA, times=3
        )
        nmbrs.faults.add(fault)
        a_connection()
        fetch_everything()
        nmbrs.faults.clear()

        fetch_everything()

        listed = konepaja().cost_objects.filter(gone_at__isnull=True)
        assert listed.filter(nmbrs_id__gt=0).count() == 9
        assert listed.count() == 9


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
