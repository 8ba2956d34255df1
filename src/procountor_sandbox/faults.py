"""Misbehaviour on request: what can go wrong, when, and how often."""

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from sandbox_parts.faults import CountedFault, FaultLine

TOKEN_PATH = "/oauth/token"  # noqa: S105  # a path, no secret
RECEIPTS_PATH = "/ledgerreceipts"


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
class Fault(CountedFault):
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
    seconds: float | None = None
    status: int | None = None
    retry_after_seconds: int = 1
    searches: int = 1
    code: str = "SANDBOX_REJECTED"
    field: str | None = None

    def fits(self, method: str, path: str, company_id: int | None) -> bool:
        """Return whether a request is one of those the fault is meant for."""
        if self.path is None and path.rstrip("/") == TOKEN_PATH:
            return False
        if self.kind is FaultKind.LIST_LAG and (method, path) != ("POST", RECEIPTS_PATH):
            return False
        return (
            self.method in {None, method}
            and (self.path is None or fnmatchcase(path, self.path))
            and self.company_id in {None, company_id}
        )


class Faults(FaultLine[Fault]):
    """The faults still to come, and the gate at which held requests wait."""

    def take(self, method: str, path: str, company_id: int | None) -> Fault | None:
        """Return the fault this request is to suffer, and count it as used."""
        return self.take_first(lambda fault: fault.fits(method, path, company_id))
