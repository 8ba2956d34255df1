"""Answers in the reader's language: the one they chose, else their browser's, else English."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from tilisilta.services.users import choose_language
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import address_to_go_back_to

COOKIE = "language"
COOKIE_AGE_SECONDS = 365 * 24 * 60 * 60


class LanguageMiddleware:
    """Activates the language of the cookie, or the first of the browser's that we have.

    The language that a user has chosen for good gets into the cookie when they log in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in the reader's language."""
        chosen = request.COOKIES.get(COOKIE, "")
        if chosen not in dict(settings.LANGUAGES):
            chosen = translation.get_language_from_request(request)
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", chosen)
        # One address has several texts. A cache has to tell them apart.
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


@only_posted
def language(request: HttpRequest) -> HttpResponse:
    """Store the language that was chosen, and go back to the page it was chosen on."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    if request.user.is_authenticated:
        choose_language(request.user, chosen)
    response = HttpResponseRedirect(address_to_go_back_to(request) or reverse("overview"))
    remember_language(response, chosen)
    return response


def remember_language(response: HttpResponse, chosen: str) -> None:
    """Set the cookie that holds the chosen language for a year."""
    response.set_cookie(
        COOKIE,
        chosen,
        max_age=COOKIE_AGE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
