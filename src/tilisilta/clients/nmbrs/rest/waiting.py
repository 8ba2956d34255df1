"""What the client waits by: a clock, and the pace that Nmbrs allows."""

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time that has passed, in seconds, and lets some pass."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class CallRate(Protocol):
    """The pace of calls, which has to be found out: Nmbrs publishes no limit."""

    def wait(self) -> None:
        """Wait until one call may be made; raise ``TryAgainLater`` where that takes long."""

    def slow_down(self, retry_after_seconds: int | None) -> None:
        """Make fewer calls from now on, and none until then: Nmbrs had too many."""
