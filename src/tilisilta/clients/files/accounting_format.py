"""Amounts in the accounting format of spreadsheets, made plain numbers with a sign.

Such a format writes a dash for nothing, parentheses for a minus, and a currency or a side beside
the number.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from tilisilta.clients.files.raw import Cell

_MINUS = "[-\u2212\u2013\u2014]"
_CURRENCY = r"(?:\u20ac|EUR(?:OA?)?|SEK|NOK|DKK|KR\.?|USD|GBP|\u00a3|\$)"
# A single letter only behind a blank, as it may be a part of something else.
_SIDE = r"(?:CREDIT|DEBIT|KREDIT|DEBET|CR\.?|DR\.?|DB\.?|(?<=\s)[CDK])"
_PLAIN = re.compile(r"[-+]?[0-9][0-9 .,'\u00a0\u202f\u2009\u2019]*+(?<!\s)-?")
_DASH = re.compile(rf"{_CURRENCY}?\s*{_MINUS}[-\s?]*{_CURRENCY}?", re.IGNORECASE)
_IN_PARENTHESES = re.compile(r"\(([^()]*)\)")
_BEFORE = re.compile(
    rf"({_MINUS}?)\s*({_CURRENCY}|CR\.?|DR\.?)\s*(?=[-\u2212\u20130-9(])", re.IGNORECASE
)
_BEHIND = re.compile(rf"(?<=[-\s0-9)])({_CURRENCY}|{_SIDE})\s*({_MINUS}?)", re.IGNORECASE)
_SPACED_MINUS = re.compile(rf"({_MINUS})\s+(?=[0-9])|(?<=[0-9])\s+({_MINUS})$")
_CURRENCIES = {"\u20ac": "EUR", "EURO": "EUR", "EUROA": "EUR", "\u00a3": "GBP", "$": "USD"}
_MOST_WORDS = 3
# A longer text is no amount, and would only take time.
_MOST_CHARACTERS = 60


class BareAmount(NamedTuple):
    """An amount without what is written around it: the number and its sign.

    ``side`` is 1 for debit, -1 for credit, and 0 where the amount names none. ``currency`` is a
    code, and empty where there is none or where several countries use the word.
    """

    cell: Cell
    side: int = 0
    currency: str = ""


def bare_amount(cell: Cell) -> BareAmount:
    """Return the number in ``cell``; a cell that is in no such format comes back as it is."""
    if not isinstance(cell, str) or len(cell) > _MOST_CHARACTERS or _PLAIN.fullmatch(cell):
        return BareAmount(cell)
    if _DASH.fullmatch(cell.strip()):
        return BareAmount("0")
    text, words = cell.strip(), []
    is_negative = False
    for _ in range(_MOST_WORDS):
        if (inside := _IN_PARENTHESES.fullmatch(text)) and not is_negative:
            text, is_negative = inside[1].strip(), True
        if before := _BEFORE.match(text):
            words.append(before[2])
            text = before[1] + text[before.end() :]
        elif behind := _last(text):
            words.append(behind[1])
            text = text[: behind.start()].rstrip() + behind[2]
    text = _SPACED_MINUS.sub(r"\1\2", text)
    if is_negative:
        text = f"-{text}"
    sides = {side for side in map(_side, words) if side}
    currencies = {code for code in map(_currency, words) if code}
    if len(sides) > 1 or len(currencies) > 1:
        return BareAmount(cell)
    return BareAmount(text, sides.pop() if sides else 0, currencies.pop() if currencies else "")


def bare_amounts(cells: Iterable[Cell]) -> list[Cell]:
    return [bare_amount(cell).cell for cell in cells]


def _last(text: str) -> re.Match[str] | None:
    return next((one for one in _BEHIND.finditer(text) if one.end() == len(text)), None)


def _side(word: str) -> int:
    if _currency(word) or (word.upper().startswith("KR") and not word.upper().startswith("KRE")):
        return 0
    return {"C": -1, "K": -1, "D": 1}.get(word[0].upper(), 0)


def _currency(word: str) -> str:
    """Return the code of a currency; an empty text for a side and for the crowns of any country."""
    plain = word.upper().rstrip(".")
    if plain in _CURRENCIES:
        return _CURRENCIES[plain]
    return plain if plain in {"EUR", "SEK", "NOK", "DKK", "USD", "GBP"} else ""
