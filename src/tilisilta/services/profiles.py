"""Profiles: named rules that links share, and what a link has of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, ProtectedError
from django.utils.translation import gettext as _

from tilisilta.models import AccountMapping, Journal, JournalState, Link, Profile, User
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of, made_with, removed_with
from tilisilta.services.journals.importing import not_at_rest
from tilisilta.services.link_changes import (
    LinkChange,
    WantedChange,
    change_links,
)
from tilisilta.services.links import mappings_of

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
    "needs_release",
    "attaches",
    "variance_percent",
    "variance_amount",
    "receipt_language",
    "receipt_title",
    "sends_by_rule",
    "rule_hours",
    "rule_percent",
)
"""What a profile may decide. From when on a link books, and whether at all, is its own."""
_WORDS = frozenset({"receipt_language", "receipt_title"})


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
    # Read with the link where many are shown.
    had = {one.journal_account: one.procountor_account_code for one in link.account_mappings.all()}
    shared = profile.account_mappings
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
    "sends_by_rule": "send_by_rule",
    "sums_equal_lines": "sum_equal_lines",
    "approves_receipts": "approve",
    "needs_release": "two_persons",
    "attaches": "attach",
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


@dataclass(frozen=True, kw_only=True)
class Rules:
    """A profile as a person wants it: what it decides are fields of ``Link``, and mappings."""

    name: str
    is_default: bool
    choices: Mapping[str, Any]
    mappings: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ProfileChange:
    """What a change of a profile does to the links that follow it, and to their journals.

    Those that are not sent yet are counted: what was sent keeps the settings of then.
    """

    links: tuple[LinkChange, ...]
    journal_counts: Mapping[int, int]
    is_stored: bool

    @property
    def changed(self) -> tuple[LinkChange, ...]:
        return tuple(one for one in self.links if one.changes)

    @property
    def refused(self) -> tuple[LinkChange, ...]:
        return tuple(one for one in self.links if one.is_refused)

    @property
    def journal_count(self) -> int:
        return sum(self.journal_counts.values())


def default_profile() -> Profile | None:
    return Profile.objects.filter(is_default=True).first()


def make_profile(rules: Rules, *, user: User | None) -> Profile:
    """Make a profile that no link follows yet. Raises ``ValidationError``."""
    profile = Profile(
        name=rules.name.strip(),
        choices=dict(_allowed(rules.choices)),
        account_mappings=dict(rules.mappings),
    )
    profile.full_clean()
    _must_be_possible(profile)
    with transaction.atomic():
        profile.save()
        _set_default(profile, rules.is_default)
        audit.record(
            audit.Action.PROFILE_MADE,
            user=user,
            name=profile.name,
            changes=made_with(_settings_of(profile)),
        )
    return profile


def change_profile(
    profile: Profile,
    rules: Rules,
    *,
    user: User | None,
    now: datetime,
    is_dry: bool = False,
    checks_names: bool = True,
) -> ProfileChange:
    """Change a profile and the links that follow it: all of that, or nothing if one is refused.

    What a link has of its own stays. With ``is_dry`` nothing is stored. Raises ``ValidationError``
    for a name that another profile has.
    """
    links = profile.links.filter(ends_on__isnull=True).select_related(
        "company__debtor", "procountor_account", "profile"
    )
    wanted = [_followed(link, profile, rules) for link in links]
    before = _settings_of(profile)
    after = Profile.objects.get(pk=profile.pk)
    after.name, after.choices = rules.name.strip(), dict(_allowed(rules.choices))
    after.account_mappings = dict(rules.mappings)
    after.full_clean()
    _must_be_possible(after)

    def store() -> None:
        after.save()
        _set_default(after, rules.is_default)
        changes = changes_of(before, _settings_of(after))
        if changes:
            fields = ", ".join(change.field for change in changes)
            audit.record(
                audit.Action.PROFILE_CHANGED,
                user=user,
                name=after.name,
                fields=fields,
                changes=changes,
            )

    outcomes = change_links(
        wanted, user=user, now=now, is_dry=is_dry, checks_names=checks_names, along=store
    )
    is_refused = any(one.is_refused for one in outcomes)
    return ProfileChange(
        links=outcomes,
        journal_counts=_journal_counts(one.link for one in outcomes if one.changes),
        is_stored=not is_dry and not is_refused,
    )


def remove_profile(profile: Profile, *, user: User | None) -> None:
    """Remove a profile that no link follows. Raises ``ValidationError`` for another."""
    try:
        with transaction.atomic():
            removed = removed_with(_settings_of(profile))
            audit.record(
                audit.Action.PROFILE_REMOVED, user=user, name=profile.name, changes=removed
            )
            profile.delete()
    except ProtectedError as error:
        raise ValidationError(
            _("Links follow this profile, or followed it until they ended. It stays.")
        ) from error


def _followed(link: Link, profile: Profile, rules: Rules) -> WantedChange:
    own = own_rules(link, profile)
    choices = {
        name: value for name, value in _allowed(rules.choices).items() if name not in own.choices
    }
    mappings = merged_mappings(mappings_of(link), own, rules.mappings, profile)
    return WantedChange(link=link, choices=choices, mappings=mappings)


def _journal_counts(links: Iterable[Link]) -> dict[int, int]:
    """Return by company how many journals are checked again."""
    ids = [link.company_id for link in links]
    journals = not_at_rest(Journal.objects.filter(company__in=ids)).exclude(
        state=JournalState.DISCARDED
    )
    counted = journals.order_by().values_list("company").annotate(Count("pk"))
    return dict(counted)


def _allowed(choices: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a profile decides of ``choices``: empty words of receipts are left to links."""
    return {
        name: value
        for name, value in choices.items()
        if name in FIELDS and not (name in _WORDS and not value)
    }


def _must_be_possible(profile: Profile) -> None:
    """Raise ``ValidationError`` for what no link could be."""
    link = Link(**profile.choices)
    link.clean_fields(exclude={one.name for one in Link._meta.fields} - profile.choices.keys())
    for code, to in profile.account_mappings.items():
        mapping = AccountMapping(journal_account=code, procountor_account_code=to)
        mapping.clean_fields(exclude={"link"})


def _set_default(profile: Profile, is_default: bool) -> None:
    # The former one first: at most one may be it at any moment.
    if is_default:
        Profile.objects.exclude(pk=profile.pk).update(is_default=False)
    Profile.objects.filter(pk=profile.pk).update(is_default=is_default)
    profile.is_default = is_default


def _settings_of(profile: Profile) -> dict[str, object]:
    return {
        "name": profile.name,
        **{field: profile.choices.get(field) for field in FIELDS},
        "account_mappings": profile.account_mappings,
        "is_default": profile.is_default,
    }
