"""What was asked of the stand-in, without anything that has to stay secret."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

_MOST = 20_000


@dataclass(frozen=True, kw_only=True)
class LoggedRequest:
    """One API request and the status it got, or None while it has none and if it got none.

    ``path`` is without the query, where a careless client might have put a secret.
    """

    method: str
    path: str
    user_agent: str
    time: datetime
    company_id: int | None
    status: int | None


class RequestLog:
    """The latest requests, oldest first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: deque[LoggedRequest] = deque(maxlen=_MOST)

    def add(self, request: LoggedRequest) -> None:
        """Note a request that has come to its end."""
        with self._lock:
            self._requests.append(request)

    def all(self) -> tuple[LoggedRequest, ...]:
        """Return every request that is still remembered."""
        with self._lock:
            return tuple(self._requests)

    def count(self, method: str, path: str) -> int:
        """Return how many requests there were of that method to that path under ``/api``."""
        return sum((one.method, one.path) == (method, path) for one in self.all())

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._requests.clear()
