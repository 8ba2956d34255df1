"""Which known code was perhaps meant by one that is written another way.

Spreadsheets and people change codes on their way: 5010 comes as 5010.0, ="5010", 05010,
"5010 Wages" or 5,01E+03. Nothing is repaired here; a person is told what it looks like.
"""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

_FEWEST_DIGITS_WITHIN_TEXT = 2
# Signs without a shape, and what spreadsheets put around a text to keep it one.
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad\x00-\x1f]")
_QUOTES = re.compile("[\"'`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb]")
_AROUND = " \t=+#*.,;:()[]{}<>_-"
_ZERO_DECIMALS = re.compile(r"([0-9]+)[.,:/-]0+")
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[.,' ][0-9]{3})+(?:[.,]0+)?")
# Letters that a hand or a scanner put in the place of figures.
_FIGURES = str.maketrans("OoIl", "0011")
_CODE_WITHIN = re.compile(r"(?<![^\W_])[0-9]+(?:[.,]0+)?(?![^\W_])")
_GLUED = re.compile(r"([0-9]{2,})[^\W\d_]{3,}.*|[^\W\d_]{3,}([0-9]{2,})")
_GLUED_LETTERS = re.compile(r"([0-9]{3,})(?:[.,]0+)?[^\W\d]{1,2}|[^\W\d]{1,2}([0-9]{3,})")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]{2,}")


class LikeCodes:
    """Known codes, to be found by anything that was meant to be one of them."""

    def __init__(self, known: Iterable[str], *, are_numbers: bool = False) -> None:
        """Remember the ``known`` codes.

        Where they ``are_numbers``, as ledger accounts are, one with a letter or two is no code of
        its own: 5010a was meant to be 5010. Cost centers 410 and 410A may well be two.
        """
        self._are_numbers = are_numbers
        self._known: dict[str, str] = {}
        for code in known:
            if plain := _plain(code):
                self._known.setdefault(plain, code.strip())

    def meant_by(self, written: str) -> str:
        """The known code that ``written`` looks like, or an empty text.

        A code counts as like another one but for zeros in front or as decimals, quotes, blanks,
        signs around it, full-width figures, thousands, an exponent, or a name beside it.
        """
        for reading in _readings(written):
            if found := self._known.get(reading):
                return found
        if self._are_numbers and (
            glued := _GLUED_LETTERS.fullmatch(_cleaned(written).strip(_AROUND))
        ):
            return self._known.get(_plain(glued[1] or glued[2]), "")
        return ""


def _readings(written: str) -> Iterable[str]:
    """What ``written`` may have been before somebody changed it, likeliest first."""
    text = _cleaned(written)
    bare = text.strip(_AROUND)
    yield _plain(bare)
    yield _plain("".join(bare.split()))
    if found := _ZERO_DECIMALS.fullmatch("".join(bare.split())):
        yield _plain(found[1])
    if _SCIENTIFIC.fullmatch(bare):
        yield from _from_exponent(bare)
    if _THOUSANDS.fullmatch(bare):
        whole = re.sub(r"[.,]0{1,2}$", "", bare)
        yield _plain(re.sub("[^0-9]", "", whole))
    figures = bare.translate(_FIGURES)
    if figures.isdecimal() and any(map(str.isdecimal, bare)):
        yield _plain(figures)
    if _LETTER.search(bare):
        yield from _codes_within(bare)


def _codes_within(text: str) -> Iterable[str]:
    """The number beside a name: at the beginning or the end, as in "5010 Wages"."""
    found = [
        match
        for match in _CODE_WITHIN.finditer(text)
        if len(match[0]) >= _FEWEST_DIGITS_WITHIN_TEXT
        and (not text[: match.start()].strip(_AROUND) or not text[match.end() :].strip(_AROUND))
    ]
    for match in found:
        yield _plain(re.split("[.,]", match[0])[0])
    if glued := _GLUED.fullmatch(text):
        yield _plain(glued[1] or glued[2])
    # A code such as P-108 with a name behind or before it.
    first, _, behind = text.partition(" ")
    before, _, last = text.rpartition(" ")
    for code, name in ((first, behind), (last, before)):
        if any(map(str.isdecimal, code)) and _WORD.search(name):
            yield _plain(code.strip(_AROUND))


def _from_exponent(text: str) -> Iterable[str]:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return
    if number == number.to_integral_value():
        yield _plain(f"{number.to_integral_value():f}")


def _cleaned(text: str) -> str:
    composed = unicodedata.normalize("NFKC", _INVISIBLE.sub("", " ".join(text.split())))
    # Figures of other scripts are figures too.
    figures = (str(unicodedata.decimal(sign, sign)) for sign in composed)
    return _QUOTES.sub("", "".join(figures)).strip()


def _plain(code: str) -> str:
    """``code`` as codes are compared: whatever the case and zeros in front."""
    text = _cleaned(code).casefold()
    return text.lstrip("0") or text[:1]
