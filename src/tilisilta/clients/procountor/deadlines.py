"""Until when a request that writes may leave, measured while the process or the machine sleeps.

Whoever goes on without this process waits until such a request can no longer arrive. So it must not
leave later than it said, whatever held it up.
"""

import time
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """A moment by two clocks; it has passed when either says so.

    ``steady`` is one that nobody sets. Where it stops with the machine, as it does for a virtual
    one that is paused, ``wall`` goes on, and is at most ahead: then nothing leaves, and it is tried
    again.
    """

    steady: float
    wall: float

    @classmethod
    def in_seconds(cls, seconds: float) -> Self:
        return cls(steady=steady_seconds() + seconds, wall=time.time() + seconds)

    def has_passed(self) -> bool:
        return steady_seconds() > self.steady or time.time() > self.wall


def steady_seconds() -> float:
    """Return the seconds of a clock that nobody sets.

    Linux' usual one stands still while the machine is suspended. See ``clock_gettime(2)``.
    """
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)
