"""Speaks the reader's language: the one they chose, else their browser's, else English."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

COOKIE = "language"


class LanguageMiddleware:
    """Activates the language chosen by cookie, or the browser's first that we have."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in the reader's language."""
        chosen = request.COOKIES.get(COOKIE, "")
        if chosen not in dict(settings.LANGUAGES):
            chosen = translation.get_language_from_request(request)
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen  # type: ignore[attr-defined]  # as Django's own does
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", chosen)
        response.headers.setdefault("Vary", "Accept-Language, Cookie")
        return response
