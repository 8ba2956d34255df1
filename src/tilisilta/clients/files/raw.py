"""A journal as a file has it: cells and elements under our field names, not interpreted yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tilisilta.clients.files.company_headers import CompanyColumn, Mark
from tilisilta.domain.problems import Problem, ProblemCode

Cell = str | Decimal | date
"""What a file can hold in one place: text, or in a workbook a number or a date."""

MOST_LINES = 200_000
MOST_COLUMNS = 500
MOST_CELLS = 3_000_000
"""Of one table; more would fill the memory, whatever the size of the file."""
MOST_XML_DEPTH = 200
_MOST_DIGITS = 40


class Fault(NamedTuple):
    """Why a cell could not be read: the code of the problem, and which case of it."""

    code: ProblemCode
    reason: str = ""


class RawLine(NamedTuple):
    """One journal line as the file has it; ``line`` is the line of the file it begins on.

    Texts have no outer blanks; a value that the file does not have is an empty text. ``amount``
    goes with ``direction``, or ``debit`` and ``credit`` are side by side. ``date_line`` is the line
    of the file that dates this one, if it is another. ``rest`` is a digest of all other cells, to
    distinguish lines that are alike in all we read.
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


class PartOf(NamedTuple):
    """What names the company of a part of a file, and the first line that does."""

    mark: Mark
    text: str
    line: int


TEXT_FIELDS = ("account", "description", "cost_center", "cost_unit", "direction")
CELL_FIELDS = ("amount", "debit", "credit", "date", "period", "year")


@dataclass(frozen=True, kw_only=True)
class RawJournal:
    """All that a file contains, before any of it is interpreted.

    ``names`` are the columns or elements (``fact_name`` says which) by field. ``companies``,
    ``runs``, ``run_descriptions`` and ``currencies`` belong to the journal as a whole, each
    distinct text with its first line; ``company_columns`` name the company as well, and ``titles``
    are above the headers. ``notes`` are what the reader itself warns of. ``decimal_sign`` is given
    where the format itself fixes it. ``remarks`` are texts that may mark a row of sums outside of
    the text columns: the index of the row, with the column and its text. ``hidden_lines`` of the
    file are those a workbook does not show.

    ``headers`` are those of a table, whose mapping may be one that ``is_mapping_remembered``. A
    file of several companies has ``parts``, each with what it is ``part_of``.
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
    notes: tuple[Problem, ...] = ()
    decimal_sign: str = ""
    has_directions: bool = False
    headers: tuple[str, ...] = ()
    is_mapping_remembered: bool = False
    parts: tuple["RawJournal", ...] = ()
    part_of: PartOf | None = None

    @property
    def numbers_rows(self) -> bool:
        # XML is often all on one line, so that only the row tells lines apart.
        return self.fact_name == "element"


def text_of(cell: Cell) -> str:
    """Return ``cell`` as a person reads it: a number without needless zeros, a date in ISO form."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, Decimal):
        # Written out, 1e300 would fill pages.
        is_short = abs(cell.adjusted()) < _MOST_DIGITS
        return f"{cell.normalize():f}" if is_short else str(cell)
    return cell.isoformat()
