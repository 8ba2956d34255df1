"""The shared pace of our requests to Procountor."""

import time

from django.conf import settings
from django.db import connection

from tilisilta.models import ApiPace

MOST_WAITING = 1000


def wait_for_slot() -> None:
    """Wait until this process may send one request.

    All processes together take their slots from one row, so that the API client as a whole stays
    under Procountor's limit, however many of us there are.
    """
    wait_seconds = reserve_slot(time.time())
    if wait_seconds > 0:
        time.sleep(wait_seconds)


def reserve_slot(now: float) -> float:
    """Take the next free instant and return how many seconds away it is."""
    gap = 1 / settings.PROCOUNTOR_REQUESTS_PER_SECOND
    client_id = settings.PROCOUNTOR_CLIENT_ID or "none"
    # So many never wait at once: a clock that ran ahead has left a slot no one can wait for.
    latest = now + MOST_WAITING * gap
    taken = _take(client_id, now, latest, gap)
    if taken is None:
        ApiPace.objects.get_or_create(client_id=client_id)
        taken = _take(client_id, now, latest, gap)
    return max(0.0, taken - gap - now) if taken is not None else 0.0


def _take(client_id: str, now: float, latest: float, gap: float) -> float | None:
    """Move the next free instant on and give where it is now; ``None`` without a row to move.

    One statement, since every request to Procountor comes by here: nobody gets the same slot, and
    no lock outlives it.
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
