"""What the API answers where something is refused: problem details as RFC 9457 has them."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import ValidationError as FaultyValues

from tilisilta.clients.files.outcomes import ColumnsNeeded, FileRefused
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.errors import NeedsAttention, OutcomeUnknown, TilisiltaError, TryAgainLater
from tilisilta.management.output import NamesUnknown, error_document, json_text
from tilisilta.models.encryption import KeysDoNotFit
from tilisilta.services.api_tokens import TokenNotAccepted, TokenNotAllowed, TooManyWrongTokens
from tilisilta.services.explanations import explain
from tilisilta.services.keyed_requests import KeyUsedOtherwise, RequestUnderWay
from tilisilta.services.webhooks.addresses import WebhookAddressRefused

CONTENT_TYPE = "application/problem+json"
MOST_PROBLEMS = 200
# The most special kind first.
STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (TokenNotAccepted, 401),
    (TokenNotAllowed, 403),
    (TooManyWrongTokens, 429),
    (RequestUnderWay, 409),
    (KeyUsedOtherwise, 422),
    (FileRefused, 422),
    (ColumnsNeeded, 422),
    (NamesUnknown, 422),
    (WebhookAddressRefused, 422),
    (KeysDoNotFit, 503),
    (TryAgainLater, 503),
    (OutcomeUnknown, 502),
    (TilisiltaError, 409),
)
_CODES_OF_STATUSES: Mapping[int, ProblemCode] = {
    404: ProblemCode.NOTHING_HERE,
    500: ProblemCode.FAULT_OF_OURS,
}
_logger = logging.getLogger(__name__)


class ValuesNotPossible(NeedsAttention):
    """Values of a request are missing or wrong; ``faults`` say of each which and why."""

    code = ProblemCode.VALUES_NOT_POSSIBLE

    def __init__(self, **faults: str) -> None:
        super().__init__(f"These values are not possible: {', '.join(faults)}.")
        self.faults = faults
        self.facts = {"values": ", ".join(faults)}


def refusal(error: Exception, request: HttpRequest, **said: object) -> HttpResponse:
    """Return the answer for an error that was expected; ``said`` are further members of it."""
    if isinstance(error, ValidationError):
        return refusal(_values_of(error), request)
    if isinstance(error, FaultyValues):
        return refusal(_values_asked(error), request)
    if isinstance(error, Http404):
        return refused_with(404, request)
    if isinstance(error, SuspiciousOperation):
        return refused_with(413 if isinstance(error, RequestDataTooBig) else 400, request)
    if isinstance(error, InvalidToken):
        return refusal(KeysDoNotFit("No key of ours opens a secret."), request)
    if not isinstance(error, TilisiltaError):
        raise error
    status = 422 if isinstance(error, ValuesNotPossible) else _status_of(error)
    document = {**problem_details(error, request, status=status), **said}
    response = _response(document, status)
    if isinstance(error, TryAgainLater) and error.retry_after_seconds is not None:
        response["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, TokenNotAccepted):
        response["WWW-Authenticate"] = 'Bearer realm="Tilisilta"'
    return response


def fault(error: Exception, request: HttpRequest) -> HttpResponse:
    """Return the answer for a fault of ours, and log it; neither has what the request carried."""
    _logger.error("The API failed at %s %s", request.method, request.path, exc_info=error)
    return refused_with(500, request)


def refused_with(status: int, request: HttpRequest) -> HttpResponse:
    """Return the answer for a status that no error of ours stands behind."""
    code = _CODES_OF_STATUSES.get(status, ProblemCode.REQUEST_NOT_DESCRIBED)
    explanation = explain(Problem(code=code))
    document = {
        **_heading(code.value, explanation.message, explanation.cause, request, status),
        "code": code.value,
        "message": explanation.message,
        "cause": explanation.cause,
        "remedy": explanation.remedy,
    }
    return _response(document, status)


def problem_details(error: TilisiltaError, request: HttpRequest, *, status: int) -> dict[str, Any]:
    """Return the problem details of ``error``, with all that the commands print of it."""
    document = error_document(error)
    if "problems" in document:
        document["problem_count"] = len(document["problems"])
        document["problems"] = document["problems"][:MOST_PROBLEMS]
    if isinstance(error, ValuesNotPossible):
        document["faults"] = error.faults
    title, detail = document["message"], document["cause"]
    return {**_heading(document["code"], title, detail, request, status), **document}


def _heading(
    code: str, title: str, detail: str, request: HttpRequest, status: int
) -> dict[str, Any]:
    return {
        "type": f"{settings.BASE_URL}/common-errors#{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
    }


def _response(document: Mapping[str, Any], status: int) -> HttpResponse:
    # A name of the request that has half a sign in it is written as JSON may write it.
    body = json_text(document).encode(errors="backslashreplace")
    return HttpResponse(body, content_type=CONTENT_TYPE, status=status)


def _status_of(error: TilisiltaError) -> int:
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def _values_of(error: ValidationError) -> ValuesNotPossible:
    if not hasattr(error, "error_dict"):
        return ValuesNotPossible(request=" ".join(error.messages))
    return ValuesNotPossible(
        **{name: " ".join(messages) for name, messages in error.message_dict.items()}
    )


def _values_asked(error: FaultyValues) -> ValuesNotPossible:
    """Return what is wrong with the values of a request, without the values themselves."""
    return ValuesNotPossible(**{_place_of(one["loc"]): str(one["msg"]) for one in error.errors})


def _place_of(where: Sequence[object]) -> str:
    """Return where a value stands in the request, without the names that only our code has."""
    source, *path = where
    if source == "body" and len(path) > 1:
        path = path[1:]
    return ".".join(map(str, path or [source]))
