"""Reads SIE files of type 4I: vouchers of a payroll program, in the Swedish standard of that name.

Only what a journal needs is taken: the company, the dimensions' names, and the rows of vouchers.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tilisilta.clients.files.company_headers import CompanyColumn, Mark
from tilisilta.clients.files.encodings import decode_sie
from tilisilta.clients.files.findings import Findings, refused
from tilisilta.clients.files.header_names import known_field
from tilisilta.clients.files.outcomes import SIE
from tilisilta.clients.files.raw import MOST_LINES, RawJournal, RawLine
from tilisilta.domain.personal_codes import mask_personal_codes
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts

COST_CENTER, COST_BEARER, PROJECT, EMPLOYEE = "1", "2", "6", "7"
_NAMES = {
    "account": "kontonr",
    "cost_center": "dim 1",
    "cost_unit": "dim 6",
    "amount": "belopp",
    "date": "transdat",
    "description": "transtext",
    "currency": "#VALUTA",
}
_MOST_LINES_OF_FILE = 5 * MOST_LINES
# A longer line is none of the standard, and would take time and memory.
_MOST_CHARACTERS_OF_A_LINE = 20_000
_FIELD = re.compile(r'"((?:[^"\\]|\\.)*)"|([{}])|([^\s{}"]+)')
_END_OF_LINE = re.compile("\r\n?|\n")
_ESCAPED = re.compile(r"\\(.)")
# Rows that were struck out, and those that were added, which are there as ordinary rows as well.
_PASSED_OVER = frozenset({"#BTRANS", "#RTRANS"})
_BALANCES = frozenset({"#IB", "#UB", "#RES", "#PSALDO"})


class _Voucher(NamedTuple):
    """A voucher's own line, its date and its text."""

    line: int
    date: str
    text: str


class _Row(NamedTuple):
    """One row of a voucher, with the codes of its objects by dimension."""

    line: int
    account: str
    objects: dict[str, str]
    amount: str
    date: str
    text: str
    voucher: _Voucher


def read_sie(content: bytes) -> RawJournal:
    """Return the vouchers of a SIE file as one journal.

    Dimension 1 is the cost center and dimension 6, or else 2, the cost unit. Raises ``FileRefused``
    for a file that does not follow the standard, and for one that exports a whole ledger.
    """
    records = _Records()
    # Texts may hold characters that Python takes for ends of lines as well.
    for number, text in enumerate(_END_OF_LINE.split(decode_sie(content)), start=1):
        if number > _MOST_LINES_OF_FILE:
            raise refused(ProblemCode.TOO_MANY_LINES, limit=MOST_LINES)
        if len(text) > _MOST_CHARACTERS_OF_A_LINE:
            raise refused(ProblemCode.SIE_UNREADABLE, line=number, reason="line")
        if text and not text.isspace():
            records.add(number, text)
    records.finish()
    dimensions = _chosen_dimensions(records)
    return RawJournal(
        kind=SIE,
        fact_name="column",
        names=_NAMES,
        lines=[_raw_line(row, dimensions) for row in records.rows],
        company_columns=tuple(_company(records)),
        run_descriptions={row.voucher.text: row.voucher.line for row in records.rows[:1]},
        currencies=records.texts.get("#VALUTA", {}),
        notes=tuple(_unread_dimensions(records, dimensions)),
        decimal_sign="" if any("," in row.amount for row in records.rows) else ".",
    )


class _Records:
    """Reads the lines one by one, and collects the rows of vouchers and what is said once.

    ``texts`` has the first field of labels that are read, each with its line.
    """

    def __init__(self) -> None:
        self.rows: list[_Row] = []
        self.dimension_names: dict[str, str] = {}
        self.texts: dict[str, dict[str, int]] = {}
        self._findings = Findings()
        self._voucher: _Voucher | None = None
        self._is_open = False

    def add(self, number: int, text: str) -> None:
        fields = _fields(text)
        if fields is None:
            self._findings.add(ProblemCode.SIE_UNREADABLE, line=number, reason="quotes")
            return
        label = fields[0].upper() if fields else ""
        if label == "{":
            self._is_open = True
        elif label == "}":
            self._is_open, self._voucher = False, None
        elif label == "#VER":
            self._begin_voucher(number, fields)
        elif label == "#TRANS":
            self._add_row(number, fields)
        elif label in {"#DIM", "#UNDERDIM"} and len(fields) > 2:
            self.dimension_names[fields[1]] = fields[-1]
        elif label in _BALANCES:
            raise refused(ProblemCode.SIE_UNREADABLE, line=number, reason="ledger")
        elif label in {"#FNAMN", "#ORGNR", "#VALUTA"} and len(fields) > 1:
            self.texts.setdefault(label, {}).setdefault(fields[1].strip(), number)
        elif not label.startswith("#") or (self._is_open and label not in _PASSED_OVER):
            self._findings.add(ProblemCode.SIE_UNREADABLE, line=number, reason="line")

    def finish(self) -> None:
        """Refuse the file for all that was found, and for a last voucher that was cut off."""
        if self._voucher is not None:
            line = self._voucher.line
            self._findings.add(ProblemCode.SIE_UNREADABLE, line=line, reason="unclosed")
        self._findings.refuse()

    def _begin_voucher(self, number: int, fields: list[str]) -> None:
        if self._voucher is not None:
            line = self._voucher.line
            self._findings.add(ProblemCode.SIE_UNREADABLE, line=line, reason="unclosed")
        self._is_open = fields[-1] == "{"
        _label, _series, _number, date, text, *_ = (*fields, "", "", "", "")
        self._voucher = _Voucher(number, date.strip("{"), text.strip("{ "))

    def _add_row(self, number: int, fields: list[str]) -> None:
        objects, rest = _objects_and_rest(fields[2:])
        if self._voucher is None or not self._is_open:
            self._findings.add(ProblemCode.SIE_UNREADABLE, line=number, reason="outside")
        elif objects is None or not rest:
            self._findings.add(ProblemCode.SIE_UNREADABLE, line=number, reason="line")
        else:
            amount, date, text, *_ = (*rest, "", "")
            self.rows.append(
                _Row(number, fields[1].strip(), objects, amount, date, text.strip(), self._voucher)
            )
            if len(self.rows) > MOST_LINES:
                raise refused(ProblemCode.TOO_MANY_LINES, limit=MOST_LINES)


def _fields(text: str) -> list[str] | None:
    """Return the fields of a line, braces as fields of their own; ``None`` for an open quote."""
    fields = []
    end = 0
    for match in _FIELD.finditer(text):
        if text[end : match.start()].strip():
            return None
        end = match.end()
        quoted, brace, plain = match.groups()
        fields.append(brace or plain or _ESCAPED.sub(r"\1", quoted or ""))
    return None if text[end:].strip() else fields


def _objects_and_rest(fields: Sequence[str]) -> tuple[dict[str, str] | None, Sequence[str]]:
    """Return the objects of a row by their dimension, and the fields behind them.

    ``None`` instead of the objects where they cannot be told apart.
    """
    if not fields or fields[0] != "{" or "}" not in fields:
        return None, ()
    end = fields.index("}")
    inner = fields[1:end]
    pairs = dict(zip(inner[::2], map(str.strip, inner[1::2]), strict=False))
    if len(inner) % 2 or len(pairs) * 2 != len(inner):
        return None, ()
    return {dimension: code for dimension, code in pairs.items() if code}, fields[end + 1 :]


def _chosen_dimensions(records: _Records) -> dict[str, str]:
    """Return which dimension is the cost center, and which is the cost unit.

    The standard fixes the numbers up to 19, but not every program keeps to it: a number that the
    file calls otherwise gives way to one that it calls a cost center or cost unit.
    """
    used = {dimension for row in records.rows for dimension in row.objects}
    names = records.dimension_names
    named: dict[str, str] = {}
    for dimension in sorted(used):
        if field := _field_named(names.get(dimension, "")):
            named.setdefault(field, dimension)
    chosen: dict[str, str] = {}
    for field, standard in (("cost_center", (COST_CENTER,)), ("cost_unit", (PROJECT, COST_BEARER))):
        free = [one for one in standard if one in used and one not in chosen.values()]
        own = [one for one in free if _field_named(names.get(one, field)) in {"", field}]
        unnamed = [one for one in own if one not in names or _field_named(names[one]) == field]
        candidates = [*unnamed, named.get(field, ""), *own]
        chosen[field] = next((one for one in candidates if one), "")
    return chosen


def _field_named(name: str) -> str:
    """Return what a dimension of that name is; *Projekt* is how Swedish programs call cost units.

    An empty text for any other name.
    """
    return "cost_unit" if name.casefold().strip() == "projekt" else known_field(name)


def _unread_dimensions(records: _Records, chosen: dict[str, str]) -> Iterator[Problem]:
    """Warn of dimensions that are on lines and are not read; that of employees never is."""
    lines: Counter[str] = Counter(
        dimension
        for row in records.rows
        for dimension in row.objects
        if dimension not in {*chosen.values(), EMPLOYEE}
    )
    for dimension, count in sorted(lines.items()):
        name = f"{dimension} {records.dimension_names.get(dimension, '')}".strip()
        yield Problem(
            code=ProblemCode.DIMENSION_NOT_READ,
            severity=Severity.WARNING,
            screen=Screen.FILE,
            facts=facts(name=mask_personal_codes(name), lines=count),
        )


def _company(records: _Records) -> Iterator[CompanyColumn]:
    for label, mark in (("#FNAMN", Mark.NAME), ("#ORGNR", Mark.BUSINESS_ID)):
        texts = {text: line for text, line in records.texts.get(label, {}).items() if text}
        if texts:
            yield CompanyColumn(mark=mark, texts=texts)


def _raw_line(row: _Row, dimensions: dict[str, str]) -> RawLine:
    others = {one: code for one, code in row.objects.items() if one not in dimensions.values()}
    return RawLine(
        line=row.line,
        account=row.account,
        description=row.text or row.voucher.text.strip(),
        cost_center=row.objects.get(dimensions["cost_center"], ""),
        cost_unit=row.objects.get(dimensions["cost_unit"], ""),
        amount=row.amount,
        date=row.date or row.voucher.date,
        date_line=0 if row.date else row.voucher.line,
        # Equal lines of two employees differ in the employee, whose code is not stored.
        rest=hash(tuple(sorted(others.items()))) if others else 0,
    )
