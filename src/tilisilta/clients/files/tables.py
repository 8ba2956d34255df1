"""Turns the rows of a CSV or XLSX file into what the file says, by the headers of its columns."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import islice, pairwise
from operator import itemgetter
from typing import NamedTuple

from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.clients.files.company_headers import (
    CompanyColumn,
    company_column,
    names_companies,
)
from tilisilta.clients.files.findings import Findings, refused
from tilisilta.clients.files.header_names import is_ignored, known_field, plain_header
from tilisilta.clients.files.outcomes import ColumnsNeeded
from tilisilta.clients.files.raw import (
    CELL_FIELDS,
    MOST_LINES,
    TEXT_FIELDS,
    Cell,
    RawJournal,
    RawLine,
    text_of,
)
from tilisilta.domain.personal_codes import mask_personal_codes
from tilisilta.domain.problems import ProblemCode

MOST_ROWS_ABOVE_HEADERS = 20
SAMPLE_ROWS = 5
_NUMBER_OR_DATE = re.compile(r"[-+]?[0-9][0-9 .,/:-]*-?")


class Row(NamedTuple):
    """One row that is not blank, and the line of the file it begins on."""

    line: int
    cells: Sequence[Cell]


def read_table(
    rows: Iterator[Row],
    *,
    kind: str,
    columns: ColumnMapping | None,
    may_end_in_blanks: bool = True,
) -> RawJournal:
    """What the ``rows`` of a table say, blank ones left out before.

    Titles may stand above the headers, and blank cells behind the last column unless
    ``may_end_in_blanks`` forbids it. Raises ``ColumnsNeeded`` when a person must name columns, and
    ``FileRefused`` when the columns cannot be told apart.
    """
    top = list(islice(rows, MOST_ROWS_ABOVE_HEADERS))
    if not top:
        raise refused(ProblemCode.FILE_EMPTY)
    at = _header_row(top) if columns is None else _row_with(top, columns)
    headers = top[at]
    body = [*top[at + 1 :], *islice(rows, MOST_LINES + 1)]
    if len(body) > MOST_LINES:
        raise refused(ProblemCode.TOO_MANY_LINES, limit=MOST_LINES)
    if columns is None:
        columns = _guess(headers, body)
    places = _places(headers, columns)
    _must_not_be_lines(top[:at], places)
    width = len(headers.cells)
    _must_fit(body, width=width, may_end_in_blanks=may_end_in_blanks)
    raw = _raw_journal(body, places, columns, width=width, kind=kind)
    taken = frozenset(places.values())
    titles = _company_titles(top[:at])
    return replace(raw, company_columns=(*titles, *_company_columns(headers, body, taken)))


def _texts(row: Row) -> tuple[str, ...]:
    return tuple(text_of(cell) for cell in row.cells)


def _header_row(top: Sequence[Row]) -> int:
    """Where the headers stand: where most are known, else in the first of the widest rows."""

    def likeness(at: int) -> tuple[int, int, int]:
        texts = _texts(top[at])
        known = sum(bool(known_field(text)) for text in texts)
        return known, sum(map(bool, texts)), -at

    return max(range(len(top)), key=likeness)


def _guess(row: Row, body: Sequence[Row]) -> ColumnMapping:
    """The columns as their headers tell; raises ``ColumnsNeeded`` when they do not tell all."""
    headers = _texts(row)
    guess = ColumnMapping.guessed_from(headers)
    # A known header is left out of the guess when another one means the same.
    taken = guess.to_mapping()
    unknown = [
        text
        for place, text in enumerate(headers)
        if text and known_field(text) not in taken and not _may_be_passed_over(text, place, body)
    ]
    if not taken and any(map(_NUMBER_OR_DATE.fullmatch, headers)):
        raise refused(ProblemCode.COLUMNS_UNKNOWN, line=row.line, reason="no-headers")
    if guess.lacks or unknown or _has_unnamed_values(headers, body):
        samples = (tuple(map(mask_personal_codes, _texts(below))) for below in body)
        raise ColumnsNeeded(
            headers=tuple(map(mask_personal_codes, headers)),
            rows=tuple(islice(samples, SAMPLE_ROWS)),
            guess=guess,
        )
    return guess


def _company_titles(above: Sequence[Row]) -> Iterator[CompanyColumn]:
    """What is said of the company above the headers: "Yritys: …", or in the next cell."""
    for row in above:
        texts = [text for text in _texts(row) if text]
        parted = [tuple(map(str.strip, text.split(":", 1))) for text in texts if ":" in text]
        for pair in (*pairwise(texts), *parted):
            label, text = pair
            column = company_column(label, {text: row.line}) if text else None
            if column is not None:
                yield column


def _company_columns(row: Row, body: Sequence[Row], taken: Set[int]) -> Iterator[CompanyColumn]:
    """The columns that name the company, unless they are ``taken`` for something else."""
    for place, header in enumerate(_texts(row)):
        if place not in taken and names_companies(header):
            column = company_column(header, _said_in(body, place))
            if column is not None:
                yield column


def _may_be_passed_over(header: str, place: int, body: Sequence[Row]) -> bool:
    """Tell whether a column of no field is none that a person should know of."""
    if is_ignored(header):
        return True
    return names_companies(header) and company_column(header, _said_in(body, place)) is not None


def _has_unnamed_values(headers: Sequence[str], body: Sequence[Row]) -> bool:
    """Tell whether a column without a header holds anything a person should know of."""
    unnamed = [place for place, text in enumerate(headers) if not text]
    return bool(unnamed) and any(
        row.cells[place] != "" for row in body for place in unnamed if place < len(row.cells)
    )


def _row_with(top: Sequence[Row], columns: ColumnMapping) -> int:
    """Where the headers that a person named stand; raises ``FileRefused`` if one is nowhere."""
    wanted = {plain_header(header): header for header in columns.to_mapping().values()}
    found = [wanted.keys() & set(map(plain_header, _texts(row))) for row in top]
    at = max(range(len(top)), key=lambda index: (len(found[index]), -index))
    findings = Findings()
    for plain, header in wanted.items():
        if plain not in found[at]:
            findings.add(
                ProblemCode.COLUMNS_UNKNOWN, line=top[at].line, column=header, reason="missing"
            )
        elif _NUMBER_OR_DATE.fullmatch(header):
            # A journal line taken for the headers would be lost without a trace.
            findings.add(ProblemCode.COLUMNS_UNKNOWN, line=top[at].line, reason="no-headers")
    for field in columns.lacks:
        findings.add(ProblemCode.COLUMNS_UNKNOWN, field=field, reason="missing")
    findings.refuse()
    return at


def _places(row: Row, columns: ColumnMapping) -> dict[str, int]:
    """The position of each field's column; raises ``FileRefused`` when a header is there twice."""
    plain = [plain_header(text) for text in _texts(row)]
    counts = Counter(plain)
    findings = Findings()
    for header in dict.fromkeys(columns.to_mapping().values()):
        if counts[plain_header(header)] > 1:
            findings.add(ProblemCode.COLUMN_TWICE, line=row.line, column=header)
    findings.refuse()
    return {
        field: plain.index(plain_header(header)) for field, header in columns.to_mapping().items()
    }


def _must_not_be_lines(above: Sequence[Row], places: Mapping[str, int]) -> None:
    """No journal line may stand above the headers, as in a sheet that was sorted with them."""
    findings = Findings()
    amounts = [places[field] for field in ("amount", "debit", "credit") if field in places]
    for row in above:
        numbers = {
            place for place, text in enumerate(_texts(row)) if _NUMBER_OR_DATE.fullmatch(text)
        }
        if places["account"] in numbers and numbers.intersection(amounts):
            findings.add(ProblemCode.COLUMNS_UNKNOWN, line=row.line, reason="no-headers")
    findings.refuse()


def _must_fit(body: Sequence[Row], *, width: int, may_end_in_blanks: bool) -> None:
    """No row may have more cells than there are headers: its values stand in wrong columns."""
    findings = Findings()
    for row in body:
        if len(row.cells) > width and (
            not may_end_in_blanks or any(map(text_of, row.cells[width:]))
        ):
            findings.add(ProblemCode.COLUMNS_UNKNOWN, line=row.line, reason="more-cells")
    findings.refuse()


def _raw_journal(
    body: Sequence[Row],
    places: Mapping[str, int],
    columns: ColumnMapping,
    *,
    width: int,
    kind: str,
) -> RawJournal:
    return RawJournal(
        kind=kind,
        fact_name="column",
        names=columns.to_mapping(),
        lines=_raw_lines(body, places, width=width),
        companies=_said_in(body, places.get("company")),
        runs=_said_in(body, places.get("run")),
        run_descriptions=_said_in(body, places.get("run_description")),
        currencies=_said_in(body, places.get("currency")),
        has_directions="direction" in places,
    )


def _raw_lines(body: Sequence[Row], places: Mapping[str, int], *, width: int) -> list[RawLine]:
    # Every row is made as wide as the headers and one more: fields without a column stand there.
    texts = itemgetter(*(places.get(field, width) for field in TEXT_FIELDS))
    cells = itemgetter(*(places.get(field, width) for field in CELL_FIELDS))
    nothing = [""] * (width + 1)
    lines = []
    for row in body:
        number, filled = row
        padded = [*filled[:width], *nothing[min(len(filled), width) :]]
        # Most cells are texts already.
        read = [cell if cell.__class__ is str else text_of(cell) for cell in texts(padded)]
        lines.append(RawLine._make((number, *read, *cells(padded), 0)))
    return lines


def _said_in(body: Sequence[Row], place: int | None) -> dict[str, int]:
    """The distinct texts of one column, each with the first line it stands on."""
    said: dict[str, int] = {}
    if place is None:
        return said
    for row in body:
        text = text_of(row.cells[place]) if place < len(row.cells) else ""
        if text:
            said.setdefault(text, row.line)
    return said
