"""Releases what another person has proposed, exactly as it was proposed, or makes it void."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef

from tilisilta.domain.problems import Problem
from tilisilta.domain.standing import COMMITTED_EXPORTS, ExportState, JournalState, is_changed
from tilisilta.errors import TilisiltaError
from tilisilta.models import (
    Area,
    Export,
    JointSending,
    Journal,
    Proposal,
    Right,
    User,
    preview_digest,
)
from tilisilta.services.explanations import problem_of
from tilisilta.services.sending.differences import (
    DifferenceChanged,
    book_difference,
)
from tilisilta.services.sending.ending_proposals import lock_proposal
from tilisilta.services.sending.together import commit_joint, joint_of
from tilisilta.services.sending.two_persons import CannotRelease, is_own, void_all, with_journals

Change = Proposal.Change
# What was marked as sent, is looked for or taken back was not sent in the place of the proposal.
_SENT_SINCE = frozenset(
    {JournalState.QUEUED, JournalState.SENDING, JournalState.SENT, JournalState.APPROVED}
)


@dataclass(frozen=True, kw_only=True)
class OpenProposal:
    """A proposal, what has changed since it was made, and whether a user may release it."""

    proposal: Proposal
    exports: tuple[Export, ...]
    change: Change | None
    is_own: bool

    @property
    def can_be_released(self) -> bool:
        return self.change is None and not self.is_own

    @property
    def is_warned_of(self) -> bool:
        """Return whether it is released only by itself, by a person who has seen its warning."""
        journal = self.proposal.journal
        return journal.is_deleted_at_source or journal.needs_look

    @property
    def debit(self) -> Decimal | None:
        """Return the debits that go out; ``None`` for a difference, which is planned at release."""
        if self.proposal.is_difference:
            return None
        if any(one.state in COMMITTED_EXPORTS for one in self.exports):
            left = (one.debit_total for one in self.exports if one.state == ExportState.READY)
            return sum(left, Decimal("0.00"))
        return self.proposal.journal.debit_total

    @property
    def receipt_count(self) -> int:
        return sum(one.state == ExportState.READY for one in self.exports)


@dataclass(frozen=True, kw_only=True)
class Released:
    """What became of proposals that were released.

    ``joint`` has the sendings of the journals, refused ones with their reason; ``differences`` is
    how many differences are being booked, and ``refused`` those that are not.
    """

    joint: JointSending | None = None
    differences: int = 0
    refused: tuple[tuple[Journal, Problem], ...] = ()


def proposed_count(user: User | None = None) -> int:
    """Return how many proposals wait for a second person, as far as ``user`` may see."""
    proposals = Proposal.objects.open()
    if user is None:
        return proposals.count()
    return proposals.visible_to(user).count() if user.is_anything_proposed else 0


def proposing_companies(user: User, month: date) -> tuple[int, ...]:
    """Return the ids of the companies of the proposals in ``month``, one for each proposal."""
    if not user.is_anything_proposed:
        return ()
    proposals = Proposal.objects.open().visible_to(user).filter(journal__period=month)
    return tuple(proposals.order_by().values_list("journal__company", flat=True))


def open_proposals(user: User, *, journal: Journal | None = None) -> tuple[OpenProposal, ...]:
    """Return what is proposed and ``user`` may see, by company, in a fixed number of queries."""
    proposals = Proposal.objects.open().visible_to(user).select_related("link")
    if journal is not None:
        proposals = proposals.filter(journal=journal)
    ordered = list(with_journals(proposals).order_by("journal__company__number", "journal", "pk"))
    judged = _judged(ordered)
    return tuple(
        OpenProposal(
            proposal=one,
            exports=judged[one.pk].exports,
            change=judged[one.pk].change,
            is_own=is_own(one, user),
        )
        for one in ordered
    )


def release(
    proposals: Iterable[Proposal],
    *,
    user: User,
    now: datetime,
    joint_id: uuid.UUID | None = None,
) -> Released:
    """Send what ``proposals`` are for, each as it was proposed; what has changed becomes void.

    The journals are committed in one moment, as ``send_together`` does. Asked a second time with
    the same ``joint_id``, nothing happens. What ``user`` has no right to send is refused.
    """
    asked = {one.pk: one for one in proposals}
    void = void_outdated(now=now, among=list(asked))
    wanted = [one for one in asked.values() if one.pk not in void]
    refused = [(one.journal, _refused(one, str(one.change))) for one in void.values()]
    allowed = [one for one in wanted if _may_send(user, one.journal)]
    refused += [(one.journal, _refused(one, "right")) for one in wanted if one not in allowed]
    journals = [one for one in allowed if not one.is_difference]
    joint = _release_journals(journals, user=user, now=now, joint_id=joint_id)
    count = 0
    for one in allowed:
        if one.is_difference:
            problem = _release_difference(one, user=user, now=now)
            count += problem is None
            refused += [] if problem is None else [(one.journal, problem)]
    void_outdated(now=now, among=[one.pk for one in allowed])
    return Released(joint=joint, differences=count, refused=tuple(refused))


def void_outdated(*, now: datetime, among: Sequence[int] | None = None) -> dict[int, Proposal]:
    """Make void what is no longer as it was proposed, and return what became so."""
    proposals = Proposal.objects.open().select_related("link")
    if among is not None:
        proposals = proposals.filter(pk__in=among)
    listed = list(with_journals(proposals))
    judged = _judged(listed)
    void: dict[int, Proposal] = {}
    for one in listed:
        if judged[one.pk].change is not None and (ended := _void(one, now=now)) is not None:
            void[one.pk] = ended
    return void


def _void(proposal: Proposal, *, now: datetime) -> Proposal | None:
    """Judge the proposal again under its locks, and end it if it is outdated still."""
    with transaction.atomic():
        try:
            locked = lock_proposal(proposal)
        except CannotRelease:
            return None
        change = _judged([locked])[locked.pk].change
        if change is None:
            return None
        void_all([locked], change, now=now)
    return locked


def _release_journals(
    proposals: Sequence[Proposal], *, user: User, now: datetime, joint_id: uuid.UUID | None
) -> JointSending | None:
    if not proposals:
        return JointSending.objects.filter(pk=joint_id).first() if joint_id else None
    months = {one.journal.period for one in proposals}
    month = months.pop() if len(months) == 1 else None
    return commit_joint(
        joint_of(user, now=now, joint_id=joint_id, period=month),
        {one.journal_id: one.digest for one in proposals},
        releases=[one.pk for one in proposals],
    )


def _release_difference(proposal: Proposal, *, user: User, now: datetime) -> Problem | None:
    try:
        book_difference(
            proposal.journal,
            reason=proposal.reason,
            user=user,
            now=now,
            seen=proposal.digest,
            release=proposal,
        )
    except DifferenceChanged:
        with transaction.atomic():
            void_all([lock_proposal(proposal)], Change.RECEIPTS, now=now)
        return _refused(proposal, Change.RECEIPTS)
    except TilisiltaError as error:
        return problem_of(error)
    return None


def _refused(proposal: Proposal, reason: str) -> Problem:
    return problem_of(CannotRelease(proposal.journal, reason))


def _may_send(user: User | None, journal: Journal) -> bool:
    if user is None or not user.can(Right.WRITE, Area.JOURNAL_EXPORTS):
        return False
    return not user.is_limited or journal.company.debtor_id in user.chosen_debtor_ids


@dataclass(frozen=True, kw_only=True)
class _Judged:
    exports: tuple[Export, ...]
    change: Change | None


def _judged(proposals: Sequence[Proposal]) -> Mapping[int, _Judged]:
    """Return by proposal what it would send now, and what has changed since it was made."""
    exports: dict[int, list[Export]] = defaultdict(list)
    ids = [one.journal_id for one in proposals]
    rows = Export.objects.filter(journal__in=ids).select_related("link__procountor_account")
    rows = rows.defer("payload", "link__procountor_account__administration")
    for export in rows.order_by("booking_date"):
        exports[export.journal_id].append(export)
    newer = Journal.objects.filter(
        company=OuterRef("company"),
        run_year=OuterRef("run_year"),
        run_number=OuterRef("run_number"),
        revision__gt=OuterRef("revision"),
        discarded_at__isnull=True,
    )
    revised = set(
        Journal.objects.filter(Exists(newer), pk__in=ids).order_by().values_list("pk", flat=True)
    )
    proposers = User.objects.select_related("template").in_bulk(
        {one.proposed_by_id for one in proposals if one.proposed_by_id is not None}
    )
    judged: dict[int, _Judged] = {}
    for one in proposals:
        of_journal = tuple(exports[one.journal_id])
        change = _change_of(one, of_journal)
        if one.journal_id in revised:
            change = Change.REVISION
        elif one.proposed_by_id and not _may_send(proposers[one.proposed_by_id], one.journal):
            change = Change.PROPOSER
        elif change is None and _is_deleted_since(one):
            change = Change.STOPPED
        judged[one.pk] = _Judged(exports=of_journal, change=change)
    return judged


def _change_of(proposal: Proposal, exports: Sequence[Export]) -> Change | None:
    """Return what of the journal itself is not as it was proposed, the weightiest first."""
    journal, link = proposal.journal, proposal.link
    standing = journal.standing(one.standing() for one in exports)
    if standing.state in _SENT_SINCE:
        return Change.SENT
    if link is None or not link.covers(journal.booking_period):
        return Change.LINK
    if proposal.is_difference:
        has_difference = any(one.is_difference for one in exports)
        is_open = is_changed(JournalState(journal.state), has_difference=has_difference)
        return None if is_open else Change.STOPPED
    if preview_digest(exports) == proposal.digest and standing.can_be_sent:
        return None
    if link.changed_at > proposal.proposed_at:
        return Change.LINK
    return Change.RECEIPTS if standing.can_be_sent else Change.STOPPED


def _is_deleted_since(proposal: Proposal) -> bool:
    """Return whether the run was deleted in Nmbrs after it was proposed, unseen."""
    journal = proposal.journal
    if not journal.is_deleted_at_source:
        return False
    gone_at = journal.run.gone_at if journal.run is not None else None
    return gone_at is None or gone_at > proposal.proposed_at
