"""A person's own page: name, language, password, and the second step of their log-in."""

from django.http import HttpResponse
from django.shortcuts import render

from tilisilta.services.notices.choosing import choice_of
from tilisilta.services.users import has_second_step
from tilisilta.web.rights import UserRequest, logged_in


@logged_in
def profile(request: UserRequest) -> HttpResponse:
    context = {
        "has_second_step": has_second_step(request.user),
        "choice": choice_of(request.user),
    }
    return render(request, "account/profile.html", context)
