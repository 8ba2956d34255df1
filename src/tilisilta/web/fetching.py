"""Fetching from Nmbrs on the pages: the buttons, how far it is, and how each company stands."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from tilisilta.errors import NeedsAttention
from tilisilta.models import Area, Company, NmbrsCompany, NmbrsConnection, Right, User
from tilisilta.services.explanations import Explanation, explain
from tilisilta.services.fetching.progress import standing_for
from tilisilta.services.fetching.synchronisations import ask_for_company, ask_for_everything
from tilisilta.web.journals import error_text
from tilisilta.web.rights import UserRequest, logged_in, needs

FETCHED = "fetched"
"""What a page is told once there is something new to show: it gets its changed part anew."""
FOLLOWING_AREAS = (Area.JOURNAL_EXPORTS, Area.COMPANIES, Area.NMBRS)
MOVING_STATES = frozenset({"to_be_fetched", "being_fetched"})


@dataclass(frozen=True, kw_only=True)
class FetchLook:
    """How fetching a company stands: a state, since when, and what went wrong the last time."""

    state: str
    at: datetime | None = None
    trouble: Explanation | None = None
    more_count: int = 0
    can_be_fetched: bool = False

    @property
    def is_moving(self) -> bool:
        """Tell whether it will be another one in a moment."""
        return self.state in MOVING_STATES


def look_of(company: Company) -> FetchLook:
    """How fetching ``company`` stands."""
    found: NmbrsCompany | None = getattr(company, "nmbrs", None)
    if found is None:
        return FetchLook(state="by_hand")
    if found.gone_at is not None:
        return FetchLook(state="gone", at=found.gone_at)
    state = _state_of(found)
    problems = found.trouble if state != "disconnected" else ()
    return FetchLook(
        state=state,
        at=found.fetched_at,
        trouble=explain(problems[0]) if problems else None,
        more_count=max(0, len(problems) - 1),
        can_be_fetched=state not in MOVING_STATES
        and found.connection.state == NmbrsConnection.State.WORKING,
    )


@require_POST
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def fetch_everything(request: UserRequest) -> HttpResponse:
    """Have everything fetched; clicked twice, it is fetched once."""
    try:
        ask_for_everything(user=request.user, now=timezone.now())
    except NeedsAttention as error:
        messages.error(request, error_text(error))
    return redirect(_way_back(request))


@logged_in
def fetch_progress(request: UserRequest) -> HttpResponse:
    """How far fetching is: the part of several pages that asks for itself again."""
    if not any(request.user.can(Right.READ, area) for area in FOLLOWING_AREAS):
        raise PermissionDenied
    standing = standing_for(request.user)
    if standing.is_under_way and request.GET.get("shown") == standing.mark:
        # Nothing new: what is replaced is read aloud again by screen readers.
        return HttpResponse(status=204)
    response = render(request, "nmbrs/progress.html", {"fetching": standing})
    if standing.is_under_way:
        return response
    return trigger_client_event(response, FETCHED, after="settle")


@require_POST
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def fetch_company(request: UserRequest, number: int) -> HttpResponse:
    """Have one company fetched, before all others."""
    found = _visible_company(request.user, number)
    try:
        ask_for_company(found, user=request.user, now=timezone.now())
    except NeedsAttention as error:
        messages.error(request, error_text(error))
    return redirect(f"{reverse('company', args=[number])}#nmbrs")


@needs(Area.COMPANIES, Right.READ)
def company_fetch(request: UserRequest, number: int) -> HttpResponse:
    """How fetching one company stands: the part of its page that asks for itself again."""
    found = _visible_company(request.user, number)
    look = look_of(found)
    if look.is_moving and request.GET.get("shown") == look.state:
        return HttpResponse(status=204)
    response = render(request, "nmbrs/look_now.html", {"company": found, "look": look})
    return response if look.is_moving else trigger_client_event(response, FETCHED, after="settle")


def _state_of(found: NmbrsCompany) -> str:
    if found.connection.state == NmbrsConnection.State.REMOVED:
        return "disconnected"
    if found.claimed_by_id is not None:
        return "being_fetched"
    if found.wanted_at is not None:
        return "to_be_fetched"
    if found.trouble:
        is_fetched = found.fetched_at is not None and found.fetched_at == found.tried_at
        return "fetched_in_part" if is_fetched else "not_fetched"
    return "fetched" if found.fetched_at is not None else "never_fetched"


def _visible_company(user: User, number: int) -> Company:
    visible = Company.objects.visible_to(user).select_related("nmbrs__connection")
    return get_object_or_404(visible, number=number)


def _way_back(request: UserRequest) -> str:
    """The page that the button stood on."""
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if asked and is_ours else reverse("overview")
