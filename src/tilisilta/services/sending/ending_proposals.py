"""Ends what is proposed without sending it: its proposer takes it back, another sends it back."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from tilisilta.domain.standing import SENT_JOURNALS
from tilisilta.models import Journal, Proposal, User
from tilisilta.services import audit
from tilisilta.services.sending.two_persons import CannotRelease, is_own, locked_release
from tilisilta.services.sending.withdrawals import checked_reason

_SHOWN_FOR = timedelta(days=14)
_MOST_SHOWN = 50


def came_back(user: User, *, now: datetime) -> list[Proposal]:
    """Return what was lately proposed in vain and not since: no longer valid, or sent back.

    Who proposed it would not know otherwise, and who wants to release it would find nothing.
    """
    later = Proposal.objects.filter(
        journal=OuterRef("journal"), proposed_at__gt=OuterRef("proposed_at")
    )
    in_vain = (Proposal.Outcome.VOID, Proposal.Outcome.RETURNED)
    found = (
        Proposal.objects.visible_to(user)
        .filter(~Exists(later), outcome__in=in_vain, ended_at__gte=now - _SHOWN_FOR)
        .exclude(journal__state__in=SENT_JOURNALS)
        .select_related("journal__company", "proposed_by", "ended_by", "joint")
    )
    return list(found.order_by("-ended_at", "pk")[:_MOST_SHOWN])


def take_back_proposal(proposal: Proposal, *, user: User | None, now: datetime) -> None:
    """End a proposal by who has made it. Raises ``CannotRelease``."""
    with transaction.atomic():
        locked = lock_proposal(proposal)
        is_by_command = user is None and locked.proposed_by_id is None
        is_theirs = (
            locked.system_user == audit.current_system_user()
            if is_by_command
            else user is not None and is_own(locked, user)
        )
        if not is_theirs:
            raise CannotRelease(locked.journal, "not_own")
        _end(locked, Proposal.Outcome.TAKEN_BACK, user=user, now=now)
        _record(locked, audit.Action.PROPOSAL_TAKEN_BACK, user, {})


def send_back(proposal: Proposal, *, reason: str, user: User, now: datetime) -> None:
    """End a proposal of another person, with the reason. Raises ``CannotRelease``.

    Raises Django's ``ValidationError`` about the reason.
    """
    reason = checked_reason(reason)
    with transaction.atomic():
        locked = lock_proposal(proposal)
        if is_own(locked, user):
            raise CannotRelease(locked.journal, "own")
        locked.end_reason = reason
        _end(locked, Proposal.Outcome.RETURNED, user=user, now=now)
        facts = {"reason": reason, "proposer": locked.proposer}
        _record(locked, audit.Action.PROPOSAL_RETURNED, user, facts)


def lock_proposal(proposal: Proposal) -> Proposal:
    """Lock an open proposal after its journal. Raises ``CannotRelease`` if it has ended."""
    journal = Journal.objects.select_for_update(of=("self",)).select_related("company")
    return locked_release(proposal, journal.get(pk=proposal.journal_id))


def _end(
    proposal: Proposal, outcome: Proposal.Outcome, *, user: User | None, now: datetime
) -> None:
    proposal.outcome, proposal.ended_at, proposal.ended_by = outcome, now, user
    proposal.save(update_fields=["outcome", "ended_at", "ended_by", "end_reason"])


def _record(
    proposal: Proposal, action: audit.Action, user: User | None, facts: Mapping[str, str]
) -> None:
    journal = proposal.journal
    entry = audit.entry(
        action, user=user, company=journal.company, about=journal, reference=journal.reference
    )
    entry.facts |= facts
    audit.record_all([entry])
