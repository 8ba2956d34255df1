"""Somebody carries out a remedy in Procountor: it works at once, however fresh our copy is."""

from collections.abc import Callable

import pytest
from tests.bureau import (
    NOW,
    a_linked_company,
    monthly_lines,
    problem_codes,
    send,
    set_period,
)

from procountor_sandbox.app import Sandbox
from tilisilta.domain.standing import JournalState
from tilisilta.models import Company, Journal, ProcountorAccount
from tilisilta.services.companies import set_blocked, set_test
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.procountor.administrations import forget_administration
from tilisilta.services.procountor.client import procountor as act_as
from tilisilta.services.sending.asking import CannotBeSent, send_journal

pytestmark = pytest.mark.django_db


def a_journal_with(company: Company, **columns: str) -> Journal:
    header = ["Account", "Description", "Amount", "Date", *columns]
    rows = [[account, "Palkat", amount, day] for account, amount, day in monthly_lines(6)]
    lines = [header, *([*row, *columns.values()] for row in rows)]
    content = "\n".join(";".join(line) for line in lines).encode()
    return import_journal(
        content, file_name="journal.csv", company=company, user=None, now=NOW
    ).journal


class TestSendingAgain:
    def test_works_at_once_when_the_period_was_opened(self, procountor: Sandbox) -> None:
        set_period(procountor, "CLOSED", month=6)
        journal = a_journal_with(a_linked_company())
        assert problem_codes(journal) == ["N10"]
        with pytest.raises(CannotBeSent):
            send_journal(journal, user=None, now=NOW)

        set_period(procountor, "OPEN", month=6)

        assert send(journal).state == JournalState.SENT

    def test_works_at_once_when_the_missing_item_was_made(self, procountor: Sandbox) -> None:
        company = a_linked_company(uses_cost_centers=True, cost_center_dimension="Kustannuspaikka")
        columns = {"Cost center": "777"}
        journal = a_journal_with(company, **columns)
        assert set(problem_codes(journal)) == {"N09"}

        with act_as(ProcountorAccount.objects.get()) as client:
            named = {one.name: one for one in client.get_administration().dimensions}
            dimension_id = named["Kustannuspaikka"].dimension_id
            client.create_dimension_item(dimension_id, code="777", description="Uusi")

        assert send(journal).state == JournalState.SENT

    def test_of_a_ready_journal_reads_nothing_anew(self, procountor: Sandbox) -> None:
        journal = a_journal_with(a_linked_company())
        procountor.requests.clear()

        send_journal(journal, user=None, now=NOW)

        assert not procountor.requests.all()


class TestBlocking:
    @pytest.mark.parametrize(
        "act",
        [
            lambda company, flag: set_blocked(company.debtor, flag, user=None),
            lambda company, flag: set_test(company, flag, user=None),
        ],
    )
    @pytest.mark.parametrize("is_outdated", [False, True])
    def test_asks_procountor_nothing(
        self,
        procountor: Sandbox,
        act: Callable[[Company, bool], object],
        is_outdated: bool,
    ) -> None:
        company = a_linked_company()
        journal = a_journal_with(company)
        ProcountorAccount.objects.update(administration_read_at=NOW.replace(year=2020))
        if is_outdated:
            forget_administration(ProcountorAccount.objects.get())
        procountor.requests.clear()

        act(company, True)
        blocked = problem_codes(journal)
        act(company, False)

        assert not procountor.requests.all()
        assert blocked in (["N01"], ["N02"])
        assert problem_codes(journal) == []
