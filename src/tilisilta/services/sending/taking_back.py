"""Takes booked receipts back, each step exactly once, as a withdrawal of their journal asks for.

Every step is read for before it is tried: the status of the receipt in Procountor says whether it
has happened, and a look whether the receipt that reverses it is booked. A step whose answer was
lost is not repeated until its request can no longer arrive: a late *unfinished* would revive a
receipt that was invalidated since. See ``docs/exactly-once.md``.
"""

from datetime import datetime

from django.db import transaction

from tilisilta.clients.procountor.errors import AccessDenied, GrantEnded, ProcountorRejected
from tilisilta.clients.procountor.wire import decode_receipt
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.domain.recognition import INVALIDATED
from tilisilta.domain.standing import (
    BOOKED_EXPORTS,
    COMMITTED_EXPORTS,
    EXPORTS_GOING_BACK,
    ExportState,
)
from tilisilta.domain.withdrawals import Way, takes_back
from tilisilta.errors import OutcomeUnknown, TryAgainLater
from tilisilta.models import Export, Journal, Sending, Withdrawal
from tilisilta.services import audit
from tilisilta.services.pace import wait_after
from tilisilta.services.procountor.client import procountor
from tilisilta.services.sending.errands import (
    EDITED,
    Errand,
    not_as_confirmed,
    note_withdrawn,
    read_first,
    refused,
    stop_errand,
)
from tilisilta.services.sending.looks import look_for
from tilisilta.services.sending.outbox import LONGEST_PAUSE
from tilisilta.services.sending.postings import approve, become_uncertain, post
from tilisilta.services.sending.status_changes import change_status


def unfinished_withdrawal(journal: Journal) -> Withdrawal | None:
    unfinished = Withdrawal.objects.filter(journal=journal, finished_at__isnull=True)
    # Asked before each move of a sending, and there is hardly ever one.
    if not unfinished.exists():
        return None
    return unfinished.select_related("requested_by").first()


def take_back_next(sending: Sending, withdrawal: Withdrawal, *, now: datetime) -> float | None:
    """Make one step of ``withdrawal`` and return the seconds to wait; ``None`` if none is left now.

    A receipt that cannot be taken back stops for a person, and the others go on without it.
    """
    export = _next(sending.journal)
    if export is None:
        _complete(withdrawal, now=now)
        return None
    if not export.link.procountor_account.is_authorised:
        # It stays under way: once the account is authorised again, the withdrawal goes on.
        return None
    wait_seconds = _try_to_take_back(Errand(sending=sending, export=export, now=now))
    if _next(sending.journal) is None:
        # At once: until then the journal, of which nothing is booked, must not pass for ready.
        _complete(withdrawal, now=now)
    return wait_seconds


def _try_to_take_back(errand: Errand) -> float:
    if errand.export.link.is_verify_only:
        stop_errand(errand, [_verify_only(errand.export)])
        return 0.0
    try:
        return _take_back(errand)
    except GrantEnded:
        return 0.0
    except (ProcountorRejected, AccessDenied) as error:
        # Only what was read was refused: a step answers for its own outcome.
        stop_errand(errand, [refused(errand, "read", error)])
        return 0.0
    except (TryAgainLater, OutcomeUnknown) as error:
        return wait_after(error)


def go_on_withdrawing(export: Export) -> bool:
    """Take up the withdrawal of a receipt again whose reversal a person has answered for.

    Return whether there is one. Call it in the transaction of the answer, its journal locked.
    """
    first = export.reverses
    if first is None or first.state not in EXPORTS_GOING_BACK:
        return False
    first.state, first.problems = ExportState.WITHDRAWING, ()
    first.save(update_fields=["state", "problems"])
    # What an earlier turn has seen is no proof any more.
    Export.with_trail.filter(pk=export.pk).update(is_looked_for=False)
    return True


def _verify_only(export: Export) -> Problem:
    """Return the problem that the link was made verify only since it was asked for."""
    return Problem(
        code=ProblemCode.VERIFY_ONLY,
        screen=Screen.LINK,
        booking_date=export.booking_date,
        facts=facts(company=export.journal.company.name),
    )


def _next(journal: Journal) -> Export | None:
    going_back = journal.exports.filter(state=ExportState.WITHDRAWING)
    return (
        going_back.select_related("link__procountor_account", "journal__company", "reversal")
        .order_by("booking_date", "epoch")
        .first()
    )


def _take_back(errand: Errand) -> float:
    reversal = _reversal_of(errand.export)
    if errand.export.way_back == Way.REVERSE and reversal is not None:
        return _reverse(errand, reversal)
    return change_status(errand)


def _reversal_of(export: Export) -> Export | None:
    return (
        Export.with_trail.filter(reverses=export)
        .select_related("link__procountor_account", "journal__company")
        .first()
    )


def _reverse(errand: Errand, reversal: Export) -> float:
    """Book the receipt that takes the first one back, as every receipt is booked."""
    sending, now = errand.sending, errand.now
    if reversal.state in BOOKED_EXPORTS:
        return _after_reversal(errand, reversal)
    if reversal.state == ExportState.POSTING:
        detail = "The worker stopped while posting."
        become_uncertain(sending, reversal, now=now, detail=detail)
    elif any(problem.stops for problem in reversal.problems):
        stop_errand(errand, reversal.problems)
    elif reversal.look_at is not None and now < reversal.look_at <= now + LONGEST_PAUSE:
        return (reversal.look_at - now).total_seconds()
    elif reversal.state == ExportState.UNCERTAIN:
        return look_for(sending, [reversal], now=now)
    elif _is_still_needed(errand, reversal):
        # Looked for before the first post: a backup may have been restored since it was booked.
        return (post if reversal.is_looked_for else _look)(sending, reversal, now=now)
    return 0.0


def _look(sending: Sending, reversal: Export, *, now: datetime) -> float:
    return look_for(sending, [reversal], now=now)


def _after_reversal(errand: Errand, reversal: Export) -> float:
    is_unapproved = reversal.state == ExportState.POSTED and not reversal.problems
    if is_unapproved and reversal.link.approves_receipts:
        return approve(errand.sending, reversal, now=errand.now)
    note_withdrawn(errand, audit.Action.RECEIPT_REVERSED, reversal=reversal)
    return 0.0


def _is_still_needed(errand: Errand, reversal: Export) -> bool:
    """Return whether the first receipt is as it was when a person confirmed its reversal."""
    with procountor(errand.export.link.procountor_account) as client:
        receipt = read_first(errand, client)
    if receipt is None:
        return False
    if receipt.status == INVALIDATED:
        note_withdrawn(errand, audit.Action.RECEIPT_SEEN_INVALIDATED)
        return False
    if not takes_back(decode_receipt(reversal.payload.encode()), receipt.body):
        stop_errand(errand, [not_as_confirmed(errand, EDITED)])
        return False
    return True


def _complete(withdrawal: Withdrawal, *, now: datetime) -> None:
    """End ``withdrawal`` if nothing of its journal is in the books any more."""
    with transaction.atomic():
        journal = Journal.objects.select_for_update().get(pk=withdrawal.journal_id)
        exports = journal.exports.all()
        if exports.filter(state__in=COMMITTED_EXPORTS).exists():
            return
        ended = Withdrawal.objects.filter(pk=withdrawal.pk, finished_at__isnull=True)
        if not ended.update(finished_at=now):
            return
        # What was never booked of it goes as well: the journal is to be looked at as a whole.
        rest = exports.exclude(state=ExportState.WITHDRAWN)
        rest.filter(attempts__isnull=True).delete()
        rest.update(state=ExportState.WITHDRAWN, problems=[])
        journal.withdrawn_at = now
        journal.save(update_fields=["withdrawn_at"])
        journal.store_state()
        with audit.command_run_by(withdrawal.system_user):
            audit.record(
                audit.Action.JOURNAL_WITHDRAWN,
                user=withdrawal.requested_by,
                company=journal.company,
                about=journal,
                reference=journal.reference,
                reason=withdrawal.reason,
            )
