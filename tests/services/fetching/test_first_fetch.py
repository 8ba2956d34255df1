from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.bureau import (
    Clock,
    a_connection,
    a_journal,
    fetch_everything,
    problem_codes,
)
from tests.services.fetching.sample import KONEPAJA, konepaja

from nmbrs_sandbox.faults import Fault, FaultKind
from tilisilta.clients.nmbrs.soap import NmbrsSoap
from tilisilta.domain.payroll import SourceJournal
from tilisilta.models import AuditEntry, Company, Journal, JournalLine
from tilisilta.services.audit import Action
from tilisilta.services.fetching.client import nmbrs as nmbrs_client
from tilisilta.services.fetching.companies import fetch_company
from tilisilta.services.fetching.synchronisations import ask_for_everything, read_lists

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox

pytestmark = pytest.mark.django_db


def fetch_first(company: Company, source_class: type[NmbrsSoap] = NmbrsSoap) -> int:
    """Fetch one company for the first time; return how many statements that took."""
    with nmbrs_client(company.nmbrs.connection) as source:
        source.__class__ = source_class
        with CaptureQueriesContext(connection) as queries:
            fetch_company(company.nmbrs, source, now=Clock().now, today=Clock().now.date())
    return len(queries)


@pytest.fixture
def listed(nmbrs: "Sandbox") -> "Sandbox":
    """The stand-in Nmbrs, of which only the lists of companies were read."""
    a_connection()
    read_lists(ask_for_everything(user=None, now=Clock().now), now=Clock().now)
    return nmbrs


class TestFirstFetch:
    def test_takes_hardly_more_statements_for_more_journals(self, listed: "Sandbox") -> None:
        for period in range(7, 11):
            listed.add_run(company_id=KONEPAJA, year=2026, period=period)

        with_six = fetch_first(Company.objects.get(number=1002))
        with_ten = fetch_first(konepaja())

        assert konepaja().journals.count() == 10
        # One at a time each takes more than ten; the two companies also differ in their items.
        assert with_ten <= with_six + 4 * 2

    def test_stores_what_one_journal_at_a_time_would(self, listed: "Sandbox") -> None:
        fetch_first(konepaja())
        together = stored()
        forget()
        # A journal of another month is there: the others are stored one at a time then.
        a_journal(konepaja(), 12, run_number="12")
        before = stored()

        fetch_first(konepaja())

        assert [row for row in stored() if row not in before] == together

    def test_says_in_the_audit_log_which_journals_came(self, listed: "Sandbox") -> None:
        fetch_first(konepaja())

        entries = AuditEntry.objects.filter(action=Action.JOURNAL_FETCHED)
        assert {entry.about_id for entry in entries} == {
            journal.pk for journal in konepaja().journals.all()
        }

    def test_leaves_each_with_the_problem_that_there_is_no_link(self, listed: "Sandbox") -> None:
        fetch_first(konepaja())

        assert {tuple(problem_codes(journal)) for journal in konepaja().journals.all()} == {
            ("N04",)
        }

    def test_keeps_what_came_before_an_answer_that_ends_it(self, listed: "Sandbox") -> None:
        down = Fault(
            kind=FaultKind.DOWN, operation="Journals_*", company_id=KONEPAJA, skip=3, times=9
        )
        listed.faults.add(down)

        done = fetch_everything()

        assert konepaja().journals.count() == 3
        assert done.journal_count == Journal.objects.count()
        assert all(journal.lines.exists() for journal in konepaja().journals.all())

    def test_stores_no_second_one_beside_a_file_that_came_meanwhile(
        self, listed: "Sandbox"
    ) -> None:
        class ImportedInBetween(NmbrsSoap):
            """Imports a file while the journals come in."""

            def journal(self, *asked: Any) -> SourceJournal | None:
                if not konepaja().journals.exists():
                    a_journal(konepaja(), 6)
                return super().journal(*asked)

        fetch_first(konepaja(), ImportedInBetween)

        numbers = list(konepaja().journals.values_list("run_number", "revision"))
        assert len(numbers) == len(set(numbers))
        assert konepaja().journals.filter(source="csv").count() == 1
        assert konepaja().journals.filter(source="nmbrs").count() == 6


def stored() -> list[dict[str, Any]]:
    """The journals of the company with their lines, as the database has them, without keys."""
    rows = []
    for journal in konepaja().journals.order_by("run_year", "run_number", "revision"):
        row: dict[str, Any] = {**Journal.objects.filter(pk=journal.pk).values().get()}
        lines = JournalLine.objects.filter(journal=journal).order_by("position")
        kept = lines.values_list(
            "position",
            "ledger_account",
            "description",
            "amount",
            "cost_center",
            "cost_unit",
            "booking_date",
        )
        del row["id"]
        rows.append(row | {"lines": list(kept)})
    return rows


def forget() -> None:
    JournalLine.objects.all().delete()
    Journal.objects.all().delete()
    konepaja().runs.update(journal_read_at=None, split="")
