"""Who may act in which company: codes, access tokens, refresh tokens and API keys."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from procountor_sandbox.signing import Signer
from procountor_sandbox.world import ApiKey, Person, World
from sandbox_parts.clock import Clock
from sandbox_parts.store import Store

# Clients in use report that tokens live 3600 seconds.
ACCESS_LIFE = timedelta(hours=1)
# Documented as six months.
REFRESH_LIFE = timedelta(days=182)
# Assumed, like that a code works only once.
CODE_LIFE = timedelta(minutes=5)
TICKET_LIFE = timedelta(minutes=10)
# Of one client, company and person. Not documented, but reported by a developer.
MOST_LIVE_GRANTS = 100


@dataclass(frozen=True, kw_only=True)
class Grant:
    """The permission of one API client to act as one person in one company."""

    grant_id: str
    company_id: int
    username: str
    client_id: str


@dataclass(frozen=True, kw_only=True)
class _Code:
    grant: Grant
    redirect_uri: str
    expires: datetime


class Grants:
    """Issues and ends permissions. An ended grant stays ended over restarts."""

    def __init__(self, world: World, *, store: Store, clock: Clock) -> None:
        self._world = world
        self._by_key = {one.key: _grant_of(one) for one in world.api_keys}
        self._from_keys = {one.grant_id: one for one in self._by_key.values()}
        self._store = store
        self._clock = clock
        self._signer = Signer(_secret(store))
        self._codes: dict[str, _Code] = {}
        self._from_codes = {name: Grant(**stored) for name, stored in store.load("grant")}
        self._ended = {name for name, _ in store.load("ended")}

    def make_code(
        self, person: Person, company_id: int, *, client_id: str, redirect_uri: str
    ) -> str:
        """Return a code that works once and for a short time, for this client and address."""
        code = secrets.token_urlsafe(24)
        grant = Grant(
            grant_id=secrets.token_hex(8),
            company_id=company_id,
            username=person.username,
            client_id=client_id,
        )
        self._codes[code] = _Code(
            grant=grant, redirect_uri=redirect_uri, expires=self._clock() + CODE_LIFE
        )
        return code

    def exchange_code(self, code: str, *, client_id: str, redirect_uri: str) -> Grant | None:
        """Return the grant of a code, or None if the code is not valid."""
        # Used up even when it is refused: a stolen code must not be tried again and again.
        issued = self._codes.pop(code, None)
        if (
            issued is None
            or issued.expires <= self._clock()
            or issued.grant.client_id != client_id
            or issued.redirect_uri != redirect_uri
        ):
            return None
        self._keep(issued.grant)
        return issued.grant

    def exchange_refresh_token(self, token: str, *, client_id: str) -> Grant | None:
        """Return the grant of a refresh token; None if it ended or belongs to another client."""
        grant = self._read(token, kind="refresh")
        return grant if grant is not None and grant.client_id == client_id else None

    def exchange_api_key(self, key: str, *, client_id: str) -> Grant | None:
        """Return the grant of an API key; None if it ended or belongs to another client."""
        grant = self._by_key.get(key)
        if grant is None or grant.client_id != client_id or grant.grant_id in self._ended:
            return None
        return grant

    def access_token(self, grant: Grant) -> str:
        return self._token(grant, kind="access", life=ACCESS_LIFE)

    def refresh_token(self, grant: Grant) -> str:
        return self._token(grant, kind="refresh", life=REFRESH_LIFE)

    def holder(self, access_token: str) -> Grant | None:
        """Return the grant of an access token, or None if the token is not valid."""
        return self._read(access_token, kind="access")

    def sign_out(self, access_token: str) -> None:
        """End one access token; its grant stays valid."""
        claims = self._signer.read(access_token, kind="access", now=self._clock())
        if claims is not None:
            self._end(claims["jti"])

    def revoke(self, *, company_id: int | None = None, username: str | None = None) -> int:
        """End every grant of a company, of a person, or of both; return how many."""
        matching = [
            grant
            for grant in (*self._from_codes.values(), *self._from_keys.values())
            if grant.grant_id not in self._ended
            and company_id in {None, grant.company_id}
            and username in {None, grant.username}
        ]
        self._end_all(matching)
        return len(matching)

    def make_ticket(self, person: Person) -> str:
        """Return the proof, for the second step of the login, that the password was right."""
        claims = {"kind": "ticket", "sub": person.username}
        return self._signer.sign(claims, now=self._clock(), life=TICKET_LIFE)

    def read_ticket(self, ticket: str) -> Person | None:
        claims = self._signer.read(ticket, kind="ticket", now=self._clock())
        return None if claims is None else self._world.person(claims["sub"])

    def clear(self) -> None:
        """Go back to the start: API keys are valid again, everything else is gone."""
        self._codes.clear()
        self._from_codes.clear()
        self._ended.clear()

    def _token(self, grant: Grant, *, kind: str, life: timedelta) -> str:
        claims = {
            "kind": kind,
            "jti": secrets.token_hex(8),
            "grant": grant.grant_id,
            "sub": grant.username,
            "companyId": grant.company_id,
            "clientId": grant.client_id,
        }
        return self._signer.sign(claims, now=self._clock(), life=life)

    def _read(self, token: str, *, kind: str) -> Grant | None:
        claims = self._signer.read(token, kind=kind, now=self._clock())
        if claims is None or self._ended & {claims["jti"], claims["grant"]}:
            return None
        name = claims["grant"]
        return self._from_codes.get(name) or self._from_keys.get(name)

    def _keep(self, grant: Grant) -> None:
        self._from_codes[grant.grant_id] = grant
        self._store.save("grant", grant.grant_id, _written(grant))
        alike = [
            one
            for one in self._from_codes.values()
            if (one.company_id, one.username, one.client_id)
            == (grant.company_id, grant.username, grant.client_id)
        ]
        self._end_all(alike[:-MOST_LIVE_GRANTS])

    def _end_all(self, grants: Iterable[Grant]) -> None:
        for grant in grants:
            self._end(grant.grant_id)
            if self._from_codes.pop(grant.grant_id, None) is not None:
                self._store.remove("grant", grant.grant_id)

    def _end(self, name: str) -> None:
        self._ended.add(name)
        self._store.save("ended", name, value=True)


def _grant_of(key: ApiKey) -> Grant:
    # A hash, as the id stands in every token, and what a token says can be read by its holder.
    return Grant(
        grant_id=f"key-{hashlib.sha256(key.key.encode()).hexdigest()[:16]}",
        company_id=key.company_id,
        username=key.username,
        client_id=key.client_id,
    )


def _written(grant: Grant) -> dict[str, Any]:
    return {
        "grant_id": grant.grant_id,
        "company_id": grant.company_id,
        "username": grant.username,
        "client_id": grant.client_id,
    }


def _secret(store: Store) -> str:
    # Stored, so that tokens issued before a restart are valid after it.
    for _, value in store.load("secret"):
        return str(value)
    made = secrets.token_hex(32)
    store.save("secret", "signing", made)
    return made
