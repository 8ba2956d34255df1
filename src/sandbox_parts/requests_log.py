"""The requests a stand-in has received."""

from collections import deque
from dataclasses import Field
from datetime import datetime
from threading import Lock
from typing import Any, ClassVar, Generic, Protocol, TypeVar

# More requests than a first synchronisation of 2,000 companies makes, with room for the next one.
_MOST = 200_000


class Logged(Protocol):
    """The facts of one request: a dataclass that has at least its time."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def time(self) -> datetime:
        """The time the request arrived."""


R = TypeVar("R", bound=Logged)


class RequestLog(Generic[R]):
    """The latest requests, oldest first. Each stand-in defines what it notes of one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: deque[R] = deque(maxlen=_MOST)

    def add(self, request: R) -> None:
        with self._lock:
            self._requests.append(request)

    def all(self) -> tuple[R, ...]:
        with self._lock:
            return tuple(self._requests)

    def clear(self) -> None:
        with self._lock:
            self._requests.clear()
