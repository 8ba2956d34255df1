"""The tokens of a consent: used by all processes, renewed by one at a time, never twice.

A refresh token serves once: sent again, it ends the whole consent. So a renewal is committed as
begun before the token is sent, and the new one is stored before anything is done with it. Where a
process dies between, or the answer is lost, the mark stays; then nothing is sent again, and a
person is told at once to consent anew.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from tilisilta.clients.nmbrs.errors import NmbrsUnavailable
from tilisilta.clients.nmbrs.rest import identity
from tilisilta.clients.nmbrs.rest.identity_errors import AnswerLost, ConsentEnded, ConsentLost
from tilisilta.domain.problems import Problem, ProblemCode, Screen
from tilisilta.errors import TilisiltaError
from tilisilta.models import NmbrsConnection, NmbrsGrant
from tilisilta.models.encryption import UnreadableSecret, readable
from tilisilta.services import audit
from tilisilta.services.fetching.call_counts import count_call
from tilisilta.services.fetching.registration import registration, transport
from tilisilta.services.fetching.revoking import is_revoked

USE_AT_LEAST = timedelta(days=6)
"""A consent that was not renewed for so long is renewed by the worker: it ends after 30 days."""
# A token is renewed so long before it expires: the call it is for may wait for its pace.
_EARLY = timedelta(seconds=60)
_NOTE_USE = timedelta(minutes=10)
_WAIT_SECONDS = 60.0
_STORE_TRIES = 5

State = NmbrsGrant.State

logger = logging.getLogger("tilisilta.grants")


class GrantTokens:
    """The access tokens of one consent. Make an instance per few calls: it reads the row once."""

    def __init__(self, grant: NmbrsGrant) -> None:
        self._pk = grant.pk
        self._read: NmbrsGrant | None = None

    def current(self) -> str:
        """Return a token that should work, renewed first if it has expired."""
        now = timezone.now()
        grant = self._read or self._row()
        if not _is_fresh(grant, now):
            return self.renew(grant.access_token)
        self._read = grant
        if grant.used_at is None or now - grant.used_at > _NOTE_USE:
            grant.used_at = now
            NmbrsGrant.objects.filter(pk=self._pk).update(used_at=now)
        return grant.access_token

    def renew(self, refused: str) -> str:
        """Return another token than ``refused``: one that was renewed meanwhile, or a new one.

        Raises ``ConsentEnded`` or ``ConsentLost`` when a person has to consent again.
        """
        self._read = None
        give_up_at = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < give_up_at:
            if token := self._renewed_by_others(refused):
                return token
            if self._begin(timezone.now()):
                return self._renew(refused)
            time.sleep(0.05)
        raise NmbrsUnavailable("Another process did not finish renewing the token for Nmbrs.")

    def _row(self) -> NmbrsGrant:
        return NmbrsGrant.objects.select_related("connection").get(pk=self._pk)

    def _renewed_by_others(self, refused: str) -> str:
        """Return a token that another process has renewed, or an empty text."""
        grant, now = self._row(), timezone.now()
        if grant.has_lost_renewal(now):
            note_lost(grant, now=now)
            raise ConsentLost
        if grant.state != State.GIVEN:
            raise ConsentEnded
        # Raises where no key of ours opens it: nothing was sent then.
        is_another = readable(grant.access_token) != refused
        return grant.access_token if is_another and _is_fresh(grant, now) else ""

    def _begin(self, now: datetime) -> bool:
        """Commit that this process renews, unless another does; one statement decides."""
        # Durable: inside another transaction the mark would vanish with it, and the token be sent
        # a second time.
        with transaction.atomic(durable=True):
            begun = NmbrsGrant.objects.filter(
                pk=self._pk, state=State.GIVEN, renewal_began_at__isnull=True
            ).update(renewal_began_at=now)
        return begun == 1

    def _renew(self, refused: str) -> str:
        grant = self._row()
        if readable(grant.access_token) != refused and _is_fresh(grant, timezone.now()):
            # Its last renewal ended between our look and our mark.
            self._unmark()
            return grant.access_token
        if not grant.refresh_token:
            # Without offline_access there is none, and the consent ends with its access token.
            _end(grant, now=timezone.now())
            raise ConsentEnded
        try:
            spent = readable(grant.refresh_token)
            count_call(grant.connection_id, NmbrsConnection.Api.REST, "consent")
            tokens = identity.refresh(registration(), spent, transport=transport())
        except ConsentEnded:
            _end(grant, now=timezone.now())
            raise
        except AnswerLost as error:
            note_lost(grant, now=timezone.now())
            raise ConsentLost from error
        except TilisiltaError:
            # It was not reached, or refused before it looked at the token: that is still good.
            self._unmark()
            raise
        _stored(lambda: _store_renewed(self._pk, tokens, spent=spent, now=timezone.now()))
        return tokens.access_token

    def _unmark(self) -> None:
        NmbrsGrant.objects.filter(pk=self._pk).update(renewal_began_at=None)


def keep_alive(now: datetime) -> int:
    """Renew consents that were not used for almost a week, and find renewals without an answer.

    Returns how many it renewed. Called by the worker's own schedule; a failure is noted on the
    connection by whatever uses it next, and tried again the next time.
    """
    note_lost_renewals(now)
    idle = NmbrsGrant.objects.filter(
        state=State.GIVEN, renewal_began_at__isnull=True, renewed_at__lt=now - USE_AT_LEAST
    ).exclude(connection__state=NmbrsConnection.State.REMOVED)
    return sum(_renewed(grant) for grant in idle)


def note_lost_renewals(now: datetime) -> None:
    """Tell at once of each renewal whose process died between asking and storing."""
    begun = NmbrsGrant.objects.filter(state=State.GIVEN, renewal_began_at__isnull=False)
    for grant in begun.select_related("connection"):
        if grant.has_lost_renewal(now):
            note_lost(grant, now=now)


def prove(grant: NmbrsGrant) -> None:
    """Renew a consent now: the only proof that its refresh token was not used up elsewhere.

    Raises as ``GrantTokens.renew`` does.
    """
    GrantTokens(grant).renew(readable(grant.access_token))


def note_lost(grant: NmbrsGrant, *, now: datetime) -> None:
    """Note that the outcome of a renewal will not be known; the answer may still heal it."""
    _stop(grant, State.LOST, audit.Action.REST_LOST, ProblemCode.CONSENT_LOST, now=now)


def store_tokens(grant: NmbrsGrant, tokens: identity.Tokens, *, now: datetime) -> None:
    """Put new tokens and their times on ``grant``, without saving it."""
    grant.state = State.GIVEN
    grant.access_token = tokens.access_token
    grant.access_token_expires_at = now + timedelta(seconds=tokens.expires_in_seconds)
    if tokens.refresh_token:
        grant.refresh_token = tokens.refresh_token
    if tokens.scopes:
        grant.scopes_granted = list(tokens.scopes)
    grant.renewed_at = now
    grant.renewal_began_at = grant.ended_at = None


def _renewed(grant: NmbrsGrant) -> bool:
    try:
        prove(grant)
    except TilisiltaError as error:
        logger.warning("The consent of connection %s was not renewed: %s", grant.pk, error)
        return False
    return True


def _is_fresh(grant: NmbrsGrant, now: datetime) -> bool:
    if isinstance(grant.access_token, UnreadableSecret) or grant.state != State.GIVEN:
        return False
    expires_at = grant.access_token_expires_at
    return bool(grant.access_token) and expires_at is not None and now < expires_at - _EARLY


def _stored(store: Callable[[], None]) -> None:
    """Store new tokens; a busy database is asked again, as they exist nowhere else."""
    for pause in range(_STORE_TRIES):
        try:
            return store()
        except (OperationalError, InterfaceError):
            if not connection.is_usable():
                # It broke; the next statement opens another one.
                connection.close()
            logger.warning("Storing a renewed token failed; it is tried again.")
            time.sleep(pause)
    return store()


def _store_renewed(pk: int, tokens: identity.Tokens, *, spent: str, now: datetime) -> None:
    """Store renewed tokens, unless a person has consented anew or disconnected meanwhile.

    A renewal that was taken for lost is healed by its answer. Who disconnected has given back the
    token that was used up by this: its successor is given back as well.
    """
    if NmbrsGrant.objects.filter(pk=pk, state=State.WITHDRAWN).exists():
        is_revoked(tokens.refresh_token)
    with transaction.atomic(durable=True):
        locked = NmbrsGrant.objects.select_for_update(of=("self",)).select_related("connection")
        grant = locked.get(pk=pk)
        if grant.state not in {State.GIVEN, State.LOST} or grant.refresh_token != spent:
            raise NmbrsUnavailable("The consent was given anew or withdrawn meanwhile.")
        was_lost = grant.state == State.LOST
        store_tokens(grant, tokens, now=now)
        grant.used_at = now
        grant.save()
        if was_lost and grant.connection.is_by_rest:
            NmbrsConnection.objects.filter(
                pk=grant.connection_id, state=NmbrsConnection.State.REFUSED
            ).update(state=NmbrsConnection.State.WORKING, trouble=[])


def _end(grant: NmbrsGrant, *, now: datetime) -> None:
    _stop(grant, State.ENDED, audit.Action.REST_ENDED, ProblemCode.CONSENT_ENDED, now=now)


def _stop(
    grant: NmbrsGrant,
    state: NmbrsGrant.State,
    action: audit.Action,
    code: ProblemCode,
    *,
    now: datetime,
) -> None:
    """Note once that the consent cannot be used; a connection that fetches by it turns red."""
    with transaction.atomic():
        noted = NmbrsGrant.objects.filter(pk=grant.pk, state=State.GIVEN).update(
            state=state, ended_at=now, renewal_began_at=None, access_token=""
        )
        if not noted:
            return
        row = NmbrsConnection.objects.filter(
            pk=grant.connection_id,
            api=NmbrsConnection.Api.REST,
            state=NmbrsConnection.State.WORKING,
        )
        row.update(
            state=NmbrsConnection.State.REFUSED,
            trouble=(Problem(code=code, screen=Screen.NMBRS),),
        )
        audit.record(action, user=None, about=grant.connection, name=grant.connection.name)
