"""Finds the headers of a table: in one row or two, below any number of titles, or not at all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from tilisilta.clients.files.alignment import Row
from tilisilta.clients.files.columns import ColumnMapping, SaidOfColumns
from tilisilta.clients.files.findings import Findings, refused
from tilisilta.clients.files.header_names import is_ignored, is_unit, known_field, plain_header
from tilisilta.clients.files.raw import text_of
from tilisilta.domain.problems import ProblemCode

_LIKELY_ROWS = 20
_FEWEST_NUMBERS_OF_A_LINE = 2
NUMBER_OR_DATE = re.compile(
    r"[-+\u2212\u2013(]?\s?(?:[\u20ac$\u00a3]|EUR)?\s?[0-9][0-9 \u00a0\u202f.,/:'-]*"
    r"(?:\s?(?:\u20ac|EUR|SEK|kr|CR|DR))*\)?-?",
    re.IGNORECASE,
)
_DIGIT = re.compile("[0-9]")
_ACCOUNT = re.compile("[0-9]{3,10}")


class Head(NamedTuple):
    """The headers of a table as one row, the rows above it, and those below.

    Of a file without headers the row has the places of the columns, counted from 1.
    """

    row: Row
    above: Sequence[Row]
    body: Sequence[Row]
    are_places: bool = False


class _Place(NamedTuple):
    """Where headers may be, as one row: from the row at ``first`` to the one before ``end``."""

    first: int
    end: int
    row: Row

    def is_complete(self, said: SaidOfColumns) -> bool:
        return not said.lacking(ColumnMapping.guessed_from(texts_of(self.row)))

    def head_of(self, rows: Sequence[Row]) -> Head:
        return Head(self.row, rows[: self.first], rows[self.end :])


def find_head(rows: Sequence[Row], said: SaidOfColumns) -> Head:
    """Return the headers that are known best; where a line comes first, there are none."""
    best = max(range(min(len(rows), _LIKELY_ROWS)), key=lambda at: _likeness(rows, at))
    place = _joined_if_two(rows, best, said)
    if not place.is_complete(said):
        likely = _likely_places(rows, said)
        place = next((one for one in likely if one.is_complete(said)), place)
    if place.is_complete(said):
        place = _with_units(rows, place)
    if place.is_complete(said) or (_likeness(rows, best)[1] > 1 and not is_like_line(rows[best])):
        return place.head_of(rows)
    first = next((at for at, row in enumerate(rows) if is_like_line(row)), None)
    if first is not None and first > _LIKELY_ROWS and _filled(rows[first - 1]) > 1:
        # Unknown headers below many titles stand right above the first line.
        return _Place(first - 1, first, rows[first - 1]).head_of(rows)
    if first is None or any(_filled(row) > 1 for row in rows[:first]):
        return place.head_of(rows)
    return _by_place(rows, first)


def head_named(rows: Sequence[Row], columns: ColumnMapping, said: SaidOfColumns) -> Head:
    """Return the headers that a person named, by their text or by the place of the column.

    Raises ``FileRefused`` where the file does not have them.
    """
    wanted = {plain_header(header): header for header in columns.to_mapping().values()}
    for place in chain(_single_rows(rows), _pairs(rows)):
        if wanted.keys() <= _plain(place.row) and not is_like_line(place.row):
            _must_be_enough(columns, said)
            return place.head_of(rows)
    if all(re.fullmatch("[0-9]{1,3}", header) for header in wanted):
        return _head_of_places(rows, columns, said)
    at = max(range(min(len(rows), _LIKELY_ROWS)), key=lambda one: _matches(rows[one], wanted))
    findings = Findings()
    for plain, header in wanted.items():
        if plain not in _plain(rows[at]):
            findings.add(
                ProblemCode.COLUMNS_UNKNOWN, line=rows[at].line, column=header, reason="missing"
            )
        elif NUMBER_OR_DATE.fullmatch(header):
            # A journal line taken for the headers would be lost silently.
            findings.add(ProblemCode.COLUMNS_UNKNOWN, line=rows[at].line, reason="no-headers")
    findings.refuse()
    _must_be_enough(columns, said)
    return _Place(at, at + 1, rows[at]).head_of(rows)


def is_like_line(row: Row) -> bool:
    """Return whether a row has the numbers of a journal line, among them one like an account."""
    texts = [text_of(cell) for cell in row.cells if cell != ""]
    numbers = [text for text in texts if NUMBER_OR_DATE.fullmatch(text)]
    return len(numbers) >= _FEWEST_NUMBERS_OF_A_LINE and any(map(_ACCOUNT.fullmatch, numbers))


def texts_of(row: Row) -> tuple[str, ...]:
    return tuple(text_of(cell) for cell in row.cells)


def _by_place(rows: Sequence[Row], first: int) -> Head:
    width = max(len(row.cells) for row in rows[first:])
    places = tuple(str(place) for place in range(1, width + 1))
    return Head(Row(rows[first].line, places), rows[:first], rows[first:], are_places=True)


def _head_of_places(rows: Sequence[Row], columns: ColumnMapping, said: SaidOfColumns) -> Head:
    places = {field: int(place) - 1 for field, place in columns.to_mapping().items()}
    first = next((at for at, row in enumerate(rows) if _is_line_at(row, places)), 0)
    head = _by_place(rows, first)
    findings = Findings()
    for place in places.values():
        if not 0 <= place < len(head.row.cells):
            findings.add(
                ProblemCode.COLUMNS_UNKNOWN,
                line=head.row.line,
                column=str(place + 1),
                reason="missing",
            )
    findings.refuse()
    _must_be_enough(columns, said)
    return head


def _is_line_at(row: Row, places: Mapping[str, int]) -> bool:
    """Return whether a row has an amount, or a date and an account, where they should be.

    In a file without dates an account alone is enough: no line is taken for a title.
    """
    has = {field for field, place in places.items() if _has_digit(row, place)}
    if has & {"amount", "debit", "credit"} or {"account", "date"} <= has:
        return True
    if "date" in places or places["account"] >= len(row.cells):
        return False
    return bool(_ACCOUNT.fullmatch(text_of(row.cells[places["account"]])))


def _has_digit(row: Row, place: int) -> bool:
    return place < len(row.cells) and bool(_DIGIT.search(text_of(row.cells[place])))


def _must_be_enough(columns: ColumnMapping, said: SaidOfColumns) -> None:
    findings = Findings()
    lacking = said.lacking(columns)
    if lacking == ("date",):
        raise refused(ProblemCode.NO_DATES)
    for field in lacking:
        findings.add(ProblemCode.COLUMNS_UNKNOWN, field=field, reason="missing")
    findings.refuse()


def _likeness(rows: Sequence[Row], at: int) -> tuple[bool, int, int, int]:
    texts = texts_of(rows[at])
    known = sum(bool(known_field(text)) for text in texts)
    return not is_like_line(rows[at]), known, sum(map(bool, texts)), -at


def _joined_if_two(rows: Sequence[Row], at: int, said: SaidOfColumns) -> _Place:
    """Return the headers in the row at ``at``, with those right below or above that belong to it.

    A row without any digit cannot be a journal line, so that none is lost.
    """
    if at + 1 < len(rows) and _belongs_below(rows, at) and _complete_pair(rows, at, said):
        return _Place(at, at + 2, _joined(rows[at], rows[at + 1]))
    alone = _Place(at, at + 1, rows[at])
    is_whole = alone.is_complete(said)
    is_pair = at > 0 and not is_whole and _goes_on(rows[at]) and _goes_on(rows[at - 1])
    if is_pair and _complete_pair(rows, at - 1, said):
        return _Place(at - 1, at + 1, _joined(rows[at - 1], rows[at]))
    return alone


def _with_units(rows: Sequence[Row], place: _Place) -> _Place:
    """Return headers together with the row below, where that says nothing but currencies."""
    if place.end >= len(rows):
        return place
    below = rows[place.end]
    if not all(map(is_unit, filter(None, texts_of(below)))):
        return place
    return _Place(place.first, place.end + 1, _joined(place.row, below))


def _goes_on(row: Row) -> bool:
    """Return whether a row can be a part of headers: no digits, and a known word or currency."""
    if _has_any_digit(row):
        return False
    texts = [text for text in texts_of(row) if text]
    return any(map(known_field, texts)) or all(map(is_unit, texts))


def _belongs_below(rows: Sequence[Row], at: int) -> bool:
    """Return whether the row below ``at`` goes on with headers, as *Numero* below *Tili* does."""
    lower = rows[at + 1]
    if _has_any_digit(lower):
        return False
    together = texts_of(_joined(rows[at], lower))
    own = [text for text, below in zip(together, texts_of(lower), strict=False) if below]
    return _goes_on(lower) or all(known_field(text) or is_ignored(text) for text in own)


def _has_any_digit(row: Row) -> bool:
    return any(isinstance(cell, Decimal | date) or _DIGIT.search(cell) for cell in row.cells)


def _complete_pair(rows: Sequence[Row], at: int, said: SaidOfColumns) -> bool:
    return _Place(at, at + 2, _joined(rows[at], rows[at + 1])).is_complete(said)


def _joined(upper: Row, lower: Row) -> Row:
    """Return two rows of headers as one: the lower one counts, and both together if it must."""
    above, below = texts_of(upper), texts_of(lower)
    width = max(len(above), len(below))
    above += ("",) * (width - len(above))
    below += ("",) * (width - len(below))
    cells, carried = [], ""
    for head, own in zip(above, below, strict=True):
        # A head over several columns stands in the first of them.
        carried = head or (carried if own else "")
        together = f"{carried} {own}".strip()
        if is_unit(own):
            cells.append(f"{head} {own}".strip())
        elif not own:
            cells.append(head)
        elif known_field(own) or not known_field(together):
            cells.append(own if known_field(own) or not carried else together)
        else:
            cells.append(together)
    return Row(upper.line, tuple(cells))


def _likely_places(rows: Sequence[Row], said: SaidOfColumns) -> Iterator[_Place]:
    for at, row in enumerate(rows):
        if not _has_any_digit(row) and any(map(known_field, texts_of(row))):
            yield _joined_if_two(rows, at, said)


def _single_rows(rows: Sequence[Row]) -> Iterator[_Place]:
    for at, row in enumerate(rows):
        yield _Place(at, at + 1, row)


def _pairs(rows: Sequence[Row]) -> Iterator[_Place]:
    for at in range(len(rows) - 1):
        if not _has_any_digit(rows[at]) and not _has_any_digit(rows[at + 1]):
            yield _Place(at, at + 2, _joined(rows[at], rows[at + 1]))


def _plain(row: Row) -> set[str]:
    return set(map(plain_header, texts_of(row)))


def _matches(row: Row, wanted: Mapping[str, str]) -> int:
    return len(wanted.keys() & _plain(row))


def _filled(row: Row) -> int:
    return sum(cell != "" for cell in row.cells)
