"""Proposes what two persons are demanded for: one proposes it, and another releases it.

A proposal holds the digest of what was seen. Nothing here sends; ``releasing`` does.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from tilisilta.models import JointSending, Journal, Proposal, User
from tilisilta.services import audit
from tilisilta.services.sending.two_persons import NeedsRelease, void_all, with_journals


def propose(
    held: NeedsRelease,
    *,
    user: User | None,
    now: datetime,
    reason: str = "",
    is_difference: bool = False,
) -> Proposal:
    """Store the proposal; one that is open for the same stays, whoever has made it."""
    with transaction.atomic():
        locked = Journal.objects.select_for_update(of=("self",)).select_related("company")
        journal = locked.get(pk=held.journal.pk)
        present = with_journals(journal.proposals.open()).first()
        if present is not None and present.digest == held.digest:
            return present
        if present is not None:
            void_all([present], Proposal.Change.RECEIPTS, now=now)
        made = Proposal.objects.create(
            journal=journal,
            link=held.link,
            digest=held.digest,
            is_difference=is_difference,
            reason=reason,
            proposed_by=user,
            system_user="" if user else audit.current_system_user(),
            proposed_at=now,
        )
        audit.record(
            audit.Action.SENDING_PROPOSED,
            user=user,
            company=journal.company,
            about=journal,
            reference=journal.reference,
            count=str(held.receipt_count),
        )
    return made


def propose_all(joint: JointSending, held: Sequence[NeedsRelease]) -> None:
    """Propose the journals that are ``held``, which are locked; what is open for the same stays."""
    if not held:
        return
    now, wanted = joint.requested_at, {one.journal.pk: one.digest for one in held}
    present = list(with_journals(Proposal.objects.open().filter(journal__in=wanted)))
    same = {one.journal_id for one in present if one.digest == wanted[one.journal_id]}
    outdated = [one for one in present if one.journal_id not in same]
    void_all(outdated, Proposal.Change.RECEIPTS, now=now)
    new = [one for one in held if one.journal.pk not in same]
    Proposal.objects.bulk_create(
        Proposal(
            journal=one.journal,
            link=one.link,
            digest=one.digest,
            joint=joint,
            proposed_by=joint.requested_by,
            system_user=joint.system_user,
            proposed_at=now,
        )
        for one in new
    )
    audit.record_all(
        audit.entry(
            audit.Action.SENDING_PROPOSED,
            user=joint.requested_by,
            company=one.journal.company,
            about=one.journal,
            reference=one.journal.reference,
            count=str(one.receipt_count),
        )
        for one in new
    )
