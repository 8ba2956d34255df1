"""What the page of a journal says of sending by rule."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from tilisilta.models import Journal, Link, Sending
from tilisilta.services.sending_rules.showing import standing_with_rule
from tilisilta.services.sending_rules.words import HeldInWords, in_words


@dataclass(frozen=True, kw_only=True)
class RuleNotice:
    """By which rule it was sent; else when it will be at the earliest, or all that holds it.

    Where the link demands two persons, the rule only proposes it.
    """

    sent_by: str = ""
    sends_at: datetime | None = None
    reasons: tuple[HeldInWords, ...] = ()
    is_held: bool = False
    can_be_kept: bool = False
    is_only_proposed: bool = False


def rule_notice(
    journal: Journal, link: Link | None, sending: Sending | None, *, may_send: bool
) -> RuleNotice | None:
    """Return what to say; ``None`` where no rule has anything to do with the journal."""
    if sending is not None and sending.joint is not None and sending.joint.rule:
        return RuleNotice(sent_by=sending.joint.rule)
    if link is None or not link.sends_by_rule:
        return None
    standing = standing_with_rule(journal, now=timezone.now())
    if standing is None:
        return None
    return RuleNotice(
        sent_by=standing.sent_by,
        sends_at=standing.sends_at,
        reasons=tuple(in_words(held) for held in standing.held),
        is_held=standing.is_held,
        can_be_kept=may_send and standing.can_be_kept,
        is_only_proposed=link.needs_release,
    )
