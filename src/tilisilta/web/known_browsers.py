"""Browsers in which somebody has logged in before, told by a signed cookie.

Their log-ins are counted apart, so that strangers who try passwords lock out strangers only.
"""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tilisilta.models import User

COOKIE = "known_browser"
COOKIE_AGE_SECONDS = 365 * 24 * 60 * 60
MOST_USERS = 10


def browser_known_to(request: HttpRequest, username: str) -> str:
    """Return the id of a browser in which this user has logged in before, or nothing."""
    browser, users = _read(request)
    if not users or not User.objects.filter(username__iexact=username, pk__in=users).exists():
        return ""
    return browser


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Set the cookie that tells that ``user`` has logged in here."""
    browser, users = _read(request)
    kept = [pk for pk in users if pk != user.pk][-(MOST_USERS - 1) :]
    response.set_signed_cookie(
        COOKIE,
        ".".join([browser or secrets.token_hex(16), *map(str, [*kept, user.pk])]),
        max_age=COOKIE_AGE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[int]]:
    # A cookie that is missing, too old or not signed by us gives nothing.
    written = request.get_signed_cookie(COOKIE, "", max_age=COOKIE_AGE_SECONDS)
    browser, *users = (written or "").split(".")
    return browser, [int(pk) for pk in users]
