"""One receipt that is taken back: reading it, and storing what has become of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction

from tilisilta.clients.procountor.client import ProcountorClient
from tilisilta.clients.procountor.errors import AccessDenied, ProcountorRejected
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.domain.receipts import BookedReceipt
from tilisilta.domain.standing import BOOKED_EXPORTS, ExportState
from tilisilta.domain.withdrawals import Reason
from tilisilta.models import Export, Sending
from tilisilta.services import audit

EDITED = "edited"
"""The rows of a receipt are no longer those that its reversal would take back."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One receipt that is taken back, the sending that does so, and the moment of this move."""

    sending: Sending
    export: Export
    now: datetime

    @property
    def receipt_id(self) -> int:
        assert self.export.ledger_receipt_id is not None  # noqa: S101  # a constraint of the table
        return self.export.ledger_receipt_id


def read_first(errand: Errand, client: ProcountorClient) -> BookedReceipt | None:
    """Return the receipt as it is now; ``None`` if that stopped its withdrawal."""
    account = errand.export.link.procountor_account
    chosen = client.get_session()
    # Ids repeat across companies: in another one this would be another receipt.
    if chosen.company_id != account.procountor_company_id:
        problem = Problem(
            code=ProblemCode.WRONG_COMPANY,
            screen=Screen.PROCOUNTOR,
            booking_date=errand.export.booking_date,
            facts=facts(name=chosen.company_name),
        )
        stop_errand(errand, [problem])
        return None
    receipts = client.get_ledger_receipts([errand.receipt_id])
    if not receipts:
        stop_errand(errand, [not_as_confirmed(errand, Reason.GONE)])
        return None
    return receipts[0]


def note_withdrawn(errand: Errand, action: audit.Action, *, reversal: Export | None = None) -> None:
    """Store that the receipt is taken back, by ``reversal`` or by being invalidated."""
    with transaction.atomic():
        locked = Export.objects.select_for_update().get(pk=errand.export.pk)
        if locked.state != ExportState.WITHDRAWING:
            # Another process has noted it meanwhile.
            return
        locked.state, locked.problems, locked.look_at = ExportState.WITHDRAWN, (), None
        locked.withdrawn_at = errand.now
        locked.save(update_fields=["state", "problems", "look_at", "withdrawn_at"])
        if reversal is None:
            _forget_reversal(locked)
        number = str(reversal.shown_number or reversal.ledger_receipt_id) if reversal else ""
        record_errand(errand, action, reversal=number)


def stop_errand(errand: Errand, problems: Sequence[Problem]) -> None:
    """Leave the receipt to a person: it is in the books still."""
    with transaction.atomic():
        stopped = Export.objects.filter(pk=errand.export.pk, state=ExportState.WITHDRAWING)
        if stopped.update(state=ExportState.NOT_WITHDRAWN, problems=problems, look_at=None):
            record_errand(errand, audit.Action.WITHDRAWAL_STOPPED)


def refused(errand: Errand, step: str, error: ProcountorRejected | AccessDenied) -> Problem:
    answers = [answer for _field, answer in getattr(error, "answers", ()) if answer]
    return Problem(
        code=ProblemCode.WITHDRAWAL_REFUSED,
        screen=Screen.PROCOUNTOR,
        booking_date=errand.export.booking_date,
        facts=facts(
            date=errand.export.receipt_date,
            step=str(step),
            answer="; ".join(dict.fromkeys(answers)) or str(error.status),
            status=str(error.status),
        ),
    )


def not_as_confirmed(errand: Errand, reason: str) -> Problem:
    return Problem(
        code=ProblemCode.NOT_AS_CONFIRMED,
        screen=Screen.PROCOUNTOR,
        booking_date=errand.export.booking_date,
        facts=facts(date=errand.export.receipt_date, reason=str(reason)),
    )


def record_errand(errand: Errand, action: audit.Action, *, reversal: str = "") -> None:
    """Record what was done under the name of the person who asked for the withdrawal."""
    journal, export = errand.export.journal, errand.export
    tell = partial(
        audit.record,
        action,
        user=errand.sending.requested_by,
        company=journal.company,
        about=journal,
        reference=journal.reference,
        number=str(export.shown_number or export.ledger_receipt_id),
    )
    with audit.command_run_by(errand.sending.system_user):
        if reversal:
            tell(reversal=reversal)
        else:
            tell()


def _forget_reversal(first: Export) -> None:
    """Remove the reversal that is not needed; one that was tried stays as the trail."""
    unbooked = Export.with_trail.filter(reverses=first).exclude(state__in=BOOKED_EXPORTS)
    unbooked.filter(attempts__isnull=False).update(state=ExportState.WITHDRAWN, problems=[])
    unbooked.filter(attempts__isnull=True).delete()
