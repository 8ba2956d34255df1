"""Makes the canonical journal of what a file contains, and collects everything that forbids it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from tilisilta.clients.files.findings import Findings, showable
from tilisilta.clients.files.line_amounts import LineAmounts, debit_and_credit
from tilisilta.clients.files.line_dates import LineDates
from tilisilta.clients.files.raw import Cell, Fault, RawJournal, RawLine
from tilisilta.clients.files.repetitions import find_repetition, find_second_payroll
from tilisilta.clients.files.runs import read_run
from tilisilta.clients.files.sum_rows import SumMark, SumRows, find_sum_rows, marked_rows
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.number_ranges import written_ranges
from tilisilta.domain.payroll import SourceJournal
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts
from tilisilta.domain.tallies import facts_of_lines

# The lengths of our columns. A longer text is refused, as a cut one would be booked unnoticed.
MOST_ACCOUNT_CHARACTERS = 20
MOST_DESCRIPTION_CHARACTERS = 1000
MOST_DIMENSION_CHARACTERS = 100
_MOST_CHARACTERS = {
    "account": MOST_ACCOUNT_CHARACTERS,
    "description": MOST_DESCRIPTION_CHARACTERS,
    "cost_center": MOST_DIMENSION_CHARACTERS,
    "cost_unit": MOST_DIMENSION_CHARACTERS,
}
_MOST_RANGES_NAMED = 12


def build_journal(
    raw: RawJournal,
    *,
    sha256: str,
    company_number: int,
    period_type: str = "",
    debit_negative: bool = False,
    is_fetched: bool = False,
) -> SourceJournal:
    """Return the journal of ``raw`` for the company with ``company_number``.

    ``period_type`` is Nmbrs' word for the company's pay periods, where it is known. With
    ``debit_negative`` the signs of amounts are reversed. A journal that ``is_fetched`` from Nmbrs
    is not suspected of rows of sums or of lines pasted twice, which only people add. The notes of
    the journal say what could be read and may still be wrong.

    Raises ``FileRefused`` with all problems.
    """
    findings = Findings(fact_name=raw.fact_name, names=raw.names)
    if not raw.lines:
        findings.add(ProblemCode.NO_LINES)
    amounts = LineAmounts(raw, debit_negative=debit_negative)
    currencies = amounts.currencies if not is_fetched else {}
    run = read_run(raw, findings, company_number=company_number, currencies=currencies)
    builder = _LineBuilder(raw, findings, amounts, period_type=period_type)
    if debit_negative and amounts.says_sides:
        findings.add(ProblemCode.SIDES_GIVEN)
    lines = builder.build(is_fetched=is_fetched)
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
        titles=raw.titles,
        lines=lines,
        sha256=sha256,
        notes=builder.notes(),
    )


class _LineBuilder:
    """Reads each distinct cell of a file once, then assembles the lines."""

    def __init__(
        self, raw: RawJournal, findings: Findings, amounts: LineAmounts, *, period_type: str
    ) -> None:
        self._raw = raw
        self._findings = findings
        self._amounts = amounts
        self._dates = LineDates(raw, period_type=period_type)
        self._period_type = period_type
        self._undated: set[int] = set()
        self._no_months: dict[tuple[str, str, str], list[int]] = {}
        self._notes: list[Problem] = []

    def build(self, *, is_fetched: bool) -> tuple[JournalLine, ...]:
        """Return the lines that can be read; the others become findings."""
        lines = self._raw.lines
        marks = marked_rows(self._raw)
        if is_fetched:
            marks = {at: mark for at, mark in marks.items() if mark.is_account}
        # Certain sums are not read as lines, or their empty cells would be reported as well.
        sure = {at for at, mark in marks.items() if mark.is_sure}
        built = [None if at in sure else self._line(at + 1, line) for at, line in enumerate(lines)]
        amounts = [
            self._amounts.known(line) if at in sure else one.amount if one else None
            for at, (line, one) in enumerate(zip(lines, built, strict=True))
        ]
        sums = SumRows(certain=marks)
        if not is_fetched:
            sums = find_sum_rows(self._raw, marks, amounts)
        for at, mark in sums.certain.items():
            self._add_sum_row(at + 1, lines[at], mark)
        # The amounts showed that these marked rows are lines after all.
        for at in sure - sums.certain.keys():
            built[at] = self._line(at + 1, lines[at])
        self._suspect_sums(sums.suspected)
        self._check_twice_marked(sums.certain)
        self._refuse_hidden(amounts)
        self._refuse_no_months()
        # A file with rows of sums is refused already, and such rows repeat amounts by nature.
        if not sums.certain and not is_fetched:
            self._check_repetitions(amounts)
        read = tuple(line for line in built if line is not None)
        if not is_fetched and (month := find_second_payroll(read)):
            self._note(ProblemCode.PERHAPS_TWO_PAYROLLS, None, period=str(month))
        return read

    def notes(self) -> tuple[Problem, ...]:
        return (*self._raw.notes, *self._dates.notes(), *self._notes)

    def _line(self, row: int, line: RawLine) -> JournalLine | None:
        amount, faults = self._amounts.read(line)
        for field, fault, cell in faults:
            self._add_fault(fault, row, line, field, cell)
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

    def _day(self, row: int, line: RawLine) -> date | None:
        """Return the date of a line: its own, else the last day of its period (R1)."""
        day, field, cell = self._dates.read(row, line)
        if not isinstance(day, Fault):
            return day
        if day.code is ProblemCode.PERIOD_NOT_A_MONTH:
            key = (field, showable(cell), day.reason)
            self._no_months.setdefault(key, []).append(line.date_line or line.line)
        elif not line.date_line:
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
            and len(description) <= MOST_DESCRIPTION_CHARACTERS
            and len(cost_center) <= MOST_DIMENSION_CHARACTERS
            and len(cost_unit) <= MOST_DIMENSION_CHARACTERS
        ):
            return True
        if not account:
            self._add(ProblemCode.ACCOUNT_MISSING, row, line, "account")
        for field, most in _MOST_CHARACTERS.items():
            if len(getattr(line, field)) > most:
                self._add(ProblemCode.TEXT_TOO_LONG, row, line, field, limit=most)
        return False

    def _add_sum_row(self, row: int, line: RawLine, sum_mark: SumMark) -> None:
        reason = sum_mark.mark.reason
        self._add(ProblemCode.ACCOUNT_MISSING, row, line, sum_mark.field, reason=reason)

    def _suspect_sums(self, places: Sequence[int]) -> None:
        if places:
            lines = dict(facts_of_lines(at + 1 for at in places))
            self._note(ProblemCode.PERHAPS_SUMS, places[0] + 1, **lines)

    def _check_twice_marked(self, sums: Mapping[int, SumMark]) -> None:
        """Note whether minus signs were left out that stand beside a side and repeat it."""
        marked = self._amounts.twice_marked
        if marked is None or sums:
            return
        if marked.side_left_out:
            self._note(ProblemCode.MINUS_AND_SIDE, None, count=marked.count)
        else:
            self._findings.add(ProblemCode.DEBIT_CREDIT_UNCLEAR, reason="minus", count=marked.count)

    def _refuse_hidden(self, amounts: Sequence[Decimal | None]) -> None:
        """Refuse lines that a workbook does not show: a filter may exclude them on purpose."""
        places = [
            at for at, line in enumerate(self._raw.lines) if line.line in self._raw.hidden_lines
        ]
        if not places:
            return
        lines = [self._raw.lines[at].line for at in places]
        debit, credit = debit_and_credit(amounts[at] for at in places)
        self._findings.add(
            ProblemCode.HIDDEN_IN_WORKBOOK,
            line=lines[0],
            reason="rows",
            **dict(facts_of_lines(lines)),
            rows=written_ranges(lines, most=_MOST_RANGES_NAMED),
            debit=f"{debit:.2f}",
            credit=f"{credit:.2f}",
        )

    def _refuse_no_months(self) -> None:
        for (field, value, reason), lines in self._no_months.items():
            shown: Mapping[str, str] = {
                "period_type": self._period_type if reason == "period-type" else "",
            }
            self._findings.add(
                ProblemCode.PERIOD_NOT_A_MONTH,
                line=lines[0],
                field=field,
                value=value,
                reason=reason,
                **dict(facts_of_lines(set(lines))),
                **shown,
            )

    def _check_repetitions(self, amounts: Sequence[Decimal | None]) -> None:
        repetition = find_repetition(self._raw.lines, amounts)
        if repetition is None:
            return
        block, count, is_certain = repetition
        if is_certain:
            line = self._raw.lines[block].line
            self._findings.add(ProblemCode.LINES_REPEATED, line=line, block=block, count=count)
        else:
            self._note(ProblemCode.PERHAPS_DOUBLED, None, block=block, count=count)

    def _note(self, code: ProblemCode, position: int | None, **values: str | int) -> None:
        self._notes.append(
            Problem(
                code=code,
                severity=Severity.WARNING,
                screen=Screen.FILE,
                line=position,
                facts=facts(**values),
            )
        )

    def _code(self, fault: Fault) -> ProblemCode:
        """Return the code of ``fault``; an empty element counts as missing."""
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
