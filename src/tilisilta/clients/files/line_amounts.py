"""The signed amount of each line of a file: from one column, one with a side beside it, or two."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from tilisilta.clients.files.accounting_format import BareAmount, bare_amount
from tilisilta.clients.files.amounts import read_amounts
from tilisilta.clients.files.raw import Cell, Fault, RawJournal, RawLine
from tilisilta.domain.problems import ProblemCode

# S and H are the German soll and haben, and no other language uses them.
_DEBIT = "debit|debet|d|db|dr|deb|debetti|deebet|soll|s"
_CREDIT = "credit|kredit|c|k|cr|cred|kred|kreditti|kreedit|haben|h"
_DIRECTIONS = dict.fromkeys(_DEBIT.split("|"), 1) | dict.fromkeys(_CREDIT.split("|"), -1)


def side_of(direction: str) -> int | None:
    return _DIRECTIONS.get(direction.casefold().rstrip("."))


_DIRECTION_EMPTY = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "empty")
_DIRECTION_UNREADABLE = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "unreadable")
_NEITHER_SIDE = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "neither")
_BOTH_SIDES = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "both")
_OTHER_SIDE = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "unreadable")
_ZERO = Decimal(0)


class FieldFault(NamedTuple):
    """A fault, the field it is in, and the content of its cell."""

    field: str
    fault: Fault
    cell: Cell


@dataclass(frozen=True)
class TwiceMarked:
    """How many amounts carry a minus although their side says the same, and if it is left out.

    ``side_left_out`` is 1 for debit or -1 for credit where all of that side carry a minus and the
    journal balances only without it; 0 where it cannot be left out.
    """

    count: int
    side_left_out: int


class LineAmounts:
    """Reads each distinct amount of a file once. Debit is positive, credit negative.

    With ``debit_negative`` the signs of a single column of amounts are reversed. Callers refuse it
    for a file that gives the sides itself (see ``says_sides``).
    """

    def __init__(self, raw: RawJournal, *, debit_negative: bool = False) -> None:
        self._has_sides = "debit" in raw.names
        self._bare = _bare_cells(raw, has_sides=self._has_sides)
        self._amounts = _amounts_of(raw, self._bare, has_sides=self._has_sides)
        self._has_column = raw.has_directions
        names_sides = any(bare.side for bare in self._bare.values())
        self._has_directions = raw.has_directions or (names_sides and not self._has_sides)
        self._sign = -1 if debit_negative else 1
        self._unsigned_side = 0
        self.twice_marked = self._find_twice_marked(raw)
        if self.twice_marked is not None:
            self._unsigned_side = self.twice_marked.side_left_out

    @property
    def says_sides(self) -> bool:
        return self._has_sides or self._has_directions

    @property
    def currencies(self) -> dict[str, int]:
        """The currencies that stand beside amounts, each once; their lines are not known."""
        return dict.fromkeys((bare.currency for bare in self._bare.values() if bare.currency), 0)

    def read(self, line: RawLine) -> tuple[Decimal | None, tuple[FieldFault, ...]]:
        """Return the amount of ``line``, or ``None`` and everything that is wrong with it."""
        return self._side(line) if self._has_sides else self._amount(line)

    def known(self, line: RawLine) -> Decimal | None:
        return self.read(line)[0]

    def _amount(self, line: RawLine) -> tuple[Decimal | None, tuple[FieldFault, ...]]:
        amount = self._amounts[line.amount]
        direction = self._direction(line) if self._has_directions else 1
        if not isinstance(amount, Fault) and direction is not None:
            amount = self._unsigned(amount, direction)
            return (amount if direction * self._sign > 0 else -amount or amount), ()
        faults = []
        if isinstance(amount, Fault):
            faults.append(FieldFault("amount", amount, line.amount))
        if direction is None:
            fault = _DIRECTION_UNREADABLE if line.direction else _DIRECTION_EMPTY
            faults.append(FieldFault("direction", fault, line.direction))
        return None, tuple(faults)

    def _direction(self, line: RawLine) -> int | None:
        """Return the side that the line or its amount names; ``None`` for none and for two."""
        beside = self._bare[line.amount].side if line.amount in self._bare else 0
        if not self._has_column:
            # A zero is on no side.
            return beside or (None if self._amounts[line.amount] else 1)
        named = side_of(line.direction)
        return None if beside and named != beside else named

    def _unsigned(self, amount: Decimal, side: int) -> Decimal:
        return abs(amount) if side == self._unsigned_side else amount

    def _side(self, line: RawLine) -> tuple[Decimal | None, tuple[FieldFault, ...]]:
        """Return the amount of a line that has a cell for debit and one for credit."""
        debit, credit = self._amounts[line.debit], self._amounts[line.credit]
        faults = [
            FieldFault(field, fault, cell)
            for field, amount, cell, side in (
                ("debit", debit, line.debit, 1),
                ("credit", credit, line.credit, -1),
            )
            if (fault := self._fault_of(amount, cell, side)) is not None
        ]
        if faults or isinstance(debit, Fault) or isinstance(credit, Fault):
            return None, tuple(faults)
        if debit and credit:
            return None, (FieldFault("credit", _BOTH_SIDES, line.credit),)
        if line.debit == "" == line.credit:
            return None, (FieldFault("debit", _NEITHER_SIDE, ""),)
        # Two zeros are a line of 0.00, as programs write it.
        return self._unsigned(debit, 1) or -self._unsigned(credit, -1) or _ZERO, ()

    def _fault_of(self, amount: Decimal | Fault, cell: Cell, side: int) -> Fault | None:
        if isinstance(amount, Fault):
            return amount
        named = self._bare[cell].side if cell in self._bare else 0
        return _OTHER_SIDE if named and named != side else None

    def _find_twice_marked(self, raw: RawJournal) -> TwiceMarked | None:
        """Return what is known of minus signs beside sides that say the same.

        ``None`` where there are none, or where the journal balances as it stands: then they are
        corrections of that side.
        """
        values = self._amounts.values()
        has_minus = any(isinstance(one, Decimal) and one < 0 for one in values)
        if not self.says_sides or raw.decimal_sign or not has_minus:
            return None
        read = [(line, self.known(line)) for line in raw.lines]
        if any(amount is None for _, amount in read) or not sum(one or _ZERO for _, one in read):
            return None
        of_credit = [amount for line, amount in read if amount and self._side_of(line) < 0]
        of_debit = [amount for line, amount in read if amount and self._side_of(line) > 0]
        # Read as it stands, a credit with a minus is a debit.
        wrong_credits = [amount for amount in of_credit if amount > 0]
        wrong_debits = [amount for amount in of_debit if amount < 0]
        if bool(wrong_credits) == bool(wrong_debits):
            return None
        side, of_side = (-1, of_credit) if wrong_credits else (1, of_debit)
        count = len(wrong_credits or wrong_debits)
        are_all = count == len(of_side)
        if sum(of_credit, _ZERO) + sum(of_debit, _ZERO) != 2 * sum(of_side, _ZERO):
            return TwiceMarked(count, 0) if are_all else None
        return TwiceMarked(count, side if are_all else 0)

    def _side_of(self, line: RawLine) -> int:
        """Return the side that a line that can be read is said to be on."""
        if not self._has_sides:
            return self._direction(line) or 1
        return -1 if self._amounts[line.credit] else 1


def debit_and_credit(amounts: Iterable[Decimal | None]) -> tuple[Decimal, Decimal]:
    """Return the sum of the debits and that of the credits, both without a sign."""
    known = [amount for amount in amounts if amount is not None]
    debit = sum((amount for amount in known if amount > 0), Decimal(0))
    return debit, sum((-amount for amount in known if amount < 0), Decimal(0))


def _bare_cells(raw: RawJournal, *, has_sides: bool) -> dict[Cell, BareAmount]:
    """Return each distinct amount with the number in it; XML and SIE write nothing around it."""
    if raw.decimal_sign:
        return {}
    cells = (
        {cell for line in raw.lines for cell in (line.debit, line.credit)}
        if has_sides
        else {line.amount for line in raw.lines}
    )
    return {cell: bare_amount(cell) for cell in cells}


def _amounts_of(
    raw: RawJournal, bare: Mapping[Cell, BareAmount], *, has_sides: bool
) -> dict[Cell, Decimal | Fault]:
    cells = (
        [cell for line in raw.lines for cell in (line.debit, line.credit)]
        if has_sides
        else [line.amount for line in raw.lines]
    )
    numbers = [bare[cell].cell for cell in cells] if bare else cells
    read = read_amounts(numbers, decimal_sign=raw.decimal_sign)
    amounts = {cell: read[number] for cell, number in zip(cells, numbers, strict=True)}
    # Of the two sides one is empty.
    return amounts | {"": _ZERO} if has_sides else amounts
