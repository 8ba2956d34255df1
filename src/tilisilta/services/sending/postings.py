"""Posts one ledger receipt: the attempt is committed first, its outcome sorted afterwards."""

import time
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from tilisilta import __version__
from tilisilta.clients.procountor.client import ProcountorClient
from tilisilta.clients.procountor.deadlines import Deadline
from tilisilta.clients.procountor.errors import AccessDenied, GrantEnded, ProcountorRejected
from tilisilta.clients.procountor.wire import decode_receipt
from tilisilta.domain.booked import deviations
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity
from tilisilta.domain.receipts import BookedReceipt
from tilisilta.domain.recognition import APPROVED
from tilisilta.domain.standing import ExportState
from tilisilta.errors import OutcomeUnknown, TryAgainLater
from tilisilta.models import Attempt, Export, ProcountorAccount, Sending, User
from tilisilta.services import audit
from tilisilta.services.procountor.administrations import forget_administration
from tilisilta.services.procountor.client import procountor
from tilisilta.services.sending.answers import differences, rejections
from tilisilta.services.sending.by_rule import is_by_rule, rules_stopped
from tilisilta.services.sending.lost_answers import START_LIMIT_SECONDS, moment, note_lost

_BOOKED_COLUMNS = (
    "state",
    "approved_at",
    "receipt_number",
    "invoice_number",
    "version",
    "posted_at",
    "look_at",
)
_POSTED_COLUMNS = (
    "state",
    "is_looked_for",
    "items_to_make",
    "payload",
    "reverses",
    "link__is_verify_only",
    "link__procountor_account__state",
    "journal__company__is_test",
    "journal__company__stays_blocked",
    "journal__company__perhaps_of",
    "journal__company__debtor__is_blocked",
)


def post(sending: Sending, export: Export, *, now: datetime, began: float | None = None) -> float:
    """Post ``export``, which a look did not find in Procountor; return the seconds to wait.

    ``began`` is when it was ``now`` on the monotonic clock, if that was a while ago.
    """
    asked_at = time.monotonic() if began is None else began
    with procountor(export.link.procountor_account) as client:
        # Before the attempt: waiting for a token or for the pace would use up its ten seconds.
        client.make_ready()
        # That may have taken a while, and the look for a lost answer counts from this moment.
        started_at = now + timedelta(seconds=time.monotonic() - asked_at)
        # From before the commit: a process may be held up right after it, and go on much later.
        not_after = Deadline.in_seconds(START_LIMIT_SECONDS)
        # Committed before the request leaves: after a crash the row says that it may have arrived.
        attempt = begin_attempt(export, now=started_at, by_rule=is_by_rule(sending))
        if attempt is None:
            return 0.0
        begun = moment(now + timedelta(seconds=time.monotonic() - asked_at))
        try:
            booked = client.post_ledger_receipt(export.payload.encode(), not_after=not_after)
        except OutcomeUnknown as error:
            # A 5xx too: Procountor was seen to answer 500 for a receipt it had saved.
            note_lost(attempt, begun)
            become_uncertain(sending, export, now=now, detail=str(error), attempt=attempt)
            return 0.0
        except (ProcountorRejected, AccessDenied) as error:
            _reject(sending, export, attempt, error, now=now)
            return 0.0
        except (TryAgainLater, GrantEnded) as error:
            # A 401 too is answered before anything is booked, so the receipt may be posted later.
            _give_back(export, attempt, now=now, detail=str(error))
            raise
    accept(sending, export, booked, outcome=Attempt.Outcome.POSTED, now=now)
    return 0.0


def is_forbidden(export: Export) -> bool:
    """Return whether its company may not be sent, or may not be sent any more (R10)."""
    company = export.journal.company
    return company.is_test or company.block is not None or export.link.is_verify_only


def begin_attempt(export: Export, *, now: datetime, by_rule: bool = False) -> Attempt | None:
    """Commit that ``export`` is about to be posted; return ``None`` if it may not be any more.

    Another worker may have just posted it, it was taken back and queued again with other content,
    which must be looked for first, its account was removed while the request waited for its slot,
    or its company, or a rule that asked for it, may not send now.
    ``export`` gets the content that is stored.
    """
    with transaction.atomic():
        wanted = Export.with_trail.select_related(
            "link__procountor_account", "journal__company__debtor"
        )
        locked = wanted.only(*_POSTED_COLUMNS).select_for_update(of=("self",)).get(pk=export.pk)
        is_whole = not locked.items_to_make
        if locked.state != ExportState.QUEUED or not (locked.is_looked_for and is_whole):
            return None
        if locked.link.procountor_account.state != ProcountorAccount.State.AUTHORISED:
            return None
        # What takes a receipt back may be posted all the same.
        if (locked.reverses_id is None and is_forbidden(locked)) or (by_rule and rules_stopped()):
            return None
        # Two open attempts of one export would break a constraint: the last line of defence.
        attempt = Attempt.objects.create(
            export=locked,
            number=locked.attempts.count() + 1,
            started_at=now,
            program_version=__version__,
        )
        Export.with_trail.filter(pk=locked.pk).update(state=ExportState.POSTING)
    # The payload in memory may be older than the row that was locked.
    export.payload = locked.payload
    return attempt


def accept(
    sending: Sending,
    export: Export,
    booked: BookedReceipt,
    *,
    outcome: Attempt.Outcome,
    now: datetime,
) -> None:
    """Note that ``export`` is booked, and compare row by row with what was sent."""
    is_found = outcome == Attempt.Outcome.FOUND
    # The worker knows only from the sending which command has asked for it.
    with audit.command_run_by(sending.system_user):
        note_booked(
            export,
            booked,
            outcome=outcome,
            action=audit.Action.RECEIPT_FOUND if is_found else audit.Action.RECEIPT_POSTED,
            user=sending.requested_by,
            now=now,
        )


def note_booked(
    export: Export,
    booked: BookedReceipt,
    *,
    outcome: Attempt.Outcome,
    action: audit.Action,
    user: User | None,
    now: datetime,
    severity: Severity = Severity.ERROR,
) -> None:
    """Store which receipt ``export`` has become, and with ``severity`` how it differs.

    If the link asks for approval and a person has approved the receipt already, that is noted too.
    """
    differing = deviations(decode_receipt(export.payload.encode()), booked.body)
    with transaction.atomic():
        wanted = Export.with_trail.only("ledger_receipt_id", "problems", *_BOOKED_COLUMNS)
        locked = wanted.select_for_update().get(pk=export.pk)
        if locked.ledger_receipt_id is not None:
            # Another process has noted it meanwhile.
            _must_be_the_same(locked, booked)
            return
        is_approved = export.link.approves_receipts and booked.status == APPROVED
        locked.state = ExportState.APPROVED if is_approved else ExportState.POSTED
        locked.approved_at = now if is_approved else None
        locked.ledger_receipt_id = booked.ledger_receipt_id
        locked.receipt_number = booked.receipt_number
        locked.invoice_number = booked.invoice_number
        locked.version = booked.version
        locked.posted_at = now
        locked.look_at = None
        locked.problems = differences(export, differing, severity)
        # Not the payload, which is long and stays as it is.
        locked.save(update_fields=["ledger_receipt_id", "problems", *_BOOKED_COLUMNS])
        _end_attempts(locked, outcome=outcome, now=now)
        actions = [action, audit.Action.RECEIPT_SEEN_APPROVED] if is_approved else [action]
        for one in actions:
            _record(one, export, user=user, number=_number_of(locked))


def become_uncertain(
    sending: Sending,
    export: Export,
    *,
    now: datetime,
    detail: str,
    attempt: Attempt | None = None,
) -> None:
    """Note that the receipt may or may not be booked: it must be looked for before anything else.

    With ``attempt``, nothing changes if that attempt is no longer the current one.
    """
    with transaction.atomic():
        locked = Export.with_trail.select_for_update().get(pk=export.pk)
        if locked.state != ExportState.POSTING or not _is_current(attempt):
            return
        locked.state = ExportState.UNCERTAIN
        locked.absent_look_count = 0
        locked.empty_looks = ()
        locked.look_at = now
        locked.save(update_fields=["state", "absent_look_count", "empty_looks", "look_at"])
        _end_attempts(locked, outcome=Attempt.Outcome.UNKNOWN, now=now, detail=detail)
        # In the same transaction: a worker that dies here leaves both, or neither.
        _record_of(sending, audit.Action.RECEIPT_UNCERTAIN, export)


def approve(sending: Sending, export: Export, *, now: datetime) -> float:
    """Approve a posted receipt, as its link asks for, unless it is approved already."""
    assert export.ledger_receipt_id is not None  # noqa: S101  # a constraint of the table
    with procountor(export.link.procountor_account) as client:
        try:
            # Read first: approving twice is refused, and an earlier answer may have been lost.
            is_approved = _is_approved(client, export.ledger_receipt_id)
            if not is_approved:
                client.approve_ledger_receipt(export.ledger_receipt_id)
        except (ProcountorRejected, AccessDenied) as error:
            stop(export, error)
            return 0.0
    approved, seen = audit.Action.RECEIPT_APPROVED, audit.Action.RECEIPT_SEEN_APPROVED
    _note_approved(sending, export, action=seen if is_approved else approved, now=now)
    return 0.0


def _note_approved(
    sending: Sending, export: Export, *, action: audit.Action, now: datetime
) -> None:
    with transaction.atomic():
        locked = Export.with_trail.select_for_update().get(pk=export.pk)
        if locked.state == ExportState.APPROVED:
            # Another process has noted it meanwhile.
            return
        locked.state = ExportState.APPROVED
        locked.approved_at = now
        locked.save(update_fields=["state", "approved_at"])
        _record_of(sending, action, export, number=_number_of(export))


def stop(export: Export, error: ProcountorRejected | AccessDenied) -> None:
    """Store that Procountor refused something other than the receipt itself: a person must act.

    A booked receipt only lacks its approval, which does not stop other receipts.
    """
    problems = rejections(export, error)
    if export.state == ExportState.POSTED:
        problems = [replace(problem, severity=Severity.WARNING) for problem in problems]
    Export.with_trail.filter(pk=export.pk).update(problems=problems, look_at=None)


def _is_approved(client: ProcountorClient, ledger_receipt_id: int) -> bool:
    receipts = client.get_ledger_receipts([ledger_receipt_id])
    return any(receipt.status == APPROVED for receipt in receipts)


def _must_be_the_same(export: Export, booked: BookedReceipt) -> None:
    """Add a problem if ``export`` is booked twice after all: a person must see it at once."""
    if export.ledger_receipt_id == booked.ledger_receipt_id:
        return
    numbers = (
        export.shown_number or export.ledger_receipt_id,
        booked.shown_number,
    )
    problem = Problem(
        code=ProblemCode.FOUND_SEVERAL_TIMES,
        screen=Screen.PROCOUNTOR,
        booking_date=export.booking_date,
        facts=(("numbers", ", ".join(map(str, numbers))),),
    )
    export.problems = [*export.problems, problem]
    export.save(update_fields=["problems"])


def _is_current(attempt: Attempt | None) -> bool:
    """Return whether ``attempt`` is still under way, as far as the tables know.

    Its worker may have slept, been taken for dead, and wake up while its successor tries again.
    """
    if attempt is None:
        return True
    return Attempt.objects.filter(pk=attempt.pk, outcome=Attempt.Outcome.OPEN).exists()


def _reject(
    sending: Sending,
    export: Export,
    attempt: Attempt,
    error: ProcountorRejected | AccessDenied,
    *,
    now: datetime,
) -> None:
    with transaction.atomic():
        locked = Export.with_trail.select_for_update().get(pk=export.pk)
        if not _is_current(attempt):
            return
        locked.state = ExportState.REJECTED
        locked.problems = rejections(export, error)
        locked.save(update_fields=["state", "problems"])
        _end_attempts(export, outcome=Attempt.Outcome.REJECTED, now=now, detail=str(error))
        # Our copy of the chart and periods is outdated, or a check would have found the problem.
        forget_administration(export.link.procountor_account)
        _record_of(sending, audit.Action.RECEIPT_REJECTED, export)


def _give_back(export: Export, attempt: Attempt, *, now: datetime, detail: str) -> None:
    """Queue the receipt again: nothing was sent, or Procountor surely did nothing with it."""
    with transaction.atomic():
        locked = Export.with_trail.select_for_update().get(pk=export.pk)
        if not _is_current(attempt):
            return
        locked.state = ExportState.QUEUED
        locked.save(update_fields=["state"])
        _end_attempts(export, outcome=Attempt.Outcome.NOT_SENT, now=now, detail=detail)


def _end_attempts(
    export: Export, *, outcome: Attempt.Outcome, now: datetime, detail: str = ""
) -> None:
    """End the attempt under way, and earlier ones whose outcome was unknown until now."""
    without_outcome = [Attempt.Outcome.OPEN, Attempt.Outcome.UNKNOWN]
    export.attempts.filter(outcome__in=without_outcome).update(
        outcome=outcome, ended_at=now, detail=detail[:500]
    )


def _record_of(sending: Sending, action: audit.Action, export: Export, *, number: str = "") -> None:
    """Record what was done for a sending under the name of the user who asked for it."""
    with audit.command_run_by(sending.system_user):
        _record(action, export, user=sending.requested_by, number=number)


def _record(action: audit.Action, export: Export, *, user: User | None, number: str = "") -> None:
    journal = export.journal
    audit.record(
        action,
        user=user,
        company=journal.company,
        about=journal,
        reference=journal.reference,
        date=export.receipt_date.isoformat(),
        number=number,
    )


def _number_of(export: Export) -> str:
    return str(export.shown_number or export.ledger_receipt_id)
