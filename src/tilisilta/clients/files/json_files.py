"""Reads JSON files: a list of journal lines, each an object whose names are the headers.

What stands around the lines, such as a date or a currency, belongs to every line inside.
"""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from tilisilta.clients.files.alignment import Row
from tilisilta.clients.files.columns import SaidOfColumns
from tilisilta.clients.files.encodings import decode_text, without_invisible
from tilisilta.clients.files.findings import refused
from tilisilta.clients.files.header_names import known_field
from tilisilta.clients.files.outcomes import JSON
from tilisilta.clients.files.raw import MOST_CELLS, MOST_COLUMNS, MOST_LINES, Cell, RawJournal
from tilisilta.clients.files.tables import read_table
from tilisilta.domain.problems import ProblemCode

# A longer number is no amount, and one like 1e999999999 would fill the memory when written out.
_MOST_CHARACTERS_OF_A_NUMBER = 40
_AMOUNTS = frozenset({"amount", "debit", "credit"})
_MOST_DEPTH = 20
_MOST_COMMAS = 3_000_000
_MOST_OBJECTS = 4 * MOST_LINES


def read_json(content: bytes, columns: SaidOfColumns) -> RawJournal:
    """Return the content of a JSON file; the line of a problem counts its objects.

    Raises ``FileRefused`` and ``ColumnsNeeded``.
    """
    records, count = [], 0
    for record in _records(_parsed(decode_text(content)), {}, depth=0):
        records.append(record)
        # What stands around the lines is in each of them.
        count += len(record)
        if len(records) > MOST_LINES or count > MOST_CELLS:
            raise refused(ProblemCode.TOO_MANY_LINES, limit=MOST_LINES)
    # An object that is null somewhere and filled elsewhere would leave a header without values.
    named = (name for record in records for name, cell in record.items() if cell != "")
    headers = tuple(dict.fromkeys(named))
    if len(headers) > MOST_COLUMNS:
        raise refused(ProblemCode.COLUMNS_UNKNOWN, reason="too-many", limit=MOST_COLUMNS)
    if not headers:
        raise refused(ProblemCode.NO_LINES)
    if len(headers) * len(records) > MOST_CELLS:
        raise refused(ProblemCode.TOO_MANY_LINES, limit=MOST_LINES)
    return read_table(_rows(headers, records), kind=JSON, columns=columns)


def _parsed(text: str) -> Any:
    # The parser of the standard library does not let others work meanwhile.
    if text.count(",") > _MOST_COMMAS or text.count("{") > _MOST_OBJECTS:
        raise refused(ProblemCode.TOO_MANY_LINES, limit=MOST_LINES)
    try:
        return json.loads(
            text,
            parse_float=_number,
            parse_int=_number,
            parse_constant=str,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise refused(ProblemCode.JSON_UNREADABLE, line=error.lineno) from error
    except RecursionError as error:
        raise refused(ProblemCode.JSON_UNREADABLE, reason="shape") from error


def _number(text: str) -> Cell:
    if len(text) > _MOST_CHARACTERS_OF_A_NUMBER:
        return text
    number = Decimal(text)
    return number if abs(number.adjusted()) < _MOST_CHARACTERS_OF_A_NUMBER else text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise refused(ProblemCode.COLUMN_TWICE, column=twice)
    return values


def _records(value: Any, around: Mapping[str, Cell], *, depth: int) -> Iterator[dict[str, Cell]]:
    """Yield the innermost objects of lists, each with the values of the objects around it."""
    if depth > _MOST_DEPTH:
        raise refused(ProblemCode.JSON_UNREADABLE, reason="shape")
    if isinstance(value, list):
        for item in value:
            yield from _records(item, around, depth=depth + 1)
    elif isinstance(value, dict):
        own: dict[str, Cell] = {}
        lists: list[list[Any]] = []
        _collect(value, own, lists, depth=depth)
        if len(lists) > 1:
            raise refused(ProblemCode.JSON_UNREADABLE, reason="shape")
        if lists:
            # What stands around the lines and is called an amount is the sum of them.
            own = {name: cell for name, cell in own.items() if known_field(name) not in _AMOUNTS}
            yield from _records(lists[0], {**around, **own}, depth=depth + 1)
        else:
            yield {**around, **own}
    else:
        raise refused(ProblemCode.JSON_UNREADABLE, reason="shape")


def _collect(
    value: Mapping[str, Any],
    own: dict[str, Cell],
    lists: list[list[Any]],
    *,
    depth: int,
) -> None:
    """Collect the values of an object and of the objects in it, and its lists of objects."""
    if depth > _MOST_DEPTH:
        raise refused(ProblemCode.JSON_UNREADABLE, reason="shape")
    for name, item in value.items():
        header = name.strip()
        if isinstance(item, dict):
            _collect_inside(item, own, lists, header=header, depth=depth)
        elif isinstance(item, list):
            # A list of journal lines without a single line is still the list of them.
            if item:
                lists.append(item)
        else:
            own[header] = _cell(item)


def _collect_inside(
    item: Mapping[str, Any],
    own: dict[str, Cell],
    lists: list[list[Any]],
    *,
    header: str,
    depth: int,
) -> None:
    """Collect an object in an object: its names stand behind its own, unless it holds the lines."""
    inner: dict[str, Cell] = {}
    count = len(lists)
    _collect(item, inner, lists, depth=depth + 1)
    is_around_lines = len(lists) > count
    for name, cell in inner.items():
        own[name if is_around_lines else f"{header}.{name}"] = cell


def _cell(value: Any) -> Cell:
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case Decimal():
            return value
        case _:
            return without_invisible(str(value)).strip()


def _rows(headers: tuple[str, ...], records: list[dict[str, Cell]]) -> Iterator[Row]:
    yield Row(0, headers)
    for number, record in enumerate(records, start=1):
        cells = tuple(record.get(header, "") for header in headers)
        if any(cell != "" for cell in cells):
            yield Row(number, cells)
