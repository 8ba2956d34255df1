"""Two clicks, two people, two workers at the same moment: each receipt is booked once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection
from tests.bureau import Clock, a_journal, a_linked_company, an_account, deliver, on_post, states

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.models import Attempt, Sending
from tilisilta.services.delivery import advance
from tilisilta.services.exports import send_journal
from tilisilta.services.procountor import AccountTokens

_Found = TypeVar("_Found")


def at_once(count: int, act: Callable[[], _Found]) -> list[_Found]:
    """What ``act`` gives to so many threads that all begin at the same moment."""
    barrier = Barrier(count)

    def begin(_: int) -> _Found:
        barrier.wait(timeout=10)
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(begin, range(count)))


@pytest.mark.django_db
class TestASecondClick:
    def test_gives_the_sending_under_way(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company())
        now = Clock().now

        first = send_journal(journal, user=None, now=now)
        second = send_journal(journal, user=None, now=now)

        assert second == first
        assert Sending.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_several_people_make_one_sending(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 5, 6)
        now = Clock().now

        sendings = at_once(4, lambda: send_journal(journal, user=None, now=now))

        assert len({sending.pk for sending in sendings}) == 1
        assert Sending.objects.count() == 1

    def test_several_workers_book_each_receipt_once(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 3, 4, 5, 6)
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)

        at_once(4, lambda: _work_until_stuck(sending))
        clock.forward(1)
        sent = deliver(sending, clock)

        assert procountor.ledger.count() == 4
        assert states(sent) == ["posted"] * 4

    def test_a_slow_worker_and_its_successor_book_a_receipt_once(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 6)
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)
        advance(sending.id, now=clock.now)
        procountor.faults.add(on_post(FaultKind.HOLD_AFTER))

        with ThreadPoolExecutor(1) as slow_worker:
            posting = slow_worker.submit(at_once, 1, lambda: advance(sending.id, now=clock.now))
            assert procountor.faults.wait_until_held()
            sent = deliver(sending, clock)
            procountor.faults.release()
            posting.result(timeout=10)

        assert states(sent) == ["posted"]
        assert procountor.ledger.count() == 1
        assert Attempt.objects.get().outcome == "found"

    def test_everybody_gets_the_token_that_one_of_them_renewed(self, procountor: Sandbox) -> None:
        account = an_account()
        old = account.access_token
        asked_before = procountor.requests.count("POST", "/oauth/token")

        tokens = at_once(5, lambda: AccountTokens(account).renewed(instead_of=old))

        assert len(set(tokens)) == 1
        assert tokens[0] != old
        assert procountor.requests.count("POST", "/oauth/token") == asked_before + 1


def _work_until_stuck(sending: Sending) -> None:
    """Make moves as a worker that does not know of the others, without waiting."""
    clock = Clock()
    for _ in range(12):
        if advance(sending.id, now=clock.now).is_finished:
            return
