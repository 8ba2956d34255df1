"""What the answer to a message means, and when it is sent again."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus

GIVEN_UP_AFTER = timedelta(hours=24)
"""A message that is older is sent no more: by then it would mislead rather than help."""
MOST_REFUSALS = 3
"""So often a message is sent that is refused for good, as one may meet a receiver being renewed."""
LONGEST_PAUSE = timedelta(hours=4)
LONGEST_SILENCE = timedelta(minutes=15)
_FIRST_PAUSE = timedelta(seconds=10)
_MAY_PASS = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)


class Verdict(StrEnum):
    """What an answer says of a message."""

    DELIVERED = "delivered"
    LATER = "later"
    REFUSED = "refused"
    GONE = "gone"


def verdict_on(status: int | None) -> Verdict:
    """Return what a status says; ``None`` is no answer."""
    if status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _MAY_PASS:
        return Verdict.LATER
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Verdict.DELIVERED
    return Verdict.GONE if status == HTTPStatus.GONE else Verdict.REFUSED


def pause_after(attempts: int, *, spread: Callable[[float, float], float]) -> timedelta:
    """Return how long a message rests after so many attempts: longer each time, about 4 hours.

    ``spread`` chooses a number between two, so that many do not come back in the same moment.
    """
    return _grown(_FIRST_PAUSE, 4, attempts, LONGEST_PAUSE) * spread(0.8, 1.2)


def silence_after(failures: int, *, spread: Callable[[float, float], float]) -> timedelta:
    """Return how long a receiver is left alone after so many failures in a row, at most 15 minutes.

    While it is down one message asks for all, so that 2,000 do not wait for as many time-outs.
    """
    return _grown(_FIRST_PAUSE, 2, failures, LONGEST_SILENCE) * spread(0.8, 1.2)


def asked_pause(seconds: int | None) -> timedelta:
    """Return the pause that a receiver asks for, as far as we wait."""
    return min(timedelta(seconds=max(0, seconds or 0)), LONGEST_PAUSE)


def _grown(first: timedelta, factor: int, times: int, longest: timedelta) -> timedelta:
    grown: int = factor ** min(max(times, 1) - 1, 12)
    return min(first * grown, longest)
