"""The token endpoint: codes, refresh tokens and API keys are exchanged for access tokens."""

from collections.abc import Callable, Mapping

from werkzeug.wrappers import Request, Response

from procountor_sandbox.grants import ACCESS_LIFE, Grant
from procountor_sandbox.office import Office
from sandbox_parts.wire import answer

FORM = "application/x-www-form-urlencoded"
_PARAMETERS = ("grant_type", "client_id", "client_secret", "api_key", "code", "refresh_token")


class _TokenRefused(Exception):
    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description


def give_token(request: Request, office: Office) -> Response:
    """Return tokens, or the reason for a refusal in the form of OAuth."""
    try:
        form = _form(request)
        client_id = _client(form, request, office)
        return _GRANT_TYPES.get(form.get("grant_type", ""), _unsupported)(form, client_id, office)
    except _TokenRefused as refused:
        body = {"error": refused.error, "error_description": refused.description}
        return answer(body, refused.status)


def _form(request: Request) -> Mapping[str, str]:
    # Documented since version 23.09: the parameters are in the body. In an address, they would end
    # in the logs of every server on the way.
    if any(name in request.args for name in _PARAMETERS):
        raise _TokenRefused(400, "invalid_request", "Send the parameters in the body, not the URL.")
    # Documented: a charset behind the content type is refused.
    if request.headers.get("Content-Type", "").strip().lower() != FORM:
        raise _TokenRefused(
            400, "invalid_request", f"The content type has to be {FORM}, without a charset."
        )
    return request.form


def _client(form: Mapping[str, str], request: Request, office: Office) -> str:
    # Some OAuth libraries try HTTP Basic first; the documentation has the form only.
    basic = request.authorization
    names: tuple[str | None, str | None] = (None, None)
    if basic is not None and basic.type == "basic":
        names = (basic.username, basic.password)
    client_id = form.get("client_id") or names[0]
    secret = form.get("client_secret") or names[1]
    for one in office.world.api_clients:
        if (one.client_id, one.client_secret) == (client_id, secret):
            return one.client_id
    raise _TokenRefused(401, "invalid_client", "Unknown client id or wrong client secret.")


def _from_code(form: Mapping[str, str], client_id: str, office: Office) -> Response:
    grant = office.grants.exchange_code(
        _required(form, "code"),
        client_id=client_id,
        redirect_uri=_required(form, "redirect_uri"),
    )
    if grant is None:
        raise _TokenRefused(
            400, "invalid_grant", "The code is used, too old, or made for another redirect_uri."
        )
    return _tokens(grant, office, with_refresh_token=True)


def _from_refresh_token(form: Mapping[str, str], client_id: str, office: Office) -> Response:
    # The refresh token stays valid. Whether Procountor issues a new one is not documented.
    token = _required(form, "refresh_token")
    grant = office.grants.exchange_refresh_token(token, client_id=client_id)
    if grant is None:
        raise _TokenRefused(400, "invalid_grant", "The refresh token has ended or is not ours.")
    return _tokens(grant, office)


def _from_api_key(form: Mapping[str, str], client_id: str, office: Office) -> Response:
    # A redirect_uri may come along or not: clients in use do both.
    key = _required(form, "api_key")
    grant = office.grants.exchange_api_key(key, client_id=client_id)
    if grant is None:
        raise _TokenRefused(401, "invalid_grant", "The API key is unknown or has been revoked.")
    return _tokens(grant, office)


def _unsupported(form: Mapping[str, str], _client_id: str, _office: Office) -> Response:
    _required(form, "grant_type")
    raise _TokenRefused(400, "unsupported_grant_type", "This grant type is not offered.")


_GRANT_TYPES: Mapping[str, Callable[[Mapping[str, str], str, Office], Response]] = {
    "authorization_code": _from_code,
    "refresh_token": _from_refresh_token,
    "client_credentials": _from_api_key,
}


def _required(form: Mapping[str, str], name: str) -> str:
    value = form.get(name)
    if not value:
        raise _TokenRefused(400, "invalid_request", f"The parameter {name} is missing.")
    return value


def _tokens(grant: Grant, office: Office, *, with_refresh_token: bool = False) -> Response:
    tokens: dict[str, str | int] = {
        "access_token": office.grants.access_token(grant),
        "token_type": "bearer",
        "expires_in": int(ACCESS_LIFE.total_seconds()),
    }
    if with_refresh_token:
        tokens["refresh_token"] = office.grants.refresh_token(grant)
    response = answer(tokens)
    response.headers["Cache-Control"] = "no-store"
    return response
