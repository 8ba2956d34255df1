"""Fetching from Nmbrs by command: ask for it, wait for it, and hear what came of it."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx2
import pytest
from django.db import connections
from django.utils import timezone
from tests.bureau import a_company, a_connection, fetch_everything, fetch_waiting
from tests.management.conftest import Give

from nmbrs_sandbox.app import create_app
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll.sample import sample_world
from nmbrs_sandbox.payroll.world import World, WrittenJournal
from tilisilta.fetcher import Fetcher
from tilisilta.models import (
    Journal,
    NmbrsCompany,
    Run,
    Synchronisation,
    UnreadableAnswer,
    Worker,
)
from tilisilta.services.fetching.synchronisations import claim_lists, read_lists

if TYPE_CHECKING:
    from pytest_django import Settings

    from nmbrs_sandbox.app import Sandbox

KONEPAJA, SIIVOUS = 48101, 48103
# Should the worker break, its test is to fail within the hour.
SYNC = ("sync", "--timeout", "60")


@pytest.fixture
def asleep(transactional_db: None) -> Worker:
    """Return a worker that is alive and does nothing, so that no fetching finishes."""
    now = timezone.now()
    return Worker.objects.create(executor_id="asleep", started_at=now, heard_at=now)


@pytest.fixture
def worker(asleep: Worker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """Run a worker that fetches what is asked for, in threads of its own."""
    # Its threads end before the process does, so they may not keep connections to the database.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    stopping = threading.Event()
    fetcher = Fetcher(asleep.executor_id, stopping)

    def work() -> None:
        while not stopping.wait(0.02):
            if _is_asked_for_anything():
                fetcher.take_up_due(timezone.now())
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield asleep
    stopping.set()
    thread.join()
    fetcher.stop()


class TestSyncAndWait:
    def test_says_what_came_in(self, give: Give, nmbrs: "Sandbox", worker: Worker) -> None:
        a_connection()

        done = give(*SYNC, "--json")

        assert done.status == 0
        assert done.document["is_finished"] is True
        assert (done.document["company_count"], done.document["new_journal_count"]) == (10, 60)
        assert (done.document["failed"], done.document["connections"]) == ([], [])
        assert done.complaint == ""

    def test_tells_a_person_in_one_line(self, give: Give, nmbrs: "Sandbox", worker: Worker) -> None:
        a_connection()

        done = give(*SYNC)

        assert done.text == "10 companies, 0 failed, 60 new journals, 0 changed\n"

    def test_counts_changed_journals_apart(
        self, give: Give, nmbrs: "Sandbox", worker: Worker
    ) -> None:
        a_connection()
        give(*SYNC)
        run = Run.objects.get(company__number=1001, number="6")
        nmbrs.recalculate_run(company_id=KONEPAJA, run_id=run.nmbrs_run_id or 0, touch_run_at=True)

        done = give(*SYNC, "--json")

        assert (done.document["new_journal_count"], done.document["changed_journal_count"]) == (
            0,
            1,
        )

    def test_names_each_company_that_failed_and_why(
        self, give: Give, nmbrs: "Sandbox", worker: Worker
    ) -> None:
        a_connection()
        nmbrs.deny_company(company_id=SIIVOUS)

        done = give(*SYNC, "--json")
        shown = give(*SYNC)

        failed = done.document["failed"]
        assert done.status == shown.status == 1
        assert done.document["failed_count"] == 1
        assert [(one["number"], one["name"]) for one in failed] == [(1003, "Saaristo Siivous Oy")]
        assert [problem["code"] for problem in failed[0]["problems"]] == ["P04"]
        assert all(failed[0]["problems"][0][part] for part in ("message", "cause", "remedy"))
        assert "1003 Saaristo Siivous Oy\nError P04: Nmbrs does not let the user" in shown.text

    def test_tells_a_person_once_what_stops_several(
        self, give: Give, nmbrs: "Sandbox", worker: Worker
    ) -> None:
        a_connection()
        nmbrs.deny_company(company_id=KONEPAJA)
        nmbrs.deny_company(company_id=SIIVOUS)

        done = give(*SYNC)

        assert "1001 Koivulammi Konepaja Oy\n1003 Saaristo Siivous Oy\nError P04" in done.text
        assert done.text.count("Error P04") == 1

    def test_names_runs_whose_journals_cannot_be_read(
        self, give: Give, settings: "Settings", worker: Worker
    ) -> None:
        app = create_app(world_with_a_line_without_account())
        settings.NMBRS_TRANSPORT = httpx2.WSGITransport(app=app)
        a_connection()

        done = give(*SYNC, "--json")

        konepaja = done.document["failed"][0]
        codes = {problem["code"] for run in konepaja["runs"] for problem in run["problems"]}
        assert done.status == 1
        assert konepaja["number"] == 1001
        assert {(run["year"], run["number"]) for run in konepaja["runs"]} == {(2026, "6")}
        assert codes == {"P07", "F12"}
        answer = UnreadableAnswer.objects.get()
        assert str(answer.run) == "6/2026"
        assert b"<value>" in bytes(answer.content)
        assert konepaja["problems"] == []

    def test_tells_a_connection_that_died(
        self, give: Give, nmbrs: "Sandbox", worker: Worker
    ) -> None:
        a_connection("palkat")
        give(*SYNC)
        nmbrs.change_token(token="another")

        done = give(*SYNC, "--json")

        assert done.status == 1
        assert [one["name"] for one in done.document["connections"]] == ["palkat"]
        assert done.document["connections"][0]["problems"][0]["code"] == "P02"

    def test_names_what_only_a_person_can_answer(
        self, give: Give, nmbrs: "Sandbox", worker: Worker
    ) -> None:
        a_company(1001, "Aivan Muu Oy")
        a_connection("palkat")

        done = give(*SYNC, "--json")
        shown = give(*SYNC)

        question = done.document["connections"][0]["questions"][0]
        assert done.status == 0
        assert (question["number"], question["name_here"]) == (1001, "Aivan Muu Oy")
        assert question["remedy"] in shown.text

    def test_fetches_all_journals_again_when_asked_to(
        self, give: Give, nmbrs: "Sandbox", worker: Worker
    ) -> None:
        a_connection()
        give(*SYNC)
        nmbrs.requests.clear()

        give(*SYNC, "--all-journals")

        asked = [call for call in nmbrs.requests.all() if call.operation.startswith("Journals_")]
        assert len(asked) == 60


class TestSyncOfOneCompany:
    def test_counts_what_came_of_it(self, give: Give, nmbrs: "Sandbox", worker: Worker) -> None:
        a_connection()
        give(*SYNC)
        nmbrs.add_run(company_id=KONEPAJA)
        nmbrs.add_run(company_id=SIIVOUS)
        june = Run.objects.get(company__number=1001, number="6")
        nmbrs.recalculate_run(company_id=KONEPAJA, run_id=june.nmbrs_run_id or 0)

        done = give(*SYNC, "--company", "1001", "--json")

        assert done.status == 0
        assert (done.document["company_count"], done.document["failed_count"]) == (1, 0)
        assert (done.document["new_journal_count"], done.document["changed_journal_count"]) == (
            1,
            1,
        )
        assert Journal.objects.filter(company__number=1003).count() == 6

    def test_says_why_it_failed(self, give: Give, nmbrs: "Sandbox", worker: Worker) -> None:
        a_connection()
        give(*SYNC)
        nmbrs.deny_company(company_id=KONEPAJA)

        done = give(*SYNC, "--company", "1001", "--json")

        assert done.status == 1
        assert [one["number"] for one in done.document["failed"]] == [1001]

    @pytest.mark.django_db
    def test_refuses_what_did_not_come_from_nmbrs(self, give: Give, nmbrs: "Sandbox") -> None:
        a_company(2001, "Käsin lisätty Oy")

        refused = give(*SYNC, "--company", "2001")

        assert refused.status == 1
        assert "2001 Käsin lisätty Oy cannot be fetched from Nmbrs" in refused.complaint

    def test_forgets_earlier_trouble_while_it_waits(
        self, give: Give, nmbrs: "Sandbox", asleep: Worker
    ) -> None:
        a_connection()
        nmbrs.deny_company(company_id=KONEPAJA)
        fetch_everything()

        waiting = give("sync", "--company", "1001", "--timeout", "0", "--json")

        assert waiting.status == 3
        assert waiting.document["waiting_count"] == 1
        assert waiting.document["failed"] == []


class TestSyncThatIsNotFinished:
    def test_ends_with_status_three(self, give: Give, nmbrs: "Sandbox", asleep: Worker) -> None:
        a_connection()

        early = give("sync", "--timeout", "0", "--json")
        read_lists(claimed_lists(), now=timezone.now())
        late = give("sync", "--timeout", "0")

        assert early.status == late.status == 3
        assert early.document["is_finished"] is False
        assert "10 waiting" in late.text
        assert "goes on without this command" in late.text

    def test_says_what_is_tried_again(self, give: Give, nmbrs: "Sandbox", asleep: Worker) -> None:
        a_connection()
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, company_id=KONEPAJA, times=None))
        give("sync", "--no-wait")
        read_lists(claimed_lists(), now=timezone.now())
        fetch_waiting()

        done = give("sync", "--timeout", "0")

        assert done.status == 3
        assert "10 companies, 0 failed, 54 new journals, 0 changed, 1 waiting" in done.text
        assert "1001 Koivulammi Konepaja Oy, which is tried again\nError P01" in done.text


@pytest.mark.django_db
class TestSyncWithoutWaiting:
    def test_only_asks(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection()

        asked = give("sync", "--no-wait")

        assert asked.status == 0
        assert "No worker is running" in asked.text
        assert Synchronisation.objects.get().finished_at is None

    def test_asks_once_while_one_is_under_way(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection()
        first = give("sync", "--no-wait", "--json")

        second = give("sync", "--no-wait", "--json")

        assert second.document["asked_at"] == first.document["asked_at"]
        assert Synchronisation.objects.count() == 1

    def test_does_not_pass_off_another_one_as_all_journals(
        self, give: Give, nmbrs: "Sandbox"
    ) -> None:
        a_connection()
        give("sync", "--no-wait")

        refused = give("sync", "--no-wait", "--all-journals")

        assert refused.status == 1
        assert "not of all journals" in refused.complaint

    def test_asks_for_one_company(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection()
        fetch_everything()

        asked = give("sync", "--no-wait", "--company", "1001", "--json")

        assert asked.status == 0
        assert asked.document["waiting_count"] == 1
        assert NmbrsCompany.objects.get(wanted_at__isnull=False).company.number == 1001

    def test_refuses_where_nothing_is_connected(self, give: Give) -> None:
        refused = give("sync", "--json")

        assert refused.status == 1
        assert refused.document["error"]["kind"] == "NothingConnected"


def _is_asked_for_anything() -> bool:
    """Return whether there is work. Without any the worker would begin a synchronisation."""
    unfinished = Synchronisation.objects.filter(finished_at__isnull=True)
    return unfinished.exists() or NmbrsCompany.objects.filter(wanted_at__isnull=False).exists()


def claimed_lists() -> Synchronisation:
    claimed = claim_lists("asleep")
    assert claimed is not None
    return claimed


def world_with_a_line_without_account() -> World:
    """Return the sample bureau; the June journal of its first company cannot be read."""
    world = sample_world()
    first, *others = world.companies
    *earlier, june = first.runs
    assert june.journal is not None
    line, *lines = june.journal.lines()
    broken = WrittenJournal(rows=(replace(line, ledger_account=""), *lines))
    runs = (*earlier, replace(june, journal=broken))
    return replace(world, companies=(replace(first, runs=runs), *others))
