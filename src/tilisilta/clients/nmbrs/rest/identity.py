"""Asks Nmbrs' identity service for tokens: consent, renewal and revocation."""

import base64
import hashlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from math import isfinite
from typing import Any

import httpx2
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)

from tilisilta import __version__
from tilisilta.clients.nmbrs.rest.identity_errors import (
    AnswerLost,
    CodeRefused,
    ConsentEnded,
    IdentityUnavailable,
    RegistrationRefused,
)
from tilisilta.errors import TilisiltaError

TIMEOUT_SECONDS = 15
USUAL_LIFETIME_SECONDS = 3600.0
SHORTEST_LIFETIME_SECONDS = 120.0
"""A token is not renewed more often than that: a renewal takes seconds and uses a token up."""
LONGEST_LIFETIME_SECONDS = 86_400.0
# Nothing has left this machine when one of these is raised.
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_LONGEST_REASON = 40


@dataclass(frozen=True, kw_only=True)
class Registration:
    """Our identity at Nmbrs, as this installation was registered there."""

    identity_url: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What the identity service gave: an access token, the token to renew it once, and scopes."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in_seconds: int
    scopes: tuple[str, ...]


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of PKCE, which may be seen, of a verifier, which may not."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def authorize_url(
    registration: Registration, *, state: str, scopes: Sequence[str], verifier: str = ""
) -> str:
    """Return where a person consents, to come back with a code and ``state``.

    Without a ``verifier`` no proof of who asked is sent (PKCE).
    """
    parameters = {
        "response_type": "code",
        "client_id": registration.client_id,
        "redirect_uri": registration.redirect_uri,
        "scope": " ".join(scopes),
        "state": state,
    }
    if verifier:
        parameters |= {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    url = httpx2.URL(_address(registration, "authorize"))
    return str(url.copy_merge_params(parameters))


def exchange_code(
    registration: Registration,
    code: str,
    *,
    verifier: str = "",
    transport: httpx2.BaseTransport | None,
) -> Tokens:
    """Return the tokens for a code, which serves once. Raises ``CodeRefused``."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": registration.redirect_uri,
    }
    if verifier:
        form["code_verifier"] = verifier
    response = _ask(registration, "token", form, transport)
    if response.is_success:
        return _tokens(response)
    if _fault(response) == "invalid_grant":
        raise CodeRefused("Nmbrs does not accept the code of the consent.")
    raise _refusal(response)


def refresh(
    registration: Registration, refresh_token: str, *, transport: httpx2.BaseTransport | None
) -> Tokens:
    """Return new tokens; ``refresh_token`` is used up by that, whether the answer arrives or not.

    Raises ``ConsentEnded`` when it is accepted no more, and ``AnswerLost`` when nobody can say
    whether it was used. After any other error it is still good.
    """
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    response = _ask(registration, "token", form, transport)
    if response.is_success:
        return _tokens(response)
    if _fault(response) == "invalid_grant":
        raise ConsentEnded
    raise _refusal(response)


def revoke(
    registration: Registration, refresh_token: str, *, transport: httpx2.BaseTransport | None
) -> None:
    """Give a consent back. It is no error if Nmbrs does not know it any more (RFC 7009)."""
    form = {"token": refresh_token, "token_type_hint": "refresh_token"}
    response = _ask(registration, "revocation", form, transport)
    if not response.is_success:
        raise _refusal(response)


class _TokenAnswer(BaseModel):
    """An answer with tokens. Only the access token has to be readable.

    The token that was sent is used up: an odd field beside the new ones must not lose them.
    """

    # Errors must not contain the value, which may be a token.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_token: str = Field(min_length=1)
    refresh_token: str = ""
    expires_in: float = USUAL_LIFETIME_SECONDS
    scope: str = ""

    @field_validator("refresh_token", "expires_in", "scope", mode="wrap")
    @classmethod
    def usual_where_odd(
        cls, value: Any, read: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> Any:
        """Return the default in place of a value of another form."""
        if info.field_name == "scope" and isinstance(value, list):
            value = " ".join(map(str, value))
        try:
            return read(value)
        except ValidationError:
            return cls.model_fields[str(info.field_name)].default

    @field_validator("expires_in")
    @classmethod
    def within_reason(cls, value: float) -> float:
        """Return a lifetime that can be computed with, and that no call is too slow for."""
        if not isfinite(value):
            return USUAL_LIFETIME_SECONDS
        return min(max(value, SHORTEST_LIFETIME_SECONDS), LONGEST_LIFETIME_SECONDS)


class _Fault(BaseModel):
    error: str = ""


def _tokens(response: httpx2.Response) -> Tokens:
    try:
        answer = _TokenAnswer.model_validate_json(response.content)
    except ValueError:
        # Not chained, as its message may quote the answer.
        raise AnswerLost("The identity service of Nmbrs gave no readable token.") from None
    return Tokens(
        access_token=answer.access_token,
        refresh_token=answer.refresh_token,
        expires_in_seconds=int(answer.expires_in),
        scopes=tuple(answer.scope.split()),
    )


def _ask(
    registration: Registration,
    what: str,
    form: dict[str, str],
    transport: httpx2.BaseTransport | None,
) -> httpx2.Response:
    us = {"client_id": registration.client_id, "client_secret": registration.client_secret}
    with _http(transport) as http:
        try:
            response = http.post(_address(registration, what), data=form | us)
        except _NOT_SENT as error:
            kind = type(error).__name__
            raise IdentityUnavailable(f"The identity of Nmbrs was not reached ({kind}).") from error
        except httpx2.RequestError as error:
            kind = type(error).__name__
            raise AnswerLost(f"The identity of Nmbrs gave no answer ({kind}).") from error
    if response.is_server_error or response.status_code == httpx2.codes.REQUEST_TIMEOUT:
        # It may have done what it was asked before it failed.
        raise AnswerLost(f"The identity of Nmbrs answered with status {response.status_code}.")
    return response


def _refusal(response: httpx2.Response) -> TilisiltaError:
    if response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
        return IdentityUnavailable("The identity of Nmbrs was asked too often.")
    return RegistrationRefused(_fault(response) or str(response.status_code))


def _fault(response: httpx2.Response) -> str:
    """Return the OAuth error code, without its description, which may quote what we sent."""
    try:
        fault = _Fault.model_validate_json(response.content).error
    except ValueError:
        return ""
    return fault[:_LONGEST_REASON] if fault.isascii() and fault.isidentifier() else ""


def _address(registration: Registration, what: str) -> str:
    return f"{registration.identity_url.rstrip('/')}/connect/{what}"


def _http(transport: httpx2.BaseTransport | None) -> httpx2.Client:
    return httpx2.Client(
        headers={"User-Agent": f"Tilisilta/{__version__}", "Accept": "application/json"},
        timeout=TIMEOUT_SECONDS,
        transport=transport,
        verify=_trusted_authorities() if transport is None else True,
        # Secrets must not follow to another address.
        follow_redirects=False,
    )


@cache
def _trusted_authorities() -> ssl.SSLContext:
    return httpx2.create_ssl_context()
