"""Dates and payroll periods as files write them.

Whether 5/6/2026 is in May or in June is found from all dates of a file together, and refused
where none of them tells.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date

from tilisilta.clients.files.raw import Cell, Fault, text_of
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.problems import ProblemCode

_FIRST_YEAR, _LAST_YEAR = 2000, 2099

# A time of day, as programs add it to a date; Finnish spreadsheets write 0.00.00.
_MIDNIGHT = r"(?:[ T]0?0[:.]00(?:[:.]00(?:\.0+)?)?)?"
_YEAR_FIRST = re.compile(
    rf"(?P<year>[0-9]{{4}})([-/.])(?P<month>[0-9]{{1,2}})\2(?P<day>[0-9]{{1,2}}){_MIDNIGHT}"
)
_EIGHT_DIGITS = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_DAY_FIRST = re.compile(
    rf"(?P<day>[0-9]{{1,2}})\.(?P<month>[0-9]{{1,2}})\.(?P<year>[0-9]{{4}}){_MIDNIGHT}"
)
_EITHER_FIRST = re.compile(rf"([0-9]{{1,2}})([-/])([0-9]{{1,2}})\2([0-9]{{4}}){_MIDNIGHT}")
_PERIOD_YEAR_FIRST = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})|([0-9]{2}))")
# Spreadsheets take 2026.10 for a number and drop its last zero.
_JANUARY_OR_OCTOBER = re.compile(r"[0-9]{4}\.1")
_PERIOD_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{4})")

_DATE_EMPTY = Fault(ProblemCode.DATE_UNREADABLE, "empty")
_DATE_UNREADABLE = Fault(ProblemCode.DATE_UNREADABLE, "unreadable")
_DATE_AMBIGUOUS = Fault(ProblemCode.DATE_UNREADABLE, "ambiguous")
_DATE_MIXED = Fault(ProblemCode.DATE_UNREADABLE, "mixed")
_PERIOD_EMPTY = Fault(ProblemCode.PERIOD_UNREADABLE, "empty")
_PERIOD_UNREADABLE = Fault(ProblemCode.PERIOD_UNREADABLE, "unreadable")
_PERIOD_AMBIGUOUS = Fault(ProblemCode.PERIOD_UNREADABLE, "ambiguous")
_PERIOD_MIXED = Fault(ProblemCode.PERIOD_UNREADABLE, "mixed")
_NO_MONTH = Fault(ProblemCode.PERIOD_NOT_A_MONTH, "number")

_MOST_WEEKS = 53
_WEEK = re.compile(
    r"(?:[0-9]{4}[-/ ]?)?(?:w|wk|week|v|vk|vko|viikko|vecka|kw)\.? ?[0-9]{1,2}(?:[-/ ][0-9]{4})?",
    re.IGNORECASE,
)
# Beginnings of the months' names in English, Swedish, Finnish and Dutch.
_MONTH_NAMES = tuple(
    re.compile(rf"(?:{names})[^\W\d]*", re.IGNORECASE)
    for names in (
        "jan|tammi",
        "feb|helmi",
        "mar(?!ras)|mrt|maa[rl]",
        "apr|huhti",
        "may|maj|mei|touko",
        "jun|kesä",
        "jul|heinä",
        "aug|elo",
        "sep|syys",
        "okt|oct|loka",
        "nov|marras",
        "dec|joulu",
    )
)
_NAME_AND_YEAR = re.compile(
    r"(?:(?P<before>[0-9]{4})[-/ ]+)?(?P<name>[^\W\d]+)\.?[-/ ]*(?P<behind>[0-9]{4})?"
)
# What people write before a period, and the last day of one that is written as a range.
_LABEL = re.compile(
    r"(?:palkka|löne|pay(?:roll)?|loon)?[- ]?(?:kausi|jakso|kuukausi|kk|period|periode|month|månad"
    r"|maand)\.?:? +",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r".*[0-9][. ]*(?:-|\u2013|to|till|tot) *"
    r"(?P<last>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4})",
    re.IGNORECASE,
)
_HALF_A_YEAR = 6


def read_dates(cells: Iterable[Cell]) -> dict[Cell, date | Fault]:
    """Every distinct cell with the date it means, or with what is wrong with it."""
    counts = Counter(cells)
    order = _order(counts)
    return {cell: _read_date(cell, order) for cell in counts}


def read_periods(pairs: Iterable[tuple[Cell, Cell]]) -> dict[tuple[Cell, Cell], date | Fault]:
    """Every distinct pair of period and year with the last day of that month, or a fault."""
    return {pair: _read_period(*pair) for pair in set(pairs)}


def month_named(period: Cell, year: Cell, day: date) -> BookingPeriod | None:
    """The month that a line dated on ``day`` names as its period, if it names one.

    A month without a year is taken for the one nearest to ``day``.
    """
    text, year_text = text_of(period), text_of(year)
    if isinstance(period, str):
        period = text = _LABEL.sub("", text, count=1)
    read = _read_period(period, year)
    if isinstance(read, date):
        return BookingPeriod.containing(read)
    if found := _RANGE.fullmatch(text):
        last = _read_date(found["last"], "day")
        return BookingPeriod.containing(last) if isinstance(last, date) else None
    if re.fullmatch("0?[1-9]|1[0-2]", text):
        month, own_year = int(text), year_text
    elif found := _NAME_AND_YEAR.fullmatch(text):
        name = found["name"]
        month = next((at for at, one in enumerate(_MONTH_NAMES, 1) if one.fullmatch(name)), 0)
        own_year = found["before"] or found["behind"] or year_text
    else:
        return None
    if not month or (own_year and not re.fullmatch("20[0-9]{2}", own_year)):
        return None
    if own_year:
        return BookingPeriod(year=int(own_year), month=month)
    away = month - day.month
    turn = -1 if away > _HALF_A_YEAR else int(away < -_HALF_A_YEAR)
    return BookingPeriod(year=day.year + turn, month=month)


def _order(counts: Counter[Cell]) -> str:
    """Whether most dates with slashes or hyphens have "day" or "month" first; empty if none tells.

    A date that tells is one whose day is above twelve.
    """
    shown: Counter[str] = Counter()
    for cell, count in counts.items():
        found = _EITHER_FIRST.fullmatch(cell.strip()) if isinstance(cell, str) else None
        if found is None:
            continue
        first, second = int(found[1]), int(found[3])
        if first > 12 >= second:
            shown["day"] += count
        elif second > 12 >= first:
            shown["month"] += count
    return shown.most_common(1)[0][0] if shown else ""


def _read_date(cell: Cell, order: str) -> date | Fault:
    if isinstance(cell, date):
        return _day(cell.year, cell.month, cell.day) or _DATE_UNREADABLE
    text = text_of(cell)
    if not text:
        return _DATE_EMPTY
    if found := _EITHER_FIRST.fullmatch(text):
        return _in_order(int(found[1]), int(found[3]), int(found[4]), order)
    found = (
        _YEAR_FIRST.fullmatch(text) or _EIGHT_DIGITS.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    )
    day = _day(int(found["year"]), int(found["month"]), int(found["day"])) if found else None
    return day or _DATE_UNREADABLE


def _in_order(first: int, second: int, year: int, order: str) -> date | Fault:
    if not order and first != second:
        return _DATE_AMBIGUOUS
    day, month = (second, first) if order == "month" else (first, second)
    if read := _day(year, month, day):
        return read
    return _DATE_MIXED if _day(year, day, month) else _DATE_UNREADABLE


def _day(year: int, month: int, day: int) -> date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read_period(period: Cell, year: Cell) -> date | Fault:
    if isinstance(period, date):
        return _last_day(period.year, period.month)
    text, year_text = text_of(period), text_of(year)
    if not text:
        return _PERIOD_EMPTY
    if _JANUARY_OR_OCTOBER.fullmatch(text):
        return _PERIOD_AMBIGUOUS
    if found := _PERIOD_YEAR_FIRST.fullmatch(text):
        own_year, month = int(found[1]), int(found[2] or found[3])
    elif found := _PERIOD_YEAR_LAST.fullmatch(text):
        own_year, month = int(found[2]), int(found[1])
    elif re.fullmatch("[0-9]{1,2}", text) and re.fullmatch("[0-9]{4}", year_text):
        own_year, month = int(year_text), int(text)
    else:
        return _NO_MONTH if _WEEK.fullmatch(text) else _PERIOD_UNREADABLE
    if year_text and year_text != str(own_year):
        return _PERIOD_MIXED
    return _last_day(own_year, month)


def _last_day(year: int, month: int) -> date | Fault:
    if 12 < month <= _MOST_WEEKS and _FIRST_YEAR <= year <= _LAST_YEAR:
        return _NO_MONTH
    first = _day(year, month, 1)
    return BookingPeriod.containing(first).last_day if first else _PERIOD_UNREADABLE
