"""What a link names, compared with the administration it goes to, before any journal needs it."""

import difflib
from collections.abc import Iterator
from dataclasses import replace

from tilisilta.domain.administrations import Administration
from tilisilta.domain.dimensions import DimensionKind, check_named_dimensions
from tilisilta.domain.ledger_accounts import check_named_account
from tilisilta.domain.links import LinkRules
from tilisilta.domain.problems import Problem, ProblemCode, facts

# A name that shares less with what was typed is a guess that confuses.
_LEAST_LIKENESS = 0.5


def check_names(rules: LinkRules, administration: Administration) -> tuple[Problem, ...]:
    """Return what ``rules`` name that ``administration`` does not have, or does not use.

    Dimensions, the clearing and the fallback account, and the accounts that others are mapped to.
    Each problem says which name was probably meant, where one is alike.
    """
    return (*_check_dimensions(rules, administration), *_check_accounts(rules, administration))


def _check_dimensions(rules: LinkRules, administration: Administration) -> Iterator[Problem]:
    names = {
        DimensionKind.COST_CENTER: rules.cost_center_dimension,
        DimensionKind.COST_UNIT: rules.cost_unit_dimension,
    }
    offered = [dimension.name for dimension in administration.dimensions]
    for problem in check_named_dimensions(names, administration.dimensions):
        if problem.code == ProblemCode.DIMENSION_UNKNOWN:
            meant = _alike(problem.fact("name"), offered)
            yield replace(problem, facts=problem.facts + facts(meant=meant))
        else:
            yield problem


def _alike(name: str, offered: list[str]) -> str:
    by_key = {one.strip().casefold(): one for one in offered}
    found = difflib.get_close_matches(name.strip().casefold(), by_key, n=1, cutoff=_LEAST_LIKENESS)
    return by_key[found[0]] if found else ""


def _check_accounts(rules: LinkRules, administration: Administration) -> Iterator[Problem]:
    chart = administration.ledger_accounts
    for role, code in (("clearing", rules.clearing_account), ("fallback", rules.fallback_account)):
        if code:
            yield from check_named_account(code, chart, role=role)
    for journals, ours in rules.account_mappings:
        yield from check_named_account(ours.strip(), chart, mapped_from=journals.strip())
