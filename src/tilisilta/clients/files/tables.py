"""Reads the rows of a CSV or XLSX file by the headers of its columns."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import islice, pairwise
from operator import itemgetter
from typing import NamedTuple

from tilisilta.clients.files.alignment import Row, must_be_aligned
from tilisilta.clients.files.columns import ColumnMapping, SaidOfColumns
from tilisilta.clients.files.company_headers import (
    CompanyColumn,
    company_column,
    names_companies,
    without_offices,
)
from tilisilta.clients.files.findings import Findings, refused
from tilisilta.clients.files.guesses import guess_places
from tilisilta.clients.files.header_names import (
    is_ignored,
    is_numbering,
    known_field,
    plain_header,
)
from tilisilta.clients.files.header_rows import (
    NUMBER_OR_DATE,
    Head,
    find_head,
    head_named,
    texts_of,
)
from tilisilta.clients.files.outcomes import ColumnsNeeded
from tilisilta.clients.files.parts import parts_by_company
from tilisilta.clients.files.raw import (
    CELL_FIELDS,
    MOST_LINES,
    TEXT_FIELDS,
    RawJournal,
    RawLine,
    text_of,
)
from tilisilta.clients.files.sum_words import mark_of
from tilisilta.clients.files.units import currencies_named, must_be_whole_units
from tilisilta.domain.personal_codes import mask_personal_codes
from tilisilta.domain.problems import ProblemCode

MOST_ROWS_ABOVE_HEADERS = 1000
SAMPLE_ROWS = 5
MOST_TITLE_CHARACTERS = 300


class Hidden(NamedTuple):
    """What a workbook does not show: lines of the file, and columns by their index.

    ``merged`` are cells over several rows, by the first and last: all but the first look empty.
    """

    lines: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int], ...] = ()


def read_table(
    rows: Iterator[Row],
    *,
    kind: str,
    columns: SaidOfColumns,
    delimiter: str = "",
    hidden: Hidden = Hidden(),  # noqa: B008  # a value that cannot be changed
) -> RawJournal:
    """Return the content of a table, whose ``rows`` are those that are not blank.

    Titles may be above the headers. A table of several companies has a part for each. ``delimiter``
    separates the cells of a text file, and
    ``hidden`` is what a workbook hides. Raises ``ColumnsNeeded`` when a person must name columns,
    and ``FileRefused`` when the columns are ambiguous.
    """
    read = list(islice(rows, MOST_LINES + MOST_ROWS_ABOVE_HEADERS + 1))
    if not read:
        raise refused(ProblemCode.FILE_EMPTY)
    found = find_head(read, columns)
    said = columns.mapping_for(texts_of(found.row))
    if said is not None and columns.chosen is None and columns.lacking(said):
        # A file without dates had its date given before; that of this one must be said anew.
        raise _asked(found, said)
    head = found if said is None else head_named(read, said, columns)
    if len(head.body) > MOST_LINES:
        raise refused(ProblemCode.TOO_MANY_LINES, limit=MOST_LINES)
    mapping = said or _guess(head, columns)
    places = _places(head.row, mapping)
    _must_not_be_lines(head.above, places)
    must_be_whole_units(head.above, head.row, places)
    _must_not_be_merged(head, hidden)
    _must_be_shown(head.row, places, hidden)
    _must_not_begin_again(head.body, head.row, places)
    must_be_aligned(head.body, places, width=len(head.row.cells), delimiter=delimiter)
    raw = _raw_journal(head, kind=kind, mapping=mapping, places=places, hidden=hidden)
    raw = replace(
        raw,
        headers=texts_of(found.row),
        is_mapping_remembered=said is not None and columns.chosen is None,
    )
    parts = parts_by_company(raw, head.body, places.get("company"))
    return replace(
        raw,
        parts=tuple(
            replace(
                _raw_journal(
                    head._replace(body=part.body),
                    kind=kind,
                    mapping=mapping,
                    places=places,
                    hidden=hidden,
                ),
                part_of=part.company,
            )
            for part in parts
        ),
    )


def _raw_journal(
    head: Head, *, kind: str, mapping: ColumnMapping, places: Mapping[str, int], hidden: Hidden
) -> RawJournal:
    headers, body = head.row, head.body
    taken = frozenset(places.values())
    titles = _company_titles(head.above)
    return RawJournal(
        kind=kind,
        fact_name="column",
        names=mapping.to_mapping(),
        lines=_raw_lines(body, places, headers=headers),
        titles=tuple(
            dict.fromkeys(text for row in head.above for text in without_offices(_titles(row)))
        ),
        company_columns=(*titles, *_company_columns(headers, body, taken)),
        companies=_texts_in(body, places.get("company")),
        runs=_texts_in(body, places.get("run")),
        run_descriptions=_texts_in(body, places.get("run_description")),
        currencies=currencies_named(head.above, headers, places)
        | _texts_in(body, places.get("currency")),
        remarks=_remarks(body, places, headers=headers),
        hidden_lines=hidden.lines,
        has_directions="direction" in places,
    )


def _titles(row: Row) -> tuple[str, ...]:
    # A longer text names no company, and reading it would take long.
    return tuple(text for text in texts_of(row) if len(text) <= MOST_TITLE_CHARACTERS)


def _guess(head: Head, said: SaidOfColumns) -> ColumnMapping:
    """Return the columns that the headers name; raise ``ColumnsNeeded`` if they do not name all."""
    headers, body = texts_of(head.row), head.body
    if head.are_places:
        raise _asked(head, guess_places(body, len(headers)))
    guess = ColumnMapping.guessed_from(headers)
    # The guess leaves out a known header when another one means the same.
    taken = guess.to_mapping()
    unknown = [
        text
        for place, text in enumerate(headers)
        if text and known_field(text) not in taken and not _may_be_passed_over(text, place, body)
    ]
    if said.lacking(guess) or unknown or _has_unnamed_values(headers, body):
        raise _asked(head, guess)
    return guess


def _asked(head: Head, guess: ColumnMapping) -> ColumnsNeeded:
    samples = (tuple(map(_shown, texts_of(below))) for below in head.body)
    return ColumnsNeeded(
        headers=tuple(map(mask_personal_codes, texts_of(head.row))),
        rows=tuple(islice(samples, SAMPLE_ROWS)),
        guess=guess,
        are_places=head.are_places,
    )


def _shown(text: str) -> str:
    return mask_personal_codes(text[:MOST_TITLE_CHARACTERS])


def _company_titles(above: Sequence[Row]) -> Iterator[CompanyColumn]:
    """Yield the names above the headers: "Yritys: …", "Yritys 1002", or beside the label."""
    for row in above:
        texts = [text for text in _titles(row) if text]
        parted = [tuple(map(str.strip, text.split(":", 1))) for text in texts if ":" in text]
        spaced = [text.rsplit(maxsplit=1) for text in texts if text[-1:].isdecimal()]
        labelled = [(label, text) for label, text in (pair for pair in spaced if len(pair) > 1)]
        for pair in (*pairwise(texts), *parted, *labelled):
            label, text = pair
            column = company_column(label, {text: row.line}) if text else None
            if column is not None:
                yield column


def _company_columns(row: Row, body: Sequence[Row], taken: Set[int]) -> Iterator[CompanyColumn]:
    """Yield the columns that name the company, unless they are ``taken`` by a field."""
    for place, header in enumerate(texts_of(row)):
        if place not in taken and names_companies(header):
            column = company_column(header, _texts_in(body, place))
            if column is not None:
                yield replace(column, place=place)


def _may_be_passed_over(header: str, place: int, body: Sequence[Row]) -> bool:
    """Return whether a column without a field may be ignored without asking a person."""
    if is_ignored(header):
        return True
    return names_companies(header) and company_column(header, _texts_in(body, place)) is not None


def _has_unnamed_values(headers: Sequence[str], body: Sequence[Row]) -> bool:
    """Return whether a column without a header holds any value."""
    unnamed = [place for place, text in enumerate(headers) if not text]
    return bool(unnamed) and any(
        row.cells[place] != "" for row in body for place in unnamed if place < len(row.cells)
    )


def _places(row: Row, columns: ColumnMapping) -> dict[str, int]:
    """Return the index of each field's column; raise ``FileRefused`` for a repeated header."""
    plain = [plain_header(text) for text in texts_of(row)]
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
    """Refuse journal lines above the headers.

    They are there if a person sorted the sheet with its headers.
    """
    findings = Findings()
    amounts = [places[field] for field in ("amount", "debit", "credit") if field in places]
    for row in above:
        numbers = {
            place for place, text in enumerate(texts_of(row)) if NUMBER_OR_DATE.fullmatch(text)
        }
        if places["account"] in numbers and numbers.intersection(amounts):
            findings.add(ProblemCode.COLUMNS_UNKNOWN, line=row.line, reason="no-headers")
    findings.refuse()


def _must_not_be_merged(head: Head, hidden: Hidden) -> None:
    """Refuse cells merged over several rows, unless all of them are headers or titles."""
    lines = [row.line for row in head.body]
    for first, last in hidden.merged if lines else ():
        filled = bisect_right(lines, last) - bisect_left(lines, first)
        if filled > 1 or (filled and first < lines[0]):
            raise refused(ProblemCode.WORKBOOK_UNREADABLE, line=first, reason="merged")


def _must_be_shown(row: Row, places: Mapping[str, int], hidden: Hidden) -> None:
    """Refuse hidden columns that would be read: a person could not see what they book."""
    texts = texts_of(row)
    findings = Findings()
    for place in sorted(hidden.columns.intersection(places.values())):
        findings.add(
            ProblemCode.HIDDEN_IN_WORKBOOK, line=row.line, column=texts[place], reason="column"
        )
    findings.refuse()


def _must_not_begin_again(body: Sequence[Row], row: Row, places: Mapping[str, int]) -> None:
    """Refuse headers among the lines: a second journal, or the same one once more."""
    headers = [plain_header(text) for text in texts_of(row)]
    place = places["account"]
    findings = Findings()
    for below in body:
        account = text_of(below.cells[place]) if place < len(below.cells) else ""
        if account[:1].isdecimal():
            continue
        texts = texts_of(below)
        same = sum(
            bool(text) and plain_header(text) == header
            for text, header in zip(texts, headers, strict=False)
        )
        known = {known_field(text) for text in texts} - {""}
        is_header = {"account"} < known and known & {"amount", "debit", "credit"}
        if is_header or (same > 1 and plain_header(account) == headers[place]):
            findings.add(ProblemCode.HEADERS_REPEATED, line=below.line)
    findings.refuse()


def _remarks(
    body: Sequence[Row], places: Mapping[str, int], *, headers: Row
) -> dict[int, tuple[str, str]]:
    """Return the texts that may mark a row of sums outside of the text columns, one a row."""
    of_texts = {places[field] for field in TEXT_FIELDS if field in places}
    remarks: dict[int, tuple[str, str]] = {}
    for place, header in enumerate(texts_of(headers)):
        if place in of_texts:
            continue
        marked = {
            text
            for text in {text_of(row.cells[place]) for row in body if place < len(row.cells)}
            if text and not NUMBER_OR_DATE.fullmatch(text) and mark_of(text)
        }
        for at, row in enumerate(body if marked else ()):
            if place < len(row.cells) and text_of(row.cells[place]) in marked:
                remarks.setdefault(at, (header, text_of(row.cells[place])))
    return remarks


def _raw_lines(body: Sequence[Row], places: Mapping[str, int], *, headers: Row) -> list[RawLine]:
    width = len(headers.cells)
    # Rows get one cell more than the headers; fields without a column read that empty cell.
    texts = itemgetter(*(places.get(field, width) for field in TEXT_FIELDS))
    cells = itemgetter(*(places.get(field, width) for field in CELL_FIELDS))
    nothing = [""] * (width + 1)
    unread = [
        place
        for place, header in enumerate(texts_of(headers))
        if place not in places.values() and not is_numbering(header)
    ]
    lines = []
    for number, filled, _ in body:
        padded = [*filled[:width], *nothing[min(len(filled), width) :]]
        # Most cells are texts already, and this runs for every line.
        read = [cell if cell.__class__ is str else text_of(cell) for cell in texts(padded)]
        # ``hash`` will do: its values are only compared within one file.
        rest = hash(tuple(padded[place] for place in unread)) if unread else 0
        lines.append(RawLine._make((number, *read, *cells(padded), 0, rest)))
    return lines


def _texts_in(body: Sequence[Row], place: int | None) -> dict[str, int]:
    """Return the distinct texts of one column, each with its first line."""
    first_lines: dict[str, int] = {}
    if place is None:
        return first_lines
    for row in body:
        text = text_of(row.cells[place]) if place < len(row.cells) else ""
        if text:
            first_lines.setdefault(text, row.line)
    return first_lines
