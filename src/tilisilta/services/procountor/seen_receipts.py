"""Reads the ledger receipts of a time in Procountor, each once as long as it is not changed."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from django.db.models import Q, QuerySet

from tilisilta.clients.procountor.client import (
    MOST_IDS,
    ListedReceipt,
    ProcountorClient,
    ReceiptWindow,
)
from tilisilta.clients.procountor.errors import ProcountorUnavailable
from tilisilta.clients.procountor.wire import decode_receipt
from tilisilta.domain.receipts import BookedReceipt
from tilisilta.domain.recognition import JournalReceipt, Promised, is_trustworthy, tokens_in
from tilisilta.domain.sameness import receipt_digest
from tilisilta.models import Export, SeenReceipt

_AT_A_TIME = 500
"""So many ids go into one query: databases limit their parameters."""


def read_receipts(
    client: ProcountorClient,
    procountor_company_id: int,
    windows: Iterable[ReceiptWindow],
    *,
    now: datetime,
) -> tuple[JournalReceipt, ...]:
    """Return all receipts of the type JOURNAL in ``windows``, with their tokens and what they book.

    The list has neither notes nor rows, so receipts are read as well, up to 200 in one request. A
    receipt that an export of ours is known to have become is not read: it cannot be another's. Nor
    is one whose version is the one that was read before.
    """
    listed = {
        one.ledger_receipt_id: one for window in windows for one in client.list_receipts(window)
    }
    sent = _sent(procountor_company_id, listed)
    seen = _seen_before(procountor_company_id, listed.keys() - sent.keys())
    unread = [
        key for key in listed if key not in sent and not _is_current(seen.get(key), listed[key])
    ]
    read = _read(client, procountor_company_id, unread, now=now)
    return tuple(
        read.get(key) or _known(one, seen.get(key), sent.get(key, ""))
        for key, one in listed.items()
    )


def promised_with(exports: QuerySet[Export]) -> list[Promised]:
    """Return what we know of ``exports``, to tell the receipt of each from copies of it."""
    return [
        Promised(
            token=export.token,
            ledger_receipt_id=export.ledger_receipt_id,
            # Once its receipt is known by id, the digest is not needed.
            plain_digest=""
            if export.ledger_receipt_id is not None
            else receipt_digest(decode_receipt(export.payload.encode()), with_dimensions=False),
        )
        for export in exports.order_by()
    ]


def _sent(procountor_company_id: int, ids: Collection[int]) -> dict[int, str]:
    """Return the tokens of the exports that are known to have become receipts with those ids."""
    if not ids:
        return {}
    # A receipt that takes another back is known as well, and is no export's of its journal.
    exports = Export.with_trail.filter(
        Q(is_trail=False) | Q(reverses__isnull=False),
        link__procountor_account__procountor_company_id=procountor_company_id,
    )
    return {
        receipt_id: token
        for some in _pieces(ids, _AT_A_TIME)
        for receipt_id, token in exports.filter(ledger_receipt_id__in=some).values_list(
            "ledger_receipt_id", "token"
        )
        if receipt_id is not None
    }


def _seen_before(procountor_company_id: int, ids: Collection[int]) -> dict[int, SeenReceipt]:
    if not ids:
        return {}
    rows = SeenReceipt.objects.filter(procountor_company_id=procountor_company_id)
    return {
        row.ledger_receipt_id: row
        for some in _pieces(ids, _AT_A_TIME)
        for row in rows.filter(ledger_receipt_id__in=some)
    }


def _is_current(row: SeenReceipt | None, listed: ListedReceipt) -> bool:
    """Return whether what was read before is what Procountor has now."""
    return (
        row is not None
        and bool(row.version)
        and row.version == listed.version
        and is_trustworthy(row.version, row.read_at)
    )


def _read(
    client: ProcountorClient, procountor_company_id: int, ids: Collection[int], *, now: datetime
) -> dict[int, JournalReceipt]:
    """Read receipts and store what is needed of them, piece by piece."""
    receipts: dict[int, JournalReceipt] = {}
    for some in _pieces(ids, MOST_IDS):
        booked = [_as_seen(one) for one in client.get_ledger_receipts(some)]
        missing = set(some) - {one.ledger_receipt_id for one in booked}
        if missing:
            # A batch leaves out ids it does not know. One that is missing may be the one we look
            # for, so this must not pass for an absence.
            raise ProcountorUnavailable("Procountor lists a ledger receipt that it does not give.")
        _store(procountor_company_id, booked, now=now)
        receipts |= {one.ledger_receipt_id: one for one in booked}
    return receipts


def _as_seen(booked: BookedReceipt) -> JournalReceipt:
    body = booked.body
    return JournalReceipt(
        ledger_receipt_id=booked.ledger_receipt_id,
        receipt_number=booked.receipt_number or booked.invoice_number,
        name=body.name,
        receipt_date=body.receipt_date,
        status=booked.status,
        version=booked.version,
        tokens=tokens_in(body.name, body.accountants_notes),
        digest=receipt_digest(body),
        plain_digest=receipt_digest(body, with_dimensions=False),
    )


def _store(
    procountor_company_id: int, receipts: Iterable[JournalReceipt], *, now: datetime
) -> None:
    """Store what was read. The last writer wins: an older version differs from the listed one."""
    SeenReceipt.objects.bulk_create(
        [
            SeenReceipt(
                procountor_company_id=procountor_company_id,
                ledger_receipt_id=one.ledger_receipt_id,
                version=one.version,
                read_at=now,
                receipt_date=one.receipt_date,
                status=one.status,
                tokens=" ".join(sorted(one.tokens)),
                digest=one.digest,
                plain_digest=one.plain_digest,
            )
            # Sorted, or two workers might lock each other's rows in a deadlock.
            for one in sorted(receipts, key=lambda one: one.ledger_receipt_id)
        ],
        update_conflicts=True,
        unique_fields=["procountor_company_id", "ledger_receipt_id"],
        update_fields=[
            "version",
            "read_at",
            "receipt_date",
            "status",
            "tokens",
            "digest",
            "plain_digest",
        ],
    )


def _known(listed: ListedReceipt, row: SeenReceipt | None, sent_as: str) -> JournalReceipt:
    """Return a receipt that was not read now: as it is listed, with what was read before."""
    before = row if row is not None and not sent_as else SeenReceipt()
    return JournalReceipt(
        ledger_receipt_id=listed.ledger_receipt_id,
        receipt_number=listed.receipt_number,
        name=listed.name,
        receipt_date=listed.receipt_date,
        status=listed.status,
        version=listed.version,
        tokens=tokens_in(listed.name) | frozenset(before.tokens.split()),
        digest=before.digest,
        plain_digest=before.plain_digest,
        sent_as=sent_as,
    )


def _pieces(ids: Collection[int], size: int) -> Iterator[list[int]]:
    ordered = sorted(ids)
    return (ordered[start : start + size] for start in range(0, len(ordered), size))
