"""Settings of Procountor, tab Administrations: where each company's journals are booked."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render

from tilisilta.domain.standing import JournalState
from tilisilta.models import (
    Area,
    Journal,
    Link,
    ProcountorAccount,
    Right,
)
from tilisilta.web.parts import matching_links
from tilisilta.web.rights import UserRequest, needs

ON_A_PAGE = 50
MOST_NAMES = 5


@dataclass(frozen=True, kw_only=True)
class LinkRow:
    """A link in the list, and whether its journals can be sent through it."""

    link: Link
    state: str
    problem_count: int
    differs: bool


@needs(Area.PROCOUNTOR, Right.READ)
def administrations(request: UserRequest) -> HttpResponse:
    """Show all links the reader may see, by company, with those that have ended folded away."""
    search = request.GET.get("q", "").strip()
    links = matching_links(request.user, search)
    open_links = links.filter(ends_on__isnull=True).order_by("company__number")
    page = Paginator(open_links, ON_A_PAGE).get_page(request.GET.get("page"))
    # One more than is shown tells that there are more, without counting them all.
    ended = list(links.exclude(ends_on=None).order_by("-ends_on", "-pk")[: ON_A_PAGE + 1])
    free = ProcountorAccount.objects.free().visible_to(request.user)
    names = [account.name for account in list(free)[: MOST_NAMES + 1]]
    context = {
        "page": page,
        "rows": _rows(page.object_list),
        "ended": ended[:ON_A_PAGE],
        "ended_more": len(ended) > ON_A_PAGE,
        "search": search,
        "free_names": names[:MOST_NAMES],
        "has_more_free": len(names) > MOST_NAMES,
        "tab": "administrations",
    }
    return render(request, "links/administrations.html", context)


def _rows(links: Iterable[Link]) -> list[LinkRow]:
    shown = list(links)
    problems = (
        Journal.objects.filter(
            company__in=[link.company_id for link in shown], state=JournalState.PROBLEM
        )
        .order_by()
        .values_list("company")
        .annotate(Count("pk"))
    )
    counts = dict(problems)
    return [
        LinkRow(
            link=link,
            state=_state_of(link),
            problem_count=counts.get(link.company_id, 0),
            differs=not link.company.match_with(link.procountor_account).is_equal,
        )
        for link in shown
    ]


def _state_of(link: Link) -> str:
    if link.company.is_test:
        return "test"
    if link.company.debtor.is_blocked or link.company.stays_blocked:
        return "blocked"
    if link.procountor_account.is_authorised:
        return ProcountorAccount.State.AUTHORISED.value
    return str(link.procountor_account.state)
