"""Requests to Procountor leave at one shared pace, however many processes and threads ask."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from pytest_django import Settings
from tests.bureau import an_account
from tests.clocks import SleepingClock

from procountor_sandbox.app import Sandbox
from tilisilta.clients.nmbrs.errors import NmbrsUnavailable
from tilisilta.clients.procountor.client import ProcountorClient
from tilisilta.errors import OutcomeUnknown, TryAgainLater
from tilisilta.services.pace import (
    USUAL_WAIT_SECONDS,
    AdaptivePace,
    reserve_free_slot,
    reserve_slot,
    wait_after,
    wait_below_sending,
    wait_for_slot,
)
from tilisilta.services.procountor.client import AccountTokens


def _reserve_many(count: int, now: float) -> list[float]:
    try:
        return [reserve_slot(now) for _ in range(count)]
    finally:
        connection.close()


class TestReserveSlot:
    @pytest.mark.django_db
    def test_lets_the_first_leave_at_once_and_spaces_the_others(self, settings: Settings) -> None:
        settings.PROCOUNTOR_REQUESTS_PER_SECOND = 20

        waits = [reserve_slot(1000.0) for _ in range(4)]

        assert waits == pytest.approx([0, 0.05, 0.10, 0.15], abs=1e-6)

    @pytest.mark.django_db
    def test_saves_up_no_slots_while_none_is_needed(self, settings: Settings) -> None:
        settings.PROCOUNTOR_REQUESTS_PER_SECOND = 20
        reserve_slot(1000.0)

        waits = [reserve_slot(2000.0) for _ in range(2)]

        assert waits == pytest.approx([0, 0.05], abs=1e-6)

    @pytest.mark.django_db
    def test_forgets_a_slot_that_a_clock_that_ran_ahead_has_left(self, settings: Settings) -> None:
        settings.PROCOUNTOR_REQUESTS_PER_SECOND = 20
        reserve_slot(1000.0 + 24 * 60 * 60)

        waits = [reserve_slot(1000.0) for _ in range(2)]

        assert waits == pytest.approx([0, 0.05], abs=1e-6)

    @pytest.mark.django_db
    def test_counts_each_api_client_by_itself(self, settings: Settings) -> None:
        settings.PROCOUNTOR_REQUESTS_PER_SECOND = 20
        reserve_slot(1000.0)
        settings.PROCOUNTOR_CLIENT_ID = "another"

        wait = reserve_slot(1000.0)

        assert wait == 0

    @pytest.mark.django_db(transaction=True)
    def test_gives_no_slot_twice_to_many_at_once(self, settings: Settings) -> None:
        settings.PROCOUNTOR_REQUESTS_PER_SECOND = 10

        with ThreadPoolExecutor(4) as threads:
            lists = list(threads.map(_reserve_many, [10] * 4, [1000.0] * 4))

        waits = sorted(wait for waits in lists for wait in waits)
        assert waits == pytest.approx([number / 10 for number in range(40)], abs=1e-5)


class TestReserveFreeSlot:
    @pytest.mark.django_db
    def test_lets_those_who_wait_go_first(self, settings: Settings) -> None:
        settings.PROCOUNTOR_REQUESTS_PER_SECOND = 10
        for _ in range(4):
            reserve_slot(1000.0)

        assert reserve_free_slot(1000.0) is None
        assert reserve_free_slot(1000.2) == pytest.approx(0.2)

    @pytest.mark.django_db
    def test_does_not_wait_for_a_slot_that_a_clock_that_ran_ahead_has_left(
        self, settings: Settings
    ) -> None:
        settings.PROCOUNTOR_REQUESTS_PER_SECOND = 10
        reserve_slot(1000.0 + 24 * 60 * 60)

        assert reserve_free_slot(1000.0) == 0


class TestWaitForSlot:
    @pytest.mark.django_db
    def test_returns_only_when_the_slot_has_come(self, settings: Settings) -> None:
        settings.PROCOUNTOR_REQUESTS_PER_SECOND = 20
        started = time.monotonic()

        for _ in range(4):
            wait_for_slot()

        assert time.monotonic() - started >= 0.149


class TestWaitAfter:
    def test_is_what_the_answer_asks_for(self) -> None:
        assert wait_after(TryAgainLater("Busy.", retry_after_seconds=30)) == 30

    @pytest.mark.parametrize("seconds", [None, 0])
    def test_is_the_usual_where_no_time_is_asked_for(self, seconds: int | None) -> None:
        assert wait_after(TryAgainLater("Busy.", retry_after_seconds=seconds)) == USUAL_WAIT_SECONDS

    def test_is_the_usual_where_the_outcome_is_unknown(self) -> None:
        assert wait_after(OutcomeUnknown("No answer.")) == USUAL_WAIT_SECONDS


class TestAClientMadeReady:
    @pytest.mark.django_db
    def test_has_waited_for_its_next_request_already(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        waits: list[str] = []
        client = ProcountorClient(
            api_url=settings.PROCOUNTOR_API_URL,
            tokens=AccountTokens(an_account()),
            pace=lambda: waits.append("one request"),
            transport=settings.PROCOUNTOR_TRANSPORT,
        )

        with client:
            client.make_ready()
            waited_at_first = len(waits)
            client.get_session()
            client.get_session()

        assert waited_at_first == 1
        assert len(waits) == 2


def _adaptive(clock: SleepingClock) -> AdaptivePace:
    return AdaptivePace("a-key", start=5, sleep=clock.sleep, now=clock.now)


@pytest.mark.django_db
class TestAdaptivePace:
    clock: SleepingClock

    @pytest.fixture
    def pace(self) -> AdaptivePace:
        self.clock = SleepingClock(seconds=1_000_000.0)
        return _adaptive(self.clock)

    def test_starts_as_it_is_told(self, pace: AdaptivePace) -> None:
        for _ in range(11):
            pace.wait()

        # A little faster than 5 a second, as each call that went well makes it grow.
        assert 1.95 < sum(self.clock.slept) < 2.0

    def test_is_halved_once_for_calls_that_were_refused_together(self, pace: AdaptivePace) -> None:
        for _ in range(4):
            pace.slow_down(None)

        assert pace.calls_per_second() == 2.5

    def test_is_halved_again_later_and_never_ends(self, pace: AdaptivePace) -> None:
        for _ in range(20):
            pace.slow_down(None)
            self.clock.sleep(5)

        assert pace.calls_per_second() == 0.2

    def test_grows_slowly(self, pace: AdaptivePace) -> None:
        pace.slow_down(None)
        for _ in range(100):
            pace.wait()

        assert 3.4 < pace.calls_per_second() < 3.6

    def test_is_shared(self, pace: AdaptivePace) -> None:
        other = _adaptive(self.clock)
        pace.slow_down(20)

        assert 19 < other.reserve(self.clock.now()) <= 21
        assert other.calls_per_second() == pytest.approx(2.51)

    def test_holds_no_thread_for_a_long_pause(self, pace: AdaptivePace) -> None:
        pace.slow_down(600)

        with pytest.raises(NmbrsUnavailable) as raised:
            pace.wait()

        assert raised.value.retry_after_seconds is not None
        assert 590 < raised.value.retry_after_seconds <= 601
        assert not self.clock.slept


class TestWaitBelowSending:
    @pytest.mark.django_db
    def test_waits_behind_others_but_not_for_ever(self, settings: Settings) -> None:
        settings.PROCOUNTOR_REQUESTS_PER_SECOND = 20
        for _ in range(10):
            reserve_slot(time.time())
        started = time.monotonic()

        wait_below_sending(0.1)

        assert time.monotonic() - started >= 0.4

    @pytest.mark.django_db
    def test_takes_its_turn_in_a_process_that_stops(self, settings: Settings) -> None:
        settings.PROCOUNTOR_REQUESTS_PER_SECOND = 20
        for _ in range(4):
            reserve_slot(time.time())

        wait_below_sending(is_stopping=lambda: True)

        assert reserve_slot(time.time()) > 0
