"""What was asked of a stand-in."""

from collections import deque
from dataclasses import Field
from datetime import datetime
from threading import Lock
from typing import Any, ClassVar, Generic, Protocol, TypeVar

# More than a first synchronisation of 2,000 companies asks, with room for the next one.
_MOST = 50_000


class Logged(Protocol):
    """What is known of one request: a dataclass that has at least its time."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def time(self) -> datetime:
        """When it arrived."""


R = TypeVar("R", bound=Logged)


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
