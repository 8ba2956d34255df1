"""Links that name what Procountor does not have any more, found before a journal fails of it."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max, Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from tilisilta.models import Area, CheckedLink, Link, Right
from tilisilta.services.explanations import Explanation, explain
from tilisilta.services.link_drift import ask_for_check, drifted
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import asked_page, visible_links
from tilisilta.web.rights import UserRequest, needs

ON_A_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class DriftRow:
    """A link and what it names that is not there any more."""

    link: Link
    told: tuple[Explanation, ...]
    checked_at: datetime | None


@needs(Area.PROCOUNTOR, Right.READ)
def link_drift(request: UserRequest) -> HttpResponse:
    """Show the links of which Procountor does not have all that they name."""
    links = Link.objects.select_related("company", "procountor_account")
    found = drifted(request.user).prefetch_related(Prefetch("link", links))
    page = Paginator(found.order_by("link__company__number"), ON_A_PAGE).get_page(
        asked_page(request)
    )
    checked = CheckedLink.objects.filter(link__in=visible_links(request.user))
    context = {
        "page": page,
        "rows": [_row(one) for one in page.object_list],
        "checked_at": checked.aggregate(at=Max("checked_at"))["at"],
        "waiting_count": checked.filter(is_wanted=True, link__ends_on__isnull=True).count(),
    }
    return render(request, "links/drift.html", context)


@only_posted
@needs(Area.PROCOUNTOR, Right.WRITE)
def check_links_now(request: UserRequest) -> HttpResponse:
    """Have a worker compare all links that the reader may see with Procountor."""
    count = ask_for_check(request.user)
    text = ngettext(
        "%(count)s link will be compared with Procountor.",
        "%(count)s links will be compared with Procountor.",
        count,
    )
    messages.success(request, text % {"count": count})
    return redirect("link_drift")


def _row(one: CheckedLink) -> DriftRow:
    return DriftRow(
        link=one.link,
        told=tuple(explain(problem) for problem in one.problems),
        checked_at=one.checked_at,
    )
