"""What pages and commands show of sending by rule: what would happen, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tilisilta.domain.sending_rules import Held, Hold, holds_of, sends_at
from tilisilta.domain.standing import JournalState
from tilisilta.models import Company, Journal, Link, RuleBrake, User
from tilisilta.services.sending_rules.gathering import Candidate, gather, journals_with_rule
from tilisilta.services.sending_rules.switching import brake

MOST_SHOWN = 300


@dataclass(frozen=True, kw_only=True)
class RuleStanding:
    """Where a journal stands with its rule.

    ``held`` are all reasons against it now, and ``sends_at`` is when it will be sent at the
    earliest, if none but the wait is left.
    """

    journal: Journal
    link: Link | None = None
    held: tuple[Held, ...] = ()
    sends_at: datetime | None = None

    @property
    def only_proposes(self) -> bool:
        """Return whether the rule leaves it to a person to release what it asks for."""
        return self.link is not None and self.link.needs_release

    @property
    def is_held(self) -> bool:
        return any(one.hold is not Hold.WAITING for one in self.held)

    @property
    def can_be_kept(self) -> bool:
        """Return whether a person may still say that it is not for the rule."""
        never = {Hold.LEFT, Hold.ASKED_BEFORE}
        return all(one.hold not in never for one in self.held)


@dataclass(frozen=True, kw_only=True)
class RulesNow:
    """All that rules would do now, as far as a user may see. ``links`` send by rule."""

    brake: RuleBrake
    links: Sequence[Link]
    standings: tuple[RuleStanding, ...]
    left_count: int

    @property
    def due(self) -> tuple[RuleStanding, ...]:
        return tuple(one for one in self.standings if not one.held)

    @property
    def waiting(self) -> tuple[RuleStanding, ...]:
        return tuple(one for one in self.standings if one.held and not one.is_held)

    @property
    def held(self) -> tuple[RuleStanding, ...]:
        return tuple(one for one in self.standings if one.is_held)


def standing_with_rule(journal: Journal, *, now: datetime) -> RuleStanding | None:
    """Return where a ready ``journal`` stands; ``None`` where no rule has to do with it."""
    if journal.state != JournalState.READY:
        return None
    found = journals_with_rule().filter(pk=journal.pk)
    return next((_standing(one) for one in gather(list(found), now=now)), None)


def rules_now(user: User | None, *, now: datetime, company: Company | None = None) -> RulesNow:
    """Return what would be sent by rule now, what waits, and what is held; nothing is sent."""
    links = Link.objects.open().filter(sends_by_rule=True)
    journals = journals_with_rule(user).order_by("company__number", "period", "pk")
    if user is not None:
        links = links.visible_to(user)
    if company is not None:
        links, journals = links.filter(company=company), journals.filter(company=company)
    count = journals.count()
    shown = gather(list(journals[:MOST_SHOWN]), now=now)
    return RulesNow(
        brake=brake(),
        links=list(links.select_related("company__debtor", "profile").order_by("company__number")),
        standings=tuple(map(_standing, shown)),
        left_count=max(0, count - MOST_SHOWN),
    )


def _standing(one: Candidate) -> RuleStanding:
    held = holds_of(one.facts)
    is_held = any(each.hold is not Hold.WAITING for each in held)
    return RuleStanding(
        journal=one.journal,
        link=one.link,
        held=held,
        sends_at=None if is_held else sends_at(one.facts),
    )
