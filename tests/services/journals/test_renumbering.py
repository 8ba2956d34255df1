"""A person says which run a journal is."""

import pytest
from tests.bureau import a_company, a_linked_company, send
from tests.services.journals.august import HOLIDAY_PAY, RECALCULATED, WAGES, numbers, take_in

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import Run
from tilisilta.models import AuditEntry
from tilisilta.services.journals.answers import CannotRenumber, RunTaken, tell_run

pytestmark = pytest.mark.django_db


class TestTellRun:
    def test_parts_two_payrolls_that_were_taken_for_one(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = take_in(company, WAGES).journal
        second = take_in(company, HOLIDAY_PAY, revision_of=first).journal

        renumbered = tell_run(second, user=None)

        first.refresh_from_db()
        assert [first.state, renumbered.state] == ["ready", "ready"]
        assert numbers(company) == ["2026-8-1", "2026-8b-1"]
        assert AuditEntry.objects.filter(action="journal_renumbered").count() == 1

    def test_gives_a_number_of_its_own(self, procountor: Sandbox) -> None:
        journal = take_in(a_linked_company(), WAGES).journal

        renumbered = tell_run(journal, user=None, run=Run(year=2026, number="081"))

        assert renumbered.reference == "1001-2026-81-1"
        assert not renumbered.is_run_guessed
        assert "ajo 81" in renumbered.exports.get().name

    def test_joins_two_that_are_one_run(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = take_in(company, WAGES).journal
        second = take_in(company, RECALCULATED, another_run=True).journal

        renumbered = tell_run(second, user=None, revision_of=first)

        first.refresh_from_db()
        assert renumbered.reference == "1001-2026-8-2"
        assert [first.state, renumbered.state] == ["replaced", "ready"]

    def test_takes_no_other_journal_s_run(self) -> None:
        company = a_company()
        take_in(company, WAGES, run="8")
        second = take_in(company, HOLIDAY_PAY, run="81").journal

        with pytest.raises(RunTaken):
            tell_run(second, user=None, run=Run(year=2026, number="8"))

    def test_refuses_once_anything_was_sent(self, procountor: Sandbox) -> None:
        journal = send(take_in(a_linked_company(), WAGES).journal)

        with pytest.raises(CannotRenumber):
            tell_run(journal, user=None, run=Run(year=2026, number="81"))
