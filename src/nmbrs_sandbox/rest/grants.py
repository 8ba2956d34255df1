"""Consents and their codes, access tokens and refresh tokens. What was ended stays ended."""

import base64
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from nmbrs_sandbox.rest.scopes import OFFLINE_ACCESS
from sandbox_parts.clock import Clock
from sandbox_parts.store import Store

CODE_LIFE = timedelta(minutes=5)
ACCESS_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=30)
_ACCESS = "access"
_REFRESH = "refresh"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a person has consented to: one program, some scopes, the debtors of some logins."""

    grant_id: str
    client_id: str
    email: str
    debtor_ids: tuple[int, ...]
    scopes: tuple[str, ...]
    is_ended: bool = False


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """The outcome of a token call; no refresh token without ``offline_access``."""

    access_token: str
    refresh_token: str | None
    scopes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Code:
    grant: Grant
    redirect_uri: str
    challenge: str
    expires: datetime
    is_used: bool = False


@dataclass(frozen=True, kw_only=True)
class _Token:
    kind: str
    grant_id: str
    scopes: tuple[str, ...]
    expires: datetime
    is_used: bool = False


class Grants:
    """Issues and ends permissions. To be used under the lock of the bureau only."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        # In memory: a restart within the five minutes of a code is a new consent.
        self._codes: dict[str, _Code] = {}
        self._grants = {name: _read_grant(stored) for name, stored in store.load("rest_grant")}
        self._tokens = {name: _read_token(stored) for name, stored in store.load("rest_token")}

    def all(self) -> tuple[Grant, ...]:
        return tuple(self._grants.values())

    def make_code(
        self,
        *,
        client_id: str,
        email: str,
        debtor_ids: tuple[int, ...],
        scopes: tuple[str, ...],
        redirect_uri: str,
        challenge: str = "",
    ) -> str:
        """Return a code that works once and for a short time, for this client and address."""
        now = self._clock()
        self._codes = {name: one for name, one in self._codes.items() if one.expires > now}
        code = secrets.token_hex(20)
        self._codes[code] = _Code(
            grant=_new_grant(client_id, email, debtor_ids, scopes),
            redirect_uri=redirect_uri,
            challenge=challenge,
            expires=now + CODE_LIFE,
        )
        return code

    def consent(
        self,
        *,
        client_id: str,
        email: str,
        debtor_ids: tuple[int, ...],
        scopes: tuple[str, ...],
    ) -> Tokens:
        """Return the tokens of a new consent at once, for tests that need no pages."""
        grant = _new_grant(client_id, email, debtor_ids, scopes)
        self._keep(grant)
        return self._issue(grant, scopes)

    def exchange_code(
        self, code: str, *, client_id: str, redirect_uri: str, verifier: str
    ) -> Tokens | None:
        """Return the tokens of a code, or None if the code is not valid for that."""
        issued = self._codes.get(code)
        if issued is None or issued.grant.client_id != client_id:
            return None
        if issued.is_used:
            # Recommended by the standard: a code that comes twice was stolen.
            self.end(issued.grant.grant_id)
            return None
        # Used up even when it is refused: it must not be tried again and again.
        self._codes[code] = replace(issued, is_used=True)
        if (
            issued.expires <= self._clock()
            or issued.redirect_uri != redirect_uri
            or issued.challenge != (_challenge(verifier) if verifier else "")
        ):
            return None
        self._keep(issued.grant)
        return self._issue(issued.grant, issued.grant.scopes)

    def is_within(self, scopes: tuple[str, ...], token: str) -> bool:
        """Return whether the consent of a refresh token covers these scopes, if it is known."""
        issued = self._tokens.get(token)
        return issued is None or set(scopes) <= set(self._grants[issued.grant_id].scopes)

    def exchange_refresh_token(
        self, token: str, *, client_id: str, scopes: tuple[str, ...] = ()
    ) -> Tokens | None:
        """Return new tokens, perhaps of fewer scopes, or None if the token is not valid.

        The token is dead then. One that comes a second time ends its grant.
        """
        issued = self._tokens.get(token)
        if issued is None or issued.kind != _REFRESH:
            return None
        grant = self._grants[issued.grant_id]
        if grant.client_id != client_id or grant.is_ended or issued.expires <= self._clock():
            return None
        if issued.is_used:
            self.end(grant.grant_id)
            return None
        self._put(token, replace(issued, is_used=True))
        return self._issue(grant, scopes or grant.scopes)

    def holder(self, access_token: str) -> Grant | None:
        """Return the grant of an access token, with the scopes of the token, or None."""
        issued = self._tokens.get(access_token)
        if issued is None or issued.kind != _ACCESS or issued.expires <= self._clock():
            return None
        grant = self._grants[issued.grant_id]
        return None if grant.is_ended else replace(grant, scopes=issued.scopes)

    def revoke(self, token: str, *, client_id: str) -> None:
        """End the grant of a refresh token, or one access token. An unknown one is no error."""
        issued = self._tokens.get(token)
        if issued is None or self._grants[issued.grant_id].client_id != client_id:
            return
        if issued.kind == _REFRESH:
            self.end(issued.grant_id)
        else:
            self._put(token, replace(issued, expires=self._clock()))

    def withdraw(self, email: str) -> int:
        """End every grant of a person, as the App Manager does. Return how many."""
        alive = [one for one in self.all() if one.email == email and not one.is_ended]
        for one in alive:
            self.end(one.grant_id)
        return len(alive)

    def end(self, grant_id: str) -> None:
        grant = self._grants.get(grant_id)
        if grant is not None:
            self._keep(replace(grant, is_ended=True))

    def clear(self) -> None:
        """Forget everything. The store is emptied by the bureau."""
        self._codes.clear()
        self._grants.clear()
        self._tokens.clear()

    def _issue(self, grant: Grant, scopes: tuple[str, ...]) -> Tokens:
        self._drop_expired()
        has_refresh = OFFLINE_ACCESS in grant.scopes
        return Tokens(
            access_token=self._token(_ACCESS, grant, scopes, ACCESS_LIFE),
            refresh_token=self._token(_REFRESH, grant, scopes, REFRESH_LIFE)
            if has_refresh
            else None,
            scopes=scopes,
        )

    def _token(self, kind: str, grant: Grant, scopes: tuple[str, ...], life: timedelta) -> str:
        token = secrets.token_urlsafe(32)
        expires = self._clock() + life
        issued = _Token(kind=kind, grant_id=grant.grant_id, scopes=scopes, expires=expires)
        self._put(token, issued)
        return token

    def _drop_expired(self) -> None:
        now = self._clock()
        for token in [name for name, one in self._tokens.items() if one.expires <= now]:
            del self._tokens[token]
            self._store.remove("rest_token", token)

    def _put(self, token: str, issued: _Token) -> None:
        self._tokens[token] = issued
        written = {**asdict(issued), "expires": issued.expires.isoformat()}
        self._store.save("rest_token", token, written)

    def _keep(self, grant: Grant) -> None:
        self._grants[grant.grant_id] = grant
        self._store.save("rest_grant", grant.grant_id, asdict(grant))


def missing_scopes(wanted: Collection[str], granted: Collection[str]) -> bool:
    """Return whether none of the scopes that would do was granted."""
    return not set(wanted) & set(granted)


def _new_grant(
    client_id: str, email: str, debtor_ids: tuple[int, ...], scopes: tuple[str, ...]
) -> Grant:
    return Grant(
        grant_id=secrets.token_hex(8),
        client_id=client_id,
        email=email,
        debtor_ids=debtor_ids,
        scopes=scopes,
    )


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _read_grant(stored: dict[str, Any]) -> Grant:
    lists = {"debtor_ids": tuple(stored["debtor_ids"]), "scopes": tuple(stored["scopes"])}
    return Grant(**{**stored, **lists})


def _read_token(stored: dict[str, Any]) -> _Token:
    expires = datetime.fromisoformat(stored["expires"])
    return _Token(**{**stored, "scopes": tuple(stored["scopes"]), "expires": expires})
