"""Fetching from Nmbrs on the pages: the buttons, the progress, and how each company stands."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import trigger_client_event

from tilisilta.errors import NeedsAttention
from tilisilta.models import Area, Right
from tilisilta.services.fetching.progress import fetch_progress_for
from tilisilta.services.fetching.synchronisations import ask_for_company, ask_for_everything
from tilisilta.web.fetch_states import fetch_state_of
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import address_to_go_back_to, error_text, visible_company
from tilisilta.web.rights import UserRequest, logged_in, needs

FETCHED = "fetched"
"""The event on which a page loads its changed part again."""
FOLLOWING_AREAS = (Area.JOURNAL_EXPORTS, Area.COMPANIES, Area.NMBRS)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def fetch_everything(request: UserRequest) -> HttpResponse:
    """Ask for everything to be fetched. A second click asks for nothing more."""
    try:
        ask_for_everything(user=request.user, now=timezone.now())
    except NeedsAttention as error:
        messages.error(request, error_text(error))
    return redirect(address_to_go_back_to(request) or reverse("overview"))


@logged_in
def fetch_progress(request: UserRequest) -> HttpResponse:
    """Return how far fetching is: a part of several pages that reloads itself."""
    if not any(request.user.can(Right.READ, area) for area in FOLLOWING_AREAS):
        raise PermissionDenied
    progress = fetch_progress_for(request.user)
    if progress.is_under_way and request.GET.get("shown") == progress.mark:
        # Nothing new. Screen readers would read a replaced part aloud again.
        return HttpResponse(status=204)
    response = render(request, "nmbrs/progress.html", {"fetching": progress})
    if progress.is_under_way:
        return response
    return trigger_client_event(response, FETCHED, after="settle")


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def fetch_company(request: UserRequest, number: int) -> HttpResponse:
    """Ask for one company to be fetched, before all others."""
    company = visible_company(request.user, number)
    try:
        ask_for_company(company, user=request.user, now=timezone.now())
    except NeedsAttention as error:
        messages.error(request, error_text(error))
    return redirect(f"{reverse('company', args=[number])}#nmbrs")


@needs(Area.COMPANIES, Right.READ)
def company_fetch(request: UserRequest, number: int) -> HttpResponse:
    """Return how fetching one company stands: a part of its page that reloads itself."""
    company = visible_company(request.user, number)
    fetch_state = fetch_state_of(company)
    if fetch_state.is_moving and request.GET.get("shown") == fetch_state.state:
        return HttpResponse(status=204)
    response = render(request, "nmbrs/look_now.html", {"company": company, "look": fetch_state})
    if fetch_state.is_moving:
        return response
    return trigger_client_event(response, FETCHED, after="settle")
