"""Amounts as people and programs write them, read as exact numbers of cents.

All amounts of a file together show whether a comma or a full stop is the decimal sign. An amount
that could mean two things, such as 1,234 in a file without any cents, is not guessed.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from tilisilta.clients.files.raw import Cell, Fault
from tilisilta.domain.journals import MOST_INTEGER_DIGITS, is_whole_cents
from tilisilta.domain.problems import ProblemCode

_UNREADABLE = Fault(ProblemCode.AMOUNT_UNREADABLE, "unreadable")
_MIXED = Fault(ProblemCode.AMOUNT_UNREADABLE, "mixed")
_AMBIGUOUS = Fault(ProblemCode.AMOUNT_UNREADABLE, "ambiguous")
_TOO_LARGE = Fault(ProblemCode.AMOUNT_UNREADABLE, "too-large")
_TOO_PRECISE = Fault(ProblemCode.AMOUNT_TOO_PRECISE)
_EMPTY = Fault(ProblemCode.AMOUNT_UNREADABLE, "empty")

# Without a sign: -0,00 is shown as 0.00.
_ZERO = Decimal(0)
_OTHER = {".": ",", ",": "."}
# Blanks of every width and apostrophes separate thousands in some countries.
_GROUPS = " \u00a0\u2009\u202f'\u2019"
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})
_SINGLE = re.compile(r"[-+]?([0-9]+)[.,]([0-9]+)-?")


def _written_with(sign: str) -> re.Pattern[str]:
    thousands = (
        rf"[0-9]{{1,3}}(?:([{_GROUPS}{re.escape(_OTHER[sign])}])[0-9]{{3}}(?:\2[0-9]{{3}})*)"
    )
    return re.compile(rf"([-+]?)(?:{thousands}|[0-9]+)(?:{re.escape(sign)}([0-9]+))?(-?)")


# Nearly all amounts have this form, which needs no further check of cents and size.
_PLAIN = {
    sign: re.compile(rf"-?[0-9]{{1,12}}(?:{re.escape(sign)}[0-9]{{1,2}})?") for sign in _OTHER
}
_PATTERNS = {sign: _written_with(sign) for sign in _OTHER}


def _whole_in_groups(*, fewest_by_point: int) -> re.Pattern[str]:
    by_blanks = rf"([{_GROUPS}])[0-9]{{3}}(?:\1[0-9]{{3}})*"
    by_points = rf"(?:\.[0-9]{{3}}){{{fewest_by_point},}}"
    return re.compile(rf"[-+\u2212\u2013]?[0-9]{{1,3}}(?:{by_blanks}|{by_points})")


_GROUPED = _whole_in_groups(fewest_by_point=2)
_GROUPED_BY_POINT = _whole_in_groups(fewest_by_point=1)


def read_amounts(cells: Iterable[Cell], *, decimal_sign: str = "") -> dict[Cell, Decimal | Fault]:
    """Return every distinct cell with the amount it means, or with what is wrong with it.

    ``decimal_sign`` is given where the format fixes it; no thousands separators are allowed then.
    """
    counts = Counter(cells)
    sign = decimal_sign or _decimal_sign(counts)
    return {cell: _read(cell, sign, is_fixed=bool(decimal_sign)) for cell in counts}


def without_groups(text: str, *, decimal_sign: str = "") -> str:
    """Return a whole amount without its thousands separators, and any other text as it is.

    A single full stop separates them only where the ``decimal_sign`` is a comma: 4.200 may be 4.20.
    """
    pattern = _GROUPED_BY_POINT if decimal_sign == "," else _GROUPED
    if not pattern.fullmatch(text):
        return text
    return re.sub(f"[{_GROUPS}.]", "", text)


def decimal_sign_of(cells: Iterable[Cell]) -> str:
    return _decimal_sign(Counter(cells))


def _decimal_sign(counts: Counter[Cell]) -> str:
    """Return the sign that most amounts show; of equally many, the first one."""
    shown: Counter[str] = Counter()
    for cell, count in counts.items():
        if isinstance(cell, str) and (sign := _sign_shown(cell)):
            shown[sign] += count
    return shown.most_common(1)[0][0] if shown else ""


def _sign_shown(text: str) -> str:
    """Return the only decimal sign that ``text`` can be written with, or an empty text."""
    sign = text[-3:-2]
    if sign not in _OTHER:
        sign = text[max(text.rfind("."), text.rfind(","))] if "." in text or "," in text else ""
        if not sign or _could_be_thousands(text):
            return ""
    return sign if text.count(sign) == 1 else _OTHER[sign]


def _could_be_thousands(text: str) -> bool:
    """Return whether the sign may separate thousands: in 1,234 but not in 0,234 or 1,23."""
    match = _SINGLE.fullmatch(text.translate(_MINUS))
    if match is None:
        return False
    whole, decimals = match.groups()
    return len(decimals) == 3 and len(whole) <= 3 and not whole.startswith("0")


def _read(cell: Cell, sign: str, *, is_fixed: bool) -> Decimal | Fault:
    if isinstance(cell, str):
        return _read_text(cell, sign, is_fixed=is_fixed)
    return _UNREADABLE if isinstance(cell, date) else _in_cents(cell)


def _read_text(text: str, sign: str, *, is_fixed: bool) -> Decimal | Fault:
    if _PLAIN[sign or "."].fullmatch(text):
        return Decimal(text.replace(",", ".")) or _ZERO
    if not text:
        return _EMPTY
    plain = text.translate(_MINUS)
    if not sign and _could_be_thousands(plain):
        return _AMBIGUOUS
    match = _PATTERNS[sign or "."].fullmatch(plain)
    if match is None or (match[1] and match[4]) or (is_fixed and match[2]):
        return _unreadable(plain, sign, is_fixed=is_fixed)
    digits = re.sub(f"[^0-9{sign}]", "", plain).replace(",", ".")
    # The sign goes into the text: a minus before a number of Python rounds it to 28 digits.
    is_negative = "-" in {match[1], match[4]}
    return _in_cents(Decimal(f"-{digits}" if is_negative else digits))


def _unreadable(text: str, sign: str, *, is_fixed: bool) -> Fault:
    is_other_way = not is_fixed and bool(sign) and _PATTERNS[_OTHER[sign]].fullmatch(text)
    return _MIXED if is_other_way else _UNREADABLE


def _in_cents(amount: Decimal) -> Decimal | Fault:
    if is_whole_cents(amount):
        return amount or _ZERO
    if not amount.is_finite() or amount.adjusted() >= MOST_INTEGER_DIGITS:
        return _TOO_LARGE
    return _TOO_PRECISE
