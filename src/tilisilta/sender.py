"""The part of a worker that sends: takes sendings out of the outbox and makes their moves.

Our tables alone remember how far each sending is (``docs/exactly-once.md``), so nothing here needs
to be durable. A sending is claimed by one worker, as companies are that are fetched. When that
worker dies its row goes and the claim with it, and what nobody works on is put back. Whatever is
repeated then begins where the tables say.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from queue import SimpleQueue
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, connections
from django.utils import timezone

from tilisilta.models import Worker
from tilisilta.services.payroll_check import has_changed_in_nmbrs
from tilisilta.services.sending import outbox
from tilisilta.services.sending.delivery import advance
from tilisilta.services.sending.going_on import continue_waiting
from tilisilta.services.sending.releasing import void_outdated
from tilisilta.silences import Silences

POLL_SECONDS = 0.25
SENDINGS_AT_ONCE = 16
SHORT_WAIT_SECONDS = 1.0
"""A turn that only waits holds one of the threads and blocks its company: not for longer."""
LONGEST_END_SECONDS = 30.0
"""So long a worker that stops waits for the moves under way; what takes longer is found lost."""
_JUST_TAKEN_UP = timedelta(seconds=2)

logger = logging.getLogger("tilisilta.sender")


class Sender:
    """Sends for the worker with ``executor_id``. It takes up nothing once ``stopping`` is set."""

    def __init__(self, executor_id: str, stopping: threading.Event) -> None:
        self._executor_id = executor_id
        self._stopping = stopping
        self._silences = Silences()
        self._take_over_at = timezone.now()
        # By the id of the turn. Only the thread of take_up_due() adds to it.
        self._under_way: set[str] = set()
        self._turns: SimpleQueue[tuple[UUID, str] | None] = SimpleQueue()
        # Not a pool, whose threads end without closing their connections to the database.
        self._threads = [
            threading.Thread(target=self._take_turns, name=f"tilisilta-send-{place}", daemon=True)
            for place in range(SENDINGS_AT_ONCE)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def take_up_due(self, now: datetime) -> None:
        """Take up what is due, and every quarter of the worker timeout take over from the dead.

        Only one thread at a time may call this.
        """
        # A next time that lies far ahead was planned before the clock was set back.
        if now >= self._take_over_at or self._take_over_at - now > worker_timeout():
            # Noted first: a fault in taking over must not keep what is due from being taken up.
            self._take_over_at = now + worker_timeout() / 4
            self._take_over(now)
        self._take_up(now)

    def stop(self) -> None:
        """Finish the moves under way; what is left of their sendings goes back to the outbox."""
        for _thread in self._threads:
            self._turns.put(None)
        end_at = time.monotonic() + LONGEST_END_SECONDS
        for thread in self._threads:
            thread.join(timeout=max(0.0, end_at - time.monotonic()))

    def _take_up(self, now: datetime) -> None:
        """Take up the sendings that are due, as far as there is room.

        Several workers may do so at once: each sending is taken up by one of them, and none while
        another one writes to its company. What there is no room for stays in the outbox, where it
        is seen to wait, can be stopped, and any worker with room takes it up.
        """
        room = SENDINGS_AT_ONCE - len(self._under_way)
        for sending in outbox.take_up(now, worker=self._executor_id, at_most=room):
            # A claim that is left over from a crash before this is found lost, and put back.
            self._under_way.add(sending.run_id)
            self._turns.put((sending.pk, sending.run_id))

    def _take_over(self, now: datetime) -> None:
        """Let the claims of dead workers go, and put back all that nobody works on."""
        others = Worker.objects.exclude(executor_id=self._executor_id)
        heard = dict(others.values_list("executor_id", "heard_at"))
        moment, timeout = time.monotonic(), worker_timeout()
        for dead in self._silences.dead(heard, now=now, moment=moment, timeout=timeout):
            # Not if it was heard of just now.
            others.filter(executor_id=dead, heard_at=heard[dead]).delete()
        lost = outbox.lost_sendings(
            self._executor_id, under_way=frozenset(self._under_way), before=now - _JUST_TAKEN_UP
        )
        if lost:
            logger.warning("Taking over %d sendings that no worker is at.", len(lost))
        outbox.put_back(lost, now=now)
        continue_waiting(now)
        void_outdated(now=now)

    def _take_turns(self) -> None:
        try:
            while (turn := self._turns.get()) is not None:
                self._take_turn(*turn)
        finally:
            connections.close_all()

    def _take_turn(self, sending_id: UUID, run_id: str) -> None:
        """Make the moves of one sending until it is finished or put off."""
        try:
            while (
                wait_seconds := move_on(sending_id, run_id, is_stopping=self._stopping.is_set)
            ) is not None:
                self._stopping.wait(wait_seconds)
        except Exception:  # such as a database that is gone; it is found lost and put back
            logger.exception("A turn of sending %s failed; it is taken up again.", sending_id)
        finally:
            self._under_way.discard(run_id)


def move_on(
    sending_id: UUID, run_id: str | None = None, *, is_stopping: Callable[[], bool] = bool
) -> float | None:
    """Make moves until one has to wait, and return the seconds; ``None`` ends this turn.

    ``run_id`` is the turn. A long wait ends it, and so does a worker that stops: the sending goes
    back to the outbox until it is due, so that other sendings of the company do not wait behind it.
    """
    try:
        while not is_stopping():
            result = advance(
                sending_id, now=timezone.now(), has_changed=has_changed_in_nmbrs, run_id=run_id
            )
            if result.is_finished:
                return None
            if result.wait_seconds > SHORT_WAIT_SECONDS:
                due_at = timezone.now() + timedelta(seconds=result.wait_seconds)
                outbox.put_off(sending_id, due_at=due_at, run_id=run_id)
                return None
            if result.wait_seconds > 0:
                return result.wait_seconds
        outbox.put_off(sending_id, due_at=timezone.now(), run_id=run_id)
        return None
    finally:
        # Django closes stale connections at the end of a request, and this thread has none.
        close_old_connections()


def worker_timeout() -> timedelta:
    return timedelta(seconds=settings.WORKER_TIMEOUT_SECONDS)
