"""The signed amount of each line of a file: from one column, one with a side beside it, or two."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from tilisilta.clients.files.amounts import read_amounts
from tilisilta.clients.files.raw import Cell, Fault, RawJournal, RawLine
from tilisilta.domain.problems import ProblemCode

_DIRECTIONS = dict.fromkeys(("debit", "debet", "d", "db"), 1) | dict.fromkeys(
    ("credit", "kredit", "c", "k", "cr"), -1
)


def side_of(direction: str) -> int | None:
    return _DIRECTIONS.get(direction.casefold())


_DIRECTION_EMPTY = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "empty")
_DIRECTION_UNREADABLE = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "unreadable")
_NEITHER_SIDE = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "neither")
_BOTH_SIDES = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "both")


class FieldFault(NamedTuple):
    """A fault, the field it is in, and the content of its cell."""

    field: str
    fault: Fault
    cell: Cell


class LineAmounts:
    """Reads each distinct amount of a file once. Debit is positive, credit negative.

    With ``debit_negative`` the signs of a single column of amounts are reversed. Callers refuse it
    for a file that gives the sides itself (see ``says_sides``).
    """

    def __init__(self, raw: RawJournal, *, debit_negative: bool = False) -> None:
        self._has_directions = raw.has_directions
        self._has_sides = "debit" in raw.names
        self._amounts = _amounts_of(raw, has_sides=self._has_sides)
        self._sign = -1 if debit_negative else 1

    @property
    def says_sides(self) -> bool:
        return self._has_sides or self._has_directions

    def read(self, line: RawLine) -> tuple[Decimal | None, tuple[FieldFault, ...]]:
        """Return the amount of ``line``, or ``None`` and everything that is wrong with it."""
        return self._side(line) if self._has_sides else self._amount(line)

    def known(self, line: RawLine) -> Decimal | None:
        return self.read(line)[0]

    def _amount(self, line: RawLine) -> tuple[Decimal | None, tuple[FieldFault, ...]]:
        amount = self._amounts[line.amount]
        direction = side_of(line.direction) if self._has_directions else 1
        if not isinstance(amount, Fault) and direction is not None:
            return (amount if direction * self._sign > 0 else -amount or amount), ()
        faults = []
        if isinstance(amount, Fault):
            faults.append(FieldFault("amount", amount, line.amount))
        if direction is None:
            fault = _DIRECTION_UNREADABLE if line.direction else _DIRECTION_EMPTY
            faults.append(FieldFault("direction", fault, line.direction))
        return None, tuple(faults)

    def _side(self, line: RawLine) -> tuple[Decimal | None, tuple[FieldFault, ...]]:
        """Return the amount of a line that has a cell for debit and one for credit."""
        debit, credit = self._amounts[line.debit], self._amounts[line.credit]
        faults = [
            FieldFault(field, amount, cell)
            for field, amount, cell in (
                ("debit", debit, line.debit),
                ("credit", credit, line.credit),
            )
            if isinstance(amount, Fault)
        ]
        if isinstance(debit, Fault) or isinstance(credit, Fault):
            return None, tuple(faults)
        if debit and credit:
            return None, (FieldFault("credit", _BOTH_SIDES, line.credit),)
        if line.debit == "" == line.credit:
            return None, (FieldFault("debit", _NEITHER_SIDE, ""),)
        # Two zeros are a line of 0.00, as programs write it.
        return debit or -credit, ()


def debit_and_credit(amounts: Iterable[Decimal | None]) -> tuple[Decimal, Decimal]:
    """Return the sum of the debits and that of the credits, both without a sign."""
    known = [amount for amount in amounts if amount is not None]
    debit = sum((amount for amount in known if amount > 0), Decimal(0))
    return debit, sum((-amount for amount in known if amount < 0), Decimal(0))


def _amounts_of(raw: RawJournal, *, has_sides: bool) -> dict[Cell, Decimal | Fault]:
    if not has_sides:
        return read_amounts((line.amount for line in raw.lines), decimal_sign=raw.decimal_sign)
    cells = (cell for line in raw.lines for cell in (line.debit, line.credit))
    # Of the two sides one is empty.
    return read_amounts(cells, decimal_sign=raw.decimal_sign) | {"": Decimal(0)}
