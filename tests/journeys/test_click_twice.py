"""Two clicks, two people, two workers at the same moment: each receipt is booked once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection
from tests.bureau import (
    NOW,
    Clock,
    a_journal,
    a_linked_company,
    an_account,
    book_by_hand,
    csv_file,
    deliver,
    monthly_lines,
    on_post,
    send,
    states,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.clients.procountor.client import ReceiptWindow
from tilisilta.domain.journals import Run
from tilisilta.models import Attempt, AuditEntry, Export, SeenReceipt, Sending
from tilisilta.services.journals.answers import say_surely_another
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.procountor.client import AccountTokens
from tilisilta.services.procountor.client import procountor as client_of
from tilisilta.services.procountor.seen_receipts import read_receipts
from tilisilta.services.sending.asking import send_journal
from tilisilta.services.sending.delivery import advance
from tilisilta.services.sending.perhaps_ours import ReceiptCannotBeOurs, say_another, take_over

_Found = TypeVar("_Found")


def at_once(count: int, act: Callable[[], _Found]) -> list[_Found]:
    """Return the results of ``act`` in so many threads that start at the same moment."""
    barrier = Barrier(count)

    def begin(_: int) -> _Found:
        barrier.wait(timeout=60)
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
class TestAReceiptInDoubt:
    @pytest.mark.parametrize("act", [take_over, say_another])
    def test_is_settled_once_by_several_people(
        self, procountor: Sandbox, act: Callable[..., Export]
    ) -> None:
        export = a_journal(a_linked_company(), 6).exports.get()
        by_hand = export.payload.replace(export.name, "Palkat käsin").replace(export.token, "")
        booked = book_by_hand(export.link.procountor_account, by_hand)
        stopped = send(export.journal)
        now = Clock().now

        at_once(
            4,
            lambda: act(stopped.exports.get(), booked.ledger_receipt_id, user=None, now=now),
        )

        said = AuditEntry.objects.filter(action__in=["receipt_taken_over", "receipt_is_another"])
        assert said.count() == 1
        assert procountor.ledger.count() == 1

    def test_becomes_that_of_one_journal_only(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = a_journal(company, 6).exports.get()
        by_hand = first.payload.replace(first.name, "Palkat käsin").replace(first.token, "")
        booked = book_by_hand(first.link.procountor_account, by_hand)
        twin = import_journal(
            csv_file(monthly_lines(6), description="Palkat, ajo 7"),
            file_name="j.csv",
            company=company,
            user=None,
            now=NOW,
            run=Run(year=2026, number="7"),
        ).journal
        second = say_surely_another(twin, user=None, now=NOW).exports.get()
        exports = [send(export.journal).exports.get() for export in (first, second)]

        def take(_: int = 0) -> str:
            try:
                take_over(exports.pop(), booked.ledger_receipt_id, user=None, now=Clock().now)
            except ReceiptCannotBeOurs:
                return "refused"
            return "taken"

        assert sorted(at_once(2, take)) == ["refused", "taken"]
        assert Export.objects.filter(ledger_receipt_id=booked.ledger_receipt_id).count() == 1

    def test_is_read_by_several_workers(self, procountor: Sandbox) -> None:
        account = an_account()
        export = a_journal(a_linked_company(1002), 6).exports.get()
        for number in range(30):
            book_by_hand(account, export.payload.replace(export.name, f"Muistio {number}"))
        window = ReceiptWindow(first=export.receipt_date, last=export.receipt_date)

        def read() -> int:
            with client_of(account) as client:
                return len(read_receipts(client, 50101, [window], now=Clock().now))

        assert at_once(4, read) == [30] * 4
        assert SeenReceipt.objects.count() == 30


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
        procountor.faults.add(on_post(FaultKind.HOLD_AFTER))

        with ThreadPoolExecutor(1) as slow_worker:
            posting = slow_worker.submit(at_once, 1, lambda: advance(sending.id, now=clock.now))
            assert procountor.faults.wait_until_held()
            sent = deliver(sending, clock)
            procountor.faults.release()
            posting.result(timeout=60)

        assert states(sent) == ["posted"]
        assert procountor.ledger.count() == 1
        assert Attempt.objects.get().outcome == "found"

    def test_all_workers_get_the_token_that_one_of_them_renewed(self, procountor: Sandbox) -> None:
        account = an_account()
        old = account.access_token
        asked_before = procountor.requests.count("POST", "/oauth/token")

        tokens = at_once(5, lambda: AccountTokens(account).renewed(instead_of=old))

        assert len(set(tokens)) == 1
        assert tokens[0] != old
        assert procountor.requests.count("POST", "/oauth/token") == asked_before + 1


def _work_until_stuck(sending: Sending) -> None:
    """Make moves as a worker that knows of no other, without waiting."""
    clock = Clock()
    for _ in range(12):
        if advance(sending.id, now=clock.now).is_finished:
            return
