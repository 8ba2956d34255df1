"""A reader whose session has ended: to the log-in, back to the page, and told what was lost."""

from http import HTTPMethod
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from tilisilta.web.only_posted import takes_posts_only

COOKIE = "logged_out"
UNSENT, STOPPED = "unsent", "stopped"
COOKIE_AGE_SECONDS = 60 * 60


def log_in_first(request: HttpRequest) -> HttpResponse:
    """Send a reader who is not logged in to the log-in, and back to the page afterwards.

    What a click would have done is lost: it is not done after the log-in, as the reader may be
    another one, or have thought better of it.
    """
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if htmx:
        # A part of a page cannot show the log-in; the whole page has to go there.
        page = _page_of_the_part(htmx)
        address = redirect_to_login(page).url if page else reverse("account_login")
        return _noted(HttpResponseClientRedirect(address), STOPPED)
    if request.method == HTTPMethod.POST:
        return _noted(redirect_to_login(_page_of_the_click(request)), UNSENT)
    return redirect_to_login(_page_at(request.get_full_path()))


def what_was_lost(request: HttpRequest) -> str:
    """Return the sentence for a reader whose session ended in the middle of something."""
    match request.COOKIES.get(COOKIE):
        case "unsent":
            return _(
                "You were logged out meanwhile, so your last click did nothing: nothing was sent "
                "and nothing was changed."
            )
        case "stopped":
            return _(
                "You were logged out meanwhile, and the page stopped following. What is queued "
                "for sending goes on by itself; nothing more was sent from the page."
            )
        case _:
            return ""


def tell_after_log_in(request: HttpRequest, response: HttpResponse) -> None:
    """Say on the page after the log-in what was lost, once; that page is never a mere button."""
    if address := response.headers.get("Location"):
        response.headers["Location"] = _page_at(address)
    if text := what_was_lost(request):
        messages.warning(request, text)
        response.delete_cookie(COOKIE)


def _noted(response: HttpResponse, what: str) -> HttpResponse:
    # No session is made for it: anybody may post anything here.
    response.set_cookie(
        COOKIE,
        what,
        max_age=COOKIE_AGE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _page_of_the_part(htmx: HtmxDetails) -> str | None:
    try:
        return htmx.current_url_abs_path
    except ValueError:
        return None


def _page_of_the_click(request: HttpRequest) -> str:
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        # A browser sends no such address, but a program may.
        return _page_at(request.path)
    if came_from.netloc == request.get_host():
        address = came_from._replace(scheme="", netloc="", fragment="").geturl()
        return _page_at(address)
    return _page_at(request.path)


def _page_at(address: str) -> str:
    """Return ``address``, or where only a button leads there, the nearest page above it."""
    path = urlsplit(address).path
    while path.strip("/"):
        try:
            found = resolve(path)
        except Resolver404:
            pass
        else:
            if not takes_posts_only(found.func):
                return address
        address = path = path.rstrip("/").rpartition("/")[0] or "/"
    return address or "/"
