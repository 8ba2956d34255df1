"""What was asked of a stand-in."""

from collections import deque
from threading import Lock
from typing import Generic, TypeVar

# More than a first synchronisation of 2,000 companies asks, with room for the next one.
_MOST = 50_000

R = TypeVar("R")


class RequestLog(Generic[R]):
    """The latest requests, oldest first. What one of them is, each stand-in says itself."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: deque[R] = deque(maxlen=_MOST)

    def add(self, request: R) -> None:
        """Note a request that has come to its end."""
        with self._lock:
            self._requests.append(request)

    def all(self) -> tuple[R, ...]:
        """Return every request that is still remembered."""
        with self._lock:
            return tuple(self._requests)

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._requests.clear()
