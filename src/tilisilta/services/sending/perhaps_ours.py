"""What a person answers about a receipt in Procountor that may be ours: it is, or it is another.

Both answers are safe to repeat, and accepted only for a receipt that a look has asked about.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from tilisilta.domain.problems import Problem, ProblemCode, Severity
from tilisilta.domain.receipts import BookedReceipt
from tilisilta.domain.recognition import INVALIDATED
from tilisilta.errors import NeedsAttention
from tilisilta.models import (
    AnotherReceipt,
    Attempt,
    Export,
    ExportState,
    Journal,
    ProcountorAccount,
    User,
)
from tilisilta.services import audit
from tilisilta.services.procountor.client import procountor
from tilisilta.services.sending.asking import look_again
from tilisilta.services.sending.postings import note_booked
from tilisilta.services.sending.receipts_in_question import Doubt, doubts_of
from tilisilta.services.sending.taking_back import go_on_withdrawing

ANSWERABLE_STATES = frozenset({ExportState.READY, ExportState.QUEUED, ExportState.UNCERTAIN})


class NotInDoubt(NeedsAttention):
    """The receipt is not, or no longer, in question for that journal."""

    code = ProblemCode.NOT_IN_DOUBT


class ReceiptCannotBeOurs(NeedsAttention):
    """The receipt is gone or invalidated, or belongs to another journal by now."""

    code = ProblemCode.CANNOT_BE_OURS


def take_over(
    export: Export, ledger_receipt_id: int, *, user: User | None, now: datetime
) -> Export:
    """Take over a receipt in Procountor as the one of ``export``, which is then booked.

    The receipt is read again, and differences are noted as for every receipt that a look finds.
    Raises ``NotInDoubt`` or ``ReceiptCannotBeOurs``, and then nothing has changed.
    """
    if export.ledger_receipt_id == ledger_receipt_id:
        return export
    doubt = _doubt(export, ledger_receipt_id)
    if not doubt.can_be_ours:
        raise ReceiptCannotBeOurs("A receipt that is invalidated books nothing.")
    # Read before the transaction: no row stays locked while Procountor answers.
    booked = _read(export, ledger_receipt_id)
    with transaction.atomic():
        locked = _locked(export)
        # One at a time per account, or two exports might become the same receipt: their rows
        # differ, and no constraint spans the company.
        account = ProcountorAccount.objects.select_for_update().get(
            pk=export.link.procountor_account_id
        )
        if locked.ledger_receipt_id == ledger_receipt_id:
            return locked
        # Asked again under the locks: another person may have answered meanwhile.
        _doubt(locked, ledger_receipt_id)
        if _taken(account, ledger_receipt_id):
            raise ReceiptCannotBeOurs("The receipt is that of another journal.")
        note_booked(
            export,
            booked,
            outcome=Attempt.Outcome.FOUND,
            action=audit.Action.RECEIPT_TAKEN_OVER,
            user=user,
            now=now,
            # A person has compared them, so differences only warn and later receipts go on.
            severity=Severity.WARNING,
        )
        _go_on(export, user=user, now=now)
        export.journal.store_state()
    return Export.with_trail.get(pk=export.pk)


def say_another(
    export: Export, ledger_receipt_id: int, *, user: User | None, now: datetime
) -> Export:
    """Note that a receipt in Procountor is not the one of ``export``, which may then be sent.

    The answer is stored by token, so that the same receipt does not stop the export again. An
    uncertain export is looked for once more by itself; a ready one waits for a person to send it.
    Raises ``NotInDoubt``, and then nothing has changed.
    """
    company_id = export.link.procountor_account.procountor_company_id
    answer = {
        "token": export.token,
        "procountor_company_id": company_id,
        "ledger_receipt_id": ledger_receipt_id,
    }
    with transaction.atomic():
        locked = _locked(export)
        if AnotherReceipt.objects.filter(**answer).exists():
            return locked
        doubt = _doubt(locked, ledger_receipt_id)
        AnotherReceipt.objects.create(**answer, said_at=now, said_by=user)
        left = [one for one in locked.problems if not _asks(one, ledger_receipt_id)]
        locked.problems = left
        locked.save(update_fields=["problems"])
        audit.record(
            audit.Action.RECEIPT_IS_ANOTHER,
            user=user,
            company=export.journal.company,
            about=export.journal,
            number=doubt.number,
            reference=export.journal.reference,
        )
        if not left and locked.reverses is not None:
            _go_on(locked, user=user, now=now)
            export.journal.store_state()
        elif locked.state == ExportState.UNCERTAIN and not left:
            look_again(export.journal, user=user, now=now)
    return locked


def _go_on(export: Export, *, user: User | None, now: datetime) -> None:
    """Go on with the withdrawal that waits for ``export``, if it takes a receipt back."""
    if go_on_withdrawing(export):
        look_again(export.journal, user=user, now=now)


def _locked(export: Export) -> Export:
    """Return the export as it is now, locked after its journal, in the order used everywhere."""
    Journal.objects.select_for_update().get(pk=export.journal_id)
    return Export.with_trail.select_for_update().get(pk=export.pk)


def _doubt(export: Export, ledger_receipt_id: int) -> Doubt:
    """Return the open doubt about the receipt. Raise ``NotInDoubt`` if there is none to answer."""
    if export.state in ANSWERABLE_STATES:
        for problem in export.problems:
            for doubt in doubts_of(problem):
                if doubt.ledger_receipt_id == ledger_receipt_id:
                    return doubt
    raise NotInDoubt("That receipt is not in question.")


def _asks(problem: Problem, ledger_receipt_id: int) -> bool:
    return any(one.ledger_receipt_id == ledger_receipt_id for one in doubts_of(problem))


def _read(export: Export, ledger_receipt_id: int) -> BookedReceipt:
    with procountor(export.link.procountor_account) as client:
        receipts = client.get_ledger_receipts([ledger_receipt_id])
    if not receipts or receipts[0].status == INVALIDATED:
        raise ReceiptCannotBeOurs("The receipt is gone or invalidated.")
    return receipts[0]


def _taken(account: ProcountorAccount, ledger_receipt_id: int) -> bool:
    return Export.with_trail.filter(
        Q(is_trail=False) | Q(reverses__isnull=False),
        link__procountor_account__procountor_company_id=account.procountor_company_id,
        ledger_receipt_id=ledger_receipt_id,
    ).exists()
