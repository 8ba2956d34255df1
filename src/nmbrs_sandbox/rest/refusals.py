"""Refusing a call as the API does: a status, and a body with a code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.wrappers import Response

from sandbox_parts.wire import answer

_DOCUMENTS = "https://developer.nmbrs.com/api/docs/errors"
_STATUS_PAGE = "https://status.nmbrs.com/"
INVALID_PARAMETER = 40033
MISSING_TOKEN = 40101
INVALID_TOKEN = 40102
NO_ACCESS = 40303
ENVIRONMENT_DISABLED = 40304
NO_RIGHT = 40305
SEVERAL_DEBTORS = 40306
NOT_FOUND = 40401
UNKNOWN_COMPANY = 40404
TOO_MANY_CALLS = 42908
QUOTA_EXCEEDED = 42909
UNEXPECTED = 50001
BAD_GATEWAY = 50201
UNAVAILABLE = 50301


@dataclass(frozen=True, kw_only=True)
class _Kind:
    type: str
    title: str
    detail: str


# The codes are the published ones. The texts are not literal, but the titles are told apart by
# clients in use: that of 50001 is misspelt there too, and that of 40306 ends with a dot.
_KINDS = {
    INVALID_PARAMETER: _Kind(
        type="validationError", title="Parameter_Invalid", detail="A parameter is invalid."
    ),
    MISSING_TOKEN: _Kind(
        type="authenticationError", title="Missing_Token", detail="There is no token."
    ),
    INVALID_TOKEN: _Kind(
        type="authenticationError", title="Invalid_Token", detail="The token is not valid."
    ),
    NO_ACCESS: _Kind(
        type="authenticationError",
        title="Unauthorized_AccessData",
        detail="The login has no access to this debtor or company. Its tags, filters and "
        "template decide.",
    ),
    ENVIRONMENT_DISABLED: _Kind(
        type="authenticationError",
        title="Invalid_Subscription",
        detail="The environment is disabled: it has no valid subscription.",
    ),
    NO_RIGHT: _Kind(
        type="authenticationError",
        title="Forbidden_AccessData",
        detail="Access to these data is refused.",
    ),
    SEVERAL_DEBTORS: _Kind(
        type="authenticationError",
        title="ForbiddenMultiDebtor.",
        detail="The consent covers several debtors, which this call does not take.",
    ),
    NOT_FOUND: _Kind(type="invalidRequestError", title="Not_Found", detail="It does not exist."),
    UNKNOWN_COMPANY: _Kind(
        type="invalidRequestError", title="Invalid_Company", detail="There is no such company."
    ),
    TOO_MANY_CALLS: _Kind(
        type="throttlingError",
        title="Too_Many_Calls",
        detail="There are more calls than the plan allows.",
    ),
    QUOTA_EXCEEDED: _Kind(
        type="throttlingError", title="Quota_Exceeded", detail="The quota of calls is used up."
    ),
    UNEXPECTED: _Kind(type="apiError", title="Unkown", detail="Something unexpected happened."),
    BAD_GATEWAY: _Kind(type="apiError", title="Bad_Gateway", detail="The gateway failed."),
    UNAVAILABLE: _Kind(
        type="apiError", title="Service_Unavailable", detail="The API is not available now."
    ),
}


class RestRefused(Exception):
    """The call is answered with that refusal, and nothing was changed.

    ``code`` is for the log: a number of the service, or a word of the sandbox (``SANDBOX_…``).
    """

    def __init__(self, code: str, response: Response) -> None:
        super().__init__(code)
        self.code = code
        self.response = response


def refusal(code: int, *, retry_after_seconds: int | None = None) -> RestRefused:
    """Return the refusal of a published code, whose first three digits are the status."""
    response = _response(code // 100, code, _KINDS[code])
    if retry_after_seconds is not None:
        response.headers["Retry-After"] = str(retry_after_seconds)
    return RestRefused(str(code), response)


def invalid_parameter(name: str, reason: str) -> RestRefused:
    code = INVALID_PARAMETER
    response = _response(400, code, _KINDS[code], wrong=({"name": name, "reason": reason},))
    return RestRefused(str(code), response)


def malformed(word: str, details: str, *, status: int = 400) -> RestRefused:
    """Return the refusal of what nothing public has a code for; its code is 0."""
    title = f"SANDBOX_{word}"
    kind = _Kind(type="invalidRequestError", title=title, detail=details)
    return RestRefused(title, _response(status, 0, kind))


def wrong_subscription_key() -> RestRefused:
    """Return the refusal of the gateway, which has a body of its own."""
    message = "Access denied due to a missing or invalid subscription key."
    body = {"statusCode": 401, "message": message}
    return RestRefused("SUBSCRIPTION_KEY", answer(body, 401))


def _response(
    status: int, code: int, kind: _Kind, *, wrong: Sequence[Mapping[str, str]] = ()
) -> Response:
    body = {
        "type": kind.type,
        "httpStatus": status,
        "code": code,
        "title": kind.title,
        "detail": kind.detail,
        "invalid-params": wrong,
        "docUrl": _STATUS_PAGE if code == UNAVAILABLE else _DOCUMENTS,
    }
    return answer(body, status)
