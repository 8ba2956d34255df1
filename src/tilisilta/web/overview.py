"""The first page: what needs somebody now, over all companies."""

from django.http import HttpResponse
from django.shortcuts import render

from tilisilta.web.rights import UserRequest, logged_in


@logged_in
def overview(request: UserRequest) -> HttpResponse:
    """What needs the reader now, as far as their rights and debtors go."""
    return render(request, "overview/overview.html")
