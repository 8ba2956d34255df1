"""Changing links, many in one move."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import Key, answer_with, answers, once
from tilisilta.api.link_choices import fields_of
from tilisilta.api.links import links_of
from tilisilta.api.problems import ValuesNotPossible
from tilisilta.api.schemas_of_links import LinkChanges, LinksToChange
from tilisilta.management.link_changes import link_changes_document
from tilisilta.models import Area, Link, Right, Scope, User
from tilisilta.services.link_changes import WantedChange, change_links
from tilisilta.services.link_filter import UnknownCondition, links_where, properties
from tilisilta.services.links import mappings_of
from tilisilta.services.profiles import with_profile

router = Router(tags=["Links"])
_MAY_CHANGE = Bearer(Scope.SET_UP, Area.PROCOUNTOR, Right.WRITE)


@router.post(
    "/links/changes",
    auth=_MAY_CHANGE,
    response=answers(LinkChanges, does=True),
    summary=_("Change links, all or none"),
)
def change(request: ApiRequest, wanted: LinksToChange, key: Key = None) -> HttpResponse:
    """Change the links in force of the companies, or those that fit the conditions.

    Where one change is refused nothing is stored, and the reasons are told.
    """
    return once(request, key, wanted, lambda: _change(request.user, wanted))


def _change(user: User, wanted: LinksToChange) -> HttpResponse:
    choices = fields_of(wanted.choices)
    if not (choices or wanted.map or wanted.unmap):
        raise ValuesNotPossible(choices="Say what to change.")
    links = _chosen(user, wanted)
    outcomes = change_links(
        [_wanted(link, choices, wanted) for link in links],
        user=user,
        now=timezone.now(),
        is_dry=wanted.dry_run,
        checks_names=not wanted.unchecked_names,
    )
    document = link_changes_document(outcomes, is_dry=wanted.dry_run)
    return answer_with(LinkChanges, document, status=200)


def _chosen(user: User, wanted: LinksToChange) -> Sequence[Link]:
    if not wanted.companies and not wanted.where:
        raise ValuesNotPossible(companies="Say which links, by companies or where.")
    links = links_of(user).filter(ends_on__isnull=True)
    if wanted.companies:
        links = links.filter(company__number__in=wanted.companies)
    try:
        # Distinct: a link with several mappings would be there once for each.
        found = list(links_where(wanted.where, links).distinct().order_by("company__number"))
    except UnknownCondition as error:
        known = ", ".join(properties())
        raise ValuesNotPossible(where=f"Write PROPERTY=VALUE; properties are: {known}.") from error
    missing = set(wanted.companies) - {link.company.number for link in found}
    if missing and not wanted.where:
        numbers = ", ".join(map(str, sorted(missing)))
        raise ValuesNotPossible(companies=f"These have no link: {numbers}.")
    return found


def _wanted(link: Link, choices: dict[str, Any], wanted: LinksToChange) -> WantedChange:
    mappings = None
    if wanted.map or wanted.unmap:
        kept = {code: to for code, to in mappings_of(link).items() if code not in wanted.unmap}
        mappings = {**kept, **wanted.map}
    return with_profile(link, choices, mappings)
