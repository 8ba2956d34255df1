"""Misbehaviour on request: what can go wrong, when, and how often."""

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from sandbox_parts.faults import CountedFault, FaultLine

TOKEN_PATH = "/oauth/token"  # noqa: S105  # a path, no secret
RECEIPTS_PATH = "/ledgerreceipts"


class FaultKind(StrEnum):
    """The ways in which a service fails its callers."""

    # Assumed: the documentation has a limit but no 429.
    BUSY = "busy"
    SLOW = "slow"
    ERROR_BEFORE = "error_before"
    # Integrators report that a receipt may have been booked although the answer was a 500.
    ERROR_AFTER = "error_after"
    ANSWER_LOST = "answer_lost"
    UNAUTHORIZED = "unauthorized"
    # Assumed: whether lists lag behind what is booked is not documented.
    LIST_LAG = "list_lag"
    HOLD_BEFORE = "hold_before"
    HOLD_AFTER = "hold_after"
    REJECT = "reject"


@dataclass(frozen=True, kw_only=True)
class Fault(CountedFault):
    """One kind of misbehaviour, for the next ``times`` requests that fit, after ``skip`` others.

    ``path`` is what follows ``/api``, with ``*`` for anything; without one the fault fits every
    API request but those for a token. ``times`` of None means always. Each other field belongs to
    one kind: ``seconds`` how slow (1) or how long held at most (60), ``status`` of the error,
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
        """Return whether the fault is meant for such a request."""
        # A fault for one request would otherwise be used up by the token that precedes it.
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
    """The faults still to come, and the gate where held requests wait."""

    def take(self, method: str, path: str, company_id: int | None) -> Fault | None:
        return self.take_first(lambda fault: fault.fits(method, path, company_id))
