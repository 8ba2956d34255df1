"""Makes the canonical journal of what a file says, and finds everything that forbids it."""

import re
from datetime import date
from decimal import Decimal

from tilisilta.clients.files.amounts import read_amounts
from tilisilta.clients.files.dates import read_dates, read_periods
from tilisilta.clients.files.findings import Findings, showable
from tilisilta.clients.files.raw import Cell, Fault, RawJournal, RawLine
from tilisilta.clients.files.runs import read_run
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.payroll import SourceJournal
from tilisilta.domain.problems import ProblemCode

# What the tables hold; nothing is cut off to fit.
MOST_ACCOUNT_CHARACTERS = 20
MOST_DESCRIPTION_CHARACTERS = 1000
MOST_DIMENSION_CHARACTERS = 100
_MOST_CHARACTERS = {
    "account": MOST_ACCOUNT_CHARACTERS,
    "description": MOST_DESCRIPTION_CHARACTERS,
    "cost_center": MOST_DIMENSION_CHARACTERS,
    "cost_unit": MOST_DIMENSION_CHARACTERS,
}

_DIRECTIONS = dict.fromkeys(("debit", "debet", "d", "db"), 1) | dict.fromkeys(
    ("credit", "kredit", "c", "k", "cr"), -1
)

# What spreadsheets and people write in front of a sum; Excel writes "5010 Total" for a subtotal.
_SUM = re.compile(
    r"\b(?:yhteensä|yht|summa|välisumma|loppusumma|kokonaissumma"
    r"|totalt|totalsumma|delsumma|slutsumma|sum|total|totals|subtotal)\b",
    re.IGNORECASE,
)

_DIRECTION_EMPTY = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "empty")
_DIRECTION_UNREADABLE = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "unreadable")
_NEITHER_SIDE = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "neither")
_BOTH_SIDES = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "both")


def build_journal(raw: RawJournal, *, sha256: str, company_number: int) -> SourceJournal:
    """The journal of ``raw`` for the company with ``company_number``.

    Raises ``FileRefused`` with everything that was found.
    """
    findings = Findings(fact_name=raw.fact_name, names=raw.names)
    if not raw.lines:
        findings.add(ProblemCode.NO_LINES)
    run = read_run(raw, findings, company_number=company_number)
    lines = _LineBuilder(raw, findings).build()
    findings.refuse()
    return SourceJournal(
        kind=raw.kind,
        run_year=run.year,
        run_number=run.number,
        run_description=run.description,
        currency=run.currency,
        company_number=run.company_number,
        company_names=run.company_names,
        business_ids=run.business_ids,
        lines=lines,
        sha256=sha256,
    )


def _amounts_of(raw: RawJournal, *, has_sides: bool) -> dict[Cell, Decimal | Fault]:
    if not has_sides:
        return read_amounts((line.amount for line in raw.lines), decimal_sign=raw.decimal_sign)
    cells = (cell for line in raw.lines for cell in (line.debit, line.credit))
    # Of the two sides one is empty.
    return read_amounts(cells, decimal_sign=raw.decimal_sign) | {"": Decimal(0)}


class _LineBuilder:
    """Understands each distinct cell of a file once, then puts the lines together."""

    def __init__(self, raw: RawJournal, findings: Findings) -> None:
        self._raw = raw
        self._findings = findings
        self._has_sides = "debit" in raw.names
        self._amounts = _amounts_of(raw, has_sides=self._has_sides)
        self._dates = read_dates(line.date for line in raw.lines)
        self._periods = read_periods((line.period, line.year) for line in raw.lines)
        self._undated: set[int] = set()
        # A sum taken for a line would be booked twice where the link has a fallback account.
        self._sums = {text for text in {line.account for line in raw.lines} if _SUM.search(text)}

    def build(self) -> tuple[JournalLine, ...]:
        """The lines that can be read; the findings tell of the others."""
        built = (self._line(row, line) for row, line in enumerate(self._raw.lines, start=1))
        return tuple(line for line in built if line is not None)

    def _line(self, row: int, line: RawLine) -> JournalLine | None:
        amount = self._side(row, line) if self._has_sides else self._amount(row, line)
        day = self._day(row, line)
        if not self._has_good_texts(row, line) or amount is None or day is None:
            return None
        return JournalLine(
            position=row,
            ledger_account=line.account,
            description=line.description,
            amount=amount,
            cost_center=line.cost_center,
            cost_unit=line.cost_unit,
            booking_date=day,
        )

    def _amount(self, row: int, line: RawLine) -> Decimal | None:
        amount = self._amounts[line.amount]
        if isinstance(amount, Fault):
            self._add_fault(amount, row, line, "amount", line.amount)
        direction = _DIRECTIONS.get(line.direction.casefold()) if self._raw.has_directions else 1
        if direction is None:
            fault = _DIRECTION_UNREADABLE if line.direction else _DIRECTION_EMPTY
            self._add_fault(fault, row, line, "direction", line.direction)
        if isinstance(amount, Fault) or direction is None:
            return None
        return amount if direction > 0 else -amount

    def _side(self, row: int, line: RawLine) -> Decimal | None:
        """The amount of a line that has a place for debit and one for credit."""
        debit, credit = self._amounts[line.debit], self._amounts[line.credit]
        if isinstance(debit, Fault):
            self._add_fault(debit, row, line, "debit", line.debit)
        if isinstance(credit, Fault):
            self._add_fault(credit, row, line, "credit", line.credit)
        if isinstance(debit, Fault) or isinstance(credit, Fault):
            return None
        if debit and credit:
            self._add_fault(_BOTH_SIDES, row, line, "credit", line.credit)
            return None
        if line.debit == "" == line.credit:
            self._add_fault(_NEITHER_SIDE, row, line, "debit", "")
            return None
        return debit or -credit

    def _day(self, row: int, line: RawLine) -> date | None:
        """The date of a line: its own, else the last day of its period (R1)."""
        by_period = line.date == "" and (line.period != "" or "date" not in self._raw.names)
        day = self._periods[line.period, line.year] if by_period else self._dates[line.date]
        if not isinstance(day, Fault):
            return day
        field, cell = ("period", line.period) if by_period else ("date", line.date)
        if not line.date_line:
            self._add_fault(day, row, line, field, cell)
        elif line.date_line not in self._undated:
            self._undated.add(line.date_line)
            self._findings.add(
                self._code(day),
                line=line.date_line,
                field=field,
                value=showable(cell),
                reason=day.reason,
            )
        return None

    def _has_good_texts(self, row: int, line: RawLine) -> bool:
        account, description, cost_center, cost_unit = line[1:5]
        if (
            0 < len(account) <= MOST_ACCOUNT_CHARACTERS
            and account not in self._sums
            and len(description) <= MOST_DESCRIPTION_CHARACTERS
            and len(cost_center) <= MOST_DIMENSION_CHARACTERS
            and len(cost_unit) <= MOST_DIMENSION_CHARACTERS
        ):
            return True
        if not account:
            self._add(ProblemCode.ACCOUNT_MISSING, row, line, "account")
        elif account in self._sums:
            self._add(ProblemCode.ACCOUNT_MISSING, row, line, "account", reason="sum")
        for field, most in _MOST_CHARACTERS.items():
            if len(getattr(line, field)) > most:
                self._add(ProblemCode.TEXT_TOO_LONG, row, line, field, limit=most)
        return False

    def _code(self, fault: Fault) -> ProblemCode:
        """The code of ``fault``; an element that is empty is as good as missing."""
        if fault.reason == "empty" and self._raw.numbers_rows:
            return ProblemCode.ELEMENT_MISSING
        return fault.code

    def _add_fault(self, fault: Fault, row: int, line: RawLine, field: str, cell: Cell) -> None:
        code = self._code(fault)
        self._add(code, row, line, field, value=showable(cell), reason=fault.reason)

    def _add(
        self, code: ProblemCode, row: int, line: RawLine, field: str, **values: str | int
    ) -> None:
        if self._raw.numbers_rows:
            values["row"] = row
        self._findings.add(code, line=line.line, field=field, **values)
