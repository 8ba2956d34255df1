"""A journal as a file has it: cells and elements under our field names, not yet understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tilisilta.clients.files.company_headers import CompanyColumn
from tilisilta.domain.problems import ProblemCode

Cell = str | Decimal | date
"""What a file can hold in one place: text, or in a workbook a number or a date."""

MOST_LINES = 200_000


class Fault(NamedTuple):
    """Why a cell could not be understood: the code of the problem, and which case of it."""

    code: ProblemCode
    reason: str = ""


class RawLine(NamedTuple):
    """One journal line as the file has it; ``line`` is the line of the file it begins on.

    Texts have no outer blanks; what the file does not say is an empty text. ``amount`` goes with
    ``direction``, or ``debit`` and ``credit`` stand side by side. A line that is dated somewhere
    else than on itself says on which line of the file (``date_line``). ``rest`` is a digest of what
    stands on it besides, to tell lines apart that are alike in all we read.
    """

    line: int
    account: str = ""
    description: str = ""
    cost_center: str = ""
    cost_unit: str = ""
    direction: str = ""
    amount: Cell = ""
    debit: Cell = ""
    credit: Cell = ""
    date: Cell = ""
    period: Cell = ""
    year: Cell = ""
    date_line: int = 0
    rest: int = 0


TEXT_FIELDS = ("account", "description", "cost_center", "cost_unit", "direction")
CELL_FIELDS = ("amount", "debit", "credit", "date", "period", "year")


@dataclass(frozen=True, kw_only=True)
class RawJournal:
    """All that a file says, before any of it is understood.

    ``names`` are the columns or elements (``fact_name`` says which) by field. ``companies``,
    ``runs``, ``run_descriptions`` and ``currencies`` are what is said of the journal as a whole,
    each distinct text with the first line that says it; ``company_columns`` name the company
    besides, and ``titles`` stand above the headers. ``decimal_sign`` is given where the
    format itself fixes it. ``remarks`` are texts that may mark a row of sums where no text is
    expected, or in a column that plays no part: by the place of the row, the column and its text.
    ``hidden_lines`` of the file are those a workbook does not show.
    """

    kind: str
    fact_name: str
    names: Mapping[str, str]
    lines: list[RawLine]
    companies: Mapping[str, int] = field(default_factory=dict)
    runs: Mapping[str, int] = field(default_factory=dict)
    run_descriptions: Mapping[str, int] = field(default_factory=dict)
    currencies: Mapping[str, int] = field(default_factory=dict)
    remarks: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    hidden_lines: frozenset[int] = frozenset()
    company_columns: tuple[CompanyColumn, ...] = ()
    titles: tuple[str, ...] = ()
    decimal_sign: str = ""
    has_directions: bool = False

    @property
    def numbers_rows(self) -> bool:
        """Tell whether lines are named by their row too: XML often stands all on one line."""
        return self.fact_name == "element"


def text_of(cell: Cell) -> str:
    """``cell`` as a person reads it: a number without needless zeros, a date as 2026-06-30."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}"
    return cell.isoformat()
