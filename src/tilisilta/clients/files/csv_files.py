"""Reads CSV files: encoding, delimiter and quotes are detected from the whole file."""

import csv
import io
from collections.abc import Iterator
from itertools import islice

from tilisilta.clients.files.alignment import Row
from tilisilta.clients.files.columns import SaidOfColumns
from tilisilta.clients.files.encodings import decode_text
from tilisilta.clients.files.findings import refused
from tilisilta.clients.files.header_names import known_field, plain_header
from tilisilta.clients.files.outcomes import CSV, FileRefused
from tilisilta.clients.files.raw import MOST_COLUMNS, RawJournal
from tilisilta.clients.files.tables import read_table
from tilisilta.domain.problems import ProblemCode

_DELIMITERS = ";,\t|"
_SAMPLE_ROWS = 50
_EXCEL_HINT = "sep="
_NOTHING = (0, 0, 0)
MOST_DELIMITERS = 20_000
"""More than a spreadsheet has columns."""


def read_csv(content: bytes, columns: SaidOfColumns) -> RawJournal:
    """Return the content of a CSV file; without a person's ``columns`` the headers must be known.

    Raises ``FileRefused`` and ``ColumnsNeeded``.
    """
    text, lines_above = decode_text(content), 0
    _must_be_narrow(text)
    delimiter = _delimiter_named(text)
    if delimiter:
        text, lines_above = text.partition("\n")[2], 1
    else:
        delimiter = _delimiter(text, columns)
    return read_table(
        _rows(text, delimiter, lines_above=lines_above),
        kind=CSV,
        columns=columns,
        delimiter=delimiter,
    )


def _must_be_narrow(text: str) -> None:
    """Refuse a file that would fill the memory with columns before their number is known."""
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if len(line) > MOST_DELIMITERS and any(
            line.count(delimiter) > MOST_DELIMITERS for delimiter in _DELIMITERS
        ):
            raise _too_wide(number)


def _too_wide(line: int) -> FileRefused:
    return refused(ProblemCode.COLUMNS_UNKNOWN, line=line, reason="too-many", limit=MOST_COLUMNS)


def _delimiter_named(text: str) -> str:
    """Return the delimiter that Excel writes into a line of its own, sep=; or an empty text."""
    hint = text.partition("\n")[0].strip().casefold()
    is_hint = hint.startswith(_EXCEL_HINT) and len(hint) == len(_EXCEL_HINT) + 1
    return hint[-1] if is_hint else ""


def _rows(text: str, delimiter: str, *, lines_above: int) -> Iterator[Row]:
    """Yield the rows that are not blank; raise ``FileRefused`` when quotes do not close."""
    # Strict, because a quote that never closes would swallow journal lines into one text.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = lines_above + 1
    try:
        for record in reader:
            cells = tuple(map(str.strip, record))
            if any(cells):
                if len(cells) > MOST_COLUMNS:
                    # Spreadsheets may write all columns that a sheet can have.
                    cells = cells[: 1 + max(at for at, cell in enumerate(cells) if cell)]
                    if len(cells) > MOST_COLUMNS:
                        raise _too_wide(start)
                is_indented = any(cell[:1] == " " and cell.strip() for cell in record[1:])
                yield Row(start, cells, is_indented)
            start = lines_above + reader.line_num + 1
    except csv.Error as error:
        if "field limit" in str(error):
            limit = csv.field_size_limit()
            raise refused(ProblemCode.TEXT_TOO_LONG, line=start, limit=limit) from error
        raise refused(ProblemCode.COLUMNS_UNKNOWN, line=start, reason="quotes") from error


def _delimiter(text: str, columns: SaidOfColumns) -> str:
    """Return the delimiter with the most known headers, then with most rows of equal width."""
    chosen = columns.chosen.to_mapping() if columns.chosen else {}
    wanted = {plain_header(header) for header in chosen.values()}
    delimiter = max(_DELIMITERS, key=lambda one: _fitness(text, one, wanted))
    if _fitness(text, delimiter, wanted) == _NOTHING:
        _must_not_be_quoted_rows(text)
    return delimiter


def _must_not_be_quoted_rows(text: str) -> None:
    """Refuse rows that are one quoted text each, as a spreadsheet saves what it never divided."""
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline="")), _SAMPLE_ROWS))
    except csv.Error:
        return
    for number, row in enumerate(rows, start=1):
        inner = "\n".join(row)
        if any(_fitness(inner, one, set())[0] > 1 for one in _DELIMITERS):
            raise refused(ProblemCode.COLUMNS_UNKNOWN, line=number, reason="quoted-rows")


def _fitness(text: str, delimiter: str, wanted: set[str]) -> tuple[int, int, int]:
    lines = io.StringIO(text, newline="")
    # Not strict, as this only compares delimiters; the strict reading follows.
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        rows = [row for row in islice(reader, _SAMPLE_ROWS) if any(map(str.strip, row))]
    except csv.Error:
        return _NOTHING
    widths = [len(row) for row in rows]
    if not rows or max(widths) == 1:
        return _NOTHING
    known = max(sum(_is_header(cell, wanted) for cell in row) for row in rows)
    return known, sum(width == max(widths) for width in widths), max(widths)


def _is_header(cell: str, wanted: set[str]) -> bool:
    return plain_header(cell) in wanted if wanted else bool(known_field(cell))
