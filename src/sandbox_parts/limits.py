"""How many requests one caller may make in a second."""

from collections import defaultdict, deque
from threading import Lock

from sandbox_parts.clock import Clock


class RateLimit:
    """Counts each caller's requests over the last second; without a limit it lets all pass."""

    def __init__(self, requests_per_second: int | None, *, clock: Clock) -> None:
        self._limit = requests_per_second
        self._clock = clock
        self._lock = Lock()
        self._times: dict[str, deque[float]] = defaultdict(deque)

    def allows(self, caller: str) -> bool:
        """Return whether one more request is within the limit, and count it if it is."""
        if self._limit is None:
            return True
        now = self._clock().timestamp()
        with self._lock:
            times = self._times[caller]
            while times and times[0] <= now - 1:
                times.popleft()
            if len(times) >= self._limit:
                return False
            times.append(now)
            return True
