"""Misbehaviour on request: which fault comes next, how often, and the gate of held requests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Condition
from typing import Generic, TypeVar

SLOW_SECONDS = 1.0
LONGEST_HOLD_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class CountedFault:
    """A fault for the next ``times`` requests it fits (None: all), after ``skip`` others."""

    times: int | None = 1
    skip: int = 0


F = TypeVar("F", bound=CountedFault)


class FaultLine(Generic[F]):
    """The faults still to come, and the gate at which held requests wait."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._pending: list[F] = []
        self._held = 0
        self._releases = 0

    def add(self, fault: F) -> None:
        """Add a fault behind those that wait already."""
        with self._changed:
            self._pending.append(fault)

    def clear(self) -> None:
        """Drop every fault and let everything held go on."""
        with self._changed:
            self._pending.clear()
        self.release()

    @property
    def pending(self) -> tuple[F, ...]:
        """Return the faults still to come, with the times and skips they have left."""
        with self._changed:
            return tuple(self._pending)

    def take_first(self, fits: Callable[[F], bool]) -> F | None:
        """Return the first fault that fits and has nothing left to skip, and count it as used.

        A fault that still has to let requests pass counts this one, and the next one gets its
        chance.
        """
        with self._changed:
            for place, fault in enumerate(self._pending):
                if not fits(fault):
                    continue
                if fault.skip > 0:
                    self._pending[place] = replace(fault, skip=fault.skip - 1)
                    continue
                self._use(place)
                return fault
            return None

    @property
    def held(self) -> int:
        """Return how many requests are being held right now."""
        with self._changed:
            return self._held

    def wait_until_held(self, count: int = 1, *, timeout_seconds: float = 10.0) -> bool:
        """Wait until that many requests are held; return whether it came to that in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._held >= count, timeout_seconds)

    def hold(self, seconds: float | None) -> None:
        """Keep the caller here until the next release, or for so long at most (None: 60 s)."""
        longest = LONGEST_HOLD_SECONDS if seconds is None else seconds
        with self._changed, self._counted():
            before = self._releases
            self._changed.wait_for(lambda: self._releases > before, longest)

    def release(self) -> int:
        """Let every request that is held now go on; return how many there were."""
        with self._changed:
            self._releases += 1
            self._changed.notify_all()
            return self._held

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._held += 1
        self._changed.notify_all()
        try:
            yield
        finally:
            self._held -= 1

    def _use(self, place: int) -> None:
        fault = self._pending[place]
        if fault.times is None:
            return
        if fault.times > 1:
            self._pending[place] = replace(fault, times=fault.times - 1)
        else:
            del self._pending[place]
