"""What fails while a company is fetched stops nothing else, and is named."""

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.bureau import Clock, a_connection, an_account, fetch_everything, link_to
from tests.services.fetching.sample import KONEPAJA, konepaja

from nmbrs_sandbox.faults import Fault, FaultKind
from tilisilta.models import NmbrsConnection

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox
    from procountor_sandbox.app import Sandbox as Procountor


pytestmark = pytest.mark.django_db

JOURNAL_CALLS = "Journals_*"


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
