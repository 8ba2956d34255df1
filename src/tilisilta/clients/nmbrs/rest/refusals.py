"""What the refusals of Nmbrs' REST API mean: by the code in their body, else by their status.

Nothing else of a body is kept, as it may quote the values of the call. The gateway before the API
has bodies of its own, without a code.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NoReturn

from tilisilta.clients.nmbrs.errors import (
    NmbrsAccessDenied,
    NmbrsCallForbidden,
    NmbrsEnvironmentClosed,
    NmbrsKeyRefused,
    NmbrsQuotaUsedUp,
    NmbrsRefused,
    NmbrsUnavailable,
)
from tilisilta.clients.nmbrs.rest.http import Answer
from tilisilta.clients.nmbrs.rest.wire import json_or_none

SEVERAL_DEBTORS = "40306"
UNKNOWN_COMPANY = "40404"
_QUOTA = "42909"
_REFUSALS: Mapping[str, type[NmbrsRefused]] = {
    "40303": NmbrsAccessDenied,
    "40304": NmbrsEnvironmentClosed,
    "40305": NmbrsAccessDenied,
    "40401": NmbrsAccessDenied,
    UNKNOWN_COMPANY: NmbrsAccessDenied,
    _QUOTA: NmbrsQuotaUsedUp,
}
_BY_STATUS: Mapping[int, type[NmbrsRefused]] = {
    HTTPStatus.UNAUTHORIZED: NmbrsKeyRefused,
    HTTPStatus.NOT_FOUND: NmbrsAccessDenied,
}
# The gateway's words for a plan whose calls are used up, which it refuses with 403.
_QUOTA_WORDS = "call volume quota"


def code_of(answer: Answer) -> str:
    """Return the code in the body of a refusal; empty for one of the gateway."""
    code = str(_body(answer).get("code") or "")
    return code if code.isascii() and code.isdecimal() else ""


def is_token_refused(answer: Answer) -> bool:
    return answer.status == HTTPStatus.UNAUTHORIZED and bool(code_of(answer))


def is_too_fast(answer: Answer) -> bool:
    """Return whether there were too many calls in a short time, after which others are allowed."""
    return (
        answer.status == HTTPStatus.TOO_MANY_REQUESTS
        and code_of(answer) != _QUOTA
        and not _names_quota(answer)
    )


def refuse(call: str, answer: Answer) -> NoReturn:
    """Raise what an answer means that is none of those expected."""
    code = code_of(answer)
    if answer.status < HTTPStatus.BAD_REQUEST or answer.is_failure:
        # A redirect, or another success than the call has, says nothing about the call.
        raise NmbrsUnavailable(f"Nmbrs answered {call} with status {answer.status}.")
    number = code or str(answer.status)
    if not code and _names_quota(answer):
        raise NmbrsQuotaUsedUp(call, number=number)
    known = _REFUSALS.get(code) or (None if code else _BY_STATUS.get(answer.status))
    if known is not None:
        raise known(call, number=number)
    if answer.status == HTTPStatus.FORBIDDEN and code != SEVERAL_DEBTORS:
        raise _not_consented(call, number)
    raise NmbrsRefused(call, number=number)


def _not_consented(call: str, number: str) -> NmbrsCallForbidden:
    error = NmbrsCallForbidden(call, number=number)
    error.facts = {**error.facts, "reason": "scope"}
    return error


def _names_quota(answer: Answer) -> bool:
    return _QUOTA_WORDS in str(_body(answer).get("message") or "").casefold()


def _body(answer: Answer) -> Mapping[str, Any]:
    # The gateway may answer in HTML.
    body = json_or_none(answer.content)
    return body if isinstance(body, dict) else {}
