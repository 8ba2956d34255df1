"""Makes the canonical journal of what a file says, and finds everything that forbids it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tilisilta.clients.files.amounts import read_amounts
from tilisilta.clients.files.dates import read_dates, read_periods
from tilisilta.clients.files.findings import Findings, showable
from tilisilta.clients.files.outcomes import FileJournal
from tilisilta.clients.files.raw import Cell, Fault, RawJournal, RawLine, text_of
from tilisilta.clients.files.runs import read_run
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.problems import ProblemCode

MOST_CHARACTERS = {
    "account": 20,
    "description": 1000,
    "cost_center": 100,
    "cost_unit": 100,
}
"""What the tables hold; nothing is cut off to fit."""

_DIRECTIONS = dict.fromkeys(("debit", "debet", "d", "db"), 1) | dict.fromkeys(
    ("credit", "kredit", "c", "k", "cr"), -1
)

_DIRECTION_EMPTY = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "empty")
_DIRECTION_UNREADABLE = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "unreadable")
_NEITHER_SIDE = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "neither")
_BOTH_SIDES = Fault(ProblemCode.DEBIT_CREDIT_UNCLEAR, "both")


def build_journal(raw: RawJournal, *, sha256: str, company_number: int) -> FileJournal:
    """The journal of ``raw`` for the company with ``company_number``.

    Raises ``FileRefused`` with everything that was found.
    """
    findings = Findings(fact_name=raw.fact_name, names=raw.names)
    if not raw.lines:
        findings.add(ProblemCode.NO_LINES)
    run = read_run(raw, findings, company_number=company_number)
    lines = _LineBuilder(raw, findings).build()
    findings.refuse()
    return FileJournal(
        kind=raw.kind,
        run_year=run.year,
        run_number=run.number,
        run_description=run.description,
        currency=run.currency,
        company_number=run.company_number,
        lines=lines,
        sha256=sha256,
    )


class _LineBuilder:
    """Understands each distinct cell of a file once, then puts the lines together."""

    def __init__(self, raw: RawJournal, findings: Findings) -> None:
        self._raw = raw
        self._findings = findings
        lines = raw.lines
        self._has_sides = "debit" in raw.names
        cells = [line.amount for line in lines]
        if self._has_sides:
            cells = [cell for line in lines for cell in (line.debit, line.credit)]
        self._amounts = read_amounts(cells, decimal_sign=raw.decimal_sign)
        self._dates = read_dates(line.date for line in lines)
        self._undated: set[int] = set()
        self._periods = read_periods((line.period, line.year) for line in lines)

    def build(self) -> tuple[JournalLine, ...]:
        """The lines that can be read; the findings tell of the others."""
        built = (self._line(row, line) for row, line in enumerate(self._raw.lines, start=1))
        return tuple(line for line in built if line is not None)

    def _line(self, row: int, line: RawLine) -> JournalLine | None:
        account = text_of(line.account)
        amount = self._side(row, line) if self._has_sides else self._amount(row, line)
        day = self._day(row, line)
        texts = (account, *map(text_of, (line.description, line.cost_center, line.cost_unit)))
        fits = self._fits(row, line, texts)
        if not account:
            self._add(ProblemCode.ACCOUNT_MISSING, row, line, "account")
        if not account or not fits or amount is None or day is None:
            return None
        return JournalLine(
            position=row,
            ledger_account=account,
            description=texts[1],
            amount=amount,
            cost_center=texts[2],
            cost_unit=texts[3],
            booking_date=day,
        )

    def _amount(self, row: int, line: RawLine) -> Decimal | None:
        amount = self._understood(row, line, "amount", line.amount)
        if not self._raw.has_directions:
            return amount
        direction = _DIRECTIONS.get(text_of(line.direction).casefold(), 0)
        if not direction:
            fault = _DIRECTION_UNREADABLE if line.direction else _DIRECTION_EMPTY
            self._add_fault(fault, row, line, "direction", line.direction)
            return None
        return amount if amount is None or direction > 0 else -amount

    def _side(self, row: int, line: RawLine) -> Decimal | None:
        """The amount of a line that has a place for debit and one for credit."""
        if line.debit == "" and line.credit == "":
            self._add_fault(_NEITHER_SIDE, row, line, "debit", "")
            return None
        debit, credit = (
            Decimal() if cell == "" else self._understood(row, line, field, cell)
            for field, cell in (("debit", line.debit), ("credit", line.credit))
        )
        if debit is None or credit is None:
            return None
        if debit and credit:
            self._add_fault(_BOTH_SIDES, row, line, "credit", line.credit)
            return None
        return debit or -credit

    def _understood(self, row: int, line: RawLine, field: str, cell: Cell) -> Decimal | None:
        amount = self._amounts[cell]
        if isinstance(amount, Fault):
            self._add_fault(amount, row, line, field, cell)
            return None
        return amount

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

    def _fits(self, row: int, line: RawLine, texts: Sequence[str]) -> bool:
        too_long = [
            (field, most)
            for (field, most), text in zip(MOST_CHARACTERS.items(), texts, strict=True)
            if len(text) > most
        ]
        for field, most in too_long:
            self._add(ProblemCode.TEXT_TOO_LONG, row, line, field, limit=most)
        return not too_long

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
