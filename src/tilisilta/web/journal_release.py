"""What the page of a journal says of the two persons that its link demands."""

from dataclasses import dataclass
from datetime import datetime

from tilisilta.models import Journal, Link, Proposal, Sending, User
from tilisilta.services.sending.releasing import OpenProposal, open_proposals

OF_PROPOSAL = ("proposal__proposed_by", "proposal__ended_by", "proposal__joint")
"""What of the proposal that a sending came from is read with it."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """Whether two persons are demanded, what is proposed, and who has sent it.

    ``released`` is the proposal that the last sending came from. ``off_since`` is set where one
    person or a rule has sent it, as the demand was switched off at that moment.
    """

    is_demanded: bool
    proposal: OpenProposal | None
    released: Proposal | None
    off_since: datetime | None

    @property
    def is_open(self) -> bool:
        """Return whether something is proposed that can still be released as it was."""
        return self.proposal is not None and self.proposal.change is None


def release_of(
    journal: Journal, link: Link | None, sending: Sending | None, *, user: User
) -> Release:
    """Return what to say; ``sending`` is the last that was begun, read with ``OF_PROPOSAL``."""
    proposals = open_proposals(user, journal=journal) if user.is_anything_proposed else ()
    return Release(
        is_demanded=link is not None and link.needs_release,
        proposal=next(iter(proposals), None),
        # The other side of a one-to-one field: there may be none.
        released=getattr(sending, "proposal", None),
        off_since=sending.release_off_at if sending is not None else None,
    )
