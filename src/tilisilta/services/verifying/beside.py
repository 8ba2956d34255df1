"""The parts of a run whose difference was booked, or that a person has settled.

A difference leads from the receipts as they were when it was booked to the newest journal. So what
people had made of them by then is no news any more, and what they make of them later is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tilisilta.clients.procountor.wire import decode_receipt
from tilisilta.domain.receipts import ReceiptBody, Transaction
from tilisilta.domain.reconciliation import Part
from tilisilta.domain.standing import ExportState, SettledAs
from tilisilta.domain.withdrawals import swapped
from tilisilta.models import Difference, Export, Journal


@dataclass(frozen=True, kw_only=True)
class DrawnPart:
    """What a journal books on one date, as its receipt would be."""

    rows: tuple[Transaction, ...]
    knows_dimensions: bool
    token: str = ""
    body: ReceiptBody | None = None


@dataclass(frozen=True, kw_only=True)
class _Booked:
    """A receipt of the run that is in the books, and what it is to hold there by our knowledge."""

    export: Export
    body: ReceiptBody


def parts_beside(
    journal: Journal, drawn: Mapping[date, DrawnPart], exports: Sequence[Export]
) -> Iterator[Part]:
    """Yield the parts of the run whose newest journal is ``journal``, date by date.

    All receipts of a date together are to book what is ``drawn`` for it. The last one is short of
    what is missing, unless a person says that this is settled.
    """
    booked: dict[date, list[_Booked]] = {}
    for one in _as_built_on(journal, exports):
        booked.setdefault(one.export.booking_date, []).append(one)
    for day in sorted({*drawn, *booked}):
        wanted = drawn.get(day, DrawnPart(rows=(), knows_dimensions=True))
        yield from _of_date(journal, day, wanted, booked.get(day, []))


def _of_date(
    journal: Journal, day: date, wanted: DrawnPart, booked: Sequence[_Booked]
) -> Iterator[Part]:
    held = tuple(row for one in booked for row in one.body.transactions)
    missing = _missing(wanted, held)
    is_settled = bool(journal.settled_as)
    for one in booked:
        is_last = one is booked[-1]
        short = missing if is_last and not is_settled else ()
        yield Part(
            run=journal.reference,
            booking_date=day,
            rows=(*one.body.transactions, *short),
            token=one.export.token,
            sent=one.body,
            ledger_receipt_id=one.export.ledger_receipt_id,
            was_approved=one.export.state == ExportState.APPROVED,
            knows_dimensions=wanted.knows_dimensions or not short,
        )
    if missing and (is_settled or not booked):
        yield Part(
            run=journal.reference,
            booking_date=day,
            rows=missing,
            token="" if booked else wanted.token,
            sent=None if booked else wanted.body,
            knows_dimensions=wanted.knows_dimensions,
            is_settled=is_settled,
        )


def _missing(wanted: DrawnPart, held: Sequence[Transaction]) -> tuple[Transaction, ...]:
    """Return rows that lead from those that are held to those that are wanted; none if equal."""
    plain = Part(run="", booking_date=date.min, rows=(), knows_dimensions=wanted.knows_dimensions)
    rows = (*wanted.rows, *swapped(held))
    return rows if plain.sums_of(rows) else ()


def _as_built_on(journal: Journal, exports: Sequence[Export]) -> list[_Booked]:
    """Return the receipts as the last difference that is booked has found them.

    One that a person had invalidated by then is left out: the difference makes up for it.
    """
    basis = _basis_of(journal, exports)
    built_on = []
    for export in exports:
        found = basis.get(export.ledger_receipt_id or 0)
        if found is None:
            built_on.append(_Booked(export=export, body=decode_receipt(export.payload.encode())))
        elif found["is_booked"]:
            built_on.append(_Booked(export=export, body=decode_receipt(found["payload"].encode())))
    return built_on


def _basis_of(journal: Journal, exports: Iterable[Export]) -> Mapping[int, Mapping[str, Any]]:
    """Return the receipts that the last difference builds on, by their ids."""
    journals = [one.journal for one in exports if one.is_difference]
    if journal.settled_as == SettledAs.NOTHING:
        journals.append(journal)
    if not journals:
        return {}
    newest = max(journals, key=lambda one: one.revision)
    asked = Difference.objects.filter(journal=newest).last()
    return {one["ledger_receipt_id"]: one for one in asked.basis} if asked is not None else {}
