"""Delivers the receipts of one sending, each exactly once.

The engine calls :func:`advance` again and again. Each call makes at most one move towards
Procountor, and our tables alone say which one is next: whatever the engine repeats after a
crash, nothing is booked twice. The states and why they are enough: ``docs/exactly-once.md``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tilisilta.clients.procountor.errors import AccessDenied, GrantEnded, ProcountorRejected
from tilisilta.domain.standing import EXPORTS_UNDER_WAY, ExportState
from tilisilta.errors import OutcomeUnknown, TryAgainLater
from tilisilta.models import Export, Journal, Sending
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.pace import wait_after
from tilisilta.services.sending.items import make_items_for
from tilisilta.services.sending.lookups import look_for
from tilisilta.services.sending.outbox import LONGEST_PAUSE
from tilisilta.services.sending.postings import approve, become_uncertain, post, stop


@dataclass(frozen=True, kw_only=True)
class MoveResult:
    """What a call of :func:`advance` left: finished, or how long to wait before the next one."""

    is_finished: bool = False
    wait_seconds: float = 0.0


FINISHED = MoveResult(is_finished=True)
APPROVAL_PAUSE_SECONDS = 60.0


def advance(sending_id: UUID, *, now: datetime) -> MoveResult:
    """Make the next move of a sending, if there is one now.

    Receipts go oldest first. A rejected one, or one that a person must look at, stops those after
    it: they are *ready* again and the journal is partly sent. The same happens to what is not
    posted yet when the company was marked as a test company or its debtor blocked meanwhile.
    """
    sending = Sending.objects.select_related("journal__company__debtor", "requested_by").get(
        pk=sending_id
    )
    if sending.finished_at is not None:
        return FINISHED
    exports = _exports_of(sending)
    export = _next_export(exports)
    if export is None:
        return _finish(sending, now=now)
    if export.state == ExportState.POSTING:
        # Whoever was posting it is gone, or slow. The receipt may be booked: look for it.
        become_uncertain(export, now=now, detail="The worker stopped while posting.")
        sending.journal.store_state()
        return MoveResult()
    return _hindered(sending, export, now=now) or _moved(sending, export, exports, now=now)


def _hindered(sending: Sending, export: Export, *, now: datetime) -> MoveResult | None:
    """What keeps ``export`` from moving now, if anything does."""
    if export.state == ExportState.QUEUED and _is_forbidden(sending):
        return _take_back(sending, now=now)
    if not export.link.procountor_account.is_authorised:
        return _wait_for_account(sending, export, now=now)
    if export.look_at is not None and now < export.look_at <= now + LONGEST_PAUSE:
        return MoveResult(wait_seconds=(export.look_at - now).total_seconds())
    return None


def _moved(
    sending: Sending, export: Export, exports: Sequence[Export], *, now: datetime
) -> MoveResult:
    wait_seconds = _try_move(sending, export, exports, now=now)
    sending.journal.store_state()
    # However long Procountor asks us to stay away.
    return MoveResult(wait_seconds=min(wait_seconds, LONGEST_PAUSE.total_seconds()))


def _try_move(
    sending: Sending, export: Export, exports: Sequence[Export], *, now: datetime
) -> float:
    try:
        return _move(sending, export, exports, now=now)
    except GrantEnded:
        return 0.0
    except (ProcountorRejected, AccessDenied) as error:
        stop(export, error)
        return 0.0
    except (TryAgainLater, OutcomeUnknown) as error:
        # Only reads and approvals get here, which are looked at anew before they are repeated.
        return wait_after(error)


def _move(sending: Sending, export: Export, exports: Sequence[Export], *, now: datetime) -> float:
    """Make one move with ``export`` and return how long to wait before the next."""
    if export.state == ExportState.POSTED:
        return approve(sending, export, now=now)
    if export.state == ExportState.UNCERTAIN:
        return look_for(sending, [export], now=now)
    in_need = [item for item in exports if item.state == ExportState.QUEUED and item.items_to_make]
    if in_need:
        # Before it is looked for: what an earlier turn has booked has the ids of the items.
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
    """The first export with something left to do, unless an earlier one stops it."""
    for export in exports:
        if any(problem.stops for problem in export.problems):
            return None
        if export.state in EXPORTS_UNDER_WAY or _wants_approval(export):
            return export
    return None


def _is_queued(export: Export) -> bool:
    return export.state == ExportState.QUEUED and not export.is_looked_for


def _wants_approval(export: Export) -> bool:
    """A receipt with a problem is left to a person: it was booked differently, or not approved."""
    return (
        export.state == ExportState.POSTED and export.link.approves_receipts and not export.problems
    )


def _is_forbidden(sending: Sending) -> bool:
    company = sending.journal.company
    return company.is_test or company.debtor.is_blocked


def _take_back(sending: Sending, *, now: datetime) -> MoveResult:
    """Send nothing more: the company was marked, or its debtor blocked, after the click."""
    finished = _finish(sending, now=now)
    # Only the guards have changed, so Procountor need not be asked.
    check_journal(sending.journal, now=now, age_limit=timedelta.max)
    return finished


def _wait_for_account(sending: Sending, export: Export, *, now: datetime) -> MoveResult:
    """Wait for the account: the rest goes on by itself once it is authorised again."""
    if export.state == ExportState.POSTED:
        # Once the sending is finished, nothing would tell that the approval is still to come.
        return MoveResult(wait_seconds=APPROVAL_PAUSE_SECONDS)
    return _finish(sending, now=now, keeps_queue=True)


def _finish(sending: Sending, *, now: datetime, keeps_queue: bool = False) -> MoveResult:
    with transaction.atomic():
        # All at once, or a crash in between would leave the journal in a state of the past.
        journal = Journal.objects.select_for_update().get(pk=sending.journal_id)
        is_ours = Sending.objects.filter(pk=sending.pk, finished_at__isnull=True).update(
            finished_at=now
        )
        if is_ours and not keeps_queue:
            journal.exports.filter(state=ExportState.QUEUED).update(state=ExportState.READY)
        journal.store_state()
    _check_revisions(journal, now=now)
    return FINISHED


def _check_revisions(journal: Journal, *, now: datetime) -> None:
    """Tell later revisions of the run, which waited to see whether this one is booked."""
    revisions = Journal.objects.filter(
        company_id=journal.company_id,
        run_year=journal.run_year,
        run_number=journal.run_number,
        revision__gte=journal.revision,
    ).order_by("revision")
    if len(revisions) > 1:
        for revision in revisions:
            check_journal(revision, now=now, age_limit=timedelta.max)
