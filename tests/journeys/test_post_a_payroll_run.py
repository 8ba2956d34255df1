"""A payroll clerk books a month: from a file to ledger receipts in Procountor."""

import pytest
from tests.bureau import a_linked_company, problem_codes, send, states, the_june_journal

from procountor_sandbox.app import Sandbox

pytestmark = pytest.mark.django_db


class TestPostAPayrollRun:
    def test_books_six_receipts_for_a_june_run_that_corrects_january_to_may(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company(
            1001,
            uses_cost_centers=True,
            cost_center_dimension="Kustannuspaikka",
            uses_cost_units=True,
            cost_unit_dimension="Projekti",
        )
        journal = the_june_journal(company)
        assert problem_codes(journal) == ["N15", "N14"]

        sent = send(journal)

        assert sent.state == "sent"
        assert states(sent) == ["posted"] * 6
