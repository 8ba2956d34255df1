"""Whether two payrolls, or two ledger receipts, would book the same, whatever they look like (R0).

What counts is the sums per booking date, ledger account, dimensions and side. The order of lines,
lines merged or split, texts and zero lines play no part. Amounts are compared as cents, never as
texts, and each sum is kept as a digest where it is stored: nobody reads a salary out of it.
"""

import hashlib
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from tilisilta.domain.journals import JournalLine
from tilisilta.domain.receipts import ReceiptBody, Transaction

_ZERO = Decimal("0.00")
_MOST_LINES_MERGED = 3
"""A journal that tells less apart has a third of the lines of one that tells more, at least."""


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


def have_most_lines_in_common(one: Sequence[JournalLine], other: Sequence[JournalLine]) -> bool:
    """Return whether most lines of the shorter journal may be lines of the other, changed or not.

    Such lines are of the same day and dimensions, and agree in two of account, text and amount. A
    recalculated run keeps most of them. Another payroll of the month is of another day or cost
    center, or shares no more than what every payroll has, as the line of the net pay.
    """
    with_dimensions = _has_dimensions(one) and _has_dimensions(other)
    shorter, longer = sorted(
        (_line_traits(lines, with_dimensions) for lines in (one, other)), key=len
    )
    known = set().union(*longer)
    common = sum(not traits.isdisjoint(known) for traits in shorter)
    return 2 * common > len(shorter) and _MOST_LINES_MERGED * common >= len(longer)


def sums_on_any_day(
    lines: Iterable[JournalLine], *, with_dimensions: bool = True
) -> Mapping[tuple[Hashable, ...], Decimal]:
    """What ``lines`` would book, per ledger account, dimensions and side, on whatever day."""
    return _sums((_line_key(line, with_dimensions)[1:], line.amount) for line in lines)


def _has_dimensions(lines: Iterable[JournalLine]) -> bool:
    return any(line.cost_center.strip() or line.cost_unit.strip() for line in lines)


def _line_traits(
    lines: Iterable[JournalLine], with_dimensions: bool
) -> list[set[tuple[Hashable, ...]]]:
    """What tells each line that books anything, of which any one is enough."""
    return [_traits_of(line, with_dimensions) for line in lines if line.amount]


def _traits_of(line: JournalLine, with_dimensions: bool) -> set[tuple[Hashable, ...]]:
    tags = (line.cost_center.strip(), line.cost_unit.strip()) if with_dimensions else ()
    place = (line.booking_date, *tags)
    account = line.ledger_account.strip()
    # Texts count people, hours and months: "Wages, 3 people".
    text = " ".join(re.sub("[0-9]+", " ", line.description.casefold()).split())
    return {
        (*place, "account and text", account, line.amount > 0, text),
        (*place, "account and amount", account, line.amount),
        (*place, "text and amount", text, line.amount),
    }


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
