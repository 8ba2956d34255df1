"""Which known code may be meant by one that is written differently.

Spreadsheets and people change codes on their way: 5010 arrives as 5010.0, ="5010", 05010,
"5010 Wages" or 5,01E+03. Nothing is repaired here; a person is shown what the code looks like.
"""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

_FEWEST_DIGITS_WITHIN_TEXT = 2
# Characters without a width, and what spreadsheets put around a code to store it as text.
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad\x00-\x1f]")
_QUOTES = re.compile("[\"'`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb]")
_AROUND = " \t=+#*.,;:()[]{}<>_-"
_ZERO_DECIMALS = re.compile(r"([0-9]+)[.,:/-]0+")
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[.,' ][0-9]{3})+(?:[.,]0+)?")
# Letters that people and scanners write instead of figures.
_FIGURES = str.maketrans("OoIl", "0011")
_CODE_WITHIN = re.compile(r"(?<![^\W_])[0-9]+(?:[.,]0+)?(?![^\W_])")
_GLUED = re.compile(r"([0-9]{2,})[^\W\d_]{3,}.*|[^\W\d_]{3,}([0-9]{2,})")
_GLUED_LETTERS = re.compile(r"([0-9]{3,})(?:[.,]0+)?[^\W\d]{1,2}|[^\W\d]{1,2}([0-9]{3,})")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]{2,}")


class LikeCodes:
    """Known codes, searched by anything that may be meant as one of them."""

    def __init__(self, known: Iterable[str], *, are_numbers: bool = False) -> None:
        """Index the ``known`` codes.

        Where they ``are_numbers``, as ledger accounts are, one with a letter or two is no code of
        its own: 5010a means 5010. Cost centers 410 and 410A may well be two.
        """
        self._are_numbers = are_numbers
        self._known: dict[str, str] = {}
        for code in known:
            if plain := _plain(code):
                self._known.setdefault(plain, code.strip())

    def meant_by(self, written: str) -> str:
        """Return the known code that ``written`` looks like, or an empty text.

        Two codes are alike if they differ only in leading zeros, zero decimals, quotes, blanks,
        characters around them, full-width figures, thousands, an exponent, or a name beside them.
        """
        for reading in _readings(written):
            if known := self._known.get(reading):
                return known
        if self._are_numbers and (
            glued := _GLUED_LETTERS.fullmatch(_cleaned(written).strip(_AROUND))
        ):
            return self._known.get(_plain(glued[1] or glued[2]), "")
        return ""


def _readings(written: str) -> Iterable[str]:
    """Return what ``written`` may have been before it was changed, likeliest first."""
    text = _cleaned(written)
    bare = text.strip(_AROUND)
    yield _plain(bare)
    yield _plain("".join(bare.split()))
    if match := _ZERO_DECIMALS.fullmatch("".join(bare.split())):
        yield _plain(match[1])
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
    """Return the number beside a name, at the beginning or the end, as in "5010 Wages".

    ``text`` has no characters around it that belong neither to a number nor to a name.
    """
    numbers = [
        match
        for match in _CODE_WITHIN.finditer(text)
        if len(match[0]) >= _FEWEST_DIGITS_WITHIN_TEXT
        and (match.start() == 0 or match.end() == len(text))
    ]
    for match in numbers:
        yield _plain(re.split("[.,]", match[0])[0])
    if glued := _GLUED.fullmatch(text):
        yield _plain(glued[1] or glued[2])
    # A code such as P-108 with a name after or before it.
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
    # Figures of other scripts count as figures too.
    figures = (str(unicodedata.decimal(sign, sign)) for sign in composed)
    return _QUOTES.sub("", "".join(figures)).strip()


def _plain(code: str) -> str:
    # One zero is left of a code of nothing but zeros, or it would equal the empty code.
    text = _cleaned(code).casefold()
    return text.lstrip("0") or text[:1]
