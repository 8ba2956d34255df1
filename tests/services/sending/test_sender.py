"""A turn of a sending ends when it is finished or has to wait long; the outbox takes it back."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.bureau import a_journal, a_linked_company, a_worker, on_post, states

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.models import Attempt, Sending
from tilisilta.sender import Sender, move_on
from tilisilta.services.sending import outbox
from tilisilta.services.sending.asking import send_journal

# A move closes the connection it used, and a test's transaction would be gone with it.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sending(procountor: Sandbox) -> Sending:
    """A sending of two receipts, taken up by a worker."""
    asked = send_journal(a_journal(a_linked_company(), 5, 6), user=None, now=timezone.now())
    Sending.objects.update(enqueued_at=timezone.now())
    return asked


@pytest.fixture
def sender() -> Sender:
    sender = Sender(a_worker(now=timezone.now()), threading.Event())
    sender.start()
    return sender


class TestMoveOn:
    def test_goes_on_until_all_is_booked(self, procountor: Sandbox, sending: Sending) -> None:
        wait_seconds = move_on(sending.pk)

        assert wait_seconds is None
        assert states(sending.journal) == ["posted", "posted"]
        assert Sending.objects.get().finished_at is not None

    def test_may_be_repeated(self, procountor: Sandbox, sending: Sending) -> None:
        move_on(sending.pk)

        move_on(sending.pk)

        assert procountor.ledger.count() == 2
        assert Attempt.objects.count() == 2

    def test_moves_nothing_in_a_turn_that_was_found_lost(
        self, procountor: Sandbox, sending: Sending
    ) -> None:
        lost, now = Sending.objects.get(), timezone.now()
        outbox.put_back([lost], now=now)
        (taken,) = outbox.take_up(now + timedelta(minutes=2), worker=a_worker(), at_most=1)

        assert move_on(sending.pk, lost.run_id) is None
        assert procountor.ledger.count() == 0

        assert move_on(sending.pk, taken.run_id) is None
        assert procountor.ledger.count() == 2

    def test_says_how_long_a_short_wait_is(self, procountor: Sandbox, sending: Sending) -> None:
        procountor.faults.add(on_post(FaultKind.BUSY, retry_after_seconds=1))

        wait_seconds = move_on(sending.pk)

        assert wait_seconds == 1
        assert Sending.objects.get().enqueued_at is not None

    def test_gives_the_sending_back_before_a_long_wait(
        self, procountor: Sandbox, sending: Sending
    ) -> None:
        procountor.faults.add(on_post(FaultKind.BUSY, retry_after_seconds=30))

        wait_seconds = move_on(sending.pk)

        waiting = Sending.objects.get()
        assert wait_seconds is None
        assert waiting.enqueued_at is None
        assert waiting.due_at > timezone.now() + timedelta(seconds=20)

    def test_never_stays_away_for_longer_than_an_hour(
        self, procountor: Sandbox, sending: Sending
    ) -> None:
        procountor.faults.add(on_post(FaultKind.BUSY, retry_after_seconds=10**12))

        move_on(sending.pk)

        assert Sending.objects.get().due_at <= timezone.now() + timedelta(hours=1)

    def test_stops_after_the_move_it_is_at(self, procountor: Sandbox, sending: Sending) -> None:
        """A worker that ends gives the rest back at once, and another one goes on."""
        moves = iter([False, True])

        assert move_on(sending.pk, is_stopping=lambda: next(moves)) is None
        assert states(sending.journal) == ["posted", "queued"]
        assert outbox.due_sendings(timezone.now()) == [sending]

        (taken,) = outbox.take_up(timezone.now(), worker=a_worker(), at_most=1)
        move_on(taken.pk, taken.run_id)
        assert procountor.ledger.count() == 2

    def test_of_a_lost_turn_gives_nothing_back(self, procountor: Sandbox, sending: Sending) -> None:
        lost, now = Sending.objects.get(), timezone.now()
        outbox.put_back([lost], now=now)
        (taken,) = outbox.take_up(now + timedelta(minutes=2), worker=a_worker(), at_most=1)

        move_on(sending.pk, lost.run_id, is_stopping=lambda: True)

        assert outbox.is_turn_of(Sending.objects.get(), taken.run_id)


class TestSender:
    def test_books_what_is_due_for_several_companies_at_once(
        self, procountor: Sandbox, sender: Sender
    ) -> None:
        now = timezone.now()
        asked = [
            send_journal(a_journal(a_linked_company(number), day), user=None, now=now)
            for day, number in enumerate((1001, 1002, 1003), start=5)
        ]

        sender.take_up_due(now)
        sender.stop()

        assert [states(one.journal) for one in asked] == [["posted"]] * 3
        assert Sending.objects.filter(claimed_by__isnull=False).count() == 0

    @pytest.mark.parametrize("is_dead", [True, False])
    def test_takes_over_from_the_dead_alone(
        self, procountor: Sandbox, sender: Sender, sending: Sending, is_dead: bool
    ) -> None:
        now = timezone.now()
        other = a_worker("another", now=now - timedelta(days=1) if is_dead else now)
        Sending.objects.update(enqueued_at=now - timedelta(minutes=5), claimed_by=other)

        sender.take_up_due(now)
        sender.stop()

        assert states(sending.journal) == (["posted"] * 2 if is_dead else ["queued"] * 2)

    def test_goes_on_with_what_it_has_claimed_and_no_thread_is_at(
        self, procountor: Sandbox, sender: Sender, sending: Sending
    ) -> None:
        now = timezone.now()
        Sending.objects.update(enqueued_at=now - timedelta(seconds=3), claimed_by=a_worker())

        sender.take_up_due(now)
        sender.stop()

        assert states(sending.journal) == ["posted"] * 2

    def test_gives_back_what_it_has_not_begun_when_it_stops(
        self, procountor: Sandbox, sending: Sending
    ) -> None:
        stopping, now = threading.Event(), timezone.now()
        Sending.objects.update(enqueued_at=None)
        sender = Sender(a_worker(now=now), stopping)
        sender.start()
        stopping.set()

        sender.take_up_due(now)
        sender.stop()

        assert states(sending.journal) == ["queued"] * 2
        assert outbox.due_sendings(timezone.now()) == [sending]


class TestStranded:
    def test_are_sendings_that_no_worker_took_up_for_ten_minutes(self, sending: Sending) -> None:
        now = timezone.now()
        Sending.objects.update(enqueued_at=None)
        assert outbox.stranded_sendings(now) == []

        Sending.objects.update(due_at=now - timedelta(minutes=11))

        assert outbox.stranded_sendings(now) == [sending]

    def test_are_none_while_a_worker_is_at_them(self, sending: Sending) -> None:
        now = timezone.now()
        Sending.objects.update(due_at=now - timedelta(minutes=11))

        assert outbox.stranded_sendings(now) == []
