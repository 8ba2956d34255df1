"""The guard that every sending passes: where two persons are demanded, one alone sends nothing.

It is called under the locks of journal, links and exports, right before a sending is committed, by
each service that begins one. Pages, commands and the API cannot pass it by.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from tilisilta.domain.problems import Problem, ProblemCode, Screen
from tilisilta.errors import NeedsAttention
from tilisilta.models import AuditEntry, Journal, Link, Proposal, Sending, User
from tilisilta.services import audit

Change = Proposal.Change


class NeedsRelease(NeedsAttention):
    """The link demands a second person; ``digest`` is what can be proposed to one."""

    code = ProblemCode.NEEDS_RELEASE

    def __init__(
        self, journal: Journal, digest: str, link: Link, *, receipt_count: int = 0
    ) -> None:
        super().__init__(f"Journal {journal.reference} needs a second person.")
        self.journal = journal
        self.digest = digest
        self.link = link
        self.receipt_count = receipt_count
        self.facts = {"journal": journal.reference}


class CannotRelease(NeedsAttention):
    """The proposal is not one that this user can release."""

    code = ProblemCode.CANNOT_RELEASE

    def __init__(self, journal: Journal, reason: str) -> None:
        super().__init__(f"Journal {journal.reference} cannot be released: {reason}.")
        self.journal = journal
        self.facts = {"journal": journal.reference, "reason": reason}


def must_be_released(
    journal: Journal,
    links: Iterable[Link],
    digest: str,
    *,
    user: User | None,
    release: Proposal | None = None,
    receipt_count: int = 0,
) -> None:
    """Raise ``NeedsRelease`` if one of ``links`` demands a second person, and there is none.

    ``release`` is the open proposal that ``user`` releases, locked, for exactly ``digest``.
    """
    if release is None:
        demanding = next((link for link in links if link.needs_release), None)
        if demanding is not None:
            raise NeedsRelease(journal, digest, demanding, receipt_count=receipt_count)
        return
    is_of_journal = release.journal_id == journal.pk and release.ended_at is None
    if not is_of_journal or release.digest != digest:
        raise CannotRelease(journal, "gone")
    if is_own(release, user):
        raise CannotRelease(journal, "own")


def is_own(proposal: Proposal, user: User | None) -> bool:
    """Return whether ``user`` is who proposed it. Without a user it cannot be said, and counts.

    A command knows its system user alone; one of the same name is taken for the same person. A rule
    is no person.
    """
    if user is None:
        return True
    if proposal.proposed_by_id is not None:
        return proposal.proposed_by_id == user.pk
    if proposal.joint is not None and proposal.joint.rule:
        return False
    behind = proposal.system_user.partition(" ")[0]
    return behind.casefold() == user.get_username().casefold()


def needs_release_problem(journal: Journal) -> Problem:
    facts = (("journal", journal.reference),)
    return Problem(code=ProblemCode.NEEDS_RELEASE, screen=Screen.JOURNAL, facts=facts)


def off_since(links: Iterable[Link]) -> datetime | None:
    """Return since when no second person is demanded any more; ``None`` if none ever was."""
    moments = [link.release_off_at for link in links if not link.needs_release]
    return max((moment for moment in moments if moment is not None), default=None)


def note_begun(begun: Sequence[tuple[Sending, Journal]], *, now: datetime) -> None:
    """Note, with the commit of sendings, which went out alone, and end what was proposed still."""
    alone = [(sending, journal) for sending, journal in begun if sending.release_off_at]
    audit.record_all(_sent_by_one(sending, journal) for sending, journal in alone)
    journals = [journal.pk for _sending, journal in begun]
    proposals = Proposal.objects.open().filter(journal__in=journals)
    void_all(with_journals(proposals.select_for_update(of=("self",))), Change.SENT, now=now)


def keep_who_sent(last: Sending | None, sending: Sending) -> None:
    """Note on ``sending``, which goes on for ``last``, by how many persons it was sent."""
    if last is None:
        return
    Sending.objects.filter(pk=sending.pk).update(release_off_at=last.release_off_at)
    Proposal.objects.filter(sending=last).update(sending=sending)


def with_journals(proposals: QuerySet[Proposal]) -> QuerySet[Proposal]:
    return proposals.select_related("journal__company", "journal__run", "proposed_by", "joint")


def locked_release(release: Proposal, journal: Journal) -> Proposal:
    """Lock the proposal that is released, after its journal. Raise ``CannotRelease`` if ended."""
    proposals = (
        with_journals(Proposal.objects.open())
        .select_related("link")
        .select_for_update(of=("self",))
    )
    locked = proposals.filter(pk=release.pk, journal=journal).first()
    if locked is None:
        raise CannotRelease(journal, "gone")
    return locked


def note_released(
    released: Sequence[tuple[Proposal, Sending]], *, user: User | None, now: datetime
) -> None:
    """End the proposals, which are locked, with the commit of the sendings they led to."""
    ended: list[Proposal] = []
    entries: list[AuditEntry] = []
    for proposal, sending in released:
        proposal.outcome, proposal.ended_at = Proposal.Outcome.RELEASED, now
        proposal.ended_by, proposal.sending = user, sending
        ended.append(proposal)
        journal = proposal.journal
        entries.append(
            audit.entry(
                audit.Action.PROPOSAL_RELEASED,
                user=user,
                company=journal.company,
                about=journal,
                reference=journal.reference,
                proposer=proposal.proposer,
            )
        )
    if ended:
        Proposal.objects.bulk_update(ended, ["outcome", "ended_at", "ended_by", "sending"])
        audit.record_all(entries)


def void_all(proposals: Iterable[Proposal], change: Proposal.Change, *, now: datetime) -> None:
    """End ``proposals``, which are locked, as something has changed since."""
    ended = list(proposals)
    if not ended:
        return
    for one in ended:
        one.outcome, one.change, one.ended_at = Proposal.Outcome.VOID, change, now
    Proposal.objects.bulk_update(ended, ["outcome", "change", "ended_at"])
    audit.record_all(
        audit.entry(
            audit.Action.PROPOSAL_VOID,
            user=None,
            company=one.journal.company,
            about=one.journal,
            reference=one.journal.reference,
            proposer=one.proposer,
            change=change.value,
        )
        for one in ended
    )


def _sent_by_one(sending: Sending, journal: Journal) -> AuditEntry:
    since = sending.release_off_at
    return audit.entry(
        audit.Action.SENT_BY_ONE,
        user=sending.requested_by,
        company=journal.company,
        about=journal,
        reference=journal.reference,
        date=timezone.localtime(since).date().isoformat() if since else "",
    )
