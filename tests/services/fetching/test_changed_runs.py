"""Runs that were recalculated, deleted or made anew in Nmbrs since they were fetched."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
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
from tests.services.fetching.sample import KONEPAJA, calls_by_company, june, june_run_id, konepaja

from tilisilta.clients.nmbrs.soap import NmbrsSoap
from tilisilta.domain.comparisons import ChangeKind
from tilisilta.domain.payroll import SourceJournal
from tilisilta.models import Journal, Link, Run
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
from tilisilta.services.overview import overview_for
from tilisilta.services.users import create_first_administrator

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox
    from procountor_sandbox.app import Sandbox as Procountor


pytestmark = pytest.mark.django_db


def journal_calls(nmbrs: "Sandbox") -> Iterator[str]:
    return (call.operation for call in nmbrs.requests.all() if call.operation[:9] == "Journals_")


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
