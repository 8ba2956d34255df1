"""What a difference builds on: the receipts of its run, as they were when a person confirmed it."""

from collections.abc import Mapping
from typing import Any

from tilisilta.clients.procountor.wire import decode_receipt, encode_receipt
from tilisilta.domain.ledger_sums import Sums, ledger_sums
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.domain.receipts import BookedReceipt
from tilisilta.domain.recognition import INVALIDATED
from tilisilta.models import Difference, Export
from tilisilta.services.procountor.client import procountor


def basis_of(receipt: BookedReceipt) -> dict[str, Any]:
    """Return what is stored of a receipt that a difference builds on."""
    return {
        "ledger_receipt_id": receipt.ledger_receipt_id,
        "is_booked": receipt.status != INVALIDATED,
        "payload": encode_receipt(receipt.body).decode(),
    }


def is_as_read(export: Export) -> bool:
    """Return whether those receipts still book what they did; a person may have edited one.

    It is asked right before ``export`` is posted.
    """
    difference = Difference.objects.filter(journal=export.journal_id).last()
    basis = {one["ledger_receipt_id"]: one for one in difference.basis} if difference else {}
    with procountor(export.link.procountor_account) as client:
        now = {one.ledger_receipt_id: one for one in client.get_ledger_receipts(list(basis))}
    return now.keys() == basis.keys() and all(
        _sums_now(now[key]) == _sums_then(one) for key, one in basis.items()
    )


def stop_outdated(export: Export) -> None:
    """Leave ``export`` to a person: booked now, both together would not be the newest journal."""
    problem = Problem(
        code=ProblemCode.DIFFERENCE_OUTDATED,
        screen=Screen.JOURNAL,
        booking_date=export.booking_date,
        facts=facts(date=export.receipt_date, reason="edited"),
    )
    Export.objects.filter(pk=export.pk, ledger_receipt_id__isnull=True).update(
        problems=[problem], look_at=None
    )


def _sums_then(basis: Mapping[str, Any]) -> Sums:
    if not basis["is_booked"]:
        return {}
    return ledger_sums(decode_receipt(basis["payload"].encode()).transactions)


def _sums_now(receipt: BookedReceipt) -> Sums:
    return {} if receipt.status == INVALIDATED else ledger_sums(receipt.body.transactions)
