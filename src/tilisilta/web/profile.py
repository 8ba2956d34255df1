"""A person's own page: name, language, password, and the second step of their log-in."""

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpResponse
from django.shortcuts import render

from tilisilta.web.rights import UserRequest, logged_in


@logged_in
def profile(request: UserRequest) -> HttpResponse:
    """What the reader can change about their own log-in."""
    return render(
        request, "account/profile.html", {"has_second_step": is_mfa_enabled(request.user)}
    )
