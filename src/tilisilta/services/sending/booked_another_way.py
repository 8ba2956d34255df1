"""What a comparison with the ledger has found to be booked another way is not sent as well."""

from collections.abc import Sequence

from tilisilta.domain.recognition import JournalReceipt
from tilisilta.models import AnotherReceipt, Export, ReconciledMonth


def booking_another_way(
    export: Export, receipts: Sequence[JournalReceipt]
) -> tuple[JournalReceipt, ...]:
    """Return those of ``receipts`` that the last comparison found to book ``export`` already.

    They may be parts of it, or several journals in one, which a look by itself does not see. A
    receipt counts as long as it is valid and nobody has said that it is another.
    """
    if not receipts:
        return ()
    journal = export.journal
    month = ReconciledMonth.objects.filter(company=journal.company_id, month=journal.period).first()
    if month is None:
        return ()
    ids = {
        receipt["id"]
        for part in month.document["parts"]
        if part["token"] == export.token
        for receipt in part["another_way"]
    }
    if not ids:
        return ()
    others = AnotherReceipt.objects.filter(
        token=export.token,
        procountor_company_id=export.link.procountor_account.procountor_company_id or 0,
    )
    ids -= set(others.values_list("ledger_receipt_id", flat=True))
    return tuple(one for one in receipts if one.ledger_receipt_id in ids and one.is_valid)
