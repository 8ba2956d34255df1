"""For how long a request whose answer was lost may still arrive, whatever is done to the clock.

The tables say when it was begun by a clock that may be set: one that is set forward would prove a
receipt missing whose request is still on its way. So each process measures by a clock that nobody
sets, from the moment on when it first knew of the request. A new process begins to measure anew.
"""

import time
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from tilisilta.models import Attempt

START_LIMIT_SECONDS = 10
"""The request must leave so soon after its attempt was committed, or not at all."""


class Moment(NamedTuple):
    """A moment as it was said to be, by the clock of the machine, and by one that is never set."""

    said: datetime
    clock: datetime
    steady: float


# With the moment too: a backup that is put back may give the same id to another attempt.
_known_since: dict[tuple[int, datetime], Moment] = {}


def request_lifetime() -> timedelta:
    """Return how long after the start of an attempt its request may still reach Procountor.

    Twice the time-out, as it is counted anew for connecting, writing and reading.
    """
    return timedelta(seconds=START_LIMIT_SECONDS + 2 * settings.PROCOUNTOR_TIMEOUT_SECONDS)


def moment(now: datetime) -> Moment:
    return Moment(said=now, clock=timezone.now(), steady=time.monotonic())


def note_lost(attempt: Attempt, begun: Moment) -> None:
    """Note that no answer came to ``attempt``, which this process began at ``begun``."""
    _known_since[attempt.pk, attempt.started_at] = begun


def may_arrive_for(attempt: Attempt, *, now: datetime) -> timedelta:
    """Return how much longer the request of ``attempt`` may still arrive; nothing if it cannot."""
    current = moment(now)
    since = _known_since.setdefault((attempt.pk, attempt.started_at), current)
    set_by = (current.clock - since.clock) - timedelta(seconds=current.steady - since.steady)
    left = request_lifetime() - (current.said - since.said - set_by)
    return max(left, timedelta(0))
