"""Sending and withdrawing by the API: each once, whatever is repeated."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from tests.api.conftest import Program, program_of
from tests.bureau import NOW, Clock, a_company, a_journal, a_linked_company, deliver, send

from procountor_sandbox.app import Sandbox
from tilisilta.models import Journal, KeyedRequest, Sending, User
from tilisilta.services.keyed_requests import (
    KeptAnswer,
    KeyUsedOtherwise,
    RequestUnderWay,
    answer_once,
)

pytestmark = pytest.mark.django_db


def wanted(*journals: Journal) -> dict[str, Any]:
    return {"journals": [{"reference": one.reference} for one in journals]}


class TestSendingOne:
    def test_checks_it_at_once_and_sends_it_once(
        self, program: Program, procountor: Sandbox
    ) -> None:
        journal = a_journal(a_linked_company())
        path = f"/journals/{journal.reference}/sending"
        digest = program.get(f"/journals/{journal.reference}/preview").json()["digest"]

        changed = program.post(path, {"digest": "0" * 64})
        first = program.post(path, {"digest": digest}, Idempotency_Key="june")
        deliver(Sending.objects.get(), Clock())
        second = program.post(path, {"digest": digest}, Idempotency_Key="june")

        assert (changed.status_code, changed.json()["code"]) == (409, "S06")
        assert (first.status_code, first.json()["state"]) == (202, "queued")
        assert (second.status_code, second.content) == (202, first.content)
        assert len(procountor.ledger.receipts(50101)) == 1
        assert program.get(f"/journals/{journal.reference}").json()["state"] == "sent"
        sent = program.post(path)
        assert (sent.status_code, sent.json()["code"]) == (409, "N12")
        other = program.post(path, Idempotency_Key="june")
        assert (other.status_code, other.json()["code"]) == (422, "E64")

    def test_says_what_stops_it(self, program: Program) -> None:
        stopped = a_journal(a_company(1002, "Toinen Oy"), run_number="7")

        answers = [
            program.post(f"/journals/{stopped.reference}/sending", Idempotency_Key="k")
            for _ in range(2)
        ]

        assert [one.status_code for one in answers] == [409, 409]
        assert answers[0].content == answers[1].content
        assert answers[0].json()["code"] == "E16"


class TestWithdrawal:
    def test_is_planned_asked_for_and_undone(self, program: Program, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company()))
        path = f"/journals/{journal.reference}/withdrawal"

        plan = program.get(path).json()
        other = program.post(path, {"reason": "wrong month", "digest": "0"})
        asked = program.post(path, {"reason": "wrong month", "digest": plan["digest"]})
        deliver(Sending.objects.get(finished_at=None), Clock())
        sending = f"/journals/{journal.reference}/sending"
        kept = program.post(sending)
        unsaid = program.post(sending, {"again": True})
        again = program.post(sending, {"again": True, "reason": "month was right"})

        assert (plan["can_be_withdrawn"], plan["receipts"][0]["way"]) == (True, "invalidate")
        assert (other.status_code, other.json()["code"]) == (409, "E81")
        assert (asked.status_code, asked.json()["state"]) == (202, "withdrawing")
        assert asked.json()["receipts"][0]["way"] == "invalidate"
        assert (kept.status_code, unsaid.status_code) == (409, 422)
        assert (again.status_code, again.json()["state"]) == (202, "queued")

    def test_needs_a_reason_that_may_stand_in_the_books(
        self, program: Program, procountor: Sandbox
    ) -> None:
        journal = send(a_journal(a_linked_company()))

        refused = program.post(f"/journals/{journal.reference}/withdrawal", {"reason": " "})

        assert (refused.status_code, refused.json()["faults"]) == (422, {"reason": "Say why."})


class TestAnswerOnce:
    def test_keeps_an_answer_for_a_day_and_a_fault_not_at_all(self, administrator: User) -> None:
        statuses = iter((503, 202, 409))

        def ask(hours: int, *parts: str) -> int:
            now = NOW + timedelta(hours=hours)

            def act() -> KeptAnswer:
                return KeptAnswer(status=next(statuses), body="")

            return answer_once("key", *parts, user=administrator, now=now, act=act).status

        assert [ask(0, "a"), ask(0, "a"), ask(23, "a")] == [503, 202, 202]
        with pytest.raises(KeyUsedOtherwise):
            ask(23, "b")
        assert ask(25, "b") == 409

    def test_carries_out_what_was_cut_off_and_waits_for_what_is_not(
        self, administrator: User
    ) -> None:
        def act() -> KeptAnswer:
            raise KeyboardInterrupt

        def ask(seconds: int) -> KeptAnswer:
            now = NOW + timedelta(seconds=seconds)
            done = KeptAnswer(status=202, body="done")
            return answer_once("key", "a", user=administrator, now=now, act=lambda: done)

        with pytest.raises(KeyboardInterrupt):
            answer_once("key", "a", user=administrator, now=NOW, act=act)
        assert not KeyedRequest.objects.exists()
        digest = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
        KeyedRequest.objects.create(
            user=administrator,
            key="key",
            digest=digest,
            begun_at=NOW,
            expires_at=NOW + timedelta(hours=24),
        )
        with pytest.raises(RequestUnderWay):
            ask(10)
        assert ask(301).body == ask(302).body == "done"


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_are_carried_out_once(administrator: User) -> None:
    together = threading.Barrier(2, timeout=30)
    begun, answers = [], []

    def act() -> KeptAnswer:
        begun.append(1)
        return KeptAnswer(status=202, body="done")

    def ask() -> None:
        together.wait()
        try:
            answers.append(answer_once("key", "a", user=administrator, now=NOW, act=act).body)
        except RequestUnderWay:
            answers.append("under way")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert begun == [1]
    assert "done" in answers
    assert set(answers) <= {"done", "under way"}


def test_a_key_is_one_users_own(administrator: User, reader: User) -> None:
    answers = [
        answer_once(
            "key",
            user.username,
            user=user,
            now=NOW,
            act=lambda: KeptAnswer(status=202, body="done"),
        )
        for user in (administrator, reader)
    ]

    assert len(answers) == KeyedRequest.objects.count() == 2
    assert program_of(reader).get("/me").status_code == 200
