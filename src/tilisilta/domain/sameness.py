"""Whether two payrolls, or two ledger receipts, would book the same, whatever their form (R0).

Only the sums per booking date, ledger account, dimensions and side count. The order of lines, lines
merged or split, texts and zero lines play no part. Amounts are compared as cents, never as texts,
and the sums are stored as a digest, from which no salary can be read.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from tilisilta.domain.journals import JournalLine
from tilisilta.domain.receipts import ReceiptBody, Transaction

_ZERO = Decimal("0.00")
_MOST_LINES_MERGED = 3
"""A journal of a coarser split has at least a third as many lines as one of a finer split."""


def payroll_digest(lines: Iterable[JournalLine], *, with_dimensions: bool = True) -> str:
    """Return a digest of what ``lines`` would book: equal digests are the same payroll.

    Without dimensions it covers only what is booked on which account, as a link without ticked
    boxes books it. Nothing to book gives the empty text, which equals no payroll.
    """
    return _digest(payroll_sums(lines, with_dimensions=with_dimensions))


def have_same_lines(one: Iterable[JournalLine], other: Iterable[JournalLine]) -> bool:
    """Return whether two journals have the same lines, texts included, in whatever order."""
    return _counted_lines(one) == _counted_lines(other)


def payroll_sums(
    lines: Iterable[JournalLine], *, with_dimensions: bool = True
) -> Mapping[tuple[Hashable, ...], Decimal]:
    return _sums((_line_key(line, with_dimensions), line.amount) for line in lines)


def receipt_digest(body: ReceiptBody, *, with_dimensions: bool = True) -> str:
    return _digest(receipt_sums(body, with_dimensions=with_dimensions))


def receipt_sums(
    body: ReceiptBody, *, with_dimensions: bool = True
) -> Mapping[tuple[Hashable, ...], Decimal]:
    """Return what a ledger receipt books, per receipt date, account, dimension items and side."""
    return _sums(
        (_row_key(body.receipt_date, row, with_dimensions), row.accounting_value)
        for row in body.transactions
    )


def have_most_lines_in_common(one: Sequence[JournalLine], other: Sequence[JournalLine]) -> bool:
    """Return whether most lines of the shorter journal may be lines of the other, changed or not.

    Such lines agree in day and dimensions, and in two of account, text and amount. A recalculated
    run has most of its lines unchanged. Another payroll of the month has another day or cost
    center, or shares only what every payroll has, such as the line of the net pay.
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
    return _sums((_line_key(line, with_dimensions)[1:], line.amount) for line in lines)


def sums_by_account(lines: Iterable[JournalLine]) -> Mapping[str, Decimal]:
    """Return what is left on each ledger account when its debits and credits are set off.

    The same payroll in two forms agrees in that: one of them may name no dimensions, or set a
    correction off where the other one books both sides.
    """
    sums: dict[str, Decimal] = {}
    for line in lines:
        account = line.ledger_account.strip()
        sums[account] = sums.get(account, _ZERO) + line.amount
    return {account: amount for account, amount in sums.items() if amount}


def _counted_lines(lines: Iterable[JournalLine]) -> Counter[tuple[Hashable, ...]]:
    return Counter(
        (
            line.booking_date,
            line.ledger_account.strip(),
            line.cost_center.strip(),
            line.cost_unit.strip(),
            " ".join(line.description.split()),
            line.amount,
        )
        for line in lines
        if line.amount
    )


def _has_dimensions(lines: Iterable[JournalLine]) -> bool:
    return any(line.cost_center.strip() or line.cost_unit.strip() for line in lines)


def _line_traits(
    lines: Iterable[JournalLine], with_dimensions: bool
) -> list[set[tuple[Hashable, ...]]]:
    return [_traits_of(line, with_dimensions) for line in lines if line.amount]


def _traits_of(line: JournalLine, with_dimensions: bool) -> set[tuple[Hashable, ...]]:
    tags = (line.cost_center.strip(), line.cost_unit.strip()) if with_dimensions else ()
    place = (line.booking_date, *tags)
    account = line.ledger_account.strip()
    # Without its numbers: texts count people, hours and months, as in "Wages, 3 people".
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
    # Digests are stored and compared for years, so this form must never change.
    texts = sorted(f"{key!r}={amount:.2f}" for key, amount in sums.items())
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
