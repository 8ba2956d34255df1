"""The token call and the revocation: what programs send to the identity service."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus

from werkzeug.wrappers import Request, Response

from nmbrs_sandbox.rest.grants import ACCESS_LIFE, Grants, Tokens
from nmbrs_sandbox.rest.partners import Partner
from sandbox_parts.wire import answer

_FORM = "application/x-www-form-urlencoded"
# Listed by the service's discovery, which it shares with other products, and not offered.
_NOT_FOR_PARTNERS = ("client_credentials", "password")


class TokenRefused(Exception):
    """The call is answered with an error in the form of OAuth."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status

    def response(self) -> Response:
        body = {"error": self.error, "error_description": self.description}
        response = answer(body, self.status)
        if self.status == 401:
            response.headers["WWW-Authenticate"] = 'Basic realm="identity"'
        return _not_stored(response)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A token call whose program is known."""

    form: Mapping[str, str]
    client_id: str
    grants: Grants

    def required(self, name: str) -> str:
        value = self.form.get(name)
        if not value:
            raise TokenRefused("invalid_request", f"The parameter {name} is missing.")
        return value


def give_token(request: Request, grants: Grants, partners: Sequence[Partner]) -> Response:
    """Return tokens for a code or a refresh token, or raise ``TokenRefused``."""
    asked = _read(request, grants, partners)
    grant_type = asked.required("grant_type")
    if grant_type in _NOT_FOR_PARTNERS:
        raise TokenRefused("unauthorized_client", "The client may not use this grant type.")
    if grant_type not in _GRANT_TYPES:
        raise TokenRefused("unsupported_grant_type", "There is no such grant type.")
    return _written(_GRANT_TYPES[grant_type](asked))


def revoke(request: Request, grants: Grants, partners: Sequence[Partner]) -> Response:
    """End a token. The standard has no error for one that is unknown."""
    asked = _read(request, grants, partners)
    grants.revoke(asked.required("token"), client_id=asked.client_id)
    return Response(status=200)


def _from_code(asked: _Asked) -> Tokens:
    tokens = asked.grants.exchange_code(
        asked.required("code"),
        client_id=asked.client_id,
        redirect_uri=asked.required("redirect_uri"),
        verifier=asked.form.get("code_verifier", ""),
    )
    if tokens is None:
        raise TokenRefused(
            "invalid_grant", "The code is used, too old, or of another address or verifier."
        )
    return tokens


def _from_refresh_token(asked: _Asked) -> Tokens:
    token = asked.required("refresh_token")
    wanted = tuple(asked.form.get("scope", "").split())
    if not asked.grants.is_within(wanted, token):
        raise TokenRefused("invalid_scope", "More is asked for than was consented to.")
    tokens = asked.grants.exchange_refresh_token(token, client_id=asked.client_id, scopes=wanted)
    if tokens is None:
        raise TokenRefused("invalid_grant", "The refresh token is used, too old, or was ended.")
    return tokens


_GRANT_TYPES: Mapping[str, Callable[[_Asked], Tokens]] = {
    "authorization_code": _from_code,
    "refresh_token": _from_refresh_token,
}


def _read(request: Request, grants: Grants, partners: Sequence[Partner]) -> _Asked:
    if request.mimetype != _FORM:
        raise TokenRefused("invalid_request", f"The content type has to be {_FORM}.")
    # In an address, a secret would end in the logs of every server on the way.
    if request.args:
        raise TokenRefused("invalid_request", "Send the parameters in the body, not the URL.")
    if any(len(values) > 1 for _, values in request.form.lists()):
        raise TokenRefused("invalid_request", "A parameter is there more than once.")
    client_id = _client_id(request, partners)
    return _Asked(form=request.form, client_id=client_id, grants=grants)


def _client_id(request: Request, partners: Sequence[Partner]) -> str:
    basic = _basic(request)
    if basic is not None and "client_secret" in request.form:
        raise TokenRefused("invalid_request", "The client names itself twice.")
    form = request.form
    sent = basic or (form.get("client_id", ""), form.get("client_secret", ""))
    for one in partners:
        if (one.client_id, one.client_secret) == sent:
            return one.client_id
    status = 400 if basic is None else 401
    raise TokenRefused("invalid_client", "Unknown client id or wrong secret.", status=status)


def _basic(request: Request) -> tuple[str, str] | None:
    """Return id and secret of the header, each percent-decoded, as the standard has them."""
    # Read here: werkzeug leaves the two halves encoded.
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(text.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    client_id, _, secret = decoded.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _written(tokens: Tokens) -> Response:
    body: dict[str, str | int] = {
        "access_token": tokens.access_token,
        "expires_in": int(ACCESS_LIFE.total_seconds()),
        "token_type": "Bearer",
        "scope": " ".join(tokens.scopes),
    }
    if tokens.refresh_token is not None:
        body["refresh_token"] = tokens.refresh_token
    return _not_stored(answer(body))


def _not_stored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
