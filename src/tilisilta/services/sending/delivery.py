"""Delivers the receipts of one sending, each exactly once.

The engine calls :func:`advance` repeatedly. Each call writes at most once to
Procountor, and our tables alone decide which one is next: whatever the engine repeats after a
crash, nothing is booked twice. The states, and why they suffice: ``docs/exactly-once.md``.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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


# A sending is read anew before each move, and its rows are wide: most of a move's own work would be
# to make objects of columns that it has no use for. Of its journal the check uses nearly all.
_FINISHED_COLUMNS = (
    "company__number",
    "run_year",
    "run_number",
    "revision",
    "period",
    "state",
    "problems",
    "discarded_at",
    "withdrawn_at",
    "settled_as",
)
_COLUMNS = (
    # Django's documented API.
    *(field.name for field in Sending._meta.concrete_fields if field.name != "journal"),
    *(f"journal__{one.name}" for one in Journal._meta.concrete_fields if one.name != "company"),
    "joint__rule",
    "journal__company__number",
    "journal__company__name",
    "journal__company__is_test",
    "journal__company__debtor__name",
    "journal__company__debtor__is_blocked",
)
_EXPORT_COLUMNS = (
    "journal",
    "booking_date",
    "receipt_date",
    "epoch",
    "token",
    "payload",
    "payload_sha256",
    "items_to_make",
    "state",
    "ledger_receipt_id",
    "receipt_number",
    "invoice_number",
    "problems",
    "is_looked_for",
    "look_at",
    "reverses",
    "is_difference",
    "link__closed_period_policy",
    "link__approves_receipts",
    "link__is_verify_only",
    "link__procountor_account__state",
    "link__procountor_account__grant",
    "link__procountor_account__procountor_company_id",
    "link__procountor_account__company_seen_at",
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
    sending = (
        Sending.objects.select_related("journal__company__debtor", "joint")
        .only(*_COLUMNS)
        .get(pk=sending_id)
    )
    is_lost = run_id is not None and not is_turn_of(sending, run_id)
    if sending.finished_at is not None or is_lost:
        return FINISHED
    withdrawal = unfinished_withdrawal(sending.journal)
    if withdrawal is not None:
        return _take_back_next(sending, withdrawal, now=now)
    return _send_next(sending, has_changed, now=now)


def _send_next(sending: Sending, has_changed: SourceCheck, *, now: datetime) -> MoveResult:
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
        refusal = refusal_of(sending.journal, sending.seen, now=now)
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
    before = [one.standing() for one in exports]
    wait_seconds = _try_move(sending, export, exports, now=now)
    moved = _with_new_states(sending, exports)
    if wait_seconds <= 0 and _next_export(moved) is None:
        return _finish(sending, now=now)
    # A look changes nothing as long as it finds nothing, and that is what most of them do.
    if [one.standing() for one in moved] != before:
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
        wait_seconds = look_for(sending, [item for item in exports if _is_queued(item)], now=now)
        if _is_queued(export) or export.is_difference:
            return wait_seconds
        # Posted at once: what has changed since is asked again under the lock of the attempt.
    if export.is_difference and not is_as_read(export):
        stop_outdated(export)
        return 0.0
    return post(sending, export, now=now, began=began)


def _exports_of(sending: Sending) -> list[Export]:
    # Each has the journal of the sending, which need not be read for each of them.
    exports = sending.journal.exports.select_related("link__procountor_account")
    return list(exports.only(*_EXPORT_COLUMNS).order_by("booking_date", "epoch"))


def _with_new_states(sending: Sending, exports: Sequence[Export]) -> list[Export]:
    """Return ``exports`` with the states and problems that they have now, without those gone."""
    rows = sending.journal.exports.order_by().values_list("pk", "state", "problems")
    now = {pk: (state, problems) for pk, state, problems in rows}
    left = [export for export in exports if export.pk in now]
    for export in left:
        export.state, export.problems = now[export.pk]
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
        # One transaction, or a crash in between would leave the journal with an outdated state.
        locked = Journal.objects.select_for_update(of=("self",)).select_related("company")
        journal = locked.only(*_FINISHED_COLUMNS).get(pk=sending.journal_id)
        is_ours = Sending.objects.filter(pk=sending.pk, finished_at__isnull=True).update(
            finished_at=now, is_refused=bool(refusal), refusal=refusal
        )
        if is_ours and is_recorded:
            _record_refused(sending)
        # Not ours: another worker finished it, and a newer sending may have queued these receipts.
        exports = journal.export_standings()
        queued = [one for one in exports if one.state == ExportState.QUEUED]
        if queued and is_ours and not leaves_queued:
            journal.exports.filter(state=ExportState.QUEUED).update(state=ExportState.READY)
            exports = journal.export_standings()
        journal.store_state_locked(exports)
    check_later_revisions_of(journal, now=now)
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
