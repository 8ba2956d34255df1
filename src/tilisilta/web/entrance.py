"""What a person has to do before anything else: a password of their own, a second step."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from tilisilta.models import User
from tilisilta.services.users import has_second_step

ALWAYS_OPEN = frozenset({"account_logout", "language"})
TO_CHANGE_THE_PASSWORD = ALWAYS_OPEN | {"account_change_password"}
TO_TURN_ON_THE_SECOND_STEP = TO_CHANGE_THE_PASSWORD | {
    "account_reauthenticate",
    "mfa_activate_totp",
}


class EntranceMiddleware:
    """Leads a user to the page where they do what is due; the others are closed until then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """Answer in place of the view where something else is due."""
        if not request.user.is_authenticated:
            return None
        match = request.resolver_match
        due = page_due(request.user, asked=(match.url_name if match else None) or "")
        if due is None:
            return None
        if getattr(request, "htmx", False):
            # A part of a page cannot show a form of its own; the whole page has to go there.
            return HttpResponseClientRedirect(resolve_url(due))
        return redirect(due)


def page_due(user: User, *, asked: str) -> str | None:
    """Return the name of the page that comes before the page ``asked``; ``None`` opens that."""
    if user.must_change_password:
        return None if asked in TO_CHANGE_THE_PASSWORD else "account_change_password"
    if asked in TO_TURN_ON_THE_SECOND_STEP or user.template is None:
        return None
    if user.template.demands_second_step and not has_second_step(user):
        return "mfa_activate_totp"
    return None
