"""Checks what a link is to name against Procountor, before it is stored."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tilisilta.domain.administrations import Administration
from tilisilta.domain.link_names import check_names
from tilisilta.domain.links import LinkRules
from tilisilta.domain.problems import Problem
from tilisilta.errors import TilisiltaError
from tilisilta.models import ProcountorAccount
from tilisilta.services.procountor.administrations import (
    ADMINISTRATION_AGE_LIMIT,
    known_administration,
    read_administration,
)

JUST_READ = timedelta(seconds=10)
"""What is not found may just have been made in Procountor, unless that was read a moment ago."""


def check_names_in_procountor(
    account: ProcountorAccount,
    choices: Mapping[str, Any],
    mappings: Mapping[str, str],
    *,
    now: datetime,
) -> tuple[Problem, ...]:
    """Return what of ``choices`` and ``mappings`` the administration of ``account`` lacks.

    Procountor is asked again before anything is said to be missing. Where it gives no answer, what
    was last read of it counts; nothing was ever read of an account that is not authorised yet.
    """
    rules = rules_of_choices(choices, mappings)
    problems: tuple[Problem, ...] = ()
    for age_limit in (ADMINISTRATION_AGE_LIMIT, JUST_READ):
        administration = _administration(account, now=now, age_limit=age_limit)
        problems = () if administration is None else check_names(rules, administration)
        if not problems:
            break
    return problems


def rules_of_choices(choices: Mapping[str, Any], mappings: Mapping[str, str]) -> LinkRules:
    """Return what a link with ``choices``, by its fields, would name."""
    names = {
        field: str(choices.get(field) or "").strip()
        for field in (
            "cost_center_dimension",
            "cost_unit_dimension",
            "clearing_account",
            "fallback_account",
        )
    }
    return LinkRules(
        procountor_company_id=0,
        cost_center_dimension=(
            names["cost_center_dimension"] if choices.get("uses_cost_centers") else None
        ),
        cost_unit_dimension=(
            names["cost_unit_dimension"] if choices.get("uses_cost_units") else None
        ),
        clearing_account=names["clearing_account"],
        fallback_account=names["fallback_account"],
        account_mappings=tuple(mappings.items()),
    )


def _administration(
    account: ProcountorAccount, *, now: datetime, age_limit: timedelta
) -> Administration | None:
    try:
        return read_administration(account, now=now, age_limit=age_limit)
    except TilisiltaError:
        account.refresh_from_db()
        return known_administration(account)
