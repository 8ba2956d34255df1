"""Ends what is proposed without sending it: its proposer takes it back, another sends it back."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from tilisilta.models import Journal, Proposal, User
from tilisilta.services import audit
from tilisilta.services.sending.two_persons import CannotRelease, is_own, locked_release
from tilisilta.services.sending.withdrawals import checked_reason


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
