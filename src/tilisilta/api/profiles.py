"""Profiles: the rules that many links follow, made and changed by users who see all debtors."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from tilisilta.api.access import ApiRequest, Bearer, must_see_all
from tilisilta.api.answers import Key, answer_with, answers, once
from tilisilta.api.asked import Paged
from tilisilta.api.link_choices import RULES, fields_of
from tilisilta.api.paging import page_of
from tilisilta.api.problems import ValuesNotPossible
from tilisilta.api.schemas_of_profiles import (
    ProfileChanges,
    ProfileDocument,
    Profiles,
    ProfileToChange,
    ProfileToMake,
    ProfileToRemove,
)
from tilisilta.management.profiles import profile_change_document, profile_document
from tilisilta.models import Area, Profile, Right, Scope, User
from tilisilta.services.profiles import Rules, change_profile, make_profile, remove_profile

router = Router(tags=["Links"])
_MAY_CHANGE = Bearer(Scope.SET_UP, Area.PROCOUNTOR, Right.WRITE)


@router.get(
    "/profiles",
    auth=Bearer(Scope.READ, Area.PROCOUNTOR),
    response=answers(Profiles),
    summary=_("List profiles with their rules"),
)
def list_profiles(request: ApiRequest, asked: Query[Paged]) -> dict[str, Any]:
    """Return a page of profiles. They are for users who see all debtors."""
    must_see_all(request.user, Area.PROCOUNTOR)
    rows = Profile.objects.all()
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit, newest_first=False)
    return {"profiles": [profile_document(one) for one in page.rows], "next": page.next}


@router.post(
    "/profiles",
    auth=_MAY_CHANGE,
    response=answers(ProfileDocument, status=201, does=True),
    summary=_("Make a profile"),
)
def make(request: ApiRequest, wanted: ProfileToMake, key: Key = None) -> HttpResponse:
    """Make a profile that no link follows yet: give it to links by their choice ``profile``."""
    must_see_all(request.user, Area.PROCOUNTOR)

    def act() -> HttpResponse:
        rules = Rules(
            name=wanted.name,
            is_default=wanted.is_default,
            choices=fields_of(wanted.choices, known=RULES),
            mappings=wanted.map,
        )
        made = make_profile(rules, user=request.user)
        return answer_with(ProfileDocument, profile_document(made), status=201)

    return once(request, key, wanted, act)


@router.post(
    "/profiles/changes",
    auth=_MAY_CHANGE,
    response=answers(ProfileChanges, does=True),
    summary=_("Change a profile and the links that follow it, all or none"),
)
def change_rules(request: ApiRequest, wanted: ProfileToChange, key: Key = None) -> HttpResponse:
    """Change it, or tell with ``dry_run`` which links and how many journals that would touch.

    What a link has of its own stays. Where one link is refused nothing is stored.
    """
    must_see_all(request.user, Area.PROCOUNTOR)
    return once(request, key, wanted, lambda: _changed(request.user, wanted))


@router.post(
    "/profiles/removal",
    auth=_MAY_CHANGE,
    response=answers(ProfileDocument, does=True),
    summary=_("Remove a profile that no link follows"),
)
def remove_rules(request: ApiRequest, wanted: ProfileToRemove, key: Key = None) -> HttpResponse:
    """Remove it and return what it was. One that links follow, or ended ones followed, stays."""
    must_see_all(request.user, Area.PROCOUNTOR)

    def act() -> HttpResponse:
        profile = _named(wanted.profile)
        document = profile_document(profile)
        remove_profile(profile, user=request.user)
        return answer_with(ProfileDocument, document, status=200)

    return once(request, key, wanted, act)


def _named(name: str) -> Profile:
    profile = Profile.objects.filter(name__iexact=name.strip()).first()
    if profile is None:
        raise ValuesNotPossible(profile="There is no profile of this name.")
    return profile


def _changed(user: User, wanted: ProfileToChange) -> HttpResponse:
    profile = _named(wanted.profile)
    mappings = {**profile.account_mappings, **wanted.map}
    rules = Rules(
        name=profile.name if wanted.name is None else wanted.name,
        is_default=profile.is_default if wanted.is_default is None else wanted.is_default,
        choices={**profile.choices, **fields_of(wanted.choices, known=RULES)},
        mappings={code: to for code, to in mappings.items() if code not in wanted.unmap},
    )
    done = change_profile(
        profile,
        rules,
        user=user,
        now=timezone.now(),
        is_dry=wanted.dry_run,
        checks_names=not wanted.unchecked_names,
    )
    return answer_with(ProfileChanges, profile_change_document(done), status=200)
