"""Links, and what of them Procountor does not have any more."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answers, visible_company
from tilisilta.api.asked import Paged, Text
from tilisilta.api.paging import page_of
from tilisilta.api.schemas_of_set_up import Drift, Links
from tilisilta.management.link_checks import drift_document
from tilisilta.management.links import link_document
from tilisilta.models import Area, Link, Scope, User
from tilisilta.services.link_drift import drifted

router = Router(tags=["Links"])
_MAY_READ = Bearer(Scope.READ, Area.PROCOUNTOR)


class AskedLinks(Paged):
    """Which links are asked for."""

    debtor: int | None = None
    company: int | None = None
    profile: Text | None = None
    in_force: bool | None = None


@router.get(
    "/links",
    auth=_MAY_READ,
    response=answers(Links),
    summary=_("List links with their rules, also those that have ended"),
)
def list_links(request: ApiRequest, asked: Query[AskedLinks]) -> dict[str, Any]:
    """Return a page of links. The name of a profile narrows them to those that follow it."""
    rows = links_of(request.user)
    if asked.debtor is not None:
        rows = rows.filter(company__debtor__number=asked.debtor)
    if asked.company is not None:
        rows = rows.filter(company__number=asked.company)
    if asked.profile is not None:
        rows = rows.filter(profile__name__iexact=asked.profile.strip())
    if asked.in_force is not None:
        rows = rows.filter(ends_on__isnull=asked.in_force)
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit, newest_first=False)
    return {"links": [link_document(one) for one in page.rows], "next": page.next}


@router.get(
    "/links/drift",
    auth=_MAY_READ,
    response=answers(Drift),
    summary=_("List links that name what Procountor does not have any more"),
)
def list_drift(request: ApiRequest, asked: Query[Paged]) -> dict[str, Any]:
    """Return a page of what the nightly comparison has found."""
    rows = drifted(request.user).select_related("link__company", "link__procountor_account")
    rows = rows.defer("link__procountor_account__administration")
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit, newest_first=False)
    return {"links": [drift_document(one) for one in page.rows], "next": page.next}


def links_of(user: User) -> QuerySet[Link]:
    """Return the links that ``user`` may see, with all that their documents show."""
    related = ("company__debtor", "procountor_account", "profile")
    links = Link.objects.visible_to(user).select_related(*related)
    return links.defer("procountor_account__administration").prefetch_related(
        Prefetch("account_mappings")
    )


def open_link_of(user: User, number: int) -> Link:
    """Return the link in force of a company; raise ``Http404`` for none."""
    company = visible_company(user, number)
    link = links_of(user).filter(company=company, ends_on__isnull=True).first()
    if link is None:
        raise Http404
    return link
