"""Delivers the receipts of one sending, each exactly once.

The engine calls :func:`advance` repeatedly. Each call makes at most one move towards
Procountor, and our tables alone decide which one is next: whatever the engine repeats after a
crash, nothing is booked twice. The states, and why they suffice: ``docs/exactly-once.md``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.db import transaction

from tilisilta.clients.procountor.errors import AccessDenied, GrantEnded, ProcountorRejected
from tilisilta.domain.problems import Problem
from tilisilta.domain.standing import EXPORTS_UNDER_WAY, ExportState
from tilisilta.errors import OutcomeUnknown, TryAgainLater
from tilisilta.models import Export, Journal, Sending, Withdrawal
from tilisilta.services import audit
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.pace import wait_after
from tilisilta.services.procountor.administrations import ANY_AGE
from tilisilta.services.sending.confirmed import changed_since, refusal_of
from tilisilta.services.sending.items_before_posting import make_items_for
from tilisilta.services.sending.looks import look_for
from tilisilta.services.sending.outbox import LONGEST_PAUSE
from tilisilta.services.sending.postings import approve, become_uncertain, post, stop
from tilisilta.services.sending.taking_back import take_back_next, unfinished_withdrawal


@dataclass(frozen=True, kw_only=True)
class MoveResult:
    """The result of :func:`advance`: finished, or the seconds to wait before the next call."""

    is_finished: bool = False
    wait_seconds: float = 0.0


FINISHED = MoveResult(is_finished=True)
APPROVAL_PAUSE_SECONDS = 60.0


class SourceCheck(Protocol):
    """Asks the source of a journal, right before it is sent, whether it has another one now."""

    def __call__(self, sending: Sending, *, now: datetime) -> bool: ...


def not_asked(sending: Sending, *, now: datetime) -> bool:
    """Take a journal as it is stored, without asking its source."""
    return False


def advance(sending_id: UUID, *, now: datetime, has_changed: SourceCheck = not_asked) -> MoveResult:
    """Make the next move of a sending, if there is one now.

    Receipts go oldest first. A rejected one, or one that needs a person, stops those after it:
    they are *ready* again and the journal is partly sent. The same happens to receipts not posted
    yet when the company was marked as a test company or its debtor blocked after the click, or
    when the source has another journal of the run by then, as ``has_changed`` says.
    """
    sending = Sending.objects.select_related(
        "journal__company__debtor", "journal__run", "requested_by"
    ).get(pk=sending_id)
    if sending.finished_at is not None:
        return FINISHED
    withdrawal = unfinished_withdrawal(sending.journal)
    if withdrawal is not None:
        return _take_back_next(sending, withdrawal, now=now)
    exports = _exports_of(sending)
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
        refused = _check(sending, now=now)
        if refused is not None:
            return refused
    hindered = _hindered(sending, export, has_changed, now=now)
    return hindered or _moved(sending, export, exports, now=now)


def _check(sending: Sending, *, now: datetime) -> MoveResult | None:
    """Return the result if the journal is not what was confirmed, or cannot be checked now."""
    try:
        refusal = refusal_of(sending, now=now)
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
    if export.state == ExportState.QUEUED and _is_forbidden(sending, export):
        return _take_back(sending, now=now)
    if not export.link.procountor_account.is_authorised:
        return _wait_for_account(sending, export, now=now)
    if export.state == ExportState.QUEUED and has_changed(sending, now=now):
        refusal = (changed_since(sending.journal, "run"),)
        return _finish(sending, now=now, refusal=refusal)
    # A pause longer than the longest was noted by a clock that ran ahead, and is ignored.
    if export.look_at is not None and now < export.look_at <= now + LONGEST_PAUSE:
        return MoveResult(wait_seconds=(export.look_at - now).total_seconds())
    return None


def _moved(
    sending: Sending, export: Export, exports: Sequence[Export], *, now: datetime
) -> MoveResult:
    wait_seconds = _try_move(sending, export, exports, now=now)
    sending.journal.store_state()
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
    """Make one move with ``export`` and return the seconds to wait before the next."""
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
    if not export.is_looked_for:
        return look_for(sending, [item for item in exports if _is_queued(item)], now=now)
    return post(sending, export, now=now)


def _exports_of(sending: Sending) -> list[Export]:
    return list(
        sending.journal.exports.select_related("link__procountor_account", "journal__company")
        .defer("link__procountor_account__administration")
        .order_by("booking_date", "epoch")
    )


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


def _is_forbidden(sending: Sending, export: Export) -> bool:
    company = sending.journal.company
    return company.is_test or company.debtor.is_blocked or export.link.is_verify_only


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
        # One transaction, or a crash in between would leave the journal with an outdated state.
        journal = Journal.objects.select_for_update().get(pk=sending.journal_id)
        is_ours = Sending.objects.filter(pk=sending.pk, finished_at__isnull=True).update(
            finished_at=now, is_refused=bool(refusal), refusal=refusal
        )
        if is_ours and is_recorded:
            _record_refused(sending)
        # Not ours: another worker finished it, and a newer sending may have queued these receipts.
        if is_ours and not leaves_queued:
            journal.exports.filter(state=ExportState.QUEUED).update(state=ExportState.READY)
        journal.store_state()
    _check_revisions(journal, now=now)
    return FINISHED


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


def _check_revisions(journal: Journal, *, now: datetime) -> None:
    """Check later revisions of the run, which waited for the outcome of this one."""
    revisions = Journal.objects.filter(
        company_id=journal.company_id,
        run_year=journal.run_year,
        run_number=journal.run_number,
        revision__gte=journal.revision,
    ).order_by("revision")
    if len(revisions) > 1:
        for revision in revisions:
            check_journal(revision, now=now, age_limit=timedelta.max)
