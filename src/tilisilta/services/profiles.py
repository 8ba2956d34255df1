"""Profiles: named rules that links share, and what a link has of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tilisilta.models import Link, Profile
from tilisilta.services.link_changes import WantedChange, mappings_of

FIELDS = (
    "uses_cost_centers",
    "cost_center_dimension",
    "uses_cost_units",
    "cost_unit_dimension",
    "creates_missing_items",
    "dimension_accounts",
    "closed_period_policy",
    "clearing_account",
    "fallback_account",
    "sums_equal_lines",
    "approves_receipts",
    "receipt_language",
    "receipt_title",
)
"""What a profile may decide. From when on a link books, and whether at all, is its own."""


@dataclass(frozen=True, kw_only=True)
class OwnRules:
    """What a link has that differs from its profile: fields, and mappings by journal account.

    A mapping of an empty text is one that the profile has and the link does not.
    """

    choices: Mapping[str, Any]
    mappings: Mapping[str, str]

    @property
    def count(self) -> int:
        return len(self.choices) + len(self.mappings)


def own_rules(link: Link, profile: Profile | None = None) -> OwnRules:
    """Return what ``link`` has of its own beside its profile; all is, for a link without one."""
    profile = profile or link.profile
    if profile is None:
        return OwnRules(choices={}, mappings={})
    choices = {
        name: getattr(link, name)
        for name, value in profile.choices.items()
        if name in FIELDS and getattr(link, name) != value
    }
    had, shared = mappings_of(link), profile.account_mappings
    differing = {code for code in {*had, *shared} if had.get(code) != shared.get(code)}
    return OwnRules(
        choices=choices, mappings={code: had.get(code, "") for code in sorted(differing)}
    )


_COLUMNS = {
    "uses_cost_centers": "cost_centers",
    "cost_center_dimension": "cost_centers",
    "uses_cost_units": "cost_units",
    "cost_unit_dimension": "cost_units",
    "creates_missing_items": "create_items",
    "closed_period_policy": "closed_period",
    "sums_equal_lines": "sum_equal_lines",
    "approves_receipts": "approve",
    "receipt_language": "language",
    "receipt_title": "title",
}


def own_columns(link: Link) -> frozenset[str]:
    """Return the choices, as files name them, in which ``link`` differs from its profile."""
    own = own_rules(link)
    columns = {_COLUMNS.get(name, name) for name in own.choices}
    return frozenset({*columns, *(["map"] if own.mappings else [])})


def with_profile(
    link: Link, choices: Mapping[str, Any], mappings: Mapping[str, str] | None
) -> WantedChange:
    """Return the wanted change; a profile that the link gets brings its rules along.

    What the link has of its own beside its former profile stays, and so does what ``choices`` say
    themselves. For a link without a profile so far, the rules of the profile are taken.
    """
    profile = choices.get("profile", link.profile)
    if profile is None or profile == link.profile:
        return WantedChange(link=link, choices=choices, mappings=mappings)
    own = own_rules(link)
    brought = {
        name: value
        for name, value in profile.choices.items()
        if name in FIELDS and name not in own.choices
    }
    if mappings is None:
        mappings = merged_mappings(mappings_of(link), own, profile.account_mappings, link.profile)
    return WantedChange(link=link, choices={**brought, **choices}, mappings=mappings)


def merged_mappings(
    had: Mapping[str, str],
    own: OwnRules,
    shared: Mapping[str, str],
    former: Profile | None,
) -> dict[str, str]:
    """Return the mappings of a link that follows ``shared`` from now on, but for its own."""
    left = former.account_mappings if former is not None else {}
    kept = {code: to for code, to in had.items() if code in own.mappings or code not in left}
    taken = {code: to for code, to in shared.items() if code not in own.mappings}
    return {**kept, **taken}
