"""How a person lets us act for a company in Procountor: log-in, API key, and access tokens."""

from dataclasses import dataclass, field

import httpx2
from pydantic import BaseModel, ConfigDict

from tilisilta.clients.procountor.errors import (
    ApplicationRefused,
    GrantEnded,
    ProcountorUnavailable,
)
from tilisilta.clients.procountor.exchange import refuse
from tilisilta.clients.procountor.http import open_http
from tilisilta.clients.procountor.wire import parse_json

_TIMEOUT_SECONDS = 15
_REFUSALS = frozenset({400, 401, 403})


@dataclass(frozen=True, kw_only=True)
class Application:
    """Our identity at Procountor, as its vendor registered us."""

    api_url: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, kw_only=True)
class Grant:
    """An access token and its lifetime. A log-in also gives a token to renew it with."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in_seconds: int


def login_url(application: Application, *, login_url: str, state: str) -> str:
    """Return where a person logs in and chooses a company, to return with a code and ``state``."""
    parameters = {
        "response_type": "code",
        "client_id": application.client_id,
        "redirect_uri": application.redirect_uri,
        "state": state,
    }
    return str(httpx2.URL(login_url).copy_merge_params(parameters))


def exchange_code(
    application: Application, code: str, *, transport: httpx2.BaseTransport | None
) -> Grant:
    return _ask(
        application,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": application.redirect_uri,
        },
        transport,
    )


def refresh(
    application: Application, refresh_token: str, *, transport: httpx2.BaseTransport | None
) -> Grant:
    """Return a new access token. Without a new refresh token in it, the old one stays valid."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return _ask(application, form, transport)


def token_for_api_key(
    application: Application, api_key: str, *, transport: httpx2.BaseTransport | None
) -> Grant:
    """Return an access token for the company and technical user of ``api_key``."""
    form = {
        "grant_type": "client_credentials",
        "redirect_uri": application.redirect_uri,
        "api_key": api_key,
    }
    return _ask(application, form, transport)


class _TokenAnswer(BaseModel):
    # Errors must not contain the value, which may be a token.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_token: str
    refresh_token: str | None = None
    # The documented lifetime, for an answer without one.
    expires_in: int = 3600

    def grant(self) -> Grant:
        return Grant(
            access_token=self.access_token,
            refresh_token=self.refresh_token,
            expires_in_seconds=self.expires_in,
        )


class _TokenFault(BaseModel):
    error: str = ""


def _ask(
    application: Application, form: dict[str, str], transport: httpx2.BaseTransport | None
) -> Grant:
    us = {"client_id": application.client_id, "client_secret": application.client_secret}
    url = f"{application.api_url.rstrip('/')}/oauth/token"
    with open_http(transport, timeout_seconds=_TIMEOUT_SECONDS) as http:
        try:
            # In the body, as Procountor no longer accepts credentials in the query.
            response = http.post(url, data=form | us)
        except httpx2.RequestError as error:
            kind = type(error).__name__
            raise ProcountorUnavailable(f"Procountor gave no token ({kind}).") from error
    return _sorted(response)


def _sorted(response: httpx2.Response) -> Grant:
    if response.is_success:
        try:
            return _TokenAnswer.model_validate(parse_json(response.content)).grant()
        except ValueError as error:
            raise ProcountorUnavailable("Procountor's answer holds no token.") from error
    if response.status_code in _REFUSALS:
        _refuse_grant(response)
    if response.is_client_error:
        # Its messages may quote what we sent, and that is nothing but secrets.
        refuse(response, ())
    raise ProcountorUnavailable(
        f"Procountor gave no token: it answered with status {response.status_code}."
    )


def _refuse_grant(response: httpx2.Response) -> None:
    fault = _fault(response.content)
    if fault in {"invalid_client", "unauthorized_client"}:
        raise ApplicationRefused(
            "Procountor does not accept our client id and client secret.",
            status=response.status_code,
            answers=(("", fault),),
        )
    is_unauthorised = response.status_code == httpx2.codes.UNAUTHORIZED
    if is_unauthorised or fault in {"", "invalid_grant", "access_denied"}:
        # Without a reason it is most likely the grant: people revoke keys, while our own id and
        # secret worked when the grant was made.
        raise GrantEnded("Procountor does not accept this authorisation or API key any more.")


def _fault(content: bytes) -> str:
    """Return the OAuth error code, without its description, which may quote what we sent."""
    try:
        return _TokenFault.model_validate(parse_json(content)).error
    except ValueError:
        return ""
