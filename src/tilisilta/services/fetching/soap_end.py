"""Tells in time that SOAP ends, for each connection that fetches by it."""

from collections.abc import Iterable
from datetime import date

from tilisilta.domain import end_of_soap
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts
from tilisilta.models import NmbrsConnection


def soap_problem(connection: NmbrsConnection, today: date) -> Problem | None:
    """Return what a person should know of a connection that fetches by SOAP; ``None`` for now."""
    if connection.is_by_rest or connection.state == NmbrsConnection.State.REMOVED:
        return None
    return problem_on(today)


def problem_on(today: date) -> Problem | None:
    """Return the problem that any connection by SOAP has on that day."""
    if end_of_soap.has_ended(today):
        return Problem(
            code=ProblemCode.SOAP_HAS_ENDED,
            screen=Screen.NMBRS,
            facts=facts(date=end_of_soap.END_OF_SOAP),
        )
    if end_of_soap.is_near(today):
        return Problem(
            code=ProblemCode.SOAP_ENDS,
            severity=Severity.WARNING,
            screen=Screen.NMBRS,
            facts=facts(count=end_of_soap.days_left(today), date=end_of_soap.END_OF_SOAP),
        )
    return None


def fetching_by_soap(connections: Iterable[NmbrsConnection]) -> tuple[NmbrsConnection, ...]:
    removed = NmbrsConnection.State.REMOVED
    return tuple(one for one in connections if not one.is_by_rest and one.state != removed)
