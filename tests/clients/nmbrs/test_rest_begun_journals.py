"""Journals that are begun before they are asked for, so that they share their wait."""

from uuid import uuid4

import httpx2
import pytest
from tests.clients.nmbrs.rest_bench import Bench, a_run, answering, june_of, konepaja

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.faults import Fault, FaultKind
from tilisilta.clients.nmbrs.errors import NmbrsUnavailable
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import JournalSplit


class TestBegunJournals:
    def test_are_the_same_and_share_their_wait(self, bench: Bench) -> None:
        company = konepaja(bench)
        runs = bench.client.runs(company, 2026)[:4]
        one_by_one = [bench.client.journal(company, run, JournalSplit.COMPANY) for run in runs]
        bench.clock.slept.clear()

        together = []
        for at, run in enumerate(runs):
            for soon in runs[at:]:
                bench.client.begin_journal(company, soon, JournalSplit.COMPANY)
            together.append(bench.client.journal(company, run, JournalSplit.COMPANY))

        assert together == one_by_one
        # The first takes 1.5 seconds, and the others another one together.
        assert sum(bench.clock.slept) == 2.5

    def test_are_begun_once_and_read_anew_the_next_time(
        self, nmbrs_sandbox: Sandbox, bench: Bench
    ) -> None:
        company, june = konepaja(bench), june_of(bench)
        nmbrs_sandbox.requests.clear()

        for _ in range(3):
            bench.client.begin_journal(company, june, JournalSplit.COMPANY)
        bench.client.journal(company, june, JournalSplit.COMPANY)
        bench.client.journal(company, june, JournalSplit.COMPANY)

        asked = [call.operation for call in nmbrs_sandbox.requests.all()]
        assert [one for one in asked if one != "document"] == ["journals"] * 2

    def test_are_begun_anew_where_nmbrs_has_forgotten_them(self) -> None:
        begun: list[str] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            if "documents" not in request.url.path:
                begun.append(str(uuid4()))
                return httpx2.Response(200, json={"taskId": begun[-1]})
            is_first = request.url.path.endswith(begun[0])
            return httpx2.Response(404 if is_first else 200, content=b"")

        bench = answering(answer)
        asked = (NmbrsId(guid=uuid4()), a_run(), JournalSplit.COMPANY)
        bench.client.begin_journal(*asked)

        assert bench.client.journal(*asked) is None
        assert len(begun) == 2

    def test_tell_what_fails_when_they_are_asked_for(
        self, nmbrs_sandbox: Sandbox, bench: Bench
    ) -> None:
        company, june = konepaja(bench), june_of(bench)
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.DOWN, operation="rest/journals*", times=None))

        bench.client.begin_journal(company, june, JournalSplit.COMPANY)

        with pytest.raises(NmbrsUnavailable):
            bench.client.journal(company, june, JournalSplit.COMPANY)
