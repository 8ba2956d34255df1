"""The rows of a ledger receipt, made of the lines of one booking date (R4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tilisilta.domain.corrections import ZERO
from tilisilta.domain.dimensions import DimensionPlacing
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts
from tilisilta.domain.receipts import Transaction
from tilisilta.domain.tallies import facts_of_lines


@dataclass(frozen=True, kw_only=True)
class RowMaker:
    """Makes rows of lines, once their accounts, dimensions and texts are placed.

    Lines whose amounts cancel out leave no row when equal lines are summed, as Procountor refuses
    rows of 0.00.
    """

    account_codes: Mapping[str, str]
    dimensions: DimensionPlacing
    descriptions: Mapping[str, str]
    sums_equal_lines: bool

    def rows_of(self, lines: Iterable[JournalLine]) -> tuple[Transaction, ...]:
        rows = [self._row_of(line) for line in lines]
        return sum_equal_rows(rows) if self.sums_equal_lines else tuple(rows)

    def _row_of(self, line: JournalLine) -> Transaction:
        return Transaction(
            account=self.account_codes[line.ledger_account],
            accounting_value=line.amount,
            description=self.descriptions[line.description],
            dimension_values=self.dimensions.values_of(line),
            positions=(line.position,),
        )


def sum_equal_rows(rows: Iterable[Transaction]) -> tuple[Transaction, ...]:
    """Return one row for all that agree in account, dimension items and description.

    They are ordered by these three, so that the order of the journal's lines makes no difference.
    """
    groups: dict[_Likeness, list[Transaction]] = {}
    for row in rows:
        groups.setdefault(_likeness(row), []).append(row)
    summed = (_sum_of(groups[likeness]) for likeness in sorted(groups))
    return tuple(row for row in summed if row.accounting_value)


def zero_lines(lines: Iterable[JournalLine]) -> tuple[JournalLine, ...]:
    return tuple(line for line in lines if not line.amount)


def zero_line_problems(
    zeros: Sequence[JournalLine], cancelled: Sequence[int]
) -> tuple[Problem, ...]:
    """Return warnings of lines left out: those of 0.00, and those that cancel out when summed."""
    problems = []
    if zeros:
        problems.append(_left_out("zero", [line.position for line in zeros]))
    if cancelled:
        problems.append(_left_out("cancelled", cancelled))
    return tuple(problems)


_Likeness = tuple[str, str, tuple[tuple[int, int], ...]]


def _likeness(row: Transaction) -> _Likeness:
    items = tuple((value.dimension_id, value.item_id) for value in row.dimension_values)
    return row.account, row.description, items


def _sum_of(rows: Sequence[Transaction]) -> Transaction:
    first = rows[0]
    if len(rows) == 1:
        return first
    amount: Decimal = sum((row.accounting_value for row in rows), ZERO)
    values = tuple(replace(value, value=amount) for value in first.dimension_values)
    positions = tuple(sorted(position for row in rows for position in row.positions))
    return replace(first, accounting_value=amount, dimension_values=values, positions=positions)


def _left_out(reason: str, lines: Sequence[int]) -> Problem:
    return Problem(
        code=ProblemCode.ZERO_LINES,
        severity=Severity.WARNING,
        screen=Screen.JOURNAL,
        line=min(lines),
        facts=facts_of_lines(lines) + facts(reason=reason),
    )
