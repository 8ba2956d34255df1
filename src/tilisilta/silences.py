"""Tells from the silence of other workers which of them have died."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# One look after a pause of our own would say of everybody that nothing was heard for long.
LOOKS = 5
# Nothing that a busy machine does lasts so many time-outs, nor are clocks so far apart.
SURELY_DEAD_AFTER = 10


@dataclass(frozen=True, kw_only=True)
class Silence:
    """What a worker was last heard of with, since which moment of ours, and in how many looks."""

    heard_at: datetime
    since: float
    looks: int = 1
    is_first: bool = False


class Silences:
    """What one worker has seen of the others, look after look.

    Nobody is taken for dead by comparing clocks, which differ between machines, nor in one look: on
    a busy machine it is late itself, and so is everybody else. A worker is dead when several looks
    over the whole time-out, by our own clock, have found it with the same sign of life.
    """

    def __init__(self) -> None:
        self._known: dict[str, Silence] = {}

    def dead(
        self,
        heard: Mapping[str, datetime],
        *,
        now: datetime,
        moment: float,
        timeout: timedelta,
    ) -> Iterator[str]:
        """Look once, at when each other worker was ``heard`` of, and give those that are dead.

        ``moment`` is monotonic time in seconds. A worker that was not heard of for many
        time-outs before the first look, as after a night without any, is dead at once.
        """
        self._known = {
            name: self._continued(name, heard_at, moment) for name, heard_at in heard.items()
        }
        for name, silence in self._known.items():
            # Only of one never seen alive: after a sleep of the whole machine all are old.
            is_old = silence.is_first and now - silence.heard_at > SURELY_DEAD_AFTER * timeout
            is_silent = moment - silence.since >= timeout.total_seconds()
            if is_old or (is_silent and silence.looks >= LOOKS):
                yield name

    def _continued(self, name: str, heard_at: datetime, moment: float) -> Silence:
        known = self._known.get(name)
        if known is None or known.heard_at != heard_at:
            return Silence(heard_at=heard_at, since=moment, is_first=known is None)
        return replace(known, looks=known.looks + 1, is_first=False)
