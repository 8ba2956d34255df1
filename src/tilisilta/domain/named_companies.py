"""Whether a file that names a company by name or business ID is of another one than was chosen.

It is another one's when it says exactly that one's name, however it is written in case and blanks.
Legal forms count, as "Koivu Oy" and "Koivu Ab" may be two companies; without them a name is another
company's only where it can be no third one's.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from tilisilta.domain.company_match import plain_business_id, plain_name

_NUMBER_AND_NAME = re.compile(r"([0-9]{1,9})(?:\s*[-\u2013:,.;/]\s*|\s+)(\D.*)")
_NAME_AND_NUMBER = re.compile(r"(.*\D)\s*\(\s*([0-9]{1,9})\s*\)")


@dataclass(frozen=True, kw_only=True)
class KnownCompany:
    """A company of the bureau, as far as a file can name it."""

    number: int
    name: str
    business_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a text in a file says: that it is of ``other``, or of a company nobody here has."""

    text: str
    other: KnownCompany | None = None
    is_unknown: bool = False

    @property
    def is_of_another(self) -> bool:
        """Return whether the file is surely not of the chosen company."""
        return self.other is not None


def read_name(text: str, company: KnownCompany, others: Sequence[KnownCompany]) -> Named:
    """What ``text`` in a column of company names says when it was imported for ``company``."""
    number, name = _parts(text)
    if number is not None and not name:
        named = [one for one in others if one.number == number != company.number]
        return Named(text=text, other=named[0] if named else None)
    wanted = (_exactly(text), _exactly(name))
    if _exactly(company.name) in wanted:
        return Named(text=text)
    exact = [one for one in others if _exactly(one.name) in wanted]
    if exact:
        return Named(text=text, other=exact[0])
    wanted = (plain_name(text), plain_name(name))
    if plain_name(company.name) in wanted:
        return Named(text=text)
    alike = [one for one in others if plain_name(one.name) in wanted]
    numbered = [one for one in others if one.number == number]
    if len(alike) == 1 or numbered:
        return Named(text=text, other=(alike or numbered)[0])
    return Named(text=text, is_unknown=number != company.number)


def read_business_id(text: str, company: KnownCompany, others: Sequence[KnownCompany]) -> Named:
    """What ``text`` in a column of business IDs says when it was imported for ``company``."""
    wanted, own = plain_business_id(text), plain_business_id(company.business_id)
    if not wanted or wanted == own:
        return Named(text=text)
    same = [one for one in others if plain_business_id(one.business_id) == wanted]
    return Named(text=text, other=same[0] if same else None, is_unknown=bool(own) and not same)


def _parts(text: str) -> tuple[int | None, str]:
    """The number and the name of "1002 Koivulammi Huolto Oy", whichever of the two are there."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text), ""
    if found := _NUMBER_AND_NAME.fullmatch(text):
        return int(found[1]), found[2]
    if found := _NAME_AND_NUMBER.fullmatch(text):
        return int(found[2]), found[1]
    return None, text


def _exactly(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
