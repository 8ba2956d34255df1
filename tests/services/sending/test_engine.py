"""A turn of a sending ends when it is finished or has to wait long; the outbox takes it back."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.bureau import a_journal, a_linked_company, on_post, states

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.engine import move_on, stranded
from tilisilta.models import Attempt, Sending
from tilisilta.services.sending import outbox
from tilisilta.services.sending.asking import send_journal

# A move closes the connection it used, and a test's transaction would be gone with it.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sending(procountor: Sandbox) -> Sending:
    """A sending of two receipts, taken up by the engine."""
    asked = send_journal(a_journal(a_linked_company(), 5, 6), user=None, now=timezone.now())
    Sending.objects.update(enqueued_at=timezone.now())
    return asked


class TestMoveOn:
    def test_goes_on_until_all_is_booked(self, procountor: Sandbox, sending: Sending) -> None:
        wait_seconds = move_on(str(sending.pk))

        assert wait_seconds is None
        assert states(sending.journal) == ["posted", "posted"]
        assert Sending.objects.get().finished_at is not None

    def test_may_be_repeated(self, procountor: Sandbox, sending: Sending) -> None:
        move_on(str(sending.pk))

        move_on(str(sending.pk))

        assert procountor.ledger.count() == 2
        assert Attempt.objects.count() == 2

    def test_moves_nothing_in_a_turn_that_was_found_lost(
        self, procountor: Sandbox, sending: Sending
    ) -> None:
        lost, now = Sending.objects.get(), timezone.now()
        outbox.put_back([lost], now=now)
        (taken,) = outbox.take_up(now + timedelta(minutes=2), at_most=1)

        assert move_on(str(sending.pk), lost.run_id) is None
        assert procountor.ledger.count() == 0

        assert move_on(str(sending.pk), taken.run_id) is None
        assert procountor.ledger.count() == 2

    def test_says_how_long_a_short_wait_is(self, procountor: Sandbox, sending: Sending) -> None:
        procountor.faults.add(on_post(FaultKind.BUSY, retry_after_seconds=1))

        wait_seconds = move_on(str(sending.pk))

        assert wait_seconds == 1
        assert Sending.objects.get().enqueued_at is not None

    def test_gives_the_sending_back_before_a_long_wait(
        self, procountor: Sandbox, sending: Sending
    ) -> None:
        procountor.faults.add(on_post(FaultKind.BUSY, retry_after_seconds=30))

        wait_seconds = move_on(str(sending.pk))

        waiting = Sending.objects.get()
        assert wait_seconds is None
        assert waiting.enqueued_at is None
        assert waiting.due_at > timezone.now() + timedelta(seconds=20)

    def test_never_stays_away_for_longer_than_an_hour(
        self, procountor: Sandbox, sending: Sending
    ) -> None:
        procountor.faults.add(on_post(FaultKind.BUSY, retry_after_seconds=10**12))

        move_on(str(sending.pk))

        assert Sending.objects.get().due_at <= timezone.now() + timedelta(hours=1)


class TestStranded:
    def test_are_sendings_that_no_worker_took_up_for_ten_minutes(self, sending: Sending) -> None:
        now = timezone.now()
        Sending.objects.update(enqueued_at=None)
        assert stranded(now) == []

        Sending.objects.update(due_at=now - timedelta(minutes=11))

        assert stranded(now) == [sending]

    def test_are_none_while_the_engine_works_on_them(self, sending: Sending) -> None:
        now = timezone.now()
        Sending.objects.update(due_at=now - timedelta(minutes=11))

        assert stranded(now) == []
