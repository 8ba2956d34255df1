"""What is wrong with a connection, put together for every page and command that shows it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from tilisilta.domain.nmbrs_scopes import missing_for_fetching
from tilisilta.domain.problems import Effect, Problem, ProblemCode, Screen, facts
from tilisilta.models import NmbrsConnection, NmbrsGrant
from tilisilta.services.fetching.soap_end import soap_problem

State = NmbrsConnection.State


def problems_of(connection: NmbrsConnection, *, now: datetime) -> tuple[Problem, ...]:
    """Return what a person should know of a connection: of its last fetch, consent and API."""
    if connection.state == State.REMOVED:
        return ()
    found: list[Problem] = list(connection.trouble)
    grant = grant_of(connection)
    if grant is not None:
        found += [one for one in grant_problems(grant, now=now) if one.code not in _codes(found)]
    elif connection.state == State.REFUSED and not found:
        # Also a refusal met while fetching.
        found.append(Problem(code=ProblemCode.NMBRS_LOGIN_REFUSED, screen=Screen.NMBRS))
    soap = soap_problem(connection, today_of(now))
    return (*found, soap) if soap is not None else tuple(found)


def stopping(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return the problems for which a connection does not work; others only inform."""
    return tuple(one for one in problems if one.stops)


def is_unusable(grant: NmbrsGrant, *, now: datetime) -> bool:
    """Return whether a consent cannot be used until a person has acted."""
    problems = stopping(grant_problems(grant, now=now))
    return any(one.code.effect is not Effect.WAITS for one in problems)


def grant_problems(grant: NmbrsGrant, *, now: datetime) -> tuple[Problem, ...]:
    """Return what is wrong with a consent."""
    if grant.state == NmbrsGrant.State.WITHDRAWN:
        return ()
    if grant.is_unreadable:
        return (Problem(code=ProblemCode.KEYS_DO_NOT_FIT, screen=Screen.NMBRS),)
    if grant.has_lost_renewal(now):
        return (Problem(code=ProblemCode.CONSENT_LOST, screen=Screen.NMBRS),)
    if grant.state == NmbrsGrant.State.ENDED:
        return (Problem(code=ProblemCode.CONSENT_ENDED, screen=Screen.NMBRS),)
    missing = missing_for_fetching(grant.scopes_granted)
    if not missing:
        return grant.trouble
    narrow = Problem(
        code=ProblemCode.SCOPES_MISSING,
        screen=Screen.NMBRS,
        facts=facts(scopes=", ".join(missing)),
    )
    return (narrow, *grant.trouble)


def grant_of(connection: NmbrsConnection) -> NmbrsGrant | None:
    """Return the consent of a connection; ``None`` where none was ever given."""
    try:
        return connection.grant
    except NmbrsGrant.DoesNotExist:
        return None


def is_consented(connection: NmbrsConnection) -> bool:
    """Return whether a consent was given that nobody has given back."""
    grant = grant_of(connection)
    return grant is not None and grant.state != NmbrsGrant.State.WITHDRAWN


def login_of(connection: NmbrsConnection) -> str:
    """Return who Nmbrs knows the connection as: the log-in of the consent, or the user of SOAP."""
    grant = grant_of(connection) if connection.is_by_rest else None
    return grant.login_email if grant is not None else connection.user_name


def today_of(now: datetime) -> date:
    return timezone.localtime(now).date()


def _codes(problems: Sequence[Problem]) -> set[ProblemCode]:
    return {one.code for one in problems}
