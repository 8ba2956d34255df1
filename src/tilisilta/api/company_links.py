"""The link of a company: showing it, making one, and ending it."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import Key, answer_with, answers, once, visible_company
from tilisilta.api.link_choices import fields_of
from tilisilta.api.links import open_link_of
from tilisilta.api.problems import ValuesNotPossible
from tilisilta.api.schemas_of_links import LinkToMake, MadeLink, ToEndLink
from tilisilta.api.schemas_of_set_up import LinkDocument
from tilisilta.management.links import added_document, booked_already, link_document, start_of
from tilisilta.management.output import NamesUnknown, WrongUse
from tilisilta.models import Area, Company, ProcountorAccount, Right, Scope, User
from tilisilta.services.link_names import check_names_in_procountor
from tilisilta.services.links import create_link, end_link
from tilisilta.services.profiles import default_profile

router = Router(tags=["Links"])
_MAY_CHANGE = Bearer(Scope.SET_UP, Area.PROCOUNTOR, Right.WRITE)


@router.get(
    "/companies/{int:number}/link",
    auth=Bearer(Scope.READ, Area.PROCOUNTOR),
    response=answers(LinkDocument),
    summary=_("Show the link of a company"),
)
def show_link(request: ApiRequest, number: int) -> dict[str, Any]:
    """Return the link in force, and in which choices it differs from its profile."""
    return link_document(open_link_of(request.user, number))


@router.post(
    "/companies/{int:number}/link",
    auth=_MAY_CHANGE,
    response=answers(MadeLink, status=201, does=True),
    summary=_("Link a company to an administration"),
)
def make_link(
    request: ApiRequest, number: int, wanted: LinkToMake, key: Key = None
) -> HttpResponse:
    """Link the company, by the rules of a profile where the choices do not say otherwise.

    Each name is looked up in Procountor first. One that is not there is refused, with the name that
    was probably meant.
    """
    company = visible_company(request.user, number)
    return once(request, key, wanted, lambda: _made(request.user, company, wanted))


@router.post(
    "/companies/{int:number}/link/end",
    auth=_MAY_CHANGE,
    response=answers(LinkDocument, does=True),
    summary=_("End the link of a company"),
)
def end(request: ApiRequest, number: int, wanted: ToEndLink) -> dict[str, Any]:
    """End the link in force: what is dated ``ends_on`` or later goes through its successor."""
    link = open_link_of(request.user, number)
    ended = end_link(link, ends_on=wanted.ends_on, reason=wanted.reason, user=request.user)
    return link_document(ended)


def _made(user: User, company: Company, wanted: LinkToMake) -> HttpResponse:
    account = _account(user, wanted.account)
    choices, mappings = _rules(wanted)
    if not wanted.unchecked_names:
        unknown = check_names_in_procountor(account, choices, mappings, now=timezone.now())
        if unknown:
            raise NamesUnknown(unknown, way="unchecked_names")
    start = choices.pop("start_month", None)
    booked = booked_already(company, account, mappings)
    try:
        first = start or start_of(company, booked)
    except WrongUse as error:
        text = "The company has no run yet: say from which month on, as 2026-06."
        raise ValuesNotPossible(**{"choices.start": text}) from error
    link = create_link(
        company,
        account,
        user=user,
        start_month=first,
        different_names=wanted.different_names,
        shared_administration=wanted.shared_administration,
        account_mappings=mappings,
        **choices,
    )
    return answer_with(MadeLink, added_document(link, booked), status=201)


def _account(user: User, name: str) -> ProcountorAccount:
    account = ProcountorAccount.objects.visible_to(user).filter(name=name).first()
    if account is None:
        raise ValuesNotPossible(account="There is no account of this name.")
    return account


def _rules(wanted: LinkToMake) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the fields and mappings of the link: those of its profile, then what was said."""
    said = fields_of(wanted.choices)
    profile = said.get("profile", default_profile())
    shared = profile.choices if profile is not None else {}
    mappings = profile.account_mappings if profile is not None else {}
    return {**shared, "profile": profile, **said}, {**mappings, **wanted.map}
