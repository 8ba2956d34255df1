"""What the page of a journal says of sending by rule."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from tilisilta.domain.standing import JOURNALS_NOT_DUE, ExportState, JournalState
from tilisilta.models import Journal, Link, Proposal, Sending
from tilisilta.services.sending_rules.showing import standing_with_rule
from tilisilta.services.sending_rules.words import HeldInWords, in_words


@dataclass(frozen=True, kw_only=True)
class RuleNotice:
    """What a rule did with the journal; else when it will at the earliest, or all that holds it.

    ``sent_by``, ``refused_by`` and ``proposed_by`` name the rule that asked for it. A rule that
    ``only_proposes`` leaves it to a person to release the journal.
    """

    sent_by: str = ""
    refused_by: str = ""
    proposed_by: str = ""
    sends_at: datetime | None = None
    reasons: tuple[HeldInWords, ...] = ()
    is_held: bool = False
    can_be_kept: bool = False
    only_proposes: bool = False


def rule_notice(
    journal: Journal,
    link: Link | None,
    sending: Sending | None,
    *,
    sent: Sending | None,
    proposal: Proposal | None,
    may_send: bool,
) -> RuleNotice | None:
    """Return what to say; ``None`` where no rule has anything to do with the journal.

    ``proposal`` is the open one of the journal, and ``sent`` what it was last sent with.
    """
    if journal.state != JournalState.READY:
        return _asked(journal, sent) if sent is not None else None
    if proposal is not None:
        # What is proposed is no longer for a rule, and another one would say that it sends it.
        rule = proposal.joint.rule if proposal.joint is not None else ""
        return RuleNotice(proposed_by=rule) if rule else None
    if sending is not None and sending.joint is not None and sending.joint.rule:
        return RuleNotice(refused_by=sending.joint.rule)
    return _standing(journal, link, may_send=may_send)


def _asked(journal: Journal, sent: Sending) -> RuleNotice | None:
    """Return which rule asked for a journal that is not ready any more, or not yet again."""
    rule = sent.joint.rule if sent.joint is not None else ""
    if not rule or journal.state in JOURNALS_NOT_DUE:
        return None
    # Where a look found something in its way, nothing was posted and nothing is under way.
    is_begun = journal.exports.exclude(state__in=[ExportState.READY, ExportState.WITHDRAWN])
    return RuleNotice(sent_by=rule) if is_begun.exists() else RuleNotice(refused_by=rule)


def _standing(journal: Journal, link: Link | None, *, may_send: bool) -> RuleNotice | None:
    if link is None or not link.sends_by_rule:
        return None
    standing = standing_with_rule(journal, now=timezone.now())
    if standing is None:
        return None
    return RuleNotice(
        sends_at=standing.sends_at,
        reasons=tuple(
            in_words(held, only_proposes=standing.only_proposes) for held in standing.held
        ),
        is_held=standing.is_held,
        can_be_kept=may_send and standing.can_be_kept,
        only_proposes=standing.only_proposes,
    )
