"""Putting a reason right in all companies at once."""

from datetime import date

import pytest
from tests.bureau import NOW, a_company, a_journal, a_linked_company, csv_file, set_period

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.domain.journals import Run
from tilisilta.models import AccountMapping, AuditEntry, Company, Debtor, Journal, Link, User
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.links import change_link, end_link
from tilisilta.services.reasons.changing import Order, Result, carry_out
from tilisilta.services.reasons.groups import ByReason, problems_by_reason
from tilisilta.services.reasons.planning import Plan, plan

pytestmark = [pytest.mark.django_db, pytest.mark.once]

JUNE, TODAY = date(2026, 6, 1), date(2026, 7, 2)


def by_reason(**more: object) -> ByReason:
    return problems_by_reason(JUNE, today=TODAY, **more)  # type: ignore[arg-type]


def planned(reason_id: str, target: str = "") -> Plan:
    shown = by_reason().find(reason_id)
    assert shown is not None
    return plan(shown, JUNE, target=target)


def carried_out(given: Plan, user: User | None = None) -> tuple[Result, ...]:
    order = Order(reason=given.shown.reason, target=given.target)
    return carry_out(order, given.rows, user=user, now=NOW)


def with_account(company: Company) -> Journal:
    """Import a journal with an account that the chart does not have."""
    amount = f"{company.number}.00"
    lines = [("5035", amount, "2026-06-28"), ("2961", f"-{amount}", "2026-06-28")]
    return import_journal(
        csv_file(lines),
        file_name="journal.csv",
        company=company,
        user=None,
        now=NOW,
        run=Run(year=2026, number="6"),
    ).journal


@pytest.fixture
def bureau(procountor: Sandbox) -> list[Company]:
    """Return three companies whose journals have an account that is unknown in Procountor."""
    companies = [a_linked_company(number) for number in (1001, 1002, 1003)]
    for company in companies:
        with_account(company)
    return companies


class TestProblemsByReason:
    def test_are_one_for_companies_that_share_it(self, bureau: list[Company]) -> None:
        a_journal(a_company(1009), run_number="7")

        shown = by_reason()

        assert [(one.reason.id, one.company_count) for one in shown.reasons] == [
            ("N07-5035", 3),
            ("N04", 1),
        ]
        assert shown.reasons[0].words == "Ledger account 5035 is unknown in Procountor"
        assert shown.reasons[1].words == "No administration is linked"
        assert len(shown.company_ids) == shown.journal_count == 4

    def test_are_those_of_companies_that_are_seen(self, bureau: list[Company]) -> None:
        limited = User.objects.create(username="sari", sees_all_debtors=False)
        limited.debtors.add(Debtor.objects.create(number=102, name="Muut"))

        assert by_reason(user=limited).reasons == ()


class TestMapping:
    def test_proposes_what_a_person_has_chosen_before(self, bureau: list[Company]) -> None:
        change_link(bureau[0].links.get(), user=None, account_mappings={"5035": "5010"})

        shown = by_reason().find("N07-5035")

        assert shown is not None
        assert (shown.company_count, shown.proposed) == (2, "5010")

    def test_maps_in_all_and_leaves_other_mappings(self, bureau: list[Company]) -> None:
        change_link(bureau[0].links.get(), user=None, account_mappings={"5099": "5010"})
        user = User.objects.create(username="anna")

        results = carried_out(planned("N07-5035", "5030"), user)

        assert [(one.became, one.ready_count) for one in results] == [("done", 1)] * 3
        mapped = AccountMapping.objects.filter(link__company=bureau[0])
        assert dict(mapped.values_list("journal_account", "procountor_account_code")) == {
            "5099": "5010",
            "5035": "5030",
        }
        assert AuditEntry.objects.filter(action="link_changed", user=user).count() == 3
        assert by_reason().reasons == ()

    def test_twice_is_once(self, bureau: list[Company]) -> None:
        given = planned("N07-5035", "5030")
        carried_out(given)

        results = carried_out(given)

        assert {one.became for one in results} == {"already"}
        assert AuditEntry.objects.filter(action="link_changed").count() == 3

    def test_leaves_what_another_person_changed_meanwhile(self, bureau: list[Company]) -> None:
        given = planned("N07-5035", "5030")
        change_link(bureau[1].links.get(), user=None, account_mappings={"5035": "5010"})

        results = carried_out(given)

        assert [one.became for one in results] == ["done", "failed", "done"]
        assert results[1].problem is not None
        assert results[1].problem.code == "E95"
        mapping = AccountMapping.objects.get(link__company=bureau[1])
        assert mapping.procountor_account_code == "5010"

    def test_leaves_links_that_ended(self, bureau: list[Company]) -> None:
        given = planned("N07-5035", "5030")
        end_link(bureau[0].links.get(), ends_on=date(2026, 7, 1), reason="moved", user=None)
        assert [one.became for one in carried_out(given)] == ["failed", "done", "done"]

    def test_leaves_charts_that_do_not_have_the_account(self, bureau: list[Company]) -> None:
        given = planned("N07-5035", "9999")

        assert [one.obstacle.code for one in given.left if one.obstacle] == ["N07"] * 3
        assert {one.became for one in carried_out(given)} == {"failed"}
        assert not AccountMapping.objects.exists()


class TestFirstOpenDay:
    def test_changes_the_choice_of_the_links(self, procountor: Sandbox) -> None:
        set_period(procountor, "CLOSED", month=3)
        company = a_linked_company()
        a_journal(company, 3, 6)
        given = planned("N10-2026-03")
        assert [(one.before, one.after) for one in given.changes] == [("2026-03-28", "2026-04-01")]

        results = carried_out(given)

        assert [(one.became, one.ready_count) for one in results] == [("done", 1)]
        assert Link.objects.get().closed_period_policy == "next-open"
        assert {one.became for one in carried_out(given)} == {"already"}


class TestItems:
    @pytest.fixture
    def company(self, procountor: Sandbox) -> Company:
        """Return a company whose journal has a cost center without an item."""
        company = a_linked_company(uses_cost_centers=True, cost_center_dimension="Kustannuspaikka")
        content = (
            "Account;Description;Amount;Date;Cost center\n"
            "5010;Palkat;100.00;2026-06-28;450\n"
            "2961;Palkat;-100.00;2026-06-28;"
        )
        import_journal(content.encode(), file_name="j.csv", company=company, user=None, now=NOW)
        return company

    def test_are_created_once(self, company: Company) -> None:
        given = planned("N09-450")

        first, second = carried_out(given), carried_out(given)

        assert [(one.became, one.ready_count) for one in first] == [("done", 1)]
        assert [one.became for one in second] == ["already"]
        assert AuditEntry.objects.filter(action="items_created").count() == 1

    def test_that_procountor_refuses_are_told(self, procountor: Sandbox, company: Company) -> None:
        given = planned("N09-450")
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, method="GET", path="/dimensions"))

        (result,) = carried_out(given)

        assert (result.became, result.ready_count, result.stopped_count) == ("failed", 0, 1)
        assert result.problem is not None
