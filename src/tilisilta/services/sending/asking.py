"""Commits that journals are to be sent, or that an uncertain receipt is to be looked for again.

Asking only commits rows; the engine picks them up (``services.sending.delivery``).
"""

import math
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from tilisilta.domain.problems import ProblemCode, Severity
from tilisilta.domain.standing import (
    BOOKED_EXPORTS,
    ExportState,
    JournalState,
)
from tilisilta.errors import NeedsAttention
from tilisilta.models import (
    Export,
    JointSending,
    Journal,
    Link,
    Proposal,
    Sending,
    User,
    preview_digest,
)
from tilisilta.services import audit
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.procountor.administrations import ADMINISTRATION_AGE_LIMIT
from tilisilta.services.sending.proposing import propose
from tilisilta.services.sending.two_persons import (
    NeedsRelease,
    keep_who_sent,
    must_be_released,
    note_begun,
    off_since,
)


class CannotBeSent(NeedsAttention):
    """Something stops the journal; its problems say what."""

    code = ProblemCode.CANNOT_BE_SENT

    def __init__(self, journal: Journal) -> None:
        super().__init__(f"Journal {journal.reference} cannot be sent.")
        self.journal = journal
        self.facts = {"journal": journal.reference}


class PreviewChanged(NeedsAttention):
    """What would be sent now differs from what the person saw; nothing was sent."""

    code = ProblemCode.PREVIEW_CHANGED

    def __init__(self, journal: Journal, *, reason: str = "") -> None:
        super().__init__(f"What would be sent of journal {journal.reference} has changed.")
        self.journal = journal
        self.facts = {"journal": journal.reference, **({"reason": reason} if reason else {})}


class AlreadySent(NeedsAttention):
    """All receipts of the journal are booked."""

    code = ProblemCode.ALREADY_SENT

    def __init__(self, journal: Journal) -> None:
        super().__init__(f"Journal {journal.reference} has been sent.")
        self.journal = journal
        self.facts = {"journal": journal.reference}


def send_journal(
    journal: Journal, *, user: User | None, now: datetime, seen: str | None = None
) -> Sending:
    """Commit that ``journal`` is to be sent; the engine picks it up.

    ``seen`` is the digest of the preview a person saw; without it, what was last stored counts.
    If a sending is already under way, that one is returned. Raises ``CannotBeSent``,
    ``PreviewChanged``, ``AlreadySent``, or ``NeedsRelease`` where two persons are demanded, and
    then nothing is sent.
    """
    if journal.withdrawals.filter(finished_at__isnull=True).exists():
        # Its sendings take it back, and must not pass for what was asked for here.
        raise CannotBeSent(journal)
    under_way = unfinished_sending(journal)
    if under_way is not None:
        return under_way
    # Taken before the check, which may plan other receipts: then PreviewChanged is raised.
    seen = seen or _stored_digest(journal)
    journal = check_journal(journal, now=now, age_limit=_age_limit(journal))
    # Where something stood in the way there were no receipts, so nothing has changed either.
    seen = seen or preview_digest(journal.exports.all())
    try:
        with transaction.atomic():
            return _commit_sending(journal, user=user, now=now, seen=seen)
    except IntegrityError:
        # The unique constraint refused a second unfinished sending: another click was faster.
        under_way = unfinished_sending(journal)
        if under_way is None:
            raise
        return under_way


def send_or_propose(
    journal: Journal, *, user: User | None, now: datetime, seen: str | None = None
) -> Sending | Proposal:
    """Ask for ``journal`` to be sent as ``send_journal`` does; propose it where two are demanded.

    For many at once ``send_together`` does the same.
    """
    try:
        return send_journal(journal, user=user, now=now, seen=seen)
    except NeedsRelease as held:
        return propose(held, user=user, now=now)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A journal to be sent, and the digest of the preview a person saw, if any."""

    journal: Journal
    seen: str | None = None


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A journal that was not accepted for sending, and the reason."""

    journal: Journal
    error: NeedsAttention


@dataclass(frozen=True, kw_only=True)
class SentMany:
    """The result of asking for several journals to be sent.

    ``sendings`` are under way now, ``proposed`` wait for another person, ``refused`` were not
    accepted, and ``left`` were not reached before the time was up. ``joint`` is there where they
    were asked for in one moment.
    """

    joint: JointSending | None = None
    sendings: tuple[Sending, ...] = ()
    proposed: tuple[Proposal, ...] = ()
    refused: tuple[Refusal, ...] = ()
    left: tuple[Wanted, ...] = ()


def send_many(
    wanted: Iterable[Wanted],
    *,
    user: User | None,
    now: datetime,
    until: float = math.inf,
) -> SentMany:
    """Commit that each of ``wanted`` is to be sent, in their order, for pages and commands alike.

    A journal that cannot be sent is refused with its reason and does not stop the others. No
    journal is begun after ``until`` on the monotonic clock, except the first: each call advances.
    """
    left = deque(wanted)
    asked: list[Sending | Proposal] = []
    refused: list[Refusal] = []
    while left and (not (asked or refused) or time.monotonic() < until):
        one = left.popleft()
        try:
            asked.append(send_or_propose(one.journal, user=user, now=now, seen=one.seen))
        except (CannotBeSent, PreviewChanged, AlreadySent) as error:
            one.journal.refresh_from_db()
            refused.append(Refusal(journal=one.journal, error=error))
    return SentMany(
        sendings=tuple(one for one in asked if isinstance(one, Sending)),
        proposed=tuple(one for one in asked if isinstance(one, Proposal)),
        refused=tuple(refused),
        left=tuple(left),
    )


def look_again(journal: Journal, *, user: User | None, now: datetime) -> Sending:
    """Commit that the uncertain receipts of ``journal`` are to be looked for once more, now.

    A sending under way that waits before its next look becomes due.
    """
    with transaction.atomic():
        journal = Journal.objects.select_for_update().get(pk=journal.pk)
        journal.exports.filter(state=ExportState.UNCERTAIN).update(look_at=now, problems=[])
        under_way = unfinished_sending(journal)
        if under_way is None:
            last = journal.sendings.filter(is_refused=False).order_by("-requested_at").first()
            sending = _new_sending(journal, user=user, now=now, asked_for=Sending.AskedFor.LOOK)
            keep_who_sent(last, sending)
            # What waits beside them for an account was looked for long ago.
            look_anew(journal)
            return sending
        Sending.objects.filter(pk=under_way.pk, enqueued_at__isnull=True).update(due_at=now)
        return under_way


def look_anew(journal: Journal) -> None:
    """Have the queued receipts of ``journal`` looked for again before they are posted.

    What an earlier turn has seen is no proof: an old backup may have been restored since.
    """
    # Also what takes a receipt back, which is no export of the journal's own.
    queued = Export.with_trail.filter(journal=journal, state=ExportState.QUEUED)
    queued.update(is_looked_for=False)


def unfinished_sending(journal: Journal) -> Sending | None:
    return Sending.objects.filter(journal=journal, finished_at__isnull=True).first()


def _stored_digest(journal: Journal) -> str:
    """Return the digest of the receipts as last planned, or an empty text if there are none."""
    exports = list(journal.exports.all())
    return preview_digest(exports) if exports else ""


def _age_limit(journal: Journal) -> timedelta:
    """Return how old our copy of the administration may be when ``journal`` is to be sent.

    Who sends one that something stood in the way of has just put that right in Procountor.
    """
    is_ready = journal.state == JournalState.READY
    return ADMINISTRATION_AGE_LIMIT if is_ready else timedelta(0)


def _commit_sending(journal: Journal, *, user: User | None, now: datetime, seen: str) -> Sending:
    journal = (
        Journal.objects.select_for_update(of=("self",)).select_related("company").get(pk=journal.pk)
    )
    under_way = unfinished_sending(journal)
    if under_way is not None:
        # Another request was committed during the check, which holds no lock.
        return under_way
    # Locked in the order journal, links, exports, the same as everywhere: ending a link waits for
    # this transaction or this one sees the end, and two transactions never wait for each other.
    link_ids = set(journal.exports.order_by().values_list("link", flat=True))
    links = list(
        # Of the links alone: their order would lock the companies too, which others lock first.
        Link.objects.select_for_update(of=("self",)).filter(pk__in=link_ids).order_by("pk")
    )
    exports = list(journal.exports.select_for_update())
    # Judged again under the locks: the check has committed, and much may have changed since.
    standing = journal.standing(one.standing() for one in exports)
    if standing.is_sent:
        raise AlreadySent(journal)
    if not standing.can_be_sent or not _are_in_force(links, exports, journal):
        raise CannotBeSent(journal)
    if preview_digest(exports) != seen:
        raise PreviewChanged(journal)
    to_send = [export for export in exports if export.state == ExportState.READY]
    must_be_released(journal, links, seen, user=user, receipt_count=len(to_send))
    sending = _new_sending(journal, user=user, now=now, release_off_at=off_since(links))
    note_begun([(sending, journal)], now=now)
    for export in to_send:
        _queue(export)
    for export in exports:
        _let_others_pass(export)
    audit.record(
        audit.Action.JOURNAL_SENT,
        user=user,
        company=journal.company,
        about=journal,
        reference=journal.reference,
        count=str(len(to_send)),
    )
    journal.store_state()
    return sending


def _new_sending(
    journal: Journal,
    *,
    user: User | None,
    now: datetime,
    release_off_at: datetime | None = None,
    asked_for: Sending.AskedFor = Sending.AskedFor.SENDING,
) -> Sending:
    return Sending.objects.create(
        journal=journal,
        asked_for=asked_for,
        requested_by=user,
        system_user="" if user else audit.current_system_user(),
        requested_at=now,
        due_at=now,
        release_off_at=release_off_at,
    )


def _queue(export: Export) -> None:
    """Queue ``export``, to be looked for before it is posted, whatever earlier looks have seen."""
    export.state = ExportState.QUEUED
    export.is_looked_for = False
    export.absent_look_count = 0
    export.look_at = None
    export.save(update_fields=["state", "is_looked_for", "absent_look_count", "look_at"])


def _are_in_force(links: Sequence[Link], exports: Sequence[Export], journal: Journal) -> bool:
    in_force = {link.pk for link in links if link.covers(journal.booking_period)}
    return all(one.link_id in in_force for one in exports if one.state == ExportState.READY)


def _let_others_pass(export: Export) -> None:
    """Turn the problems of a booked receipt into warnings, which do not stop later receipts.

    A person has seen them and sends the rest all the same.
    """
    problems = export.problems
    if export.state in BOOKED_EXPORTS and problems:
        warnings = [replace(problem, severity=Severity.WARNING) for problem in problems]
        Export.objects.filter(pk=export.pk).update(problems=warnings)
