"""What is fetched is stored once and completely, whatever changes in runs, numbers and workers."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from tests.bureau import (
    Clock,
    a_journal,
    an_account,
    fetch_everything,
    fetch_waiting,
    link_to,
    problem_codes,
    send,
)
from tests.services.fetching.sample import KONEPAJA, june, june_run_id, konepaja

from nmbrs_sandbox.faults import Fault, FaultKind
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import JournalSplit
from tilisilta.models import (
    AuditEntry,
    Journal,
    NmbrsCompany,
    Run,
)
from tilisilta.services.fetching.client import nmbrs as nmbrs_client
from tilisilta.services.fetching.companies import fetch_company
from tilisilta.services.journals.answers import say_surely_another
from tilisilta.services.journals.importing import keep_fetched

if TYPE_CHECKING:
    from pytest_django import Settings

    from nmbrs_sandbox.app import Sandbox
    from procountor_sandbox.app import Sandbox as Procountor

pytestmark = pytest.mark.django_db

MAINTENANCE = (
    b'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    b"<Maintenance/></soap:Body></soap:Envelope>"
)


class TestAPayrollIsReadyOnce:
    """Whatever changes in runs and their numbers, no payroll is ready to be sent twice."""

    @pytest.fixture
    def may(self, fetched: "Sandbox", procountor: "Procountor") -> Journal:
        """May of the first company, which is linked, sent."""
        link_to(konepaja(), an_account())
        fetch_waiting()
        return send(Journal.objects.filter(company=konepaja(), run_number="5").latest("revision"))

    def test_for_a_run_that_gets_another_number(self, fetched: "Sandbox", may: Journal) -> None:
        assert may.run is not None
        run = fetched.bureau.known_run(KONEPAJA, may.run.nmbrs_run_id or 0)
        fetched.bureau.put_run(KONEPAJA, replace(run, number=55))

        fetch_everything()

        assert not Journal.objects.filter(company=konepaja(), run_number="55").exists()
        assert Journal.objects.get(pk=may.pk).state == "sent"

    def test_for_a_run_that_is_deleted_and_made_anew_under_the_next_number(
        self, fetched: "Sandbox", may: Journal
    ) -> None:
        assert may.run is not None
        fetched.delete_run(company_id=KONEPAJA, run_id=may.run.nmbrs_run_id or 0)
        fetched.add_run(company_id=KONEPAJA, year=2026, period=5)

        fetch_everything()

        anew = Journal.objects.get(company=konepaja(), run_number="7")
        assert problem_codes(anew) == ["N35"]
        assert anew.state == "problem"

    def test_until_a_person_says_that_it_is_another_payroll(
        self, fetched: "Sandbox", may: Journal
    ) -> None:
        assert may.run is not None
        fetched.delete_run(company_id=KONEPAJA, run_id=may.run.nmbrs_run_id or 0)
        fetched.add_run(company_id=KONEPAJA, year=2026, period=5)
        fetch_everything()
        anew = Journal.objects.get(company=konepaja(), run_number="7")

        said = say_surely_another(anew, user=None, now=Clock().now)

        assert said.state == "ready"
        assert AuditEntry.objects.filter(action="journal_not_twice").count() == 1

    def test_for_a_file_of_the_same_month_under_a_number_of_its_own(
        self, fetched: "Sandbox", may: Journal
    ) -> None:
        from_file = a_journal(konepaja(), 6, run_number="106")

        assert "N35" in problem_codes(from_file)

    def test_for_a_worker_that_was_asleep_with_an_older_journal(
        self, fetched: "Sandbox", may: Journal
    ) -> None:
        run = Run.objects.select_related("company").get(nmbrs_run_id=june_run_id())
        with nmbrs_client(konepaja().nmbrs.connection) as source:
            asked = next(
                one for one in source.runs(NmbrsId(number=KONEPAJA), 2026) if one.number == "6"
            )
            older = source.journal(NmbrsId(number=KONEPAJA), asked, JournalSplit(run.split))
        before = datetime.now(tz=UTC)
        fetched.recalculate_run(company_id=KONEPAJA, run_id=june_run_id(), touch_run_at=True)
        fetch_everything()
        newer = june()
        assert older is not None

        kept = keep_fetched(
            older, run=run, split=JournalSplit(run.split), is_linked=True, now=before
        )

        assert not kept.is_new
        assert june() == newer


class TestOddAnswers:
    def test_never_count_as_lists_that_are_empty(
        self, fetched: "Sandbox", settings: "Settings"
    ) -> None:
        def maintenance(environ: Any, start_response: Any) -> list[bytes]:
            if environ["REQUEST_METHOD"] == "GET":
                return list(fetched(environ, start_response))
            start_response("200 OK", [("Content-Type", "text/xml")])
            return [MAINTENANCE]

        settings.NMBRS_TRANSPORT = httpx2.WSGITransport(app=maintenance)

        fetch_everything()

        assert not Run.objects.filter(gone_at__isnull=False).exists()
        assert not NmbrsCompany.objects.filter(gone_at__isnull=False).exists()
        assert [problem.code for problem in konepaja().nmbrs.trouble] == ["P01"]

    def test_of_a_run_under_another_year_break_nothing(self, fetched: "Sandbox") -> None:
        Run.objects.filter(company__number=1001).update(year=2025)

        done = fetch_everything()

        assert done.failed_count == 0
        assert set(Run.objects.values_list("year", flat=True)) == {2026}

    def test_about_next_year_stop_no_company_in_december(self, fetched: "Sandbox") -> None:
        fetched.faults.add(
            Fault(kind=FaultKind.FAULT, code="2046", operation="Run_GetList", skip=1, times=1)
        )
        december = datetime(2026, 12, 1, 12, tzinfo=UTC)

        with nmbrs_client(konepaja().nmbrs.connection) as source:
            fetch_company(konepaja().nmbrs, source, now=december, today=december.date())

        assert Counter(call.operation for call in fetched.requests.all())["Run_GetList"] == 2

    def test_without_a_journal_that_was_there_are_reported(
        self, fetched: "Sandbox", settings: "Settings"
    ) -> None:
        def emptied(environ: Any, start_response: Any) -> list[bytes]:
            answer = b"".join(fetched(environ, start_response))
            return [re.sub(b"&lt;transactions.*/transactions&gt;", b"", answer, flags=re.DOTALL)]

        settings.NMBRS_TRANSPORT = httpx2.WSGITransport(app=emptied)

        fetch_everything(wants_all_journals=True)

        assert [problem.code for problem in konepaja().nmbrs.trouble] == ["P11"] * 6
        assert konepaja().journals.count() == 6


class TestUnchecked:
    def test_journals_of_a_worker_that_died_are_checked_the_next_time(
        self, fetched: "Sandbox"
    ) -> None:
        Journal.objects.update(problems=[], checked_at=None)

        fetch_everything(wants_all_journals=True)

        assert problem_codes(june()) == ["N04"]
