"""Detects rows whose values may be in wrong columns, as the delimiter also occurs within a value.

An unquoted 4200,50 between commas becomes two cells, and so does an unquoted "Wages; bonus" between
semicolons. Rows that are too long reveal it. Where rows may be shorter than the headers, the
content of the cells has to; what stays ambiguous is refused.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from tilisilta.clients.files.accounting_format import bare_amount
from tilisilta.clients.files.amounts import decimal_sign_of, read_amounts, without_groups
from tilisilta.clients.files.findings import Findings
from tilisilta.clients.files.line_amounts import side_of
from tilisilta.clients.files.raw import Cell, Fault, text_of
from tilisilta.domain.problems import ProblemCode

_WHOLE = re.compile(r"[-+\u2212\u2013]?[0-9]+")
# What may follow the last digit of an amount: a minus and a currency.
_CURRENCY = "\u20ac|EUR|euroa?|kr|SEK|NOK|DKK|GBP|USD|\u00a3|\\$"
_MINUSES = "-\u2212\u2013"
_END = rf"\s?[{_MINUSES}]?\s?(?:{_CURRENCY}|(?<=\s)e)?\.?\s?[{_MINUSES}]?"
_CENTS = re.compile(rf"[0-9]{{1,2}}{_END}", re.IGNORECASE)
_THOUSANDS = re.compile(rf"[0-9]{{3}}(?:\.[0-9]{{1,2}})?{_END}", re.IGNORECASE)
_WITH_CURRENCY = re.compile(
    rf"[0-9.]+\s?[{_MINUSES}]?\s?(?:{_CURRENCY})\.?\s?[{_MINUSES}]?", re.IGNORECASE
)
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_MOST_DIGITS_BEFORE_THOUSANDS = 3
_MOST_LONGER = 2
_ZERO = Decimal(0)


class Row(NamedTuple):
    """One row that is not blank, and the line of the file it begins on.

    In a text file, ``is_indented`` is true if any cell but the first began with a blank.
    """

    line: int
    cells: Sequence[Cell]
    is_indented: bool = False


def must_be_aligned(
    body: Sequence[Row], places: Mapping[str, int], *, width: int, delimiter: str
) -> None:
    """Raise ``FileRefused`` for rows whose values may be in wrong columns.

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
    # An unquoted 1,50 between commas moves all cells after it. In a row that ends in blanks, only
    # its length reveals that.
    may_end_in_blanks = delimiter != ","
    return len(row.cells) > width and (
        not may_end_in_blanks or any(map(text_of, row.cells[width:]))
    )


def _unlike_the_others(body: Sequence[Row], width: int) -> Iterator[Row]:
    """Return the rows with more cells than the program that made the file writes.

    Rows that end in blanks show how many cells it writes, and a blank after the delimiter shows a
    text that was cut in two.
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
    """An amount of a row, its side, and the cell after it in the next column.

    ``text`` is without the thousands separators of a whole amount; ``value`` is the amount as read.
    """

    row: Row
    text: str
    value: Decimal
    behind: str
    side: int


class _Column(NamedTuple):
    """The amounts of one column, and what is next to it: a column of codes, or one that is read."""

    amounts: Sequence[_Amount]
    is_before_code: bool
    may_be_cut: bool


class _Sums(NamedTuple):
    """The sum of the journal as it is read, and with what may have been cut off."""

    whole: Decimal
    joined: Decimal


_NEVER_BEHIND_AN_AMOUNT = {"date", "debit", "credit", "account", "period", "year", "direction"}


def _cut_rows(body: Sequence[Row], places: Mapping[str, int], width: int) -> Sequence[Row]:
    """Return the rows whose cents or thousands may have been cut off into the next column.

    They look like whole amounts beside a short code, unless other rows have amounts with cents and
    codes after them, or the journal balances only without what would be cents.
    """
    columns = _amount_columns(body, places, width)
    for pattern, scale in ((_CENTS, 1), (_THOUSANDS, 1000)):
        sums = _Sums(
            sum((one.side * one.value for column in columns for one in column.amounts), _ZERO),
            sum(
                (
                    one.side * (_joined(one, pattern, scale) if column.may_be_cut else one.value)
                    for column in columns
                    for one in column.amounts
                ),
                _ZERO,
            ),
        )
        suspects = [
            one.row
            for column in columns
            if column.may_be_cut
            for one in _suspects(column, pattern, scale, sums, width)
        ]
        if suspects:
            return sorted(suspects, key=lambda row: row.line)
    return ()


def _amount_columns(
    body: Sequence[Row], places: Mapping[str, int], width: int
) -> Sequence[_Column]:
    fields = {place: field for field, place in places.items()}
    side_at = places.get("direction", width)
    names = [name for name in ("amount", "debit", "credit") if name in places]
    texts = [text for row in body for name in names if (text := _cell(row, places[name]))]
    bare = {text: bare_amount(text) for text in texts}
    numbers = [bare[text].cell for text in texts]
    read, sign = read_amounts(numbers), decimal_sign_of(numbers)
    columns = []
    for name in names:
        place = places[name]
        field = fields.get(place + 1, "") if place + 1 < width else ""
        amounts = [
            _Amount(
                row,
                without_groups(text, decimal_sign=sign),
                _ZERO if isinstance(value := read[bare[text].cell], Fault) else value,
                _cell(row, place + 1),
                bare[text].side or _side(row, name, side_at),
            )
            for row in body
            if (text := _cell(row, place))
        ]
        columns.append(
            _Column(
                amounts,
                is_before_code=field in {"cost_center", "cost_unit"},
                may_be_cut=field not in _NEVER_BEHIND_AN_AMOUNT,
            )
        )
    return columns


def _suspects(
    column: _Column, pattern: re.Pattern[str], scale: int, sums: _Sums, width: int
) -> Sequence[_Amount]:
    amounts, is_code = column.amounts, column.is_before_code
    suspects = [one for one in amounts if _may_be_cut(one, pattern, scale)]
    if not suspects or (sums.whole and not sums.joined):
        return suspects
    others = [one for one in amounts if one.behind and not _may_be_cut(one, pattern, scale)]
    if is_code and any(_WITH_CURRENCY.fullmatch(one.behind) for one in suspects):
        # 50 EUR after 4200 is no code, balanced or not.
        return suspects
    have_points = any("." in one.behind for one in suspects)
    if have_points and not sums.joined:
        # 200.50 after 4 is no code, whatever the other rows hold.
        return suspects
    # Other rows have an uncut amount and a value in the next column, which is thus a real column.
    are_surely_whole = any(not _WHOLE.fullmatch(one.text) for one in others) or (
        is_code and others and (sums.joined or scale > 1 or _are_padded(amounts, suspects, width))
    )
    balances_only_as_read = sums.joined and (others or not sums.whole)
    # 410 after 100 is a cost center far more often than 100,410 is an amount.
    are_codes = scale > 1 and is_code and not sums.whole and not have_points
    return () if are_surely_whole or balances_only_as_read or are_codes else suspects


def _are_padded(amounts: Sequence[_Amount], suspects: Sequence[_Amount], width: int) -> bool:
    """Return whether rows are filled up to the headers, so that a cut one would be longer."""
    suspected = {one.row.line for one in suspects}
    return all(len(one.row.cells) == width for one in suspects) and any(
        len(one.row.cells) == width and not text_of(one.row.cells[-1])
        for one in amounts
        if one.row.line not in suspected
    )


def _side(row: Row, name: str, side_at: int) -> int:
    if name == "credit":
        return -1
    return side_of(_cell(row, side_at)) or 1


def _may_be_cut(one: _Amount, pattern: re.Pattern[str], scale: int) -> bool:
    if not _WHOLE.fullmatch(one.text) or not pattern.fullmatch(one.behind):
        return False
    return scale == 1 or len(one.text.lstrip(f"+{_MINUSES}")) <= _MOST_DIGITS_BEFORE_THOUSANDS


def _joined(one: _Amount, pattern: re.Pattern[str], scale: int) -> Decimal:
    if not _may_be_cut(one, pattern, scale):
        return one.value
    match = _DIGITS.match(one.behind)
    digits = match[0] if match else ""
    rest = Decimal(digits) if scale > 1 else Decimal(f"0.{digits}")
    is_negative = one.text[0] in _MINUSES or any(sign in one.behind for sign in _MINUSES)
    size = abs(one.value) * scale + rest
    return -size if is_negative else size


def _cell(row: Row, place: int) -> str:
    return text_of(row.cells[place]) if place < len(row.cells) else ""
