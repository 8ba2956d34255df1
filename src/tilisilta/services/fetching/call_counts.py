"""Counts the calls to Nmbrs, by night and kind.

Counted in memory and stored every few seconds: a statement for each of a hundred calls a second
would slow the database down for everything else.
"""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from tilisilta.models import NightCalls, NmbrsConnection

Kind = Literal["consent", "lists", "runs", "journals", "cost_objects", "slowed"]
KEEP = timedelta(days=400)
_STORE_SECONDS = 2.0

_lock = threading.Lock()
_counted: Counter[tuple[int, date, str, Kind]] = Counter()
_stored_at = 0.0


def count_call(connection_id: int, api: str, kind: Kind) -> None:
    """Count one call of a connection; it is stored with the next ``store_calls``."""
    night = night_of(timezone.now())
    with _lock:
        _counted[connection_id, night, api, kind] += 1


def store_calls(*, is_due: bool = True) -> None:
    """Add what was counted to the table; unless ``is_due``, at most every few seconds."""
    global _stored_at  # noqa: PLW0603  # of this process, as the counts are
    with _lock:
        if not _counted or (not is_due and time.monotonic() - _stored_at < _STORE_SECONDS):
            return
        taken = dict(_counted)
        _counted.clear()
        _stored_at = time.monotonic()
    rows: dict[tuple[int, date, str], dict[str, int]] = {}
    for (connection_id, night, api, kind), count in taken.items():
        rows.setdefault((connection_id, night, api), {})[kind] = count
    known = set(
        NmbrsConnection.objects.filter(pk__in={key[0] for key in rows}).values_list("pk", flat=True)
    )
    for (connection_id, night, api), counts in rows.items():
        if connection_id in known:
            row, _made = NightCalls.objects.get_or_create(
                connection_id=connection_id, night=night, api=api
            )
            added = {kind: F(kind) + count for kind, count in counts.items()}
            NightCalls.objects.filter(pk=row.pk).update(**added)


def calls_of_last_night(connection: NmbrsConnection) -> Sequence[NightCalls]:
    """Return the counts of the newest night that has any: one of each API."""
    newest = connection.night_calls.order_by("-night").first()
    if newest is None:
        return ()
    return list(connection.night_calls.filter(night=newest.night).order_by("api"))


def drop_old_counts(now: datetime) -> None:
    """Delete the counts of nights more than a year ago."""
    NightCalls.objects.filter(night__lt=night_of(now) - KEEP).delete()


def night_of(moment: datetime) -> date:
    """Return the day on which the night began: nights begin when everything is fetched."""
    local = timezone.localtime(moment)
    at = settings.NMBRS_SYNC_TIME
    is_before = at is not None and local.time() < at
    return local.date() - timedelta(days=1) if is_before else local.date()
