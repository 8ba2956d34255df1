"""The end of a month at the command line."""

import pytest
from tests.bureau import a_company, a_journal, a_linked_company, send
from tests.management.conftest import Give

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Company, User

pytestmark = pytest.mark.django_db


class TestMonth:
    def test_shows_all_companies_and_is_not_done(self, procountor: Sandbox, give: Give) -> None:
        send(a_journal(a_linked_company()))
        a_journal(a_company(1002), run_number="7")

        answered = give("month", "2026-06")

        assert answered.status == 1
        assert answered.text.startswith("2026-06 · 2 companies: To fix 1, Booked 1\n")
        assert "Not finished: 2 companies are neither equal nor signed." in answered.text
        assert "1 006.00 EUR" in answered.text
        assert "No administration is linked" in answered.text

    def test_is_done_once_all_is_equal(self, procountor: Sandbox, give: Give) -> None:
        send(a_journal(a_linked_company()))
        a_company(1002)
        give("verify", "--period", "2026-06", "--company", "1001")

        answered = give("month", "2026-06", "--json")
        told = give("month", "2026-06")

        assert answered.status == 0
        assert "Finished: every company with a run is equal or signed." in told.text
        assert "The net pay of 1 is not proved yet." in told.text
        assert answered.document["is_done"] is True
        assert answered.document["company_count"] == sum(answered.document["counts"].values()) == 2
        assert [one["state"] for one in answered.document["companies"]] == ["equal", "not_expected"]
        assert answered.document["companies"][0]["debit"] == {"EUR": "1006.00"}

    def test_narrows_the_list_and_not_the_counts_to_a_state(self, give: Give) -> None:
        a_journal(a_company())
        a_company(1002)

        answered = give("month", "2026-06", "--state", "to_fix", "--json")

        assert [one["company"] for one in answered.document["companies"]] == [1001]
        assert answered.document["counts"]["not_expected"] == 1

    def test_narrows_both_to_a_debtor_and_a_person(self, give: Give) -> None:
        a_company()
        a_company(1002)
        User.objects.create(username="anna")
        give("company", "change", "1002", "--stand-in", "anna")

        of_debtor = give("month", "2026-06", "--debtor", "101", "--json").document
        of_person = give("month", "2026-06", "--person", "anna", "--json").document

        assert of_debtor["company_count"] == 2
        assert [one["company"] for one in of_person["companies"]] == [1002]
        assert of_person["companies"][0]["stand_in"] == "anna"

    def test_people_of_many_companies_are_set_at_once(self, give: Give) -> None:
        for number in (1001, 1002, 1003):
            a_company(number)
        User.objects.create(username="anna")

        some = give("company", "people", "1001", "1002", "--responsible", "anna", "--json")
        everyone = give("company", "people", "--debtor", "101", "--responsible", "anna")

        assert some.document == {"companies": 2, "changed": 2}
        assert "1 company was changed." in everyone.text
        assert Company.objects.filter(responsible__username="anna").count() == 3
        assert give("company", "people", "1001").status == 2

    @pytest.mark.parametrize(
        ("words", "complaint"),
        [
            (("--debtor", "999"), "There is no debtor 999"),
            (("--person", "sari"), "There is no user named sari"),
        ],
    )
    def test_refuses_what_it_does_not_know(
        self, give: Give, words: tuple[str, str], complaint: str
    ) -> None:
        answered = give("month", "2026-06", *words)

        assert answered.status == 1
        assert complaint in answered.complaint


class TestSign:
    def test_signs_what_is_equal_and_takes_it_back(self, procountor: Sandbox, give: Give) -> None:
        send(a_journal(a_linked_company()))
        give("verify", "--period", "2026-06")
        give("netpay", "--company", "1001", "--period", "2026-06", "--paid-by-hand")

        signed = give("sign", "2026-06", "--company", "1001", "--note", "checked", "--json")
        shown = give("month", "2026-06", "--json")
        back = give("unsign", "2026-06", "--company", "1001", "--reason", "too early")

        assert signed.document["outcome"] == "equal"
        assert signed.document["note"] == "checked"
        assert signed.document["net_pay"] == "paid_by_hand"
        assert signed.document["signed_by"]
        assert shown.document["counts"]["signed"] == 1
        assert shown.document["companies"][0]["net_pay"] == "paid_by_hand"
        assert shown.document["companies"][0]["signed_by"] == signed.document["signed_by"]
        assert (shown.status, back.status) == (0, 0)
        entry = AuditEntry.objects.get(action="month_signed")
        assert (entry.system_user, entry.facts["note"]) == (signed.document["signed_by"], "checked")

    def test_signs_all_that_are_equal_and_names_the_others(
        self, procountor: Sandbox, give: Give
    ) -> None:
        send(a_journal(a_linked_company()))
        give("verify", "--period", "2026-06")
        give("netpay", "--company", "1001", "--period", "2026-06", "--paid-by-hand")
        a_journal(a_company(1002), run_number="7")
        a_company(1003)

        signed = give("sign", "2026-06", "--all-equal", "--debtor", "101", "--json")
        again = give("sign", "2026-06", "--all-equal")

        assert signed.status == again.status == 1
        assert signed.document["signed"] == 1
        assert signed.document["not_signed"] == {"not_done": [1002], "nothing": [1003]}
        assert "1001 is signed already." in again.text

    def test_refuses_what_was_not_compared(self, procountor: Sandbox, give: Give) -> None:
        send(a_journal(a_linked_company()))

        refused = give("sign", "2026-06", "--company", "1001", "--json")

        assert refused.status == 1
        assert refused.document["error"]["code"] == "E90"
        assert refused.document["error"]["facts"]["reason"] == "not_compared"

    def test_refuses_to_take_back_what_is_not_signed(self, give: Give) -> None:
        a_company()

        refused = give("unsign", "2026-06", "--company", "1001", "--reason", "too early")

        assert refused.status == 1
        assert "is not signed" in refused.complaint


class TestPeople:
    def test_of_a_company_are_changed_and_recorded(self, give: Give) -> None:
        a_company()
        User.objects.create(username="anna")
        User.objects.create(username="bertta")

        both = give(
            *("company", "change", "1001", "--responsible", "anna", "--stand-in", "bertta"),
            "--json",
        )
        one = give("company", "change", "1001", "--stand-in", "", "--json")

        assert (both.document["responsible"], both.document["stand_in"]) == ("anna", "bertta")
        assert (one.document["responsible"], one.document["stand_in"]) == ("anna", None)
        entries = AuditEntry.objects.filter(action="company_changed").order_by("pk")
        assert [entry.facts["fields"] for entry in entries] == ["responsible, stand_in", "stand_in"]
        assert entries[1].changes == [{"field": "stand_in", "before": "bertta", "after": None}]

    def test_that_do_not_exist_change_nothing(self, give: Give) -> None:
        a_company()
        User.objects.create(username="anna")

        refused = give("company", "change", "1001", "--responsible", "anna", "--stand-in", "sari")

        assert refused.status == 1
        assert Company.objects.get().responsible is None

    def test_and_nothing_else_must_be_named(self, give: Give) -> None:
        a_company()

        assert give("company", "change", "1001").status == 2
