"""Finds rows whose values may stand in wrong columns: a delimiter was also used within a value.

An unquoted 4200,50 between commas becomes two cells, and so does an unquoted "Wages; bonus" between
semicolons. Rows that are too long show it. Where rows may be shorter than the headers, the cells
themselves have to; what cannot be told apart is refused.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from tilisilta.clients.files.findings import Findings
from tilisilta.clients.files.raw import Cell, text_of
from tilisilta.domain.problems import ProblemCode

_WHOLE = re.compile(r"[-+\u2212\u2013]?[0-9]+")
_CENTS = re.compile("[0-9]{1,2}-?")
_THOUSANDS = re.compile(r"[0-9]{3}(?:\.[0-9]{1,2})?-?")
_MOST_DIGITS_BEFORE_THOUSANDS = 3
_MOST_LONGER = 2
_ZERO = Decimal(0)


class Row(NamedTuple):
    """One row that is not blank, and the line of the file it begins on.

    ``is_indented`` tells of a text file whether any cell but the first began with a blank.
    """

    line: int
    cells: Sequence[Cell]
    is_indented: bool = False


def must_be_aligned(
    body: Sequence[Row], places: Mapping[str, int], *, width: int, delimiter: str
) -> None:
    """Raise ``FileRefused`` for rows whose values may stand in wrong columns.

    ``width`` is the number of headers; a workbook has no ``delimiter``.
    """
    findings = Findings()
    for row in body:
        if _is_too_long(row, width, delimiter):
            findings.add(ProblemCode.COLUMNS_UNKNOWN, line=row.line, reason="more-cells")
    findings.refuse()
    if delimiter:
        for row in _unlike_the_others(body, width):
            findings.add(ProblemCode.COLUMNS_UNKNOWN, line=row.line, reason="ragged")
    if delimiter == ",":
        for row in _cut_rows(body, places, width):
            findings.add(ProblemCode.COLUMNS_UNKNOWN, line=row.line, reason="cut-amounts")
    findings.refuse()


def _is_too_long(row: Row, width: int, delimiter: str) -> bool:
    # An unquoted 1,50 between commas moves all that follows over by one. That the row is
    # longer than the headers may be all there is to see of it, if it ends in blanks.
    may_end_in_blanks = delimiter != ","
    return len(row.cells) > width and (
        not may_end_in_blanks or any(map(text_of, row.cells[width:]))
    )


def _unlike_the_others(body: Sequence[Row], width: int) -> Iterator[Row]:
    """The rows with more cells than the program writes that made the file.

    It shows its number of cells by rows that end in blanks, and a text that was cut in two by a
    blank behind the delimiter.
    """
    counts = Counter(len(row.cells) for row in body)
    usual = min((one for one in counts if counts[one] == max(counts.values())), default=width)
    longer = [row for row in body if len(row.cells) > usual]
    of_usual_length = [row for row in body if len(row.cells) == usual]
    is_padded = (
        len(of_usual_length) > len(body) / 2
        and len(longer) <= max(_MOST_LONGER, len(body) // 5)
        and any(not text_of(row.cells[-1]) for row in of_usual_length)
    )
    are_indented = any(row.is_indented for row in body if len(row.cells) <= usual)
    for row in longer:
        is_beyond_headers = len(row.cells) > width and usual <= width
        if is_padded or is_beyond_headers or (row.is_indented and not are_indented):
            yield row


class _Amount(NamedTuple):
    """An amount of a row, and the cell that stands behind it in the next column."""

    row: Row
    text: str
    behind: str


def _cut_rows(body: Sequence[Row], places: Mapping[str, int], width: int) -> Sequence[Row]:
    """The rows whose cents or thousands may have been cut off into the next column.

    They cannot be told from whole amounts beside a short code, unless other rows have amounts with
    cents and codes behind them, or the journal balances only without what would be cents.
    """
    fields = {place: field for field, place in places.items()}
    for place in sorted(places[name] for name in ("amount", "debit", "credit") if name in places):
        found = [
            _Amount(row, text_of(row.cells[place]), _behind(row, place))
            for row in body
            if place < len(row.cells) and text_of(row.cells[place])
        ]
        field = fields.get(place + 1, "") if place + 1 < width else ""
        is_code = field in {"cost_center", "cost_unit"}
        if field in {"date", "debit", "credit", "account", "period", "year", "direction"}:
            continue
        for pattern, scale in ((_CENTS, 1), (_THOUSANDS, 1000)):
            if suspects := _suspects(found, pattern, scale, is_code=is_code):
                return suspects
    return ()


def _suspects(
    found: Sequence[_Amount], pattern: re.Pattern[str], scale: int, *, is_code: bool
) -> Sequence[Row]:
    suspects = [one for one in found if _may_be_cut(one, pattern, scale)]
    if not suspects:
        return ()
    whole = sum((_value(one.text) for one in found), _ZERO)
    joined = sum((_joined(one, pattern, scale) for one in found), _ZERO)
    if whole and not joined:
        return [one.row for one in suspects]
    others = [one for one in found if one.behind and not _may_be_cut(one, pattern, scale)]
    if any(not _WHOLE.fullmatch(one.text) for one in others) or (is_code and others):
        # The column has values of its own beside amounts that were surely not cut.
        return ()
    if joined and (others or not whole):
        return ()
    if scale > 1 and is_code and not whole and all("." not in one.behind for one in suspects):
        # 410 behind 100 is a cost center far more often than 100,410 is an amount.
        return ()
    return [one.row for one in suspects]


def _may_be_cut(one: _Amount, pattern: re.Pattern[str], scale: int) -> bool:
    if not _WHOLE.fullmatch(one.text) or not pattern.fullmatch(one.behind):
        return False
    return scale == 1 or len(one.text.lstrip("-+\u2212\u2013")) <= _MOST_DIGITS_BEFORE_THOUSANDS


def _joined(one: _Amount, pattern: re.Pattern[str], scale: int) -> Decimal:
    """The amount as it was before it was cut, if it was."""
    value = _value(one.text)
    if not _may_be_cut(one, pattern, scale):
        return value
    digits = one.behind.rstrip("-")
    rest = Decimal(digits) if scale > 1 else Decimal(f"0.{digits}")
    is_negative = value < 0 or one.text[:1] in "-\u2212\u2013" or one.behind.endswith("-")
    return value * scale + (-rest if is_negative else rest)


def _value(text: str) -> Decimal:
    plain = text.replace("\u2212", "-").replace("\u2013", "-").replace(" ", "").replace(",", ".")
    try:
        return Decimal(plain)
    except ArithmeticError:
        return _ZERO


def _behind(row: Row, place: int) -> str:
    return text_of(row.cells[place + 1]) if place + 1 < len(row.cells) else ""
