"""What all answers of the API share, also those that no operation has made."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tilisilta.api.problems import CONTENT_TYPE, refused_with
from tilisilta.services import audit

START = "/api/v1/"
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


class ApiMiddleware:
    """Keeps answers of the API out of caches, and makes problem details of every refusal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(START):
            return self.get_response(request)
        asked = request.method
        if asked == "HEAD":
            # The operations know GET alone; the body is taken away on the way out.
            request.method = "GET"
        with audit.request_to_the_api():
            response = _as_problem(self.get_response(request), request)
        request.method = asked
        # Pay must not stay in a cache on the way.
        response.headers["Cache-Control"] = "no-store"
        return response


def _as_problem(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """Return a refusal as problem details: one of an address that is not there, for example."""
    is_told = response.headers.get("Content-Type", "").startswith(CONTENT_TYPE)
    if response.status_code < 400 or is_told:
        return response
    told = refused_with(response.status_code, request)
    for name in _KEPT_HEADERS:
        if name in response.headers:
            told.headers[name] = response.headers[name]
    return told
