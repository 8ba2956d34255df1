"""The shared pace of our requests to Procountor and to Nmbrs."""

import threading
import time

from django.conf import settings
from django.db import connection

from tilisilta.errors import TilisiltaError, TryAgainLater
from tilisilta.models import ApiPace

MOST_WAITING = 1000
USUAL_WAIT_SECONDS = 5.0
NMBRS_BLOCK_SECONDS = 0.1


def wait_for_slot() -> None:
    """Wait until this process may send one request to Procountor.

    All processes take their slots from one row, so that together, as one API client, they stay
    under Procountor's limit: exceeding it may suspend the client.
    """
    # Wall-clock time: monotonic clocks of two processes or machines cannot be compared.
    wait_seconds = reserve_slot(time.time())
    if wait_seconds > 0:
        time.sleep(wait_seconds)


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
