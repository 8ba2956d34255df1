"""Whether two payrolls, or two ledger receipts, would book the same, whatever they look like (R0).

What counts is the sums per booking date, ledger account, dimensions and side. The order of lines,
lines merged or split, texts and zero lines play no part. Amounts are compared as cents, never as
texts, and each sum is kept as a digest where it is stored: nobody reads a salary out of it.
"""

import hashlib
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from decimal import Decimal

from tilisilta.domain.journals import JournalLine
from tilisilta.domain.receipts import ReceiptBody, Transaction

_ZERO = Decimal("0.00")


def payroll_digest(lines: Iterable[JournalLine], *, with_dimensions: bool = True) -> str:
    """A digest of what ``lines`` would book: equal digests are the same payroll.

    Without dimensions it tells what is booked on which account only, as a link books it whose
    boxes are not ticked. Nothing to book gives the empty text, which is no payroll at all.
    """
    return _digest(payroll_sums(lines, with_dimensions=with_dimensions))


def payroll_sums(
    lines: Iterable[JournalLine], *, with_dimensions: bool = True
) -> Mapping[tuple[Hashable, ...], Decimal]:
    """What ``lines`` would book, per booking date, ledger account, dimensions and side."""
    return _sums((_line_key(line, with_dimensions), line.amount) for line in lines)


def receipt_digest(body: ReceiptBody, *, with_dimensions: bool = True) -> str:
    """The same for a ledger receipt, whose dimensions are known by their ids."""
    return _digest(receipt_sums(body, with_dimensions=with_dimensions))


def receipt_sums(
    body: ReceiptBody, *, with_dimensions: bool = True
) -> Mapping[tuple[Hashable, ...], Decimal]:
    """What a ledger receipt books, per receipt date, account, dimension items and side."""
    return _sums(
        (_row_key(body.receipt_date, row, with_dimensions), row.accounting_value)
        for row in body.transactions
    )


def have_most_lines_in_common(one: Iterable[JournalLine], other: Iterable[JournalLine]) -> bool:
    """Return whether most lines of the shorter journal may be lines of the other, changed or not.

    Such lines are on the same account and side with the same text, or with the same amount. A
    recalculated run keeps most of them; another payroll of the same month may share what every
    payroll has, as the line of the net pay, and no more than half.
    """
    shorter, longer = sorted((_line_traits(one), _line_traits(other)), key=len)
    known = set().union(*longer)
    common = sum(not traits.isdisjoint(known) for traits in shorter)
    return 2 * common > len(shorter)


def _line_traits(lines: Iterable[JournalLine]) -> list[set[tuple[Hashable, ...]]]:
    """What tells each line that books anything, of which any one is enough."""
    return [
        {
            (account, line.amount > 0, " ".join(line.description.casefold().split())),
            (account, line.amount),
        }
        for line in lines
        if line.amount and (account := line.ledger_account.strip())
    ]


def _line_key(line: JournalLine, with_dimensions: bool) -> tuple[Hashable, ...]:
    tags = (line.cost_center.strip(), line.cost_unit.strip()) if with_dimensions else ()
    return line.booking_date.isoformat(), line.ledger_account.strip(), *tags, line.amount > 0


def _row_key(day: date, row: Transaction, with_dimensions: bool) -> tuple[Hashable, ...]:
    items = sorted((one.dimension_id, one.item_id) for one in row.dimension_values)
    tags = tuple(items) if with_dimensions else ()
    return day.isoformat(), row.account.strip(), tags, row.accounting_value > 0


def _sums(
    amounts: Iterable[tuple[tuple[Hashable, ...], Decimal]],
) -> dict[tuple[Hashable, ...], Decimal]:
    sums: dict[tuple[Hashable, ...], Decimal] = {}
    for key, amount in amounts:
        if amount:
            sums[key] = sums.get(key, _ZERO) + amount
    return sums


def _digest(sums: Mapping[tuple[Hashable, ...], Decimal]) -> str:
    if not sums:
        return ""
    told = sorted(f"{key!r}={amount:.2f}" for key, amount in sums.items())
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
