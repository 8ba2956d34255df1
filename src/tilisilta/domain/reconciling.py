"""Compares the payroll of a month with the ledger."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from tilisilta.domain.booked_another_way import Match
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.ledger_sums import ZERO, Sums, added, ledger_sums, of_accounts, subtracted
from tilisilta.domain.receipt_assignment import Assignment, assign, is_live
from tilisilta.domain.receipts import BookedReceipt
from tilisilta.domain.recognition import APPROVED
from tilisilta.domain.reconciliation import (
    ComparedPart,
    Finding,
    OtherEntry,
    Part,
    Reconciliation,
    SumLine,
)
from tilisilta.domain.row_changes import HeadingChange, RowChange, heading_changes, row_changes


def reconcile(
    month: BookingPeriod,
    parts: Sequence[Part],
    receipts: Iterable[BookedReceipt],
    *,
    elsewhere: Mapping[int, str],
) -> Reconciliation:
    """Compare the ``parts`` of a month's runs with the journal receipts of Procountor.

    ``elsewhere`` are the runs, by the ids of their receipts, that are ours and not of this month.
    Receipts that are no part of the month only count as other entries, if they are dated in it.
    """
    by_id = {one.ledger_receipt_id: one for one in receipts}
    assignment = assign(parts, by_id, elsewhere)
    shares = _shares(parts, assignment.matches, by_id)
    compared = tuple(
        _compared(place, part, assignment, by_id, shares.get(place))
        for place, part in enumerate(parts)
    )
    return Reconciliation(
        month=month,
        parts=compared,
        lines=tuple(_lines(compared)),
        others=tuple(_others(month, compared, assignment.left, elsewhere)),
    )


_Share = tuple[Sums, tuple[int, ...], bool]
"""What of a match belongs to a part, its receipts, and whether dimensions agree."""


def _shares(
    parts: Sequence[Part], matches: Iterable[Match], receipts: Mapping[int, BookedReceipt]
) -> dict[int, _Share]:
    """Return what each part has of the receipts that book it another way.

    Where receipts book several parts together, each part has what it is to book, and the first also
    has what the dimensions differ in.
    """
    shares: dict[int, _Share] = {}
    for match in matches:
        some = [parts[place] for place in match.parts]
        # All of them or none: their receipts may be joined.
        plainest = next((one for one in some if not one.knows_dimensions), some[0])
        booked = added(plainest.sums_of(receipts[key].body.transactions) for key in match.receipts)
        to_book = {place: plainest.sums_of(parts[place].rows) for place in match.parts}
        rest = subtracted(booked, added(to_book.values()))
        for place in match.parts:
            is_first = place == match.parts[0]
            share = added((to_book[place], rest)) if is_first else to_book[place]
            is_equal = match.has_same_dimensions or not rest
            shares[place] = share, match.receipts, is_equal
    return shares


def _compared(
    place: int,
    part: Part,
    assignment: Assignment,
    receipts: Mapping[int, BookedReceipt],
    share: _Share | None,
) -> ComparedPart:
    own = assignment.own.get(place)
    again = tuple(receipts[key] for key in assignment.again.get(place, ()))
    another_way, ids, has_same_dimensions = share or ({}, (), True)
    heading, rows = _changes(part, own)
    is_missing = own is None and part.ledger_receipt_id is None and not ids
    is_settled = part.is_settled and is_missing
    if is_settled:
        # Nothing is expected of it any more; what a person has booked stands beside it.
        part = replace(part, rows=())
    findings = [
        *_own_findings(part, own, heading, rows),
        *([Finding.ANOTHER_WAY] if ids else ()),
        *([Finding.SETTLED if is_settled else Finding.MISSING] if is_missing else ()),
        *([] if has_same_dimensions else [Finding.OTHER_DIMENSIONS]),
        *([Finding.TWICE] if again else ()),
    ]
    booked_again = (part.sums_of(one.body.transactions) for one in again)
    return ComparedPart(
        part=part,
        findings=tuple(findings) or (_well(own),),
        receipt=own,
        another_way=tuple(receipts[key] for key in ids),
        again=again,
        heading=heading,
        rows=rows,
        ours=_in_its_month(part, own),
        others=added((another_way, *booked_again)),
    )


def _changes(
    part: Part, own: BookedReceipt | None
) -> tuple[tuple[HeadingChange, ...], tuple[RowChange, ...]]:
    # An invalidated receipt has no entries, so its rows are no news.
    if own is None or part.sent is None or not is_live(own):
        return (), ()
    return (
        heading_changes(part.sent, own.body),
        row_changes(part.sent.transactions, own.body.transactions),
    )


def _own_findings(
    part: Part,
    own: BookedReceipt | None,
    heading: Sequence[HeadingChange],
    rows: Sequence[RowChange],
) -> Iterator[Finding]:
    """Yield what became of our receipt; nothing if it is equal, or is not there."""
    if own is None:
        if part.ledger_receipt_id is not None:
            yield Finding.GONE
        return
    if not is_live(own):
        yield Finding.INVALIDATED
        return
    is_moved = not _is_in_its_month(part, own)
    if is_moved:
        yield Finding.MOVED
    if rows or any(not is_moved or one.field != "receipt_date" for one in heading):
        yield Finding.EDITED
    if part.was_approved and own.status != APPROVED:
        yield Finding.SET_BACK
    sent = part.sent.transactions if part.sent is not None else part.rows
    if part.sums_of(sent) != part.sums_of(part.rows):
        yield Finding.CHANGED


def _well(own: BookedReceipt | None) -> Finding:
    is_approved = own is not None and own.status == APPROVED
    return Finding.APPROVED if is_approved else Finding.EQUAL


def _is_in_its_month(part: Part, own: BookedReceipt) -> bool:
    day = own.body.receipt_date
    return BookingPeriod.containing(day) == BookingPeriod.containing(part.receipt_date)


def _in_its_month(part: Part, own: BookedReceipt | None) -> Sums:
    if own is None or not is_live(own) or not _is_in_its_month(part, own):
        return {}
    return part.sums_of(own.body.transactions)


def _lines(compared: Sequence[ComparedPart]) -> Iterator[SumLine]:
    payroll = added(one.payroll for one in compared)
    ours = added(one.ours for one in compared)
    others = added(one.others for one in compared)
    for place in sorted({*payroll, *ours, *others}):
        yield SumLine(
            place=place,
            payroll=payroll.get(place, ZERO),
            ours=ours.get(place, ZERO),
            another_way=others.get(place, ZERO),
        )


def _others(
    month: BookingPeriod,
    compared: Sequence[ComparedPart],
    left: Iterable[BookedReceipt],
    elsewhere: Mapping[int, str],
) -> Iterator[OtherEntry]:
    """Yield what else the month has on the accounts that payroll uses, oldest first."""
    accounts = {row.account.strip() for one in compared for row in one.part.rows}
    for receipt in sorted(left, key=lambda one: (one.body.receipt_date, one.ledger_receipt_id)):
        if BookingPeriod.containing(receipt.body.receipt_date) != month:
            continue
        sums = of_accounts(ledger_sums(receipt.body.transactions))
        for place, amount in sorted(sums.items()):
            if place.account in accounts:
                yield OtherEntry(
                    receipt=receipt,
                    account=place.account,
                    amount=amount,
                    run=elsewhere.get(receipt.ledger_receipt_id, ""),
                )
