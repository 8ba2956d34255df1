"""Payroll compared with the ledger at the command line."""

import pytest
from tests.bureau import a_company, a_journal, a_linked_company, send, tidy
from tests.management.conftest import Give

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind

pytestmark = pytest.mark.django_db


class TestVerify:
    def test_is_done_when_all_is_equal(self, procountor: Sandbox, give: Give) -> None:
        send(a_journal(a_linked_company()))

        answered = give("verify", "--period", "2026-06")

        assert answered.status == 0
        assert answered.text == "Payroll and ledger, by company and month: Equal 1\n"

    def test_names_old_and_new_values_when_something_differs(
        self, procountor: Sandbox, give: Give
    ) -> None:
        send(a_journal(a_linked_company()))
        tidy(procountor, "amount", row=1, to_row=2, amount=36)
        tidy(procountor, "rename", name="Palkat")

        answered = give("verify", "--period", "2026-06", "--company", "1001")

        assert answered.status == 1
        assert "Edited by a person" in answered.text
        assert "row 1: 5010 1 006.00 Palkat → 5010 970.00 Palkat" in answered.text
        assert "→ Palkat\n" in answered.text
        assert "-36.00" in answered.text

    def test_prints_one_document(self, procountor: Sandbox, give: Give) -> None:
        send(a_journal(a_linked_company()))
        tidy(procountor, "invalidate")

        answered = give("verify", "--period", "2026-06", "--debtor", "101", "--json")

        assert answered.status == 1
        (month,) = answered.document["months"]
        assert (month["company"], month["month"], month["outcome"]) == (
            1001,
            "2026-06",
            "different",
        )
        assert month["difference"] == "1006.00"
        assert month["parts"][0]["findings"] == ["invalidated"]
        assert answered.document["counts"]["different"] == 1
        assert answered.document["is_equal"] is False

    def test_compares_three_months_unless_told_otherwise(
        self, procountor: Sandbox, give: Give
    ) -> None:
        a_linked_company()

        assert len(give("verify", "--json").document["months"]) == 3

    def test_says_why_a_company_could_not_be_compared(
        self, procountor: Sandbox, give: Give
    ) -> None:
        send(a_journal(a_linked_company()))
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, path="/ledgerreceipts"))

        answered = give("verify", "--period", "2026-06", "--json")

        assert answered.status == 1
        (failed,) = answered.document["failed"]
        assert (failed["company"], failed["error"]["code"]) == (1001, "E04")

    def test_refuses_a_company_without_a_link(self, procountor: Sandbox, give: Give) -> None:
        a_company()

        answered = give("verify", "--company", "1001")

        assert answered.status == 1
        assert "No administration is linked" in answered.text

    def test_refuses_where_nothing_is_linked(self, procountor: Sandbox, give: Give) -> None:
        a_company()

        answered = give("verify")

        assert answered.status == 1
        assert "There is no company to compare" in answered.complaint

    def test_takes_a_company_or_a_debtor(self, give: Give) -> None:
        with pytest.raises(SystemExit) as ended:
            give("verify", "--company", "1001", "--debtor", "101")

        assert ended.value.code == 2
