"""Misbehaviour on request: what can go wrong, when, and how often."""

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from sandbox_parts.faults import CountedFault, FaultLine

# Stands in place of an operation for a request for the WSDL.
WSDL = "WSDL"
_MOST_SECONDS = 600
# The published codes of refusals of the REST API; their first three digits are the status.
REFUSAL_CODES = (
    *("40033", "40101", "40102", "40303", "40304", "40305", "40306", "40401", "40404"),
    *("42908", "42909", "50001", "50201", "50301"),
)
# What stands for a service in calls that are not SOAP.
REST = "rest"
IDENTITY = "identity"


class FaultKind(StrEnum):
    """The ways in which a service fails its callers."""

    DOWN = "down"
    SLOW = "slow"
    BROKEN_XML = "broken_xml"
    CONNECTION_LOST = "connection_lost"
    FAULT = "fault"
    HOLD_BEFORE = "hold_before"
    NULL_RESULT = "null_result"
    NIL_ELEMENTS = "nil_elements"
    REFUSAL = "refusal"
    BROKEN_BODY = "broken_body"


# All other kinds are for every service.
_OF_SOAP = {
    FaultKind.BROKEN_XML,
    FaultKind.FAULT,
    FaultKind.NULL_RESULT,
    FaultKind.NIL_ELEMENTS,
}
_OF_REST = {FaultKind.REFUSAL, FaultKind.BROKEN_BODY}


@dataclass(frozen=True, kw_only=True)
class Fault(CountedFault):
    """One kind of misbehaviour, for the next ``times`` calls that fit, after ``skip`` others.

    ``operation`` is a name such as ``Run_GetList``, ``CompanyService/List_GetAll``, ``rest/runs``
    or ``identity/token``, with ``*`` for anything; without one the fault fits every call, but no
    request for the WSDL. Each other field belongs to one kind: ``seconds`` how slow (1), how long
    held at most (60) or in how many to try again (not said), ``status`` of the gateway that is
    down, ``code`` of the SOAP fault or of the refusal, ``text`` of the SOAP fault.
    """

    kind: FaultKind
    operation: str | None = None
    company_id: int | None = None
    seconds: float | None = None
    status: int = 503
    code: str = "9999"
    text: str = "Unknown error"

    def __post_init__(self) -> None:
        """Raise ValueError for numbers that mean nothing."""
        if (self.times is not None and self.times < 1) or self.skip < 0:
            raise ValueError("times is 1 or more, or nothing for always; skip is 0 or more")
        if self.seconds is not None and not 0 <= self.seconds <= _MOST_SECONDS:
            raise ValueError(f"seconds is from 0 to {_MOST_SECONDS}")
        if not 400 <= self.status <= 599:
            raise ValueError("status is from 400 to 599")
        if self.kind is FaultKind.REFUSAL and self.code not in REFUSAL_CODES:
            raise ValueError(f"code is one of {', '.join(REFUSAL_CODES)}")

    def fits(self, service: str, operation: str, company_id: int | None) -> bool:
        """Return whether the fault is meant for such a call."""
        if self.company_id not in {None, company_id}:
            return False
        if self.kind in _kinds_not_of(service):
            return False
        if self.operation is None:
            # A fault for one call would otherwise be used up by the WSDL, which SOAP clients read
            # first.
            return operation != WSDL
        return any(
            fnmatchcase(name, self.operation) for name in (operation, f"{service}/{operation}")
        )


def _kinds_not_of(service: str) -> set[FaultKind]:
    if service == IDENTITY:
        return _OF_SOAP | _OF_REST
    return _OF_SOAP if service == REST else _OF_REST


class Faults(FaultLine[Fault]):
    """The faults still to come, and the gate where held calls wait."""

    def take(self, service: str, operation: str, company_id: int | None) -> Fault | None:
        return self.take_first(lambda fault: fault.fits(service, operation, company_id))
