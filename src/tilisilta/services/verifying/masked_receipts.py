"""Receipts in the ledger that have a text which is masked here: they are compared and shown so."""

from collections.abc import Sequence
from dataclasses import replace

from tilisilta.clients.procountor.wire import decode_receipt
from tilisilta.domain.masking import receipt_as_masked
from tilisilta.domain.receipts import BookedReceipt
from tilisilta.models import Export, ProcountorAccount


def as_masked(
    account: ProcountorAccount, receipts: Sequence[BookedReceipt]
) -> tuple[BookedReceipt, ...]:
    """Return ``receipts`` with the texts masked that are masked in what was sent of them.

    So no mask is a change, and no name comes back from the ledger, also where a receipt of another
    month is listed beside those of this one.
    """
    known = {one.ledger_receipt_id for one in receipts}
    sent = Export.with_trail.filter(
        journal__masked_at__isnull=False,
        link__procountor_account__procountor_company_id=account.procountor_company_id,
        ledger_receipt_id__isnull=False,
    )
    # Few runs are ever masked: all of them are asked for, and not thousands of ids.
    payloads = {
        key: payload
        for key, payload in sent.order_by("pk").values_list("ledger_receipt_id", "payload")
        if key in known
    }
    return tuple(
        replace(one, body=receipt_as_masked(one.body, decode_receipt(payload.encode())))
        if (payload := payloads.get(one.ledger_receipt_id)) is not None
        else one
        for one in receipts
    )
