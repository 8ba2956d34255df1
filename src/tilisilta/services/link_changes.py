"""Changes of many links in one move: all of them, or none."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from tilisilta.domain.problems import Problem
from tilisilta.errors import NeedsAttention
from tilisilta.models import Link, User
from tilisilta.services.at_once import each_at_once
from tilisilta.services.audit_changes import Change
from tilisilta.services.journals.importing import recheck_company
from tilisilta.services.link_names import check_names_in_procountor
from tilisilta.services.link_settings import CHOICES
from tilisilta.services.links import mappings_of, store_change
from tilisilta.services.sending_rules.words import said_of_rule


@dataclass(frozen=True, kw_only=True)
class WantedChange:
    """What a link is to become: fields of ``Link``, and all its account mappings.

    Mappings of ``None`` stay as they are.
    """

    link: Link
    choices: Mapping[str, Any]
    mappings: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class LinkChange:
    """What became of a wanted change, or would: the values that differ, or why it cannot be."""

    link: Link
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    error: NeedsAttention | ValidationError | None = None

    @property
    def note(self) -> str:
        """What the change means for sending by rule, where that is easily overlooked."""
        return said_of_rule(self.link, {change.field for change in self.changes})

    @property
    def is_refused(self) -> bool:
        return bool(self.problems) or self.error is not None


def change_links(
    wanted: Sequence[WantedChange],
    *,
    user: User | None,
    now: datetime,
    is_dry: bool = False,
    checks_names: bool = True,
    along: Callable[[], None] = lambda: None,
) -> tuple[LinkChange, ...]:
    """Change all of the links, or none if one of the changes is refused; return each outcome.

    What ``along`` stores is stored in the same transaction, or not at all.

    With ``is_dry`` the same is done and taken back, so that what it shows is what would happen.
    With ``checks_names`` a name that Procountor does not have is refused.
    """
    refused = _check_names(wanted, now=now) if checks_names else {}
    outcomes = []
    with transaction.atomic():
        for one in wanted:
            if one.link.pk in refused:
                outcomes.append(LinkChange(link=one.link, problems=refused[one.link.pk]))
            else:
                outcomes.append(_change(one, user=user))
        along()
        is_stored = not is_dry and not any(one.is_refused for one in outcomes)
        transaction.set_rollback(not is_stored)
    if is_stored:
        _recheck(outcomes)
    return tuple(outcomes)


def _check_names(
    wanted: Iterable[WantedChange], *, now: datetime
) -> Mapping[int, tuple[Problem, ...]]:
    """Return by link what the new names are missing in Procountor.

    What the link names already, and keeps, does not prevent another change.
    """

    def check(one: WantedChange) -> tuple[int, tuple[Problem, ...]]:
        kept = {name: getattr(one.link, name) for name in CHOICES}
        had = mappings_of(one.link)
        after = had if one.mappings is None else one.mappings
        account = one.link.procountor_account
        found = check_names_in_procountor(account, {**kept, **one.choices}, after, now=now)
        if not found:
            return one.link.pk, ()
        before = check_names_in_procountor(account, kept, had, now=now)
        return one.link.pk, tuple(problem for problem in found if problem not in before)

    naming = [one for one in wanted if _changes_a_name(one)]
    return {pk: problems for pk, problems in each_at_once(check, naming) if problems}


def _changes_a_name(one: WantedChange) -> bool:
    changed = {
        name: value for name, value in one.choices.items() if getattr(one.link, name) != value
    }
    return one.mappings is not None or any(
        "dimension" in name or "account" in name for name in changed
    )


def _change(one: WantedChange, *, user: User | None) -> LinkChange:
    try:
        # A savepoint: what one refused change has written must not be read by the next.
        with transaction.atomic():
            changes = store_change(
                one.link, user=user, account_mappings=one.mappings, **one.choices
            )
    except (NeedsAttention, ValidationError) as error:
        return LinkChange(link=one.link, error=error)
    return LinkChange(link=one.link, changes=changes)


def _recheck(outcomes: Iterable[LinkChange]) -> None:
    changed = [one.link.company for one in outcomes if one.changes]
    for _done in each_at_once(recheck_company, changed):
        pass
