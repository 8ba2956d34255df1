"""Moving from SOAP to REST at the command line."""

import threading

import pytest
from django.db import connections
from django.utils import timezone
from tests.bureau import a_connection, a_rest_connection, compare, fetch_everything
from tests.management.conftest import Give

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.traps import Trap
from tilisilta.fetcher import Fetcher
from tilisilta.models import ApiComparison, AuditEntry, NmbrsConnection, Worker

pytestmark = pytest.mark.django_db(transaction=True)

KONEPAJA = 48101


@pytest.fixture
def both(nmbrs: Sandbox) -> NmbrsConnection:
    made = a_connection()
    fetch_everything()
    return a_rest_connection(nmbrs, connection=made)


@pytest.fixture
def differing(nmbrs: Sandbox, both: NmbrsConnection) -> NmbrsConnection:
    nmbrs.traps.on(Trap.OTHER_JOURNAL, company_id=KONEPAJA)
    compare(both)
    return both


class TestCompare:
    def test_is_asked_for_and_ends(self, give: Give, both: NmbrsConnection) -> None:
        Worker.objects.all().delete()
        answered = give("nmbrs", "compare", "--no-wait", "--json")

        assert answered.status == 0, answered.complaint
        assert answered.document["comparison"]["finished_at"] is None
        assert answered.document["switch_refused"] == {"reason": "under_way"}
        assert "No worker is running" in give("nmbrs", "compare", "--no-wait").text

    def test_waits_for_the_worker(
        self, give: Give, both: NmbrsConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
        fetcher = Fetcher("a-worker", threading.Event())
        # Set once the command has ended, so that the thread ends even if nothing was asked for.
        answered_at_last = threading.Event()

        def work() -> None:
            while not ApiComparison.objects.exists() and not answered_at_last.wait(0.02):
                pass
            unfinished = ApiComparison.objects.filter(finished_at__isnull=True)
            while unfinished.exists() and not answered_at_last.is_set():
                fetcher.take_up_due(timezone.now())
            connections.close_all()

        thread = threading.Thread(target=work)
        thread.start()
        try:
            answered = give("nmbrs", "compare", "Palkkatoimisto", "--timeout", "60")
        finally:
            answered_at_last.set()
            thread.join()
        fetcher.stop()

        assert answered.status == 0, answered.complaint + answered.text
        assert "companies equal by SOAP and REST" in answered.text
        assert "It can be switched with tilisilta nmbrs switch." in answered.text

    def test_has_not_finished_in_time(self, give: Give, both: NmbrsConnection) -> None:
        answered = give("nmbrs", "compare", "--timeout", "0")

        assert answered.status == 3
        assert "has not finished in the time given" in answered.text

    def test_shows_the_difference(self, give: Give, differing: NmbrsConnection) -> None:
        answered = give("nmbrs", "compare", "--last")

        assert answered.status == 1
        assert "1001 Koivulammi Konepaja Oy  Not equal" in answered.text
        assert "Run 6/2026: Other sums would be booked." in answered.text
        assert "By SOAP" in answered.text
        assert "0.01" in answered.text
        document = give("nmbrs", "compare", "--last", "--json").document
        assert [one["number"] for one in document["not_equal"]] == [1001]
        line = document["not_equal"][0]["runs"][0]["lines"][0]
        assert {"by_soap", "by_rest", "ledger_account"} <= line.keys()
        assert document["switch_refused"] == {"reason": "open", "count": "1"}

    def test_says_that_there_is_none_yet(self, give: Give, both: NmbrsConnection) -> None:
        answered = give("nmbrs", "compare", "--last")

        assert answered.status == 1
        assert "has not been compared yet" in answered.complaint

    def test_says_why_it_cannot_be(self, give: Give, nmbrs: Sandbox) -> None:
        a_connection()

        answered = give("nmbrs", "compare")

        assert answered.status == 1
        assert "There is no consent to read by REST yet." in answered.complaint

    def test_asks_which_of_several(self, give: Give, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        a_rest_connection(nmbrs, "Kirnu")

        answered = give("nmbrs", "compare")

        assert answered.status == 2
        assert "Kirnu, Palkkatoimisto" in answered.complaint


class TestAccept:
    def test_accepts_with_a_reason(self, give: Give, differing: NmbrsConnection) -> None:
        answered = give("nmbrs", "accept", "--company", "1001", "--reason", "Sentti", "--json")

        assert answered.status == 0, answered.complaint
        assert answered.document["accepted"] == [1001]
        assert answered.document["comparison"]["can_be_switched"] is True
        assert AuditEntry.objects.get(action="difference_accepted").facts["reason"] == "Sentti"
        shown = give("nmbrs", "compare", "--last")
        assert (shown.status, "Accepted by a command: Sentti" in shown.text) == (0, True)

    def test_accepts_nothing_if_one_is_equal(self, give: Give, differing: NmbrsConnection) -> None:
        words = ("nmbrs", "accept", "--company", "1001", "--company", "1002", "--reason", "x")
        answered = give(*words)

        assert answered.status == 1
        assert "There is no difference to accept of: 1002" in answered.complaint
        assert not AuditEntry.objects.filter(action="difference_accepted").exists()

    def test_needs_a_reason(self, give: Give, differing: NmbrsConnection) -> None:
        assert give("nmbrs", "accept", "--company", "1001", "--reason", " ").status == 2


class TestSwitch:
    def test_switches_and_back(self, give: Give, both: NmbrsConnection) -> None:
        compare(both)

        there = give("nmbrs", "switch")
        again = give("nmbrs", "switch")
        listed = give("nmbrs", "list", "--json").document["connections"][0]
        back = give("nmbrs", "switch", "--to", "soap", "--json")

        assert "fetches by REST from now on" in there.text
        assert (again.status, "fetches by REST already" in again.text) == (0, True)
        assert (listed["api"], listed["user"]) == ("rest", both.grant.login_email)
        assert (back.status, back.document["api"]) == (0, "soap")

    def test_refuses_what_is_not_equal(self, give: Give, differing: NmbrsConnection) -> None:
        answered = give("nmbrs", "switch")

        assert answered.status == 1
        assert "Companies that are not equal by both ways: 1." in answered.complaint
        assert NmbrsConnection.objects.get().api == "soap"
