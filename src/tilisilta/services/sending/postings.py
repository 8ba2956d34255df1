"""Posts one ledger receipt: the attempt is written down first, its outcome sorted after."""

import time
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from tilisilta.clients.procountor.client import ProcountorClient
from tilisilta.clients.procountor.errors import AccessDenied, GrantEnded, ProcountorRejected
from tilisilta.clients.procountor.wire import decode_receipt
from tilisilta.domain.booked import deviations
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity
from tilisilta.domain.receipts import BookedReceipt
from tilisilta.domain.recognition import APPROVED
from tilisilta.domain.standing import ExportState
from tilisilta.errors import OutcomeUnknown, TryAgainLater
from tilisilta.models import Attempt, Export, Sending, User
from tilisilta.services import audit
from tilisilta.services.pace import wait_after
from tilisilta.services.procountor.administrations import forget_administration
from tilisilta.services.procountor.client import procountor

START_LIMIT_SECONDS = 10
"""The request must leave so soon after its attempt was written down, or not at all."""
_TEXTS = frozenset({"name", "accountants_notes"})


def request_lifetime() -> timedelta:
    """How long after the start of an attempt its request can no longer reach Procountor.

    Twice the time-out, since it is counted anew for connecting, writing and reading.
    """
    return timedelta(seconds=START_LIMIT_SECONDS + 2 * settings.PROCOUNTOR_TIMEOUT_SECONDS)


def post(sending: Sending, export: Export, *, now: datetime) -> float:
    """Post ``export``, which was looked for and is not in Procountor; return seconds to wait."""
    asked_at = time.monotonic()
    with procountor(export.link.procountor_account) as client:
        client.make_ready()
        # Renewing a token may have taken its time, and the look for a lost answer counts from here.
        started_at = now + timedelta(seconds=time.monotonic() - asked_at)
        attempt = begin_attempt(export, now=started_at)
        if attempt is None:
            return 0.0
        try:
            booked = client.post_ledger_receipt(
                export.payload.encode(), not_after=time.monotonic() + START_LIMIT_SECONDS
            )
        except OutcomeUnknown as error:
            become_uncertain(export, now=now, detail=str(error), attempt=attempt)
            audit.record(
                audit.Action.RECEIPT_UNCERTAIN,
                user=sending.requested_by,
                company=export.journal.company,
                date=export.receipt_date.isoformat(),
                reference=export.journal.reference,
            )
            return 0.0
        except (ProcountorRejected, AccessDenied) as error:
            _reject(sending, export, attempt, error, now=now)
            return 0.0
        except TryAgainLater as error:
            _give_back(export, attempt, now=now, detail=str(error))
            return wait_after(error)
        except GrantEnded as error:
            _give_back(export, attempt, now=now, detail=str(error))
            raise
    accept(sending, export, booked, outcome=Attempt.Outcome.POSTED, now=now)
    return 0.0


def begin_attempt(export: Export, *, now: datetime) -> Attempt | None:
    """Write down that ``export`` is about to be posted; ``None`` if it is not to be any more.

    Another worker may have just posted it, or it was taken back and queued again with another
    content, which must be looked for first. ``export`` gets the content that is stored.
    """
    with transaction.atomic():
        locked = Export.objects.select_for_update().get(pk=export.pk)
        is_whole = not locked.items_to_make
        if locked.state != ExportState.QUEUED or not (locked.is_looked_for and is_whole):
            return None
        attempt = Attempt.objects.create(
            export=locked, number=locked.attempts.count() + 1, started_at=now
        )
        locked.state = ExportState.POSTING
        locked.save(update_fields=["state"])
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
    """Take note that ``export`` is booked, and compare row by row what was with what was sent."""
    is_found = outcome == Attempt.Outcome.FOUND
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
    """Store which receipt ``export`` has become, and with ``severity`` in what it differs.

    One that a person has approved meanwhile is approved already, where its link asks for that.
    """
    differing = deviations(decode_receipt(export.payload.encode()), booked.body)
    with transaction.atomic():
        locked = Export.objects.select_for_update().get(pk=export.pk)
        if locked.ledger_receipt_id is not None:
            # A slower process has noted it meanwhile.
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
        locked.problems = _differences(export, differing, severity)
        locked.save()
        _end_attempts(locked, outcome=outcome, now=now)
        audit.record(
            action,
            user=user,
            company=export.journal.company,
            number=str(booked.receipt_number or booked.ledger_receipt_id),
            reference=export.journal.reference,
        )


def become_uncertain(
    export: Export, *, now: datetime, detail: str, attempt: Attempt | None = None
) -> None:
    """The receipt may or may not be booked: it is looked for before anything else happens.

    Who has made an ``attempt`` says so, and changes nothing if it is no longer the current one.
    """
    with transaction.atomic():
        locked = Export.objects.select_for_update().get(pk=export.pk)
        if locked.state != ExportState.POSTING or not _is_current(attempt):
            return
        locked.state = ExportState.UNCERTAIN
        locked.absent_look_count = 0
        locked.look_at = now
        locked.save(update_fields=["state", "absent_look_count", "look_at"])
        _end_attempts(locked, outcome=Attempt.Outcome.UNKNOWN, now=now, detail=detail)


def approve(sending: Sending, export: Export, *, now: datetime) -> float:
    """Approve a posted receipt, as its link asks for, unless it is approved already."""
    assert export.ledger_receipt_id is not None  # noqa: S101  # a constraint of the table
    with procountor(export.link.procountor_account) as client:
        try:
            if not _is_approved(client, export.ledger_receipt_id):
                client.approve_ledger_receipt(export.ledger_receipt_id)
        except (ProcountorRejected, AccessDenied) as error:
            stop(export, error)
            return 0.0
    export.state = ExportState.APPROVED
    export.approved_at = now
    export.save(update_fields=["state", "approved_at"])
    audit.record(
        audit.Action.RECEIPT_APPROVED,
        user=sending.requested_by,
        company=export.journal.company,
        number=str(export.receipt_number or export.ledger_receipt_id),
    )
    return 0.0


def stop(export: Export, error: ProcountorRejected | AccessDenied) -> None:
    """Procountor refused something other than the receipt itself: a person must act.

    What is booked needs only its approval; that is no reason to keep other receipts back.
    """
    problem = _rejection(export, error)
    if export.state == ExportState.POSTED:
        problem = replace(problem, severity=Severity.WARNING)
    Export.objects.filter(pk=export.pk).update(problems=[problem], look_at=None)


def _is_approved(client: ProcountorClient, ledger_receipt_id: int) -> bool:
    receipts = client.get_ledger_receipts([ledger_receipt_id])
    return any(receipt.status == APPROVED for receipt in receipts)


def _must_be_the_same(export: Export, booked: BookedReceipt) -> None:
    """Raise the alarm if ``export`` is booked twice after all; nobody may find that by chance."""
    if export.ledger_receipt_id == booked.ledger_receipt_id:
        return
    numbers = (
        export.receipt_number or export.ledger_receipt_id,
        booked.receipt_number or booked.ledger_receipt_id,
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
    """Tell whether ``attempt`` is still under way, as far as the tables know.

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
        locked = Export.objects.select_for_update().get(pk=export.pk)
        if not _is_current(attempt):
            return
        locked.state = ExportState.REJECTED
        locked.problems = [_rejection(export, error)]
        locked.save(update_fields=["state", "problems"])
        _end_attempts(export, outcome=Attempt.Outcome.REJECTED, now=now, detail=str(error))
        # What we know of the company is wrong, or the receipt would not have been refused.
        forget_administration(export.link.procountor_account)
        audit.record(
            audit.Action.RECEIPT_REJECTED,
            user=sending.requested_by,
            company=export.journal.company,
            date=export.receipt_date.isoformat(),
            reference=export.journal.reference,
        )


def _give_back(export: Export, attempt: Attempt, *, now: datetime, detail: str) -> None:
    """Nothing was sent, or surely nothing was done with it: it is queued as before."""
    with transaction.atomic():
        locked = Export.objects.select_for_update().get(pk=export.pk)
        if not _is_current(attempt):
            return
        locked.state = ExportState.QUEUED
        locked.save(update_fields=["state"])
        _end_attempts(export, outcome=Attempt.Outcome.NOT_SENT, now=now, detail=detail)


def _end_attempts(
    export: Export, *, outcome: Attempt.Outcome, now: datetime, detail: str = ""
) -> None:
    """End the attempt under way; one with no known outcome gets it when it becomes known."""
    without_outcome = [Attempt.Outcome.OPEN, Attempt.Outcome.UNKNOWN]
    export.attempts.filter(outcome__in=without_outcome).update(
        outcome=outcome, ended_at=now, detail=detail[:500]
    )


def _rejection(export: Export, error: ProcountorRejected | AccessDenied) -> Problem:
    answers = getattr(error, "answers", ())
    return Problem(
        code=ProblemCode.REJECTED,
        screen=Screen.JOURNAL,
        booking_date=export.booking_date,
        facts=(
            ("status", str(error.status)),
            ("answer", "; ".join(message for _, message in answers) or str(error)),
            ("field", "; ".join(field for field, _ in answers if field)),
        ),
    )


def _differences(
    export: Export, differing: tuple[str, ...], severity: Severity
) -> tuple[Problem, ...]:
    """The problem that what is booked differs. Another name or note alone stops nothing.

    People rename receipts all the time, and that changes nothing in the books.
    """
    if not differing:
        return ()
    return (
        Problem(
            code=ProblemCode.BOOKED_DIFFERENTLY,
            severity=Severity.WARNING if set(differing) <= _TEXTS else severity,
            screen=Screen.PROCOUNTOR,
            booking_date=export.booking_date,
            facts=(("fields", ", ".join(differing)),),
        ),
    )
