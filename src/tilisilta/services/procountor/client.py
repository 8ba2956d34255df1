"""Opens a client of Procountor for one of our accounts, with the tokens it needs."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import cast

import httpx2
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tilisilta.clients.procountor import oauth
from tilisilta.clients.procountor.client import ProcountorClient
from tilisilta.clients.procountor.errors import (
    GrantEnded,
    ProcountorUnavailable,
    TokenRefused,
)
from tilisilta.clients.procountor.exchange import AccessTokens
from tilisilta.clients.procountor.http import KeptConnections
from tilisilta.models import ProcountorAccount
from tilisilta.models.encryption import UnreadableSecret, readable
from tilisilta.services import audit
from tilisilta.services.pace import wait_for_slot

# Longer than the token request can take: connect, write and read, fifteen seconds each.
_LEASE = timedelta(seconds=60)
# A token is renewed so long before it expires: the request it is for may wait for its slot.
_EARLY = timedelta(seconds=60)
TOKEN_COLUMNS = (
    "state",
    "method",
    "grant",
    "access_token",
    "access_token_expires_at",
    "renewal_leased_until",
    "token_refused_at",
    "token_refusal_count",
)
# Refusals further apart than the longest pause and a check of idle accounts are no row.
_REFUSALS_IN_A_ROW = timedelta(hours=1)


def transport() -> httpx2.BaseTransport | None:
    """Return how requests leave; ``None`` is the network."""
    return cast("httpx2.BaseTransport | None", settings.PROCOUNTOR_TRANSPORT)


def application() -> oauth.Application:
    return oauth.Application(
        api_url=settings.PROCOUNTOR_API_URL,
        client_id=settings.PROCOUNTOR_CLIENT_ID,
        client_secret=settings.PROCOUNTOR_CLIENT_SECRET,
        redirect_uri=redirect_uri(),
    )


def redirect_uri() -> str:
    return f"{settings.BASE_URL}/settings/integrations/procountor/authorised"


@contextmanager
def procountor(
    account: ProcountorAccount,
    *,
    pace: Callable[[], None] = wait_for_slot,
    is_just_read: bool = False,
) -> Iterator[ProcountorClient]:
    """Open a client that acts in the company of ``account``. An ended grant turns it red.

    ``pace`` is called before each request and returns when it may leave. Where the row
    ``is_just_read``, with its ``TOKEN_COLUMNS``, its token is used as long as it is fresh.

    So do access tokens that are refused though they were just given, but only after several tries
    with pauses: until then ``TokenRefused`` says when to try again.
    """
    tokens = AccountTokens(account, is_just_read=is_just_read)
    with _client_with(tokens, pace) as client:
        try:
            yield client
        except GrantEnded:
            end_account(account)
            raise
        except TokenRefused as refusal:
            pause_seconds = note_refused_token(account, now=timezone.now())
            if pause_seconds is None:
                end_account(account)
                raise GrantEnded("Procountor refused every access token it gave.") from refusal
            raise TokenRefused(str(refusal), retry_after_seconds=pause_seconds) from refusal
        tokens.note_accepted()


def procountor_with(grant: oauth.Grant) -> ProcountorClient:
    return _client_with(_OneToken(grant.access_token))


def login_address(state: str) -> str:
    return oauth.login_url(application(), login_url=settings.PROCOUNTOR_LOGIN_URL, state=state)


def end_account(account: ProcountorAccount) -> None:
    """Turn the account red, once: a person has to authorise it again."""
    account.refresh_from_db()
    # Read again: an authorisation that a person has removed meanwhile stays removed.
    if account.is_authorised:
        account.mark_ended(timezone.now())
        audit.record(audit.Action.ACCOUNT_ENDED, user=None, about=account, name=account.name)


def note_refused_token(account: ProcountorAccount, *, now: datetime) -> int | None:
    """Count a token that was refused though just given, and return the seconds to wait.

    ``None`` means that all tries are used up. What is refused during a pause is the same case,
    whichever process meets it.
    """
    pauses = settings.PROCOUNTOR_REFUSAL_PAUSES
    with transaction.atomic():
        row = ProcountorAccount.objects.select_for_update().get(pk=account.pk)
        count, refused_at = row.token_refusal_count, row.token_refused_at
        if refused_at is None or abs(now - refused_at) > _REFUSALS_IN_A_ROW:
            count = 0
        elif count:
            left = timedelta(seconds=pauses[count - 1]) - (now - refused_at)
            if left > timedelta():
                return math.ceil(left.total_seconds())
        if count == len(pauses):
            return None
        row.token_refused_at, row.token_refusal_count = now, count + 1
        row.save(update_fields=["token_refused_at", "token_refusal_count"])
    return math.ceil(pauses[count])


def _is_row_over(account: ProcountorAccount, now: datetime) -> bool:
    """Return whether the last refused token lies further back than twice the pause it led to."""
    count, refused_at = account.token_refusal_count, account.token_refused_at
    if not count or refused_at is None:
        return False
    pauses = settings.PROCOUNTOR_REFUSAL_PAUSES
    return now - refused_at > 2 * timedelta(seconds=pauses[min(count, len(pauses)) - 1])


def keep_connections() -> None:
    """Keep the connections of this process to Procountor open from now on, as a worker does."""
    _Kept.connections = KeptConnections(
        base_url=settings.PROCOUNTOR_API_URL, timeout_seconds=settings.PROCOUNTOR_TIMEOUT_SECONDS
    )


def close_connections() -> None:
    kept, _Kept.connections = _Kept.connections, None
    if kept is not None:
        kept.close()


class _Kept:
    """What a worker keeps; a command or a page asks little and opens its own."""

    connections: KeptConnections | None = None


def _client_with(
    tokens: AccessTokens, pace: Callable[[], None] = wait_for_slot
) -> ProcountorClient:
    return ProcountorClient(
        api_url=settings.PROCOUNTOR_API_URL,
        tokens=tokens,
        pace=pace,
        transport=transport(),
        timeout_seconds=settings.PROCOUNTOR_TIMEOUT_SECONDS,
        kept=_Kept.connections,
    )


class _OneToken:
    """A single access token that cannot be renewed."""

    def __init__(self, access_token: str) -> None:
        self._access_token = access_token

    def current(self) -> str:
        return self._access_token

    def renewed(self, instead_of: str) -> str:
        raise TokenRefused("Procountor refused an access token it had just given.")


class AccountTokens:
    """The access tokens of one account, stored in the database and shared by all processes.

    The row is read once for as long as its token is fresh, so make an instance per few requests.
    """

    def __init__(self, account: ProcountorAccount, *, is_just_read: bool = False) -> None:
        self._account_id = account.pk
        self._read = account if is_just_read else None

    def current(self) -> str:
        """Return a token that should work, renewed first if it has expired."""
        account = self._read or self._account()
        if _is_fresh(account, timezone.now()):
            self._read = account
            return account.access_token
        return self._renew(instead_of=account.access_token)

    def renewed(self, instead_of: str) -> str:
        return self._renew(instead_of=instead_of)

    def note_accepted(self) -> None:
        """End a row of refusals, of which there is hardly ever one.

        Not at once: where only the posts are refused, the looks between them are accepted, and the
        row would begin anew each time.
        """
        if self._read is not None and _is_row_over(self._read, timezone.now()):
            ProcountorAccount.objects.filter(pk=self._account_id).update(
                token_refused_at=None, token_refusal_count=0
            )

    def _account(self) -> ProcountorAccount:
        # The row is wide, and a token is needed for every request.
        return ProcountorAccount.objects.only(*TOKEN_COLUMNS).get(pk=self._account_id)

    def _renew(self, *, instead_of: str) -> str:
        self._read = None
        return self._renewed_once(instead_of)

    def _renewed_once(self, instead_of: str) -> str:
        """Renew once, however many processes need it: one holds the lease, the others wait.

        A renewal may replace the refresh token, so two at once could store the one that is void.
        """
        give_up_at = time.monotonic() + _LEASE.total_seconds()
        while time.monotonic() < give_up_at:
            token = self._renewed_by_others(instead_of)
            if token:
                return token
            if self._take_lease(timezone.now()):
                return self._renew_under_lease(instead_of)
            time.sleep(0.05)
        raise ProcountorUnavailable("Another process did not finish renewing the access token.")

    def _renewed_by_others(self, instead_of: str) -> str:
        """Return a fresh token that another process has renewed, or an empty text."""
        account = self._account()
        if not account.is_authorised:
            raise GrantEnded("Procountor account is not authorised.")
        is_another = account.access_token != instead_of
        return account.access_token if is_another and _is_fresh(account, timezone.now()) else ""

    def _take_lease(self, now: datetime) -> bool:
        until = now + _LEASE
        # A lease that ends much later than ours would was taken by a clock that ran ahead, and does
        # not count. Others read the clock a little later than we do, so twice the lease is allowed.
        held = Q(renewal_leased_until__range=(now, until + _LEASE))
        free = Q(renewal_leased_until__isnull=True) | ~held
        taken = ProcountorAccount.objects.filter(free, pk=self._account_id).update(
            renewal_leased_until=until
        )
        return taken == 1

    def _renew_under_lease(self, instead_of: str) -> str:
        try:
            # Read again under the lease: its last holder may have renewed the token meanwhile.
            token = self._renewed_by_others(instead_of)
            if token:
                return token
            account = self._account()
            grant = new_grant(account)
            self._store_renewed(grant, of=account.grant)
        finally:
            ProcountorAccount.objects.filter(pk=self._account_id).update(renewal_leased_until=None)
        return grant.access_token

    def _store_renewed(self, grant: oauth.Grant, *, of: str) -> None:
        """Store a renewed grant, unless a person has removed or replaced the one it was made of."""
        with transaction.atomic():
            account = ProcountorAccount.objects.select_for_update().get(pk=self._account_id)
            if not account.is_authorised or account.grant != of:
                raise ProcountorUnavailable("The account was authorised anew or removed meanwhile.")
            store_grant(account, grant)


def _is_fresh(account: ProcountorAccount, now: datetime) -> bool:
    expires_at = account.access_token_expires_at
    if isinstance(account.access_token, UnreadableSecret):
        return False
    return bool(account.access_token) and expires_at is not None and now < expires_at - _EARLY


def new_grant(account: ProcountorAccount) -> oauth.Grant:
    """Request a new access token in the way the account was authorised."""
    secret = readable(account.grant)
    wait_for_slot()
    if account.method == ProcountorAccount.Method.API_KEY:
        return oauth.token_for_api_key(application(), secret, transport=transport())
    return oauth.refresh(application(), secret, transport=transport())


def store_grant(account: ProcountorAccount, grant: oauth.Grant) -> None:
    """Store the new access token, and the new refresh token if one came with it."""
    account.access_token = grant.access_token
    account.access_token_expires_at = timezone.now() + timedelta(seconds=grant.expires_in_seconds)
    # Procountor does not document whether a renewal brings a new refresh token; the old one stays.
    if grant.refresh_token:
        account.grant = grant.refresh_token
    account.save(update_fields=["access_token", "access_token_expires_at", "grant"])
