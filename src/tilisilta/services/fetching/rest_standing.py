"""How reading a connection by REST stands: consent, scopes, debtors, calls, and the next step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tilisilta.domain import end_of_soap
from tilisilta.domain.problems import Problem
from tilisilta.models import NightCalls, NmbrsConnection, NmbrsGrant, User
from tilisilta.services.fetching.call_counts import calls_of_last_night
from tilisilta.services.fetching.connection_problems import grant_of, grant_problems, today_of
from tilisilta.services.fetching.coverage import Coverage, coverage_of
from tilisilta.services.fetching.moving.standing import MovingStanding, moving_standing_of
from tilisilta.services.fetching.registration import is_registered
from tilisilta.services.fetching.scope_words import ScopeRow, scope_rows

State = NmbrsConnection.State


class NextStep(StrEnum):
    """What a person does next for a connection, on the way from SOAP to REST."""

    REGISTER = "register"
    CONSENT = "consent"
    CONSENT_AGAIN = "consent_again"
    COVER = "cover"
    COMPARE = "compare"
    SWITCH = "switch"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class RestStanding:
    """How reading a connection by REST stands. ``grant`` is ``None`` before the first consent.

    ``coverage`` counts the debtors that the reader may see. ``days_left`` until SOAP ends is
    ``None`` where that is far, or the connection fetches by REST.
    """

    connection: NmbrsConnection
    grant: NmbrsGrant | None
    problems: tuple[Problem, ...]
    scopes: tuple[ScopeRow, ...]
    coverage: Coverage | None
    calls: Sequence[NightCalls]
    moving: MovingStanding
    next_step: NextStep
    days_left: int | None
    has_soap_ended: bool
    is_registered: bool

    @property
    def soap_ends_on(self) -> date:
        return end_of_soap.END_OF_SOAP

    @property
    def is_on_the_way(self) -> bool:
        """Return whether the connection has SOAP, so that it can be switched, or was."""
        return bool(self.connection.token) and self.connection.state != State.REMOVED

    @property
    def granted_count(self) -> int:
        return sum(row.is_granted for row in self.scopes)

    @property
    def missing_count(self) -> int:
        return len(self.scopes) - self.granted_count


def rest_standing_of(
    connection: NmbrsConnection, *, now: datetime, user: User | None = None
) -> RestStanding:
    """Return how it stands, with the debtors that ``user`` may see; without one, all."""
    grant = grant_of(connection)
    if grant is not None and grant.state == NmbrsGrant.State.WITHDRAWN:
        grant = None
    problems = grant_problems(grant, now=now) if grant is not None else ()
    coverage = coverage_of(grant, user=user) if grant is not None else None
    is_by_soap = not connection.is_by_rest and connection.state != NmbrsConnection.State.REMOVED
    today = today_of(now)
    moving = moving_standing_of(connection, now=now, user=user)
    return RestStanding(
        connection=connection,
        grant=grant,
        problems=problems,
        scopes=scope_rows(grant.scopes_granted) if grant is not None else (),
        coverage=coverage,
        calls=calls_of_last_night(connection),
        moving=moving,
        next_step=_next_step(connection, grant, problems, coverage, moving),
        days_left=end_of_soap.days_left(today)
        if is_by_soap and end_of_soap.is_near(today)
        else None,
        has_soap_ended=is_by_soap and end_of_soap.has_ended(today),
        is_registered=is_registered(),
    )


def _next_step(
    connection: NmbrsConnection,
    grant: NmbrsGrant | None,
    problems: tuple[Problem, ...],
    coverage: Coverage | None,
    moving: MovingStanding,
) -> NextStep:
    if not is_registered():
        return NextStep.REGISTER
    if grant is None:
        return NextStep.CONSENT
    if problems:
        return NextStep.CONSENT_AGAIN
    if not connection.is_by_rest and moving.can_be_switched:
        # Also where a person has accepted that debtors are not covered, or SOAP has ended.
        return NextStep.SWITCH
    if coverage is not None and coverage.uncovered:
        return NextStep.COVER
    return NextStep.NOTHING if connection.is_by_rest else NextStep.COMPARE
