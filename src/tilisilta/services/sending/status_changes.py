"""Makes a booked receipt unfinished and invalidates it: one change of status after the other.

The attempt is committed before its request leaves, and its outcome after the answer. Where the
answer was lost nothing more is tried until the request can no longer arrive, as a late *unfinished*
would revive a receipt that was invalidated since. Then its status says what has happened.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from tilisilta.clients.procountor.client import ProcountorClient
from tilisilta.clients.procountor.deadlines import Deadline
from tilisilta.clients.procountor.errors import AccessDenied, GrantEnded, ProcountorRejected
from tilisilta.domain.receipts import BookedReceipt
from tilisilta.domain.standing import ExportState
from tilisilta.domain.withdrawals import Reason, Step, has_happened, next_step
from tilisilta.errors import OutcomeUnknown, TryAgainLater
from tilisilta.models import Attempt, Export, ProcountorAccount
from tilisilta.services import audit
from tilisilta.services.procountor.administrations import forget_administration
from tilisilta.services.procountor.client import procountor
from tilisilta.services.sending.errands import (
    Errand,
    not_as_confirmed,
    note_withdrawn,
    read_first,
    record_errand,
    refused,
    stop_errand,
)
from tilisilta.services.sending.lost_answers import (
    START_LIMIT_SECONDS,
    may_arrive_for,
    moment,
    note_lost,
)

Outcome = Attempt.Outcome
_KINDS: Mapping[Step, Attempt.Kind] = {
    Step.UNFINISH: Attempt.Kind.UNFINISH,
    Step.INVALIDATE: Attempt.Kind.INVALIDATE,
}
_ACTIONS: Mapping[Step, audit.Action] = {
    Step.UNFINISH: audit.Action.RECEIPT_UNFINISHED,
    Step.INVALIDATE: audit.Action.RECEIPT_INVALIDATED,
}


def change_status(errand: Errand) -> float:
    """Make the next change that leads to an invalidated receipt; return the seconds to wait."""
    lost = _lost_attempt(errand)
    if lost is not None:
        left = may_arrive_for(lost, now=errand.now)
        if left:
            return left.total_seconds()
    with procountor(errand.export.link.procountor_account) as client:
        receipt = read_first(errand, client)
        if receipt is None:
            return 0.0
        if lost is not None:
            _end_lost(errand, lost, receipt)
        step = next_step(receipt)
        if step is None:
            note_withdrawn(errand, _how_invalidated(errand.export))
        elif receipt.is_final:
            stop_errand(errand, [not_as_confirmed(errand, Reason.FINAL)])
        else:
            _try_step(errand, client, step)
    return 0.0


def _lost_attempt(errand: Errand) -> Attempt | None:
    """Return the attempt whose outcome is not known, if there is one.

    Only one turn of a company runs at a time: the worker of an attempt that is open is gone, or
    was taken for dead, and its request may arrive still.
    """
    attempts = errand.export.attempts.filter(kind__in=_KINDS.values())
    detail = "The worker stopped while withdrawing."
    attempts.filter(outcome=Outcome.OPEN).update(outcome=Outcome.UNKNOWN, detail=detail)
    return attempts.filter(outcome=Outcome.UNKNOWN).first()


def _end_lost(errand: Errand, lost: Attempt, receipt: BookedReceipt) -> None:
    """Store whether the step whose answer was lost has happened."""
    step = Step(lost.kind)
    happened = has_happened(step, receipt)
    with transaction.atomic():
        outcome = Outcome.FOUND if happened else Outcome.NOT_DONE
        ended = _end(lost, outcome, now=errand.now, of=Outcome.UNKNOWN)
        # That it was invalidated is recorded together with the receipt's being withdrawn.
        if ended and happened and step is Step.UNFINISH:
            record_errand(errand, _ACTIONS[step])


def _how_invalidated(export: Export) -> audit.Action:
    """Return whether we have invalidated it, or only seen that a person has."""
    ours = export.attempts.filter(
        kind=Attempt.Kind.INVALIDATE, outcome__in=[Outcome.DONE, Outcome.FOUND]
    )
    if ours.exists():
        return audit.Action.RECEIPT_INVALIDATED
    return audit.Action.RECEIPT_SEEN_INVALIDATED


def _try_step(errand: Errand, client: ProcountorClient, step: Step) -> None:
    asked_at = time.monotonic()
    # Before the attempt: waiting for a token or for the pace would use up its ten seconds.
    client.make_ready()
    started_at = errand.now + timedelta(seconds=time.monotonic() - asked_at)
    # From before the commit: a process may be held up right after it, and go on much later.
    not_after = Deadline.in_seconds(START_LIMIT_SECONDS)
    attempt = _begin(errand.export, step, now=started_at)
    if attempt is None:
        return
    begun = moment(errand.now + timedelta(seconds=time.monotonic() - asked_at))
    try:
        _call(client, step)(errand.receipt_id, not_after=not_after)
    except OutcomeUnknown as error:
        note_lost(attempt, begun)
        _end(attempt, Outcome.UNKNOWN, now=errand.now, detail=str(error))
    except (ProcountorRejected, AccessDenied) as error:
        _note_refusal(errand, attempt, step, error)
    except (TryAgainLater, GrantEnded) as error:
        # Surely nothing was done, so it may be tried again.
        _end(attempt, Outcome.NOT_SENT, now=errand.now, detail=str(error))
        raise
    else:
        _note_done(errand, attempt, step)


def _call(client: ProcountorClient, step: Step) -> Callable[..., None]:
    if step is Step.UNFINISH:
        return client.unfinish_ledger_receipt
    return client.invalidate_ledger_receipt


def _begin(export: Export, step: Step, *, now: datetime) -> Attempt | None:
    """Commit that ``step`` is about to be tried.

    ``None`` if another worker got there first, or the account was removed meanwhile.
    """
    with transaction.atomic():
        locked = Export.objects.select_for_update().get(pk=export.pk)
        authorised = ProcountorAccount.objects.filter(state=ProcountorAccount.State.AUTHORISED)
        if not authorised.filter(pk=export.link.procountor_account_id).exists():
            return None
        without_outcome = locked.attempts.filter(outcome__in=[Outcome.OPEN, Outcome.UNKNOWN])
        if locked.state != ExportState.WITHDRAWING or without_outcome.exists():
            return None
        # Two open attempts of one export would break a constraint: the last line of defence.
        return Attempt.objects.create(
            export=locked, number=locked.attempts.count() + 1, kind=_KINDS[step], started_at=now
        )


def _note_done(errand: Errand, attempt: Attempt, step: Step) -> None:
    with transaction.atomic():
        # An attempt that was taken for lost meanwhile is ended by who took it for that.
        if not _end(attempt, Outcome.DONE, now=errand.now):
            return
        if step is Step.INVALIDATE:
            note_withdrawn(errand, _ACTIONS[step])
        else:
            record_errand(errand, _ACTIONS[step])


def _note_refusal(
    errand: Errand, attempt: Attempt, step: Step, error: ProcountorRejected | AccessDenied
) -> None:
    with transaction.atomic():
        if _end(attempt, Outcome.REJECTED, now=errand.now, detail=str(error)):
            stop_errand(errand, [refused(errand, step, error)])
            # What we know of its periods is outdated, or another way had been chosen.
            forget_administration(errand.export.link.procountor_account)


def _end(
    attempt: Attempt,
    outcome: Attempt.Outcome,
    *,
    now: datetime,
    detail: str = "",
    of: Attempt.Outcome = Outcome.OPEN,
) -> bool:
    """End ``attempt``, and return whether it was this process that did so."""
    ended = Attempt.objects.filter(pk=attempt.pk, outcome=of).update(
        outcome=outcome, ended_at=now, detail=detail[:500]
    )
    return bool(ended)
