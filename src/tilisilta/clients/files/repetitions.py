"""Detects lines that are in a file more than once, as when a journal was pasted twice."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from decimal import Decimal
from typing import NamedTuple

from tilisilta.clients.files.raw import RawLine
from tilisilta.domain.journals import BookingPeriod, JournalLine

FEWEST_LINES_OF_A_BLOCK = 4
"""Shorter blocks that are repeated may well be employees with equal pay."""
MOST_TIMES_PASTED = 3


class Repetition(NamedTuple):
    """How many lines the repeated block has, how often it is there, and how surely.

    ``is_certain`` is a long block that is alike in every column, in the same order, a few times.
    """

    block: int
    times: int
    is_certain: bool


def find_repetition(
    lines: Sequence[RawLine], amounts: Sequence[Decimal | None]
) -> Repetition | None:
    """Return how the lines repeat as a whole; ``None`` if they do not, or do not balance."""
    if any(amount is None for amount in amounts) or not any(amounts):
        return None
    keys = [_key(line) for line in lines]
    block = _period(keys)
    times = len(keys) // block
    if times > 1 and block > 1:
        if sum((amount or Decimal(0) for amount in amounts[:block]), Decimal(0)):
            return None
        is_certain = block >= FEWEST_LINES_OF_A_BLOCK and times <= MOST_TIMES_PASTED
        return Repetition(block, times, is_certain)
    counts = Counter(keys)
    times = min(counts.values())
    if times > 1 and len(counts) >= FEWEST_LINES_OF_A_BLOCK and times == max(counts.values()):
        return Repetition(len(counts), times, False)
    return None


def find_second_payroll(lines: Sequence[JournalLine]) -> BookingPeriod | None:
    """Return an earlier month that seems to be a payroll of its own, and no correction of one.

    It balances, is on the same ledger accounts as the last month, and is about as large; a
    correction is a small part of what it corrects.
    """
    month_of = {day: BookingPeriod.containing(day) for day in {one.booking_date for one in lines}}
    if len(set(month_of.values())) < 2:
        return None
    months: defaultdict[BookingPeriod, list[JournalLine]] = defaultdict(list)
    for line in lines:
        months[month_of[line.booking_date]].append(line)
    *earlier, last = sorted(months)
    accounts, total = _accounts_and_debit(months[last])
    for month in reversed(earlier):
        others, debit = _accounts_and_debit(months[month])
        is_as_large = total <= 2 * debit and debit <= 2 * total
        if (
            is_as_large
            and others == accounts
            and len(accounts) >= FEWEST_LINES_OF_A_BLOCK
            and not sum((line.amount for line in months[month]), Decimal(0))
        ):
            return month
    return None


def _accounts_and_debit(lines: Sequence[JournalLine]) -> tuple[set[str], Decimal]:
    accounts = {line.ledger_account for line in lines if line.amount}
    return accounts, sum((line.amount for line in lines if line.amount > 0), Decimal(0))


def _key(line: RawLine) -> Hashable:
    # All values of the line, without the places where they are in the file.
    return line[1:12], line.rest


def _period(keys: Sequence[Hashable]) -> int:
    """Return the length of the shortest block that ``keys`` repeat, or that of all of them."""
    # The prefix function of Knuth, Morris and Pratt, which takes one pass however long the file is.
    overlap = [0] * len(keys)
    for at in range(1, len(keys)):
        length = overlap[at - 1]
        while length and keys[at] != keys[length]:
            length = overlap[length - 1]
        overlap[at] = length + 1 if keys[at] == keys[length] else 0
    block = len(keys) - overlap[-1]
    return block if len(keys) % block == 0 else len(keys)
