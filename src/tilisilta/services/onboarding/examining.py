"""Looks into one company of a list: what it would be linked to, and whether it should be.

Nothing is written in Procountor or here.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from tilisilta.clients.procountor.client import ProcountorClient
from tilisilta.domain.administrations import Administration
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.link_names import check_names
from tilisilta.domain.onboarding import Standing, standing_of
from tilisilta.domain.problems import Problem
from tilisilta.errors import TilisiltaError, TryAgainLater
from tilisilta.models import Company, ProcountorAccount, User
from tilisilta.services.booked_already import BookedAlready, find_booked_runs
from tilisilta.services.connections import ApiKeyRefused, BehindKey, read_behind_key
from tilisilta.services.cost_objects import compare_with_dimension
from tilisilta.services.explanations import problem_of
from tilisilta.services.link_checks import check_accounts, check_dimension
from tilisilta.services.link_names import rules_of_choices
from tilisilta.services.link_proposals import (
    Pairing,
    pairing_of,
    proposed_accounts,
    proposed_start,
)
from tilisilta.services.onboarding.pairs import mark_of
from tilisilta.services.onboarding.wanted import Wanted
from tilisilta.services.pace import wait_after
from tilisilta.services.procountor.administrations import read_administration
from tilisilta.services.procountor.client import procountor_with

TRIES = 8
MOST_WAIT_SECONDS = 10.0
# One search over all months costs a request or two, and there are hundreds of companies.
_ALL_MONTHS = timedelta(days=100)


@dataclass(frozen=True, kw_only=True)
class FoundDimension:
    """A dimension that a link would use, and how many items it lacks."""

    name: str
    missing_count: int


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What was found out about one company of a list.

    ``choices`` and ``mappings`` are what its link would have, ``mark`` says which pair it is, and
    ``unknown_accounts`` are of its journals. ``booked`` is ``None`` where that is not known.
    """

    wanted: Wanted
    standing: Standing
    account: ProcountorAccount | None = None
    administration: Administration | None = None
    behind: BehindKey | None = None
    mark: str = ""
    others: tuple[Company, ...] = ()
    choices: Mapping[str, Any]
    mappings: Mapping[str, str]
    dimensions: tuple[FoundDimension, ...] = ()
    unknown_accounts: tuple[str, ...] = ()
    booked: BookedAlready | None = None
    start: date | None = None
    problems: tuple[Problem, ...] = ()


def examine(
    wanted: Wanted, *, user: User | None, now: datetime, is_patient: bool = False
) -> Examined:
    """Look into a company: its pair, its dimensions, its accounts, and what is booked already.

    One that ``is_patient`` waits where Procountor asks for it, and looks again.
    """
    nothing: dict[str, Any] = {"wanted": wanted, "choices": {}, "mappings": {}}
    company = wanted.company
    if company is None or wanted.fault:
        return Examined(standing=Standing.LINE_WRONG, **nothing)
    linked = company.open_link()
    if linked is not None:
        is_same = wanted.account_name in {"", linked.procountor_account.name}
        standing = Standing.LINKED if is_same else Standing.LINKED_ELSEWHERE
        account = linked.procountor_account
        return Examined(standing=standing, account=account, start=linked.start_month, **nothing)
    try:
        return _tried(
            lambda: _examined(wanted, company, user=user, now=now),
            most=TRIES if is_patient else 1,
        )
    except ApiKeyRefused as error:
        return Examined(standing=Standing.KEY_REFUSED, problems=(problem_of(error),), **nothing)
    except TilisiltaError as error:
        return Examined(standing=Standing.NO_ANSWER, problems=(problem_of(error),), **nothing)


def _tried(look: Callable[[], Examined], *, most: int) -> Examined:
    """Look again where Procountor asks to wait: of hundreds, none should be left for that."""
    for _try in range(most - 1):
        try:
            return look()
        except TryAgainLater as error:
            time.sleep(min(wait_after(error), MOST_WAIT_SECONDS))
    return look()


def choices_of(wanted: Wanted) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the fields and the account mappings of the link: of the profile, then of the list."""
    profile = wanted.profile
    choices: dict[str, Any] = {"profile": profile}
    if profile is not None:
        choices |= profile.choices
    if wanted.dimensions is not None:
        centers, units = wanted.dimensions
        choices |= {"uses_cost_centers": bool(centers), "cost_center_dimension": centers}
        choices |= {"uses_cost_units": bool(units), "cost_unit_dimension": units}
    return choices, dict(profile.account_mappings) if profile is not None else {}


def account_name_of(wanted: Wanted) -> str:
    """Return the name of the account that serves the company: that of the list, or its own."""
    return wanted.account_name or (wanted.company.name[:80] if wanted.company else "")


def _examined(wanted: Wanted, company: Company, *, user: User | None, now: datetime) -> Examined:
    choices, mappings = choices_of(wanted)
    nothing: dict[str, Any] = {"wanted": wanted, "choices": choices, "mappings": mappings}
    account = _stored_account(wanted, company, user=user)
    if account is not None and account.is_authorised:
        if account.open_link() is not None:
            return Examined(standing=Standing.ACCOUNT_TAKEN, account=account, **nothing)
        administration = read_administration(account, now=now)
        found = Examined(
            standing=Standing.MATCH, account=account, administration=administration, **nothing
        )
        return _compared(found, company, now=now, client=None)
    if not wanted.api_key:
        return Examined(standing=Standing.NOT_AUTHORISED, account=account, **nothing)
    behind = read_behind_key(wanted.api_key)
    found = Examined(
        standing=Standing.MATCH,
        account=behind.account(account_name_of(wanted)),
        administration=behind.administration,
        behind=behind,
        **nothing,
    )
    with procountor_with(behind.grant) as client:
        return _compared(found, company, now=now, client=client)


def _stored_account(
    wanted: Wanted, company: Company, *, user: User | None
) -> ProcountorAccount | None:
    """Return the account that is there already: of that name, or the one free one that matches."""
    visible = ProcountorAccount.objects.all()
    if user is not None:
        visible = visible.visible_to(user)
    account = visible.filter(name=account_name_of(wanted)).first()
    if account is not None or wanted.account_name or wanted.api_key:
        return account
    matching = [one for one in proposed_accounts(company, user=user) if one.match.is_equal]
    return visible.get(pk=matching[0].account.pk) if len(matching) == 1 else None


def _compared(
    found: Examined, company: Company, *, now: datetime, client: ProcountorClient | None
) -> Examined:
    assert found.account is not None  # noqa: S101  # the caller has read its administration
    assert found.administration is not None  # noqa: S101
    pairing = pairing_of(company, found.account, is_linked=False)
    problems = check_names(rules_of_choices(found.choices, found.mappings), found.administration)
    booked = _booked(found, company, now=now, client=client)
    accounts = check_accounts(company, found.administration, found.mappings)
    return replace(
        found,
        standing=Standing.NAMES_MISSING if problems else _standing(pairing),
        mark=mark_of(pairing),
        others=pairing.others,
        dimensions=_dimensions(found, company, found.administration),
        unknown_accounts=tuple(one.journal_account for one in accounts if not one.is_bookable),
        booked=booked,
        start=found.wanted.start or _start(company, booked),
        problems=problems,
    )


def _standing(pairing: Pairing) -> Standing:
    return standing_of(pairing.match, is_taken=bool(pairing.others))


def _booked(
    found: Examined, company: Company, *, now: datetime, client: ProcountorClient | None
) -> BookedAlready | None:
    """Return the runs that seem booked already; ``None`` where Procountor gives no answer."""
    assert found.account is not None  # noqa: S101  # as above
    try:
        return find_booked_runs(
            company,
            found.account,
            now=now,
            mappings=found.mappings,
            client=client,
            spare=_ALL_MONTHS,
        )
    except TilisiltaError:
        return None


def _start(company: Company, booked: BookedAlready | None) -> date:
    proposed = proposed_start(company, today=timezone.localdate()).month
    after = booked.start_after if booked is not None else None
    return max(proposed, after) if after else proposed


def _dimensions(
    found: Examined, company: Company, administration: Administration
) -> tuple[FoundDimension, ...]:
    shown = []
    for kind, box, field in _BOXES:
        name = str(found.choices.get(field) or "")
        if found.choices.get(box) and name:
            dimension = check_dimension(administration, name).dimension
            compared = compare_with_dimension(company, kind, dimension) if dimension else None
            missing = len(compared.missing) if compared is not None else 0
            shown.append(FoundDimension(name=name, missing_count=missing))
    return tuple(shown)


_BOXES = (
    (DimensionKind.COST_CENTER, "uses_cost_centers", "cost_center_dimension"),
    (DimensionKind.COST_UNIT, "uses_cost_units", "cost_unit_dimension"),
)
