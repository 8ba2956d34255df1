"""Who may open a page: the log-in is checked first, then the right of the user template."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers
from django_htmx.middleware import HtmxDetails

from tilisilta.models import Area, Right, User
from tilisilta.web.logged_out import log_in_first

P = ParamSpec("P")


class UserRequest(HttpRequest):
    """A request by a user who is logged in."""

    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
UserView = Callable[Concatenate[UserRequest, P], HttpResponseBase]


def logged_in(view: UserView[P]) -> View[P]:
    """Let logged-in users open a page; send others to the log-in and back."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return log_in_first(request)
        response = view(cast(UserRequest, request), *args, **kwargs)
        if not response.has_header("Cache-Control"):
            # Pay must not stay in the cache of a browser that several people use.
            add_never_cache_headers(response)
        return response

    return guarded


def needs(
    area: Area, right: Right, *, post: Right | None = None
) -> Callable[[UserView[P]], View[P]]:
    """Let users with ``right`` in ``area`` open a page; refuse others with 403.

    ``post`` is the right needed to change something, where reading needs less.
    """

    def decorate(view: UserView[P]) -> View[P]:
        @wraps(view)
        def guarded(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            needed = post if post is not None and request.method == "POST" else right
            if not request.user.can(needed, area):
                raise PermissionDenied(f"{area.label}: {needed.label}")
            return view(request, *args, **kwargs)

        return logged_in(guarded)

    return decorate
