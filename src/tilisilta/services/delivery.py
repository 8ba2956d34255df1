"""Delivers the receipts of one sending, each exactly once.

The engine calls :func:`advance` again and again. Each call makes at most one move towards
Procountor, and our tables alone say which one is next: whatever the engine repeats after a
crash, nothing is booked twice. The states and why they are enough: ``docs/exactly-once.md``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tilisilta.clients.procountor.errors import AccessDenied, GrantEnded, ProcountorRejected
from tilisilta.errors import OutcomeUnknown, TryAgainLater
from tilisilta.models import Export, ExportState, Sending
from tilisilta.models.exports import UNDER_WAY_STATES
from tilisilta.services.checks import load_problems, settle_state
from tilisilta.services.lookups import look
from tilisilta.services.postings import approve, become_uncertain, post, stop


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What a call of :func:`advance` left: finished, or how long to wait before the next one."""

    is_finished: bool = False
    wait_seconds: float = 0.0


FINISHED = Progress(is_finished=True)


def advance(sending_id: UUID, *, now: datetime) -> Progress:
    """Make the next move of a sending, if there is one now.

    Receipts go oldest first. A rejected one, or one that a person must look at, stops those after
    it: they are *ready* again and the journal is partly sent.
    """
    sending = Sending.objects.select_related("journal__company", "requested_by").get(pk=sending_id)
    if sending.finished_at is not None:
        return FINISHED
    exports = _exports_of(sending)
    export = _next_export(exports)
    if export is None:
        return _finish(sending, now=now)
    if not export.link.procountor_account.is_authorised:
        # The rest stays queued and goes on by itself once the account is authorised again.
        return _finish(sending, now=now, keeps_queue=True)
    if export.look_at is not None and export.look_at > now:
        return Progress(wait_seconds=(export.look_at - now).total_seconds())
    try:
        wait_seconds = _move(sending, export, exports, now=now)
    except GrantEnded:
        wait_seconds = 0.0
    except (ProcountorRejected, AccessDenied) as error:
        stop(export, error)
        wait_seconds = 0.0
    except (TryAgainLater, OutcomeUnknown) as error:
        # Only reads and approvals get here, which are looked at anew before they are repeated.
        wait_seconds = float(getattr(error, "retry_after_seconds", None) or 5)
    settle_state(sending.journal)
    return Progress(wait_seconds=wait_seconds)


def _move(sending: Sending, export: Export, exports: Sequence[Export], *, now: datetime) -> float:
    """Make one move with ``export`` and return how long to wait before the next."""
    if export.state == ExportState.POSTED:
        return approve(sending, export, now=now)
    if export.state == ExportState.POSTING:
        # Whoever was posting it is gone, or slow. The receipt may be booked: look for it.
        become_uncertain(export, now=now, detail="The worker stopped while posting.")
        return 0.0
    if export.state == ExportState.UNCERTAIN:
        return look(sending, [export], now=now)
    if not export.is_looked_for:
        return look(sending, [item for item in exports if _is_queued(item)], now=now)
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
        if any(problem.stops for problem in load_problems(export.problems)):
            return None
        if export.state in UNDER_WAY_STATES or _wants_approval(export):
            return export
    return None


def _is_queued(export: Export) -> bool:
    return export.state == ExportState.QUEUED and not export.is_looked_for


def _wants_approval(export: Export) -> bool:
    return export.state == ExportState.POSTED and export.link.approves_receipts


def _finish(sending: Sending, *, now: datetime, keeps_queue: bool = False) -> Progress:
    if not keeps_queue:
        sending.journal.exports.filter(state=ExportState.QUEUED).update(state=ExportState.READY)
    Sending.objects.filter(pk=sending.pk).update(finished_at=now)
    settle_state(sending.journal)
    return FINISHED
