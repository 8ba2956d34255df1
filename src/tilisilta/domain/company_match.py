"""Whether a company in Nmbrs and a company in Procountor are the same, by name and business ID.

The making of a link decides whose books payroll is booked in. Case, legal form and punctuation make
no difference: "Koivulammi Huolto Oy" is "KOIVULAMMI HUOLTO". A person has to confirm any other
difference.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

# Finland's, Sweden's and the other common ones, at the end of a name. Words that may distinguish
# two companies, such as those for a branch or a housing company, do not belong here.
_LEGAL_FORM = re.compile(
    r"oyj?|abp?|oyab|aboy|julkinen|osakeyhti[öo]|aktiebolag(?:et)?|publ"
    r"|ky|kb|kommandiittiyhtiö|kommanditbolag|ay|avoinyhtiö|handelsbolag|hb"
    r"|tmi|toiminimi|osk|osuuskunta|andelslag|anl|ry|rf|rs|sr"
    r"|ltd|limited|inc|llc|plc|gmbh|bv|nv|vof|asa|aps|oü|sia|uab"
)
# Only these come first as well; other letters there are part of the name, as in "RS Rakennus Oy".
_LEGAL_FORM_IN_FRONT = re.compile(r"oyj?|abp?|oyab|aboy|ky|ay|tmi|toiminimi|osk|osuuskunta")
_NOT_OF_WORDS = re.compile(r"[^\w]+")


class Agreement(StrEnum):
    """How the names, or the business IDs, of two companies compare."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    """One of the two sides does not give it."""


@dataclass(frozen=True, kw_only=True)
class CompanyMatch:
    """How a company in Nmbrs compares with one in Procountor."""

    name: Agreement
    business_id: Agreement

    @property
    def is_different(self) -> bool:
        return Agreement.DIFFERENT in {self.name, self.business_id}

    @property
    def is_equal(self) -> bool:
        return not self.is_different and Agreement.EQUAL in {self.name, self.business_id}


def compare_companies(
    *, name: str, business_id: str, other_name: str, other_business_id: str
) -> CompanyMatch:
    return CompanyMatch(
        name=_agreement(plain_name(name), plain_name(other_name)),
        business_id=_agreement(
            plain_business_id(business_id), plain_business_id(other_business_id)
        ),
    )


def pair_digest(*, name: str, business_id: str, other_name: str, other_business_id: str) -> str:
    """Return a digest of two companies that is the same for another spelling of either."""
    marks = (
        *(plain_name(name), plain_business_id(business_id)),
        *(plain_name(other_name), plain_business_id(other_business_id)),
    )
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()


def name_with_id(name: str, business_id: str) -> str:
    return f"{name}, {business_id}" if business_id else name


def plain_name(name: str) -> str:
    """Return ``name`` for comparison: without case, punctuation, blanks and legal form at its ends.

    A name that consists of nothing but legal forms is left whole.
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    # Dots as in O.Y. and apostrophes do not separate words.
    text = re.sub(r"(?<=\w)[.'\u2019`](?=\w\b)", "", text)
    words = [word for word in _NOT_OF_WORDS.split(text.replace("_", " ")) if word]
    return " ".join(_without_legal_form(words) or words)


def _without_legal_form(words: list[str]) -> list[str]:
    named = list(words)
    while named and _LEGAL_FORM.fullmatch(named[-1]):
        named.pop()
    while len(named) > 1 and _LEGAL_FORM_IN_FRONT.fullmatch(named[0]):
        named.pop(0)
    return named


def is_legal_form(word: str) -> bool:
    return bool(_LEGAL_FORM.fullmatch(word.casefold()))


def plain_business_id(business_id: str) -> str:
    """Return ``business_id`` as letters and digits: FI12345678 and 1234567-8 are the same."""
    text = "".join(char for char in business_id.upper() if char.isascii() and char.isalnum())
    if text.startswith("FI") and text[2:].isdecimal():
        text = text[2:]
    # A Swedish VAT number is the organisation number between SE and 01.
    elif text.startswith("SE") and text.endswith("01") and len(text) == len("SE556012345601"):
        text = text[2:-2]
    # Old Finnish IDs are written with and without the zero in front.
    return text.zfill(8) if text.isdecimal() and len(text) == 7 else text


def _agreement(one: str, other: str) -> Agreement:
    if not one or not other:
        return Agreement.UNKNOWN
    return Agreement.EQUAL if one == other else Agreement.DIFFERENT
