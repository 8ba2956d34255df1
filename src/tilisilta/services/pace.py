"""The shared pace of our requests to Procountor and to Nmbrs."""

import threading
import time
from collections import deque
from collections.abc import Callable
from math import ceil
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Coalesce, Greatest

from tilisilta.clients.nmbrs.errors import NmbrsUnavailable
from tilisilta.errors import TilisiltaError, TryAgainLater
from tilisilta.models import ApiPace

MOST_WAITING = 1000
USUAL_WAIT_SECONDS = 5.0
NMBRS_BLOCK_SECONDS = 0.1
BLOCK_SECONDS = 0.15
SLOTS_AT_ONCE = 3
NEAR_SECONDS = 0.1
LATE_SECONDS = 0.03
"""A request that leaves later than this after its slot takes another one."""
MOST_SLOTS_MISSED = 10
LEAST_CALLS_PER_SECOND = 0.2
MOST_CALLS_PER_SECOND = 50.0
GROWTH = 0.01
"""How much a pace that has to be found out grows with each call: at 5 a second by 3 in a minute."""
LEAST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 3600.0
MOST_SLEEP_SECONDS = 60.0
MOST_SLOTS_AHEAD = 2
"""What is not urgent takes a slot only where no more than so many were taken before it."""
PATIENCE_SECONDS = 120.0
"""After so long it takes a slot like all others, or a day of sending would hold it up for ever."""


class SharedPace:
    """The pace of our requests to Procountor, for all threads of this process.

    All processes take their slots from one row, so that together, as one API client, they stay
    under Procountor's limit: exceeding it may suspend the client. While requests wait for their
    turn, a few slots are taken at once, as a statement for each would cost more than the rest of a
    request. A request that is late for its slot takes another one: otherwise several that were held
    up could arrive in one second with those that were not.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: tuple[str, float] | None = None
        self._slots: deque[float] = deque()
        self._is_busy = False

    def __call__(self) -> None:
        """Wait until one request may leave."""
        self.reach(self._take())

    def approach(self) -> float:
        """Take a slot, and return it when it is near enough for the last preparations."""
        slot = self._take()
        _sleep_until(slot - NEAR_SECONDS)
        return slot

    def reach(self, slot: float) -> None:
        """Wait for ``slot``, or for a later one if it has passed."""
        for _ in range(MOST_SLOTS_MISSED):
            _sleep_until(slot)
            if time.time() - slot <= LATE_SECONDS:
                return
            slot = self._take()
        _sleep_until(slot)

    def _take(self) -> float:
        # Wall-clock time: monotonic clocks of two processes or machines cannot be compared.
        gap = 1 / settings.PROCOUNTOR_REQUESTS_PER_SECOND
        client_id = settings.PROCOUNTOR_CLIENT_ID or "none"
        with self._lock:
            now = time.time()
            if self._of != (client_id, gap):
                self._of, self._slots = (client_id, gap), deque()
            while self._slots and self._slots[0] < now:
                self._slots.popleft()
            if not self._slots:
                count = max(SLOTS_AT_ONCE, round(BLOCK_SECONDS / gap)) if self._is_busy else 1
                wait_seconds = reserve_slots(client_id, now=now, gap=gap, count=count)
                self._is_busy = wait_seconds > 0
                self._slots.extend(now + wait_seconds + gap * place for place in range(count))
            return self._slots.popleft()


wait_for_slot = SharedPace()


def _sleep_until(moment: float) -> None:
    wait_seconds = moment - time.time()
    if wait_seconds > 0:
        time.sleep(wait_seconds)


def wait_below_sending(
    patience_seconds: float = PATIENCE_SECONDS, *, is_stopping: Callable[[], bool] = bool
) -> None:
    """Wait for a slot as ``wait_for_slot`` does, but let everything more urgent go first.

    A process that ``is_stopping`` must not be held up, and then it takes its turn.
    """
    gap = 1 / settings.PROCOUNTOR_REQUESTS_PER_SECOND
    give_up_at = time.monotonic() + patience_seconds
    while time.monotonic() < give_up_at and not is_stopping():
        wait_seconds = reserve_free_slot(time.time())
        if wait_seconds is not None:
            time.sleep(wait_seconds)
            return
        time.sleep(gap)
    wait_for_slot()


def reserve_free_slot(now: float) -> float | None:
    """Take the next free instant for Procountor if it is near; ``None`` if others wait for theirs.

    Return how many seconds away it is.
    """
    gap = 1 / settings.PROCOUNTOR_REQUESTS_PER_SECOND
    client_id = settings.PROCOUNTOR_CLIENT_ID or "none"
    waiting = ApiPace.objects.filter(
        client_id=client_id,
        next_free_at__gt=now + MOST_SLOTS_AHEAD * gap,
        # Beyond that, a next instant was left by a clock that ran ahead.
        next_free_at__lte=now + MOST_WAITING * gap,
    )
    return None if waiting.exists() else reserve_slot(now)


def reserve_slot(now: float) -> float:
    """Take the next free instant for Procountor and return how many seconds away it is."""
    return reserve_slots(
        settings.PROCOUNTOR_CLIENT_ID or "none",
        now=now,
        gap=1 / settings.PROCOUNTOR_REQUESTS_PER_SECOND,
    )


def reserve_slots(client_id: str, *, now: float, gap: float, count: int = 1) -> float:
    """Take ``count`` instants, ``gap`` apart; return how far the first is, in seconds."""
    # So many never wait at once: a next instant beyond that was left by a clock that ran ahead.
    latest = now + MOST_WAITING * gap * count
    taken = _take(client_id, now, latest, gap * count)
    if taken is None:
        ApiPace.objects.get_or_create(client_id=client_id)
        taken = _take(client_id, now, latest, gap * count)
    return max(0.0, taken - gap * count - now) if taken is not None else 0.0


def wait_after(error: TilisiltaError) -> float:
    """Return the seconds to pause after ``error``: what the service asked for, else the usual."""
    asked = error.retry_after_seconds if isinstance(error, TryAgainLater) else None
    return float(asked or USUAL_WAIT_SECONDS)


class NmbrsPace:
    """The pace of one connection to Nmbrs, for all threads of this process.

    Slots are taken in blocks of a tenth of a second: a statement for each of over a hundred calls a
    second would slow the database down for everything else.
    """

    def __init__(self, connection_id: int) -> None:
        self._client_id = f"nmbrs-{connection_id}"
        self._lock = threading.Lock()
        self._next_at = 0.0
        self._left = 0

    def wait(self) -> None:
        """Wait until one call may be made."""
        wait_seconds = self.reserve(time.time()) - time.time()
        if wait_seconds > 0:
            time.sleep(wait_seconds)

    def reserve(self, now: float) -> float:
        """Take the next slot and return its instant, which may have passed already."""
        gap = 1 / settings.NMBRS_REQUESTS_PER_SECOND
        with self._lock:
            if not self._left:
                self._left = max(1, round(NMBRS_BLOCK_SECONDS / gap))
                self._next_at = now + reserve_slots(
                    self._client_id, now=now, gap=gap, count=self._left
                )
            slot = self._next_at
            self._left -= 1
            self._next_at += gap
        return slot


class AdaptivePace:
    """The pace of calls to a service that publishes no limit, shared by all processes.

    It starts at ``start`` calls a second, is halved when the service had too many, and grows slowly
    with each call. ``sleep`` lets time pass, and ``now`` tells it.
    """

    def __init__(
        self,
        client_id: str,
        *,
        start: float,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client_id = client_id
        self._start = start
        self._sleep = sleep
        # Wall-clock time, as above.
        self._now = now

    def wait(self) -> None:
        """Wait until one call may be made; raise ``NmbrsUnavailable`` where that takes long."""
        seconds = self.reserve(self._now())
        if seconds > MOST_SLEEP_SECONDS:
            # A thread that slept so long would hold up other connections.
            raise NmbrsUnavailable(
                "Nmbrs has asked for a pause.",
                retry_after_seconds=ceil(seconds),
                is_worth_repeating=False,
            )
        if seconds > 0:
            self._sleep(seconds)

    def reserve(self, now: float) -> float:
        """Take the next free instant and return how many seconds away it is."""
        most = max(MOST_CALLS_PER_SECOND, self._start)
        # Beyond that, a next instant was left by a clock that ran ahead.
        latest = now + LONGEST_PAUSE_SECONDS
        start = self._start
        values: list[Any] = [now, latest, now, start, start, GROWTH, most, most, start, GROWTH]
        values.append(self._client_id)
        row = _returned(_TAKE_GROWING, values)
        if row is None:
            ApiPace.objects.get_or_create(client_id=self._client_id)
            row = _returned(_TAKE_GROWING, values)
        return 0.0 if row is None else max(0.0, row[0] - 1 / row[1] - now)

    def slow_down(self, retry_after_seconds: int | None) -> None:
        """Halve the pace, and let no process call before the pause is over.

        Calls under way are refused together: only the first of them halves it. No share of chance
        is needed in the pause, as the calls after it have instants of their own.
        """
        now = self._now()
        pause = min(max(retry_after_seconds or 0, LEAST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        ApiPace.objects.get_or_create(client_id=self._client_id)
        mine = ApiPace.objects.filter(pk=self._client_id)
        mine.filter(slowed_at__lt=now - LEAST_PAUSE_SECONDS).update(
            slowed_at=now,
            calls_per_second=Greatest(
                Value(LEAST_CALLS_PER_SECOND),
                Coalesce("calls_per_second", Value(self._start)) / 2.0,
            ),
        )
        mine.filter(next_free_at__lt=now + pause).update(next_free_at=now + pause)

    def calls_per_second(self) -> float:
        """Return the pace as it is now."""
        row = ApiPace.objects.filter(pk=self._client_id).first()
        found = row.calls_per_second if row is not None else None
        return self._start if found is None else found


def _returned(statement: str, values: list[Any]) -> tuple[float, float] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return None if row is None else (float(row[0]), float(row[1]))


def _take(client_id: str, now: float, latest: float, gap: float) -> float | None:
    """Move the next free instant on and return the one before; ``None`` if the row is missing.

    A single statement, as every request to Procountor passes here: no slot is given twice, and no
    lock is held longer than the statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [now, latest, now, gap, client_id])
        row = cursor.fetchone()
    return None if row is None else float(row[0])


_TAKE = """
    UPDATE tilisilta_apipace
    SET next_free_at = CASE WHEN next_free_at BETWEEN %s AND %s THEN next_free_at ELSE %s END + %s
    WHERE client_id = %s
    RETURNING next_free_at
"""

# As above; the pace itself grows a little with each call.
_TAKE_GROWING = """
    UPDATE tilisilta_apipace
    SET next_free_at = CASE WHEN next_free_at BETWEEN %s AND %s THEN next_free_at ELSE %s END
            + 1.0 / COALESCE(calls_per_second, %s),
        calls_per_second = CASE
            WHEN COALESCE(calls_per_second, %s) + %s > %s THEN CAST(%s AS DOUBLE PRECISION)
            ELSE COALESCE(calls_per_second, %s) + %s
        END
    WHERE client_id = %s
    RETURNING next_free_at, calls_per_second
"""
