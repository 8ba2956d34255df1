"""Delivers the receipts of one sending, each exactly once.

The engine calls :func:`advance` repeatedly. Each call writes at most once to
Procountor, and our tables alone decide which one is next: whatever the engine repeats after a
crash, nothing is booked twice. The states, and why they suffice: ``docs/exactly-once.md``.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db import transaction

from tilisilta.clients.procountor.errors import AccessDenied, GrantEnded, ProcountorRejected
from tilisilta.domain.problems import Problem
from tilisilta.domain.standing import EXPORTS_UNDER_WAY, ExportStanding, ExportState
from tilisilta.errors import OutcomeUnknown, TryAgainLater
from tilisilta.models import Export, Journal, Sending, Withdrawal
from tilisilta.services import audit
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.journals.gathering import EXPORT_COLUMNS, exports_with_trail
from tilisilta.services.pace import wait_after
from tilisilta.services.procountor.administrations import ANY_AGE
from tilisilta.services.procountor.client import TOKEN_COLUMNS
from tilisilta.services.sending.by_rule import (
    held_after_asking,
    held_before_asking,
    is_by_rule,
)
from tilisilta.services.sending.confirmed import changed_since, refusal_of
from tilisilta.services.sending.difference_basis import is_as_read, stop_outdated
from tilisilta.services.sending.items_before_posting import make_items_for
from tilisilta.services.sending.later_revisions import check_later_revisions_of
from tilisilta.services.sending.looks import look_for
from tilisilta.services.sending.outbox import LONGEST_PAUSE, is_turn_of
from tilisilta.services.sending.postings import (
    approve,
    become_uncertain,
    is_forbidden,
    post,
    stop,
)
from tilisilta.services.sending.taking_back import take_back_next, unfinished_withdrawal


@dataclass(frozen=True, kw_only=True)
class MoveResult:
    """The result of :func:`advance`: finished, or the seconds to wait before the next call."""

    is_finished: bool = False
    wait_seconds: float = 0.0


_LOCKED_COLUMNS = (
    "company",
    "run_year",
    "run_number",
    "revision",
    "state",
    "problems",
    "discarded_at",
    "withdrawn_at",
    "settled_as",
)
# Read before each move, and with the payload the widest of what a move reads.
_EXPORT_COLUMNS = (
    *EXPORT_COLUMNS,
    "payload",
    "payload_sha256",
    "items_to_make",
    "is_looked_for",
    "look_at",
    "reverses",
    "is_difference",
    "link__closed_period_policy",
    "link__approves_receipts",
    "link__is_verify_only",
    "link__procountor_account__company_seen_at",
    *(f"link__procountor_account__{name}" for name in TOKEN_COLUMNS),
)
FINISHED = MoveResult(is_finished=True)
APPROVAL_PAUSE_SECONDS = 60.0


class SourceCheck(Protocol):
    """Asks the source of a journal, right before it is sent, whether it has another one now."""

    def __call__(self, sending: Sending, *, now: datetime) -> bool: ...


def not_asked(sending: Sending, *, now: datetime) -> bool:
    """Take a journal as it is stored, without asking its source."""
    return False


def advance(
    sending_id: UUID,
    *,
    now: datetime,
    has_changed: SourceCheck = not_asked,
    run_id: str | None = None,
) -> MoveResult:
    """Make the next move of a sending, if there is one now.

    With ``run_id`` only if that is still its turn: a worker that was held up may go on with one
    that was found lost meanwhile.

    Receipts go oldest first. A rejected one, or one that needs a person, stops those after it:
    they are *ready* again and the journal is partly sent. The same happens to receipts not posted
    yet when the company was marked as a test company or its debtor blocked after the click, or
    when the source has another journal of the run by then, as ``has_changed`` says.
    """
    sending = Sending.objects.select_related("journal__company__debtor", "joint").get(pk=sending_id)
    is_lost = run_id is not None and not is_turn_of(sending, run_id)
    if sending.finished_at is not None or is_lost:
        return FINISHED
    withdrawal = unfinished_withdrawal(sending.journal)
    if withdrawal is not None:
        return _take_back_next(sending, withdrawal, now=now)
    return _send_next(sending, has_changed, now=now)


def _send_next(sending: Sending, has_changed: SourceCheck, *, now: datetime) -> MoveResult:
    # Once for the check and the move.
    known = list(exports_with_trail(sending.journal).only(*_EXPORT_COLUMNS))
    exports = sorted(
        (one for one in known if not one.is_trail), key=lambda one: (one.booking_date, one.epoch)
    )
    export = _next_export(exports)
    if export is None:
        return _finish(sending, now=now)
    if export.state == ExportState.POSTING:
        # Only one turn of a company runs at a time, so the worker that posted it is gone or was
        # taken for dead. Its request may have been booked: look for the receipt, never post again.
        become_uncertain(sending, export, now=now, detail="The worker stopped while posting.")
        sending.journal.store_state()
        return MoveResult()
    if export.state == ExportState.QUEUED and sending.is_unchecked:
        refused = _check(sending, known, now=now)
        if refused is not None:
            return refused
    hindered = _hindered(sending, export, has_changed, now=now)
    return hindered or _moved(sending, export, exports, now=now)


def _check(sending: Sending, known: Iterable[Export], *, now: datetime) -> MoveResult | None:
    """Return the result if the journal is not what was confirmed, or cannot be checked now."""
    try:
        refusal = refusal_of(sending.journal, sending.seen, exports=known, now=now)
    except TryAgainLater as error:
        return MoveResult(wait_seconds=min(wait_after(error), LONGEST_PAUSE.total_seconds()))
    if refusal:
        return _refuse(sending, refusal, now=now)
    Sending.objects.filter(pk=sending.pk).update(checked_at=now)
    sending.checked_at = now
    return None


def _take_back_next(sending: Sending, withdrawal: Withdrawal, *, now: datetime) -> MoveResult:
    """Make the next step of a withdrawal; nothing of its journal is sent until it is finished."""
    wait_seconds = take_back_next(sending, withdrawal, now=now)
    if wait_seconds is None:
        return _finish(sending, now=now)
    sending.journal.store_state()
    return MoveResult(wait_seconds=min(wait_seconds, LONGEST_PAUSE.total_seconds()))


def _hindered(
    sending: Sending, export: Export, has_changed: SourceCheck, *, now: datetime
) -> MoveResult | None:
    """Return the result if ``export`` cannot move now, else ``None``."""
    if export.state == ExportState.QUEUED:
        hindered = _hindered_to_begin(sending, export, has_changed, now=now)
        if hindered is not None:
            return hindered
    elif not export.link.procountor_account.is_authorised:
        return _wait_for_account(sending, export, now=now)
    # A pause longer than the longest was noted by a clock that ran ahead, and is ignored.
    if export.look_at is not None and now < export.look_at <= now + LONGEST_PAUSE:
        return MoveResult(wait_seconds=(export.look_at - now).total_seconds())
    return None


def _hindered_to_begin(
    sending: Sending, export: Export, has_changed: SourceCheck, *, now: datetime
) -> MoveResult | None:
    """Return the result if nothing of ``export`` may leave now, else ``None``."""
    by_rule = is_by_rule(sending)
    if is_forbidden(export):
        return _take_back(sending, now=now)
    if by_rule and (refusal := held_before_asking(sending, export)):
        return _refuse(sending, refusal, now=now)
    if not export.link.procountor_account.is_authorised:
        return _wait_for_account(sending, export, now=now)
    if has_changed(sending, now=now):
        refusal = (changed_since(sending.journal, "run"),)
        return _finish(sending, now=now, refusal=refusal)
    if by_rule and (refusal := held_after_asking(sending, now=now)):
        return _refuse(sending, refusal, now=now)
    return None


def _moved(
    sending: Sending, export: Export, exports: Sequence[Export], *, now: datetime
) -> MoveResult:
    before = {one.pk: one.standing() for one in exports}
    wait_seconds = _try_move(sending, export, exports, now=now)
    # One transaction, or a crash in between would leave the journal with an outdated state.
    with transaction.atomic():
        journal = _locked_journal(sending)
        after = _standings_of(journal)
        moved = _with_new_states(exports, after)
        is_finished = wait_seconds <= 0 and _next_export(moved) is None
        if is_finished:
            _finish_locked(sending, journal, after, now=now)
        # A look changes nothing as long as it finds nothing, and that is what most of them do.
        elif after != before:
            journal.store_state_locked(after.values())
    if is_finished:
        check_later_revisions_of(journal, now=now)
        return FINISHED
    # Procountor may ask for a longer pause than the outbox allows.
    return MoveResult(wait_seconds=min(wait_seconds, LONGEST_PAUSE.total_seconds()))


def _try_move(
    sending: Sending, export: Export, exports: Sequence[Export], *, now: datetime
) -> float:
    try:
        return _move(sending, export, exports, now=now)
    except GrantEnded:
        # The account has turned red, and the next call waits for it.
        return 0.0
    except (ProcountorRejected, AccessDenied) as error:
        stop(export, error)
        return 0.0
    except (TryAgainLater, OutcomeUnknown) as error:
        # Only looks, the making of items and approvals raise these: post() answers for its own
        # outcome. An approval reads the receipt's status before it is repeated.
        return wait_after(error)


def _move(sending: Sending, export: Export, exports: Sequence[Export], *, now: datetime) -> float:
    """Make one move with ``export`` and return the seconds to wait before the next.

    A look that finds nothing is only the first half of posting.
    """
    if export.state == ExportState.POSTED:
        return approve(sending, export, now=now)
    if export.state == ExportState.UNCERTAIN:
        return look_for(sending, [export], now=now)
    in_need = [item for item in exports if item.state == ExportState.QUEUED and item.items_to_make]
    if in_need:
        # Before the look, which compares with the payload: a receipt that an earlier turn has
        # booked contains the real ids of the items, not the numbers that stand in for them.
        with audit.command_run_by(sending.system_user):
            return make_items_for(in_need, user=sending.requested_by, now=now)
    began = time.monotonic()
    if not export.is_looked_for:
        unseen = [item for item in exports if _is_queued(item)]
        # A look may use the token that was read with the receipts. A post reads it anew: a person
        # may have removed the authorisation meanwhile.
        wait_seconds = look_for(sending, unseen, now=now, is_just_read=True)
        if _is_queued(export) or export.is_difference:
            return wait_seconds
        # Posted at once: what has changed since is asked again under the lock of the attempt.
    if export.is_difference and not is_as_read(export):
        stop_outdated(export)
        return 0.0
    return post(sending, export, now=now, began=began)


def _locked_journal(sending: Sending) -> Journal:
    """Lock the journal before its exports are read, as all services do."""
    return Journal.objects.select_for_update().only(*_LOCKED_COLUMNS).get(pk=sending.journal_id)


def _standings_of(journal: Journal) -> dict[int, ExportStanding]:
    """Return where the exports of ``journal`` stand now, by key."""
    rows = journal.exports.order_by().values_list("pk", "state", "problems")
    return {
        pk: ExportStanding(state=ExportState(state), problems=problems)
        for pk, state, problems in rows
    }


def _with_new_states(
    exports: Sequence[Export], standings: Mapping[int, ExportStanding]
) -> list[Export]:
    """Return ``exports`` with the states and problems that they have now, without those gone."""
    left = [export for export in exports if export.pk in standings]
    for export in left:
        standing = standings[export.pk]
        export.state, export.problems = standing.state, standing.problems
    return left


def _next_export(exports: Sequence[Export]) -> Export | None:
    """Return the first export with a move left, unless an earlier one stops it."""
    for export in exports:
        if any(problem.stops for problem in export.problems):
            return None
        if export.state in EXPORTS_UNDER_WAY or _wants_approval(export):
            return export
    return None


def _is_queued(export: Export) -> bool:
    return export.state == ExportState.QUEUED and not export.is_looked_for


def _wants_approval(export: Export) -> bool:
    """Return whether ``export`` is still to be approved.

    A receipt with a problem is left to a person: it was booked differently, or not approved.
    Through a link that is verify only nothing is written any more.
    """
    approves = export.link.approves_receipts and not export.link.is_verify_only
    return export.state == ExportState.POSTED and approves and not export.problems


def _take_back(sending: Sending, *, now: datetime) -> MoveResult:
    """Finish, and make receipts ready again: the company may no longer be sent."""
    finished = _finish(sending, now=now)
    # Only the company or its debtor has changed, so Procountor need not be asked.
    journal = check_journal(sending.journal, now=now, age_limit=ANY_AGE)
    is_begun = any(one.state != ExportState.READY for one in journal.exports.all())
    if journal.problems and not is_begun:
        Sending.objects.filter(pk=sending.pk).update(is_refused=True, refusal=journal.problems)
    return finished


def _wait_for_account(sending: Sending, export: Export, *, now: datetime) -> MoveResult:
    """Pause the sending until its account is authorised again, and leave receipts queued."""
    if export.state == ExportState.POSTED:
        # A finished sending would leave no record that the approval is still to come.
        return MoveResult(wait_seconds=APPROVAL_PAUSE_SECONDS)
    return _finish(sending, now=now, leaves_queued=True)


def _refuse(sending: Sending, refusal: tuple[Problem, ...], *, now: datetime) -> MoveResult:
    """Finish without sending anything, and store the journal as it would be sent now."""
    finished = _finish(sending, now=now, refusal=refusal, is_recorded=True)
    check_journal(sending.journal, now=now, age_limit=ANY_AGE)
    return finished


def _finish(
    sending: Sending,
    *,
    now: datetime,
    leaves_queued: bool = False,
    refusal: tuple[Problem, ...] = (),
    is_recorded: bool = False,
) -> MoveResult:
    """Finish the sending; with ``refusal`` nothing of it was begun, for these reasons.

    ``is_recorded`` says so in the audit log, where nothing else does.
    """
    with transaction.atomic():
        journal = _locked_journal(sending)
        is_ours = _finish_locked(
            sending,
            journal,
            _standings_of(journal),
            now=now,
            leaves_queued=leaves_queued,
            refusal=refusal,
        )
        if is_ours and is_recorded:
            _record_refused(sending)
    check_later_revisions_of(journal, now=now)
    return FINISHED


def _finish_locked(
    sending: Sending,
    journal: Journal,
    standings: Mapping[int, ExportStanding],
    *,
    now: datetime,
    leaves_queued: bool = False,
    refusal: tuple[Problem, ...] = (),
) -> bool:
    """Finish the sending of a locked journal, and return whether this turn was to finish it."""
    # Only in the turn that was read: a worker may have slept while its successor began to post.
    ours = Sending.objects.filter(
        pk=sending.pk, run_count=sending.run_count, finished_at__isnull=True
    )
    is_ours = ours.update(
        finished_at=now, claimed_by=None, is_refused=bool(refusal), refusal=refusal
    )
    # Not ours: another worker finished it, and a newer sending may have queued these receipts.
    has_queued = any(one.state == ExportState.QUEUED for one in standings.values())
    if has_queued and is_ours and not leaves_queued:
        journal.exports.filter(state=ExportState.QUEUED).update(state=ExportState.READY)
        standings = _standings_of(journal)
    journal.store_state_locked(standings.values())
    return bool(is_ours)


def _record_refused(sending: Sending) -> None:
    journal = sending.journal
    with audit.command_run_by(sending.system_user):
        audit.record(
            audit.Action.SENDING_REFUSED,
            user=sending.requested_by,
            company=journal.company,
            about=journal,
            reference=journal.reference,
        )
