"""A worker sleeps in the middle of a post, its successor goes on, and then it wakes up."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import httpx2
import pytest
from django.db import connection
from pytest_django import Settings
from tests.bureau import (
    Clock,
    a_journal,
    a_linked_company,
    a_worker,
    deliver,
    make_moves,
    seem_looked_for,
    send,
    states,
)

from procountor_sandbox.app import Sandbox
from tilisilta.clients.procountor import deadlines
from tilisilta.models import Attempt, Export, ProcountorAccount, Sending
from tilisilta.services.companies import set_blocked
from tilisilta.services.connections import remove_authorisation
from tilisilta.services.sending import outbox
from tilisilta.services.sending.asking import send_journal
from tilisilta.services.sending.delivery import advance
from tilisilta.services.sending.postings import begin_attempt
from tilisilta.services.sending.withdrawals import ask_to_withdraw

pytestmark = pytest.mark.django_db


class SleepyTransport(httpx2.BaseTransport):
    """Lets others act while the first request of its method is on its way, then answers."""

    def __init__(
        self,
        sandbox: Sandbox,
        *,
        meanwhile: Callable[[], object],
        answer: httpx2.Response | None,
        method: str = "POST",
        path: str = "/api/ledgerreceipts",
    ) -> None:
        self._method = method
        self._path = path
        self._inner = httpx2.WSGITransport(app=sandbox)
        self._meanwhile: Callable[[], object] | None = meanwhile
        self._answer = answer

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Pass the request on, unless it is the first."""
        meanwhile = self._meanwhile
        is_met = (request.method, request.url.path) == (self._method, self._path)
        if is_met and meanwhile:
            self._meanwhile = None
            meanwhile()
            if self._answer is not None:
                return self._answer
        return self._inner.handle_request(request)


@contextmanager
def an_hour_in_noting_the_attempt(
    monkeypatch: pytest.MonkeyPatch, module: object, clock_name: str
) -> Iterator[None]:
    """Let an hour pass while the first attempt is committed, by one clock alone."""
    clock, passed = getattr(module, clock_name), [0.0]
    monkeypatch.setattr(module, clock_name, lambda: clock() + passed[0])

    def held_up(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if sql.startswith('INSERT INTO "tilisilta_attempt"'):
            passed[0] = 3600.0
        return found

    with connection.execute_wrapper(held_up):
        yield


def _queue(procountor: Sandbox) -> tuple[Sending, Clock]:
    journal = a_journal(a_linked_company(), 6)
    clock = Clock()
    sending = send_journal(journal, user=None, now=clock.now)
    seem_looked_for(sending)
    return sending, clock


def _give_up_on_the_first_attempt(sending: Sending, clock: Clock) -> None:
    """Act as the successor until the receipt is surely absent and queued again."""
    for _ in range(20):
        progress = advance(sending.id, now=clock.now)
        clock.forward(progress.wait_seconds)
        if Export.objects.get().state == "queued":
            return


class TestAWorkerThatWakesUp:
    @pytest.mark.parametrize("status", [429, 422])
    def test_changes_nothing_about_the_attempt_of_its_successor(
        self, procountor: Sandbox, settings: Settings, status: int
    ) -> None:
        sending, clock = _queue(procountor)

        def successor_is_posting() -> None:
            _give_up_on_the_first_attempt(sending, clock)
            Attempt.objects.create(export=Export.objects.get(), number=2, started_at=clock.now)
            Export.objects.update(state="posting")

        settings.PROCOUNTOR_TRANSPORT = SleepyTransport(
            procountor, meanwhile=successor_is_posting, answer=httpx2.Response(status)
        )
        advance(sending.id, now=clock.now)

        assert Export.objects.get().state == "posting"
        assert Attempt.objects.get(number=2).outcome == "open"

    def test_reports_when_the_receipt_is_booked_twice_after_all(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        sending, clock = _queue(procountor)
        settings.PROCOUNTOR_TRANSPORT = SleepyTransport(
            procountor, meanwhile=lambda: _deliver(sending, clock), answer=None
        )

        advance(sending.id, now=clock.now)

        assert procountor.ledger.count() == 2
        assert [problem.code for problem in Export.objects.get().problems] == ["S03"]

    def test_posts_nothing_that_was_queued_anew_and_not_looked_for(
        self, procountor: Sandbox
    ) -> None:
        _, clock = _queue(procountor)
        stale = Export.objects.select_related("link__procountor_account").get()
        Export.objects.update(is_looked_for=False)

        attempt = begin_attempt(stale, now=clock.now)

        assert attempt is None
        assert Attempt.objects.count() == 0

    def test_posts_what_is_stored_and_not_what_it_remembers(self, procountor: Sandbox) -> None:
        _, clock = _queue(procountor)
        stale = Export.objects.get()
        stale.payload = "of yesterday"

        begin_attempt(stale, now=clock.now)

        assert stale.payload == Export.objects.get().payload


class TestAWorkerThatSleptBeforeItNotedItsAttempt:
    """Its access token is still the one of before."""

    def test_posts_nothing_through_an_account_that_was_removed(self, procountor: Sandbox) -> None:
        sending, clock = _queue(procountor)
        stale = Export.objects.select_related("link__procountor_account").get()
        remove_authorisation(stale.link.procountor_account, user=None)

        assert begin_attempt(stale, now=clock.now) is None
        deliver(sending, clock)

        assert states(sending.journal) == ["queued"]
        assert procountor.ledger.count() == 0

    def test_invalidates_nothing_through_an_account_that_was_removed(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        clock = Clock()
        journal = send(a_journal(a_linked_company(), 6), clock)
        sending = ask_to_withdraw(journal, reason="The wrong month", user=None, now=clock.now)
        settings.PROCOUNTOR_TRANSPORT = SleepyTransport(
            procountor,
            meanwhile=lambda: remove_authorisation(ProcountorAccount.objects.get(), user=None),
            answer=None,
            method="GET",
            path=f"/api/ledgerreceipts/{procountor.ledger.receipts()[0].receipt_id}",
        )

        make_moves(sending, clock, 2)

        assert [one.status.value for one in procountor.ledger.receipts()] == ["UNFINISHED"]
        assert not Attempt.objects.filter(kind="invalidate").exists()


class TestAWorkerThatSleptWhileItAskedNmbrs:
    def test_ends_nothing_that_its_successor_is_at(self, procountor: Sandbox) -> None:
        journal, clock = a_journal(a_linked_company(approves_receipts=True), 5, 6), Clock()
        asked = send_journal(journal, user=None, now=clock.now)
        (lost,) = outbox.take_up(clock.now, worker=a_worker(), at_most=1)

        def has_changed(sending: Sending, *, now: datetime) -> bool:
            outbox.put_back([sending], now=now)
            clock.forward(60)
            (taken,) = outbox.take_up(clock.now, worker=a_worker(), at_most=1)
            advance(taken.pk, now=clock.now, run_id=taken.run_id)
            return True

        advance(asked.pk, now=clock.now, has_changed=has_changed, run_id=lost.run_id)
        sending = Sending.objects.get()

        assert states(journal) == ["posted", "queued"]
        assert (sending.finished_at, sending.is_refused) == (None, False)
        assert states(deliver(sending, clock)) == ["approved", "approved"]


@pytest.mark.parametrize(
    "clock_by",
    [
        pytest.param((deadlines, "steady_seconds"), id="the process slept"),
        pytest.param((time, "time"), id="a paused machine"),
    ],
)
class TestAWorkerThatSleptWhileItNotedItsAttempt:
    """By then its successor may have proven the receipt missing and booked it."""

    def test_posts_nothing(
        self, procountor: Sandbox, monkeypatch: pytest.MonkeyPatch, clock_by: tuple[object, str]
    ) -> None:
        sending, clock = _queue(procountor)

        with an_hour_in_noting_the_attempt(monkeypatch, *clock_by):
            make_moves(sending, clock, 1)

        assert procountor.ledger.count() == 0
        assert [one.outcome for one in Attempt.objects.all()] == ["not_sent"]

    def test_invalidates_nothing(
        self, procountor: Sandbox, monkeypatch: pytest.MonkeyPatch, clock_by: tuple[object, str]
    ) -> None:
        clock = Clock()
        journal = send(a_journal(a_linked_company(), 6), clock)
        sending = ask_to_withdraw(journal, reason="The wrong month", user=None, now=clock.now)

        with an_hour_in_noting_the_attempt(monkeypatch, *clock_by):
            make_moves(sending, clock, 1)

        assert [one.status.value for one in procountor.ledger.receipts()] == ["UNFINISHED"]
        assert [one.outcome for one in Attempt.objects.filter(kind="invalidate")] == ["not_sent"]


class TestAWorkerThatSleptWhileItLooked:
    def test_posts_nothing_of_a_debtor_blocked_meanwhile(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        journal = a_journal(a_linked_company(), 6)
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)
        settings.PROCOUNTOR_TRANSPORT = SleepyTransport(
            procountor,
            meanwhile=lambda: set_blocked(journal.company.debtor, True, user=None),
            answer=None,
            method="GET",
        )

        sent = deliver(sending, clock)

        assert procountor.ledger.count() == 0
        assert (sent.state, states(sent)) == ("off", [])


def _deliver(sending: Sending, clock: Clock) -> None:
    deliver(sending, clock)
