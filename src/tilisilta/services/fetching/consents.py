"""Consents to read Nmbrs by REST: ask for one, take the answer, and give one back."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tilisilta.clients.nmbrs.rest import identity
from tilisilta.domain.nmbrs_scopes import ASKED_SCOPES, missing_for_fetching
from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention, TilisiltaError
from tilisilta.models import ConsentRequest, NmbrsConnection, NmbrsGrant, User
from tilisilta.services import audit
from tilisilta.services.fetching.connections import ConnectionNameTaken
from tilisilta.services.fetching.coverage import (
    Reached,
    merged_debtors,
    must_be_the_same_bureau,
    reached_with,
)
from tilisilta.services.fetching.grants import store_tokens
from tilisilta.services.fetching.problems import problem_of
from tilisilta.services.fetching.registration import (
    must_be_registered,
    registration,
    transport,
)
from tilisilta.services.fetching.revoking import is_revoked
from tilisilta.services.fetching.synchronisations import ask_for_everything

ANSWER_WITHIN = timedelta(minutes=30)
"""A person who takes longer between asking and consenting begins again."""
KEEP_REQUESTS = timedelta(days=1)
_DENIED = "access_denied"
_LONGEST_REASON = 40

State = NmbrsConnection.State


class ConsentDenied(NeedsAttention):
    """The person chose not to consent at Nmbrs, or its log-in may not."""

    code = ProblemCode.CONSENT_DENIED


class ConsentFailed(NeedsAttention):
    """Nmbrs sent the person back with an error instead of a code."""

    code = ProblemCode.CONSENT_FAILED

    def __init__(self, reason: str) -> None:
        super().__init__(f"Nmbrs gave no consent: {reason or 'no reason'}.")
        self.facts = {"reason": reason} if reason else {}


class ConsentNotOurs(NeedsAttention):
    """Nobody here asked for this consent, or it was another person or browser.

    ``reason`` is "command" for one that was asked for at the command line.
    """

    code = ProblemCode.CONSENT_NOT_OURS

    def __init__(self, reason: str = "") -> None:
        super().__init__("The state of the answer is not one of this session.")
        self.facts = {"reason": reason} if reason else {}


class ConsentTooLate(NeedsAttention):
    """The answer came too long after the consent was asked for, or the session had ended."""

    code = ProblemCode.CONSENT_TOO_LATE


class ConsentAnswered(NeedsAttention):
    """The same answer came before; ``connection`` is what came of it, if anything did yet."""

    code = ProblemCode.CONSENT_ANSWERED

    def __init__(self, connection: NmbrsConnection | None) -> None:
        super().__init__("This consent was answered already.")
        self.connection = connection


@dataclass(frozen=True, kw_only=True)
class AskedConsent:
    """Where a person consents, and the state they must come back with."""

    url: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What Nmbrs sent a person back with: a code, or an error."""

    state: str
    code: str = ""
    error: str = ""


def ask_for_consent(
    *,
    user: User | None,
    now: datetime,
    connection: NmbrsConnection | None = None,
    name: str = "",
    domain: str = "",
    first_year: int | None = None,
) -> AskedConsent:
    """Return where a person consents: for ``connection``, or for a new one of that name.

    Raises ``NotRegistered``, ``ConnectionNameTaken``, or Django's ``ValidationError``.
    """
    must_be_registered()
    if connection is None:
        must_be_free(name, domain=domain, first_year=first_year)
    state = secrets.token_urlsafe(24)
    ConsentRequest.objects.filter(asked_at__lt=now - KEEP_REQUESTS).delete()
    ConsentRequest.objects.create(
        state_digest=_digest(state),
        connection=connection,
        name=name.strip(),
        domain=domain.strip(),
        first_year=first_year,
        user=user,
        asked_at=now,
    )
    url = identity.authorize_url(
        registration(), state=state, scopes=ASKED_SCOPES, verifier=_verifier(state)
    )
    return AskedConsent(url=url, state=state)


def must_be_free(name: str, *, domain: str, first_year: int | None) -> None:
    """Raise ``ConnectionNameTaken`` or ``ValidationError`` if no connection can be made of this."""
    made = _new_connection(name, domain=domain, first_year=first_year)
    made.clean_fields()
    if NmbrsConnection.objects.filter(name=made.name).exists():
        raise ConnectionNameTaken(f"There is already a connection named {made.name}.")


def take_answer(answer: Answer, *, user: User | None, now: datetime) -> NmbrsConnection:
    """Take what Nmbrs answered, once, and return the connection that reads by this consent.

    The caller has made sure that the answer belongs to the session. Raises one of the errors
    above, ``CodeRefused``, ``AnswerLost``, or what the identity service's client raises; each
    refusal is recorded.
    """
    asked = _claimed(answer.state, user=user, now=now)
    try:
        connection = _taken(asked, answer, user=user, now=now)
    except TilisiltaError as error:
        audit.record(
            audit.Action.REST_REFUSED,
            user=user,
            about=asked.connection,
            name=_name_of(asked),
            reason=str(error.code),
        )
        raise
    ConsentRequest.objects.filter(pk=asked.pk).update(outcome=connection)
    return connection


def is_of_command_line(state: str) -> bool:
    """Return whether a command waits for the answer with this state."""
    return ConsentRequest.objects.filter(state_digest=_digest(state), user__isnull=True).exists()


def _claimed(state: str, *, user: User | None, now: datetime) -> ConsentRequest:
    """Return the request of ``state``, which is answered by that; only the first click gets it."""
    found = ConsentRequest.objects.filter(state_digest=_digest(state)).select_related(
        "connection", "outcome"
    )
    asked = found.first()
    if asked is None:
        raise ConsentNotOurs
    if asked.user_id != (user.pk if user else None):
        raise ConsentNotOurs("command" if asked.user_id is None else "")
    if asked.answered_at is None and now - asked.asked_at > ANSWER_WITHIN:
        raise ConsentTooLate("The consent was asked for too long ago.")
    if not found.filter(answered_at__isnull=True).update(answered_at=now):
        asked.refresh_from_db()
        raise ConsentAnswered(asked.outcome)
    return asked


def _taken(
    asked: ConsentRequest, answer: Answer, *, user: User | None, now: datetime
) -> NmbrsConnection:
    if answer.error == _DENIED:
        raise ConsentDenied("The person did not consent.")
    if answer.error or not answer.code:
        reason = answer.error[:_LONGEST_REASON]
        raise ConsentFailed(reason if reason.isascii() and reason.isidentifier() else "")
    tokens = identity.exchange_code(
        registration(), answer.code, verifier=_verifier(answer.state), transport=transport()
    )
    # Read before the transaction: no row stays locked while Nmbrs answers.
    reached = reached_with(tokens, connection_id=asked.connection_id)
    try:
        if asked.connection is not None:
            must_be_the_same_bureau(asked.connection, reached)
        connection = _store(asked, tokens, reached, user=user, now=now)
    except (NeedsAttention, ValidationError):
        # Not kept here, so that it could not be given back later.
        is_revoked(tokens.refresh_token)
        raise
    if connection.is_by_rest and not missing_for_fetching(tokens.scopes):
        # Later than the connection was made, or the worker begins another one for it by itself.
        ask_for_everything(user=user, now=max(now, connection.created_at))
    return connection


def _store(
    asked: ConsentRequest,
    tokens: identity.Tokens,
    reached: Reached,
    *,
    user: User | None,
    now: datetime,
) -> NmbrsConnection:
    with transaction.atomic():
        connection = asked.connection
        if connection is None:
            must_be_free(asked.name, domain=asked.domain, first_year=asked.first_year)
            connection = _new_connection(
                asked.name, domain=asked.domain, first_year=asked.first_year
            )
            connection.save()
        grant = NmbrsGrant.objects.select_for_update().filter(connection=connection).first()
        if grant is None:
            grant = NmbrsGrant(connection=connection, renewed_at=now, consented_at=now)
        grant.refresh_token = grant.access_token = ""
        grant.scopes_asked = list(ASKED_SCOPES)
        # An answer without scopes grants what was asked for (RFC 6749, 5.1).
        grant.scopes_granted = list(ASKED_SCOPES)
        store_tokens(grant, tokens, now=now)
        grant.consented_at, grant.consented_by, grant.used_at = now, user, now
        grant.login_email = reached.login_email
        grant.checked_at = now
        grant.trouble = () if reached.trouble is None else (problem_of(reached.trouble),)
        if reached.debtors is not None:
            grant.debtors = merged_debtors(grant.debtors, reached.debtors)
            grant.debtors_read_at = now
        grant.save()
        if connection.is_by_rest:
            _renew_connection(connection, reached, now=now)
        audit.record(
            audit.Action.REST_CONSENTED,
            user=user,
            about=connection,
            name=connection.name,
            count=str(len(reached.debtors or ())),
            scopes=", ".join(grant.scopes_granted),
        )
    return connection


def _renew_connection(connection: NmbrsConnection, reached: Reached, *, now: datetime) -> None:
    """Set what a consent says of a connection that fetches by it."""
    # One that was switched keeps the user of SOAP, to be switched back.
    named = {} if connection.token else {"user_name": reached.login_email}
    NmbrsConnection.objects.filter(pk=connection.pk).update(
        **named,
        state=State.WORKING,
        debtor_count=len(reached.debtors or ()),
        tested_at=now,
        trouble=(),
        silent_count=0,
    )
    connection.refresh_from_db()


def _new_connection(name: str, *, domain: str, first_year: int | None) -> NmbrsConnection:
    return NmbrsConnection(
        name=name.strip(),
        domain=domain.strip(),
        api=NmbrsConnection.Api.REST,
        first_year=first_year or timezone.localdate().year,
    )


def _name_of(asked: ConsentRequest) -> str:
    return asked.connection.name if asked.connection is not None else asked.name


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _verifier(state: str) -> str:
    """Return the PKCE verifier of a state; empty where PKCE is switched off.

    Derived with the secret key, so that no row holds it and the address does not give it away.
    """
    if not settings.NMBRS_PKCE:
        return ""
    digest = salted_hmac("tilisilta.nmbrs.pkce", state, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
