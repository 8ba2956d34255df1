"""Misbehaviour on request: what can go wrong, when, and how often."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from threading import Condition

TOKEN_PATH = "/oauth/token"  # noqa: S105  # a path, no secret
RECEIPTS_PATH = "/ledgerreceipts"
SLOW_SECONDS = 1.0
LONGEST_HOLD_SECONDS = 60.0


class FaultKind(StrEnum):
    """The ways in which a service lets its callers down."""

    BUSY = "busy"
    SLOW = "slow"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    ANSWER_LOST = "answer_lost"
    UNAUTHORIZED = "unauthorized"
    LIST_LAG = "list_lag"
    HOLD_BEFORE = "hold_before"
    HOLD_AFTER = "hold_after"
    REJECT = "reject"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One kind of misbehaviour, for the next ``times`` requests it fits, after ``skip`` others.

    ``path`` is what follows ``/api``, with ``*`` for anything; without one the fault fits every
    API request but those for a token. ``times`` of None means always. The rest says more about
    one kind each: ``seconds`` how slow (1) or how long held at most (60), ``status`` of the error,
    ``retry_after_seconds`` what ``busy`` asks for, ``searches`` how many lists a new receipt is
    missing from, ``code`` and ``field`` what ``reject`` answers.
    """

    kind: FaultKind
    method: str | None = None
    path: str | None = None
    company_id: int | None = None
    times: int | None = 1
    skip: int = 0
    seconds: float | None = None
    status: int | None = None
    retry_after_seconds: int = 1
    searches: int = 1
    code: str = "SANDBOX_REJECTED"
    field: str | None = None

    def fits(self, method: str, path: str, company_id: int | None) -> bool:
        """Tell whether a request is one of those the fault is meant for."""
        if self.path is None and path.rstrip("/") == TOKEN_PATH:
            return False
        if self.kind is FaultKind.LIST_LAG and (method, path) != ("POST", RECEIPTS_PATH):
            return False
        return (
            self.method in {None, method}
            and (self.path is None or fnmatchcase(path, self.path))
            and self.company_id in {None, company_id}
        )


class Faults:
    """The faults still to come, and the gate at which held requests wait."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._pending: list[Fault] = []
        self._held = 0
        self._releases = 0

    def add(self, fault: Fault) -> None:
        """Add a fault behind those that wait already."""
        with self._changed:
            self._pending.append(fault)

    def clear(self) -> None:
        """Drop every fault and let everything held go on."""
        with self._changed:
            self._pending.clear()
        self.release()

    @property
    def pending(self) -> tuple[Fault, ...]:
        """Return the faults still to come, with the times and skips they have left."""
        with self._changed:
            return tuple(self._pending)

    def take(self, method: str, path: str, company_id: int | None) -> Fault | None:
        """Return the fault this request is to suffer, and count it as used.

        A fault that still has to let requests pass counts this one, and the next one gets its
        chance.
        """
        with self._changed:
            for place, fault in enumerate(self._pending):
                if not fault.fits(method, path, company_id):
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
        """Wait until that many requests are held; tell whether it came to that in time."""
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
