"""Dates and payroll periods as files write them.

All dates of a file together show whether 5/6/2026 is in May or in June; a file is refused where
none of them does.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date

from tilisilta.clients.files.raw import Cell, Fault, text_of
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.problems import ProblemCode

_FIRST_YEAR, _LAST_YEAR = 2000, 2099

# A time of day, as programs add it to a date; Finnish spreadsheets write 0.00.00. Midnight is the
# same day wherever it is, and any other hour may be another day here.
_MIDNIGHT = r"(?:[ T]0?0[:.]00(?:[:.]00(?:\.0+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_YEAR_FIRST = re.compile(
    rf"(?P<year>[0-9]{{4}})([-/.])(?P<month>[0-9]{{1,2}})\2(?P<day>[0-9]{{1,2}}){_MIDNIGHT}"
)
_EIGHT_DIGITS = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_DAY_FIRST = re.compile(
    rf"(?P<day>[0-9]{{1,2}})\.(?P<month>[0-9]{{1,2}})\.(?P<year>[0-9]{{4}}){_MIDNIGHT}"
)
_EITHER_FIRST = re.compile(rf"([0-9]{{1,2}})([-/])([0-9]{{1,2}})\2([0-9]{{4}}){_MIDNIGHT}")
_NO_YEAR = re.compile(r"[0-9]{1,2}[./-][0-9]{1,2}\.?")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2}|[0-9]{6}")
# The days since 1900 that a spreadsheet counts, from 2000 on.
_SERIAL = re.compile(r"(?:3[6-9]|[4-6][0-9]|7[0-2])[0-9]{3}(?:[.,]0+)?")
_PERIOD_YEAR_FIRST = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})|([0-9]{2}))")
# Spreadsheets take 2026.10 for a number and drop its last zero, so that it reads like January.
_JANUARY_OR_OCTOBER = re.compile(r"[0-9]{4}\.1")
_PERIOD_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{4})")

_DATE_EMPTY = Fault(ProblemCode.DATE_UNREADABLE, "empty")
_DATE_UNREADABLE = Fault(ProblemCode.DATE_UNREADABLE, "unreadable")
_DATE_WITHOUT_YEAR = Fault(ProblemCode.DATE_UNREADABLE, "no-year")
_DATE_SERIAL = Fault(ProblemCode.DATE_UNREADABLE, "serial")
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
# Labels before a period, and the last day of one that is written as a range.
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
# A longer text is neither a date nor a period, and only takes time.
_MOST_CHARACTERS = 60


def read_dates(cells: Iterable[Cell]) -> dict[Cell, date | Fault]:
    """Return every distinct cell with the date it means, or with what is wrong with it."""
    counts = Counter(cells)
    order = _order(counts)
    return {cell: _read_date(cell, order) for cell in counts}


def read_periods(pairs: Iterable[tuple[Cell, Cell]]) -> dict[tuple[Cell, Cell], date | Fault]:
    return {pair: _read_period(*pair) for pair in set(pairs)}


def month_named(period: Cell, year: Cell, day: date) -> BookingPeriod | None:
    """Return the month that a line dated on ``day`` names as its period, if it names one.

    A month without a year is taken as the one nearest to ``day``.
    """
    text, year_text = text_of(period), text_of(year)
    if isinstance(period, str):
        period = text = _LABEL.sub("", text[:_MOST_CHARACTERS], count=1)
    read = _read_period(period, year)
    if isinstance(read, date):
        return BookingPeriod.containing(read)
    if match := _RANGE.fullmatch(text):
        last = _read_date(match["last"], "day")
        return BookingPeriod.containing(last) if isinstance(last, date) else None
    if re.fullmatch("0?[1-9]|1[0-2]", text):
        month, own_year = int(text), year_text
    elif match := _NAME_AND_YEAR.fullmatch(text):
        name = match["name"]
        month = next((at for at, one in enumerate(_MONTH_NAMES, 1) if one.fullmatch(name)), 0)
        own_year = match["before"] or match["behind"] or year_text
    else:
        return None
    if not month or (own_year and not re.fullmatch("20[0-9]{2}", own_year)):
        return None
    if own_year:
        return BookingPeriod(year=int(own_year), month=month)
    # Wages of December are often dated in January, and the other way round.
    away = month - day.month
    turn = -1 if away > _HALF_A_YEAR else int(away < -_HALF_A_YEAR)
    return BookingPeriod(year=day.year + turn, month=month)


def _order(counts: Counter[Cell]) -> str:
    """Return what most dates with slashes or hyphens have first: "day", "month" or an empty text.

    A date shows it if its day is above twelve.
    """
    shown: Counter[str] = Counter()
    for cell, count in counts.items():
        match = _EITHER_FIRST.fullmatch(cell.strip()) if isinstance(cell, str) else None
        if match is None:
            continue
        first, second = int(match[1]), int(match[3])
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
    if len(text) > _MOST_CHARACTERS:
        return _DATE_UNREADABLE
    if match := _EITHER_FIRST.fullmatch(text):
        return _in_order(int(match[1]), int(match[3]), int(match[4]), order)
    match = (
        _YEAR_FIRST.fullmatch(text) or _EIGHT_DIGITS.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    )
    day = _day(int(match["year"]), int(match["month"]), int(match["day"])) if match else None
    return day or _unread(text)


def _unread(text: str) -> Fault:
    """Return why a text is no date, where its kind is known; no year and no day are guessed."""
    if _NO_YEAR.fullmatch(text) or _SHORT_YEAR.fullmatch(text):
        return _DATE_WITHOUT_YEAR
    return _DATE_SERIAL if _SERIAL.fullmatch(text) else _DATE_UNREADABLE


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
    if match := _PERIOD_YEAR_FIRST.fullmatch(text):
        own_year, month = int(match[1]), int(match[2] or match[3])
    elif match := _PERIOD_YEAR_LAST.fullmatch(text):
        own_year, month = int(match[2]), int(match[1])
    elif re.fullmatch("[0-9]{1,2}", text) and re.fullmatch("[0-9]{4}", year_text):
        own_year, month = int(year_text), int(text)
    else:
        return _NO_MONTH if _WEEK.fullmatch(text) else _PERIOD_UNREADABLE
    if year_text and year_text != str(own_year):
        return _PERIOD_MIXED
    return _last_day(own_year, month)


def _last_day(year: int, month: int) -> date | Fault:
    # Such a number counts weeks or pay periods, which is another problem than an unreadable text.
    if 12 < month <= _MOST_WEEKS and _FIRST_YEAR <= year <= _LAST_YEAR:
        return _NO_MONTH
    first = _day(year, month, 1)
    return BookingPeriod.containing(first).last_day if first else _PERIOD_UNREADABLE
