"""Personal identity codes in free text, searched so that they never reach the books (R9).

Finnish henkilötunnus (with the century signs of 2023), Swedish personnummer and samordningsnummer
(10 and 12 digits). Only codes with a possible date and the right check sign count, because plain
numbers of that length are common in payroll texts.
"""

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum

MASK = "***"

# The hyphen and the dashes, minus signs and soft hyphens that word processors make of it.
_DASHES = r"\-\u00ad\u2010-\u2015\u2212"
_BLANK = r"[ \u00a0]?"
_FINNISH = re.compile(
    rf"(?<![0-9])(?P<day>[0-9]{{2}})(?P<month>[0-9]{{2}})(?P<year>[0-9]{{2}})"
    rf"{_BLANK}(?P<century>[+A-FU-Ya-fu-y{_DASHES}]){_BLANK}(?P<number>[0-9]{{3}})"
    r"(?P<check>[0-9A-Ya-y])(?![0-9])"
)
_SWEDISH = re.compile(
    r"(?<![0-9])(?P<century>1[89]|20)?(?P<year>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    rf"{_BLANK}[+{_DASHES}]?{_BLANK}(?P<number>[0-9]{{3}})(?P<check>[0-9])(?![0-9])"
)
_FINNISH_CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
# The hyphen and U to Y, which are not listed, are the signs of the 1900s.
_FINNISH_CENTURIES = {"+": 1800} | dict.fromkeys("ABCDEF", 2000)
_COORDINATION_DAYS = 60
"""A samordningsnummer has the day of birth and sixty more."""


class CodeKind(StrEnum):
    """The country whose personal identity code it is."""

    FINNISH = "fi"
    SWEDISH = "se"


def find_personal_codes(text: str) -> tuple[CodeKind, ...]:
    return tuple(kind for kind, _ in _matches(text))


def mask_personal_codes(text: str) -> str:
    """Return ``text`` with every personal identity code replaced, to be shown to people."""
    # From the end, so that the places of the codes before it stay right.
    for _, code in sorted(_matches(text), key=lambda match: match[1].start(), reverse=True):
        text = text[: code.start()] + MASK + text[code.end() :]
    return text


def _matches(text: str) -> Iterator[tuple[CodeKind, re.Match[str]]]:
    for match in _FINNISH.finditer(text):
        if _is_finnish(match):
            yield CodeKind.FINNISH, match
    for match in _SWEDISH.finditer(text):
        if _is_swedish(match):
            yield CodeKind.SWEDISH, match


def _is_finnish(match: re.Match[str]) -> bool:
    day, month, year, number = (match[part] for part in ("day", "month", "year", "number"))
    century = _FINNISH_CENTURIES.get(match["century"].upper(), 1900)
    check = _FINNISH_CHECKS[int(day + month + year + number) % 31]
    return check == match["check"].upper() and _is_date(century + int(year), month, int(day))


def _is_swedish(match: re.Match[str]) -> bool:
    year, month, number = match["year"], match["month"], match["number"]
    day = int(match["day"])
    # A code of ten digits does not name its century. The 2000s have every date of the others.
    century = int(match["century"] or "20")
    day -= _COORDINATION_DAYS if day > _COORDINATION_DAYS else 0
    is_right = _luhn_sum(year + month + match["day"] + number + match["check"]) % 10 == 0
    return is_right and _is_date(century * 100 + int(year), month, day)


def _luhn_sum(digits: str) -> int:
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return sum(product // 10 + product % 10 for product in doubled)


def _is_date(year: int, month: str, day: int) -> bool:
    try:
        date(year, int(month), day)
    except ValueError:
        return False
    return True
