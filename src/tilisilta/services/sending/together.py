"""Commits in one moment that many journals are to be sent, as a person has confirmed their list.

Nothing is checked here but our own tables. The worker checks each journal again right before it is
sent (``confirmed``), so that the click returns at once, however many there are.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from tilisilta.domain.problems import Problem, ProblemCode, Severity
from tilisilta.domain.standing import BOOKED_EXPORTS, ExportState, JournalState
from tilisilta.models import (
    AuditEntry,
    Export,
    JointSending,
    Journal,
    Link,
    Proposal,
    Sending,
    User,
    Withdrawal,
    preview_digest,
)
from tilisilta.services import audit
from tilisilta.services.explanations import problem_of
from tilisilta.services.sending.asking import Wanted
from tilisilta.services.sending.proposing import propose_all
from tilisilta.services.sending.two_persons import (
    CannotRelease,
    NeedsRelease,
    must_be_released,
    note_begun,
    note_released,
    off_since,
    with_journals,
)


def send_together(
    wanted: Iterable[Wanted],
    *,
    user: User | None,
    now: datetime,
    joint_id: uuid.UUID | None = None,
    period: date | None = None,
    left_out: int = 0,
    rule: str = "",
) -> JointSending:
    """Commit that each of ``wanted`` is to be sent as it was seen, all in one transaction.

    Without a digest of what was seen, what is stored counts. A journal that cannot be sent is
    refused with its reason, beside those that can. One whose link demands two persons is not sent
    but proposed, and stands in the joint sending's ``proposals``. Asked a second time with the same
    ``joint_id``, nothing happens, and what the first has asked for is returned. ``rule`` names what
    asks for them where no person does.
    """
    joint = joint_of(user, now=now, joint_id=joint_id, period=period, left_out=left_out, rule=rule)
    return commit_joint(joint, {one.journal.pk: one.seen for one in wanted})


def joint_of(
    user: User | None,
    *,
    now: datetime,
    joint_id: uuid.UUID | None = None,
    period: date | None = None,
    left_out: int = 0,
    rule: str = "",
) -> JointSending:
    return JointSending(
        id=joint_id or uuid.uuid4(),
        requested_by=user,
        system_user="" if user else audit.current_system_user(),
        requested_at=now,
        period=period,
        left_out=left_out,
        rule=rule,
    )


def commit_joint(
    joint: JointSending,
    seen: Mapping[int, str | None],
    *,
    releases: Collection[int] | None = None,
) -> JointSending:
    """Commit that the journals with the ids in ``seen`` are sent.

    ``releases`` are the ids of the proposals that are released: nothing else is sent then.
    """
    try:
        with transaction.atomic():
            joint.save(force_insert=True)
            _commit(joint, seen, releases)
    except IntegrityError:
        # Clicked twice, or sent again by the browser: the first click has asked for them.
        earlier = JointSending.objects.filter(pk=joint.pk).first()
        if earlier is None:
            raise
        return earlier
    return joint


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """The rows that decide whether the journals can be sent, locked until the commit."""

    journals: Sequence[Journal]
    links: Mapping[int, Link]
    exports: Mapping[int, list[Export]]
    busy: frozenset[int]
    going_back: frozenset[int]
    proposals: Mapping[int, Proposal]
    is_release: bool


@dataclass(kw_only=True)
class _Made:
    """What becomes of the journals: sendings, refused ones too, and what a second one releases."""

    sendings: list[Sending] = field(default_factory=list)
    queued: list[tuple[Sending, Journal]] = field(default_factory=list)
    released: list[tuple[Proposal, Sending]] = field(default_factory=list)
    held: list[NeedsRelease] = field(default_factory=list)


def _commit(
    joint: JointSending, seen: Mapping[int, str | None], releases: Collection[int] | None
) -> None:
    rows, made = _locked(list(seen), releases), _Made()
    for journal in rows.journals:
        _decide(joint, journal, seen[journal.pk], rows, made)
    Sending.objects.bulk_create(made.sendings)
    note_released(made.released, user=joint.requested_by, now=joint.requested_at)
    note_begun(made.queued, now=joint.requested_at)
    propose_all(joint, made.held)
    _queue(joint, [journal for _sending, journal in made.queued], rows.exports)


def _decide(
    joint: JointSending, journal: Journal, seen: str | None, rows: _Rows, made: _Made
) -> None:
    """Note in ``made`` whether ``journal`` is sent, refused, or proposed to a second person."""
    exports = rows.exports.get(journal.pk, [])
    stored = preview_digest(exports)
    refusal = _refusal(journal, exports, rows, is_as_seen=(seen or stored) == stored)
    links = [rows.links[pk] for pk in {one.link_id for one in _ready_of(exports)}]
    release = rows.proposals.get(journal.pk)
    try:
        if not refusal:
            _must_be_released(joint, journal, links, stored, rows)
    except NeedsRelease as needed:
        made.held.append(needed)
        return
    except CannotRelease as error:
        refusal = (problem_of(error),)
    sending = _sending_of(joint, journal, stored, refusal)
    made.sendings.append(sending)
    if not refusal:
        sending.release_off_at = off_since(links)
        made.queued.append((sending, journal))
        made.released += [(release, sending)] if release is not None else []


def _must_be_released(
    joint: JointSending, journal: Journal, links: Sequence[Link], digest: str, rows: _Rows
) -> None:
    release = rows.proposals.get(journal.pk)
    if rows.is_release and release is None:
        raise CannotRelease(journal, "gone")
    count = len(_ready_of(rows.exports[journal.pk]))
    must_be_released(
        journal, links, digest, user=joint.requested_by, release=release, receipt_count=count
    )


def _locked(ids: Sequence[int], releases: Collection[int] | None) -> _Rows:
    """Lock journals, links, exports and proposals in the order in which every service locks them.

    The journals by their ids, so that two that ask for the same never wait for each other.
    """
    journals = list(
        Journal.objects.select_for_update(of=("self",))
        .select_related("company")
        .filter(pk__in=ids)
        .order_by("pk")
    )
    of_journals = Export.objects.filter(journal__in=ids).order_by()
    link_ids = set(of_journals.values_list("link", flat=True))
    links = (
        Link.objects.select_for_update(of=("self",))
        .select_related("company")
        .filter(pk__in=link_ids)
        .order_by("pk")
    )
    by_link = {link.pk: link for link in links}
    exports: dict[int, list[Export]] = defaultdict(list)
    for export in of_journals.select_for_update().defer("payload").order_by("pk"):
        exports[export.journal_id].append(export)
    under_way = Sending.objects.filter(journal__in=ids, finished_at__isnull=True)
    withdrawals = Withdrawal.objects.filter(journal__in=ids, finished_at__isnull=True)
    return _Rows(
        journals=journals,
        links=by_link,
        exports=exports,
        busy=frozenset(under_way.values_list("journal", flat=True)),
        going_back=frozenset(withdrawals.values_list("journal", flat=True)),
        proposals=_locked_proposals(releases) if releases else {},
        is_release=releases is not None,
    )


def _locked_proposals(ids: Collection[int]) -> Mapping[int, Proposal]:
    open_ones = with_journals(Proposal.objects.open().filter(pk__in=ids))
    locked = open_ones.select_for_update(of=("self",)).order_by("pk")
    return {one.journal_id: one for one in locked}


def _refusal(
    journal: Journal, exports: Sequence[Export], rows: _Rows, *, is_as_seen: bool
) -> tuple[Problem, ...]:
    """Return why ``journal`` is not sent; nothing if it is."""
    standing = journal.standing(one.standing() for one in exports)
    if journal.pk in rows.going_back:
        return (_problem(ProblemCode.CANNOT_BE_SENT, journal),)
    if journal.pk in rows.busy or standing.is_sent:
        return (_problem(ProblemCode.ALREADY_SENT, journal),)
    if not standing.can_be_sent:
        return standing.obstacles or (_problem(ProblemCode.CANNOT_BE_SENT, journal),)
    to_send = [one for one in exports if one.state == ExportState.READY]
    if not all(rows.links[one.link_id].covers(journal.booking_period) for one in to_send):
        return (_problem(ProblemCode.PREVIEW_CHANGED, journal, reason="link"),)
    if not is_as_seen:
        return (_problem(ProblemCode.PREVIEW_CHANGED, journal),)
    return ()


def _problem(code: ProblemCode, journal: Journal, **values: str) -> Problem:
    return Problem(code=code, facts=(("journal", journal.reference), *values.items()))


def _sending_of(
    joint: JointSending, journal: Journal, seen: str, refusal: tuple[Problem, ...]
) -> Sending:
    return Sending(
        journal=journal,
        joint=joint,
        requested_by=joint.requested_by,
        system_user=joint.system_user,
        requested_at=joint.requested_at,
        due_at=joint.requested_at,
        seen=seen,
        finished_at=joint.requested_at if refusal else None,
        is_refused=bool(refusal),
        refusal=refusal,
    )


def _queue(
    joint: JointSending, journals: Sequence[Journal], exports: Mapping[int, list[Export]]
) -> None:
    """Queue what is ready of ``journals``, and record that they were sent."""
    ready = [one for journal in journals for one in _ready_of(exports[journal.pk])]
    Export.objects.filter(pk__in=[one.pk for one in ready]).update(
        state=ExportState.QUEUED, is_looked_for=False, absent_look_count=0, look_at=None
    )
    entries: list[AuditEntry] = []
    states: dict[JournalState, list[int]] = defaultdict(list)
    facts: dict[str, Any] = {"rule": joint.rule} if joint.rule else {}
    for journal in journals:
        of_journal = exports[journal.pk]
        to_send = _ready_of(of_journal)
        entries.append(
            audit.entry(
                audit.Action.JOURNAL_SENT,
                user=joint.requested_by,
                company=journal.company,
                about=journal,
                reference=journal.reference,
                count=str(len(to_send)),
                **facts,
            )
        )
        for one in to_send:
            one.state = ExportState.QUEUED.value
        _let_others_pass(of_journal)
        states[journal.standing(one.standing() for one in of_journal).state].append(journal.pk)
    audit.record_all(entries)
    for state, ids in states.items():
        Journal.objects.filter(pk__in=ids).update(state=state)


def _ready_of(exports: Iterable[Export]) -> list[Export]:
    return [one for one in exports if one.state == ExportState.READY]


def _let_others_pass(exports: Iterable[Export]) -> None:
    """Turn the problems of booked receipts into warnings: they do not stop those that are left."""
    for export in exports:
        if export.state in BOOKED_EXPORTS and export.problems:
            warnings = [replace(one, severity=Severity.WARNING) for one in export.problems]
            Export.objects.filter(pk=export.pk).update(problems=warnings)
