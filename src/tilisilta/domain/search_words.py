"""What a person may mean by the words typed into the search for a receipt."""

import re
from dataclasses import dataclass

from tilisilta.domain.identity import TOKEN_CHARACTERS
from tilisilta.domain.recognition import tokens_in

MOST_CHARACTERS = 200
LARGEST_NUMBER = 2**31 - 1
"""Procountor's numbers and ids are whole numbers of 32 bits, and so are our columns."""
_NUMBER = re.compile(r"0*([0-9]{1,10})")
# Crockford's base 32 leaves out the letters that people take for these digits.
_MISREAD = str.maketrans("OIL", "011")


@dataclass(frozen=True, kw_only=True)
class SearchWords:
    """A search, sorted out: the text itself, a number if it is one, the tokens that it names."""

    text: str
    number: int | None
    tokens: frozenset[str]


def search_words(typed: str) -> SearchWords:
    """Sort out ``typed``: a number, a token, or a whole receipt name with its token at the end.

    Blanks within a number count for nothing, nor does a ``#`` before it. A token may be in small
    letters, with O for 0 and I or L for 1.
    """
    # PostgreSQL takes no text with this character.
    text = " ".join(typed[:MOST_CHARACTERS].replace("\0", " ").split())
    return SearchWords(text=text, number=_number(text), tokens=_tokens(text))


def _number(text: str) -> int | None:
    digits = _NUMBER.fullmatch(text.removeprefix("#").replace(" ", ""))
    number = int(digits[1]) if digits is not None else LARGEST_NUMBER + 1
    return number if number <= LARGEST_NUMBER else None


def _tokens(text: str) -> frozenset[str]:
    word = text.removeprefix("#").strip().upper()
    misread = {word.translate(_MISREAD)} if len(word) == TOKEN_CHARACTERS else set()
    return tokens_in(text, *misread)
