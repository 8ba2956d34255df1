"""What the first page and ``status`` say of connections before anything fails at month end."""

from dataclasses import dataclass
from datetime import datetime

from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.models import NmbrsConnection, NmbrsGrant
from tilisilta.services.fetching.connection_problems import (
    grant_of,
    grant_problems,
    stopping,
    today_of,
)
from tilisilta.services.fetching.moving.switching import obstacle_to_rest
from tilisilta.services.fetching.problems import perhaps_here
from tilisilta.services.fetching.registration import is_registered
from tilisilta.services.fetching.rest_standing import NextStep
from tilisilta.services.fetching.soap_end import soap_problem


@dataclass(frozen=True, kw_only=True)
class ConnectionNotice:
    """What a person should know of one connection, and the next step."""

    connection: NmbrsConnection
    problem: Problem
    next_step: NextStep

    @property
    def days_left(self) -> int | None:
        """Return the days until SOAP ends; ``None`` for a notice about something else."""
        count = self.problem.fact("count")
        return int(count) if count.isdecimal() and not self.is_question else None

    @property
    def is_question(self) -> bool:
        """Return whether a person must say which companies of Nmbrs are here already."""
        return self.problem.code is ProblemCode.NMBRS_SEVERAL_ALIKE


@dataclass(frozen=True, kw_only=True)
class Connections:
    """The connections as the first page needs them: whether one works, and what to know in time."""

    is_any_working: bool
    notices: tuple[ConnectionNotice, ...]


def connections_at(now: datetime) -> Connections:
    """Return the notices of all connections: consents that fail, the end of SOAP, and questions.

    It takes one query, and a few more for each connection by SOAP once its end is near.
    """
    found: list[ConnectionNotice] = []
    connections = NmbrsConnection.objects.exclude(state=NmbrsConnection.State.REMOVED)
    shown = list(connections.select_related("grant").defer("token"))
    for connection in shown:
        grant = grant_of(connection)
        of_grant = stopping(grant_problems(grant, now=now)) if grant is not None else ()
        soap = soap_problem(connection, today_of(now))
        step = _next_step(connection, grant, has_problems=bool(of_grant), soap=soap, now=now)
        found += [
            ConnectionNotice(connection=connection, problem=problem, next_step=step)
            for problem in (*of_grant[:1], soap)
            if problem is not None
        ]
        if connection.open_questions:
            problem = perhaps_here(len(connection.open_questions))
            found.append(
                ConnectionNotice(connection=connection, problem=problem, next_step=NextStep.NOTHING)
            )
    return Connections(
        is_any_working=any(one.state == NmbrsConnection.State.WORKING for one in shown),
        notices=tuple(found),
    )


def _next_step(
    connection: NmbrsConnection,
    grant: NmbrsGrant | None,
    *,
    has_problems: bool,
    soap: Problem | None,
    now: datetime,
) -> NextStep:
    """Return the next step without asking Nmbrs: the page of the connection looks closer."""
    if not is_registered():
        return NextStep.REGISTER
    if grant is None or grant.state == NmbrsGrant.State.WITHDRAWN:
        return NextStep.CONSENT
    if has_problems:
        return NextStep.CONSENT_AGAIN
    if soap is not None and obstacle_to_rest(connection, now=now) is None:
        # All is equal or accepted; or SOAP has ended, and there is nothing to compare with.
        return NextStep.SWITCH
    covered = sum(bool(one["is_covered"]) for one in grant.debtors)
    if covered < max(len(grant.debtors), connection.debtor_count):
        return NextStep.COVER
    return NextStep.NOTHING if connection.is_by_rest else NextStep.COMPARE
