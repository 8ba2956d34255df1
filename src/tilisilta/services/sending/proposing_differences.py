"""Asks for the difference of a changed run, or proposes it where two persons are demanded."""

from datetime import datetime

from tilisilta.models import Journal, Proposal, Sending, User
from tilisilta.services.sending.differences import book_difference
from tilisilta.services.sending.proposing import propose
from tilisilta.services.sending.two_persons import NeedsRelease
from tilisilta.services.sending.withdrawals import checked_reason


def book_or_propose_difference(
    journal: Journal, *, reason: str, user: User | None, now: datetime, seen: str | None = None
) -> Sending | Proposal | None:
    """Ask for the difference as ``book_difference`` does; propose it where two are demanded."""
    try:
        return book_difference(journal, reason=reason, user=user, now=now, seen=seen)
    except NeedsRelease as held:
        reason = checked_reason(reason)
        return propose(held, user=user, now=now, reason=reason, is_difference=True)
