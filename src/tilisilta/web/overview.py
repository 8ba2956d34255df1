"""The first page: what needs a person now, over all companies."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRefresh

from tilisilta.models import Area, Right
from tilisilta.services.explanations import explain
from tilisilta.services.fetching.notices import connections_at
from tilisilta.services.overview import overview_for, sendings_under_way
from tilisilta.services.sending.releasing import proposed_count
from tilisilta.web.overview_needs import needs_of
from tilisilta.web.parts import asked_month, asked_page
from tilisilta.web.rights import UserRequest, logged_in, needs


@logged_in
def overview(request: UserRequest) -> HttpResponse:
    """Show what needs the reader now, as far as their rights and debtors go."""
    if not request.user.can(Right.READ, Area.JOURNAL_EXPORTS):
        return render(request, "overview/without_rights.html")
    search = request.GET.get("q", "").strip()
    connections = connections_at(timezone.now())
    shown = overview_for(
        request.user,
        today=timezone.localdate(),
        month=asked_month(request),
        search=search,
        page=asked_page(request),
        is_connected=connections.is_any_working,
    )
    context = {
        "overview": shown,
        "needs": needs_of(shown.needs, user=request.user),
        "notices": [
            (one, explain(one.problem))
            for one in connections.notices
            # The questions name companies of all debtors.
            if not (one.is_question and request.user.is_limited)
        ],
        "proposed_count": proposed_count(request.user),
        "address": request.get_full_path(),
        "search": search,
    }
    return render(request, "overview/overview.html", context)


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def progress(request: UserRequest) -> HttpResponse:
    """Return how far the sending has come: the part of the first page that reloads itself."""
    under_way = sendings_under_way(request.user)
    if under_way is None:
        # All is sent, so the other figures of the page have changed too.
        return HttpResponseClientRefresh()
    return render(request, "overview/progress.html", {"progress": under_way})
