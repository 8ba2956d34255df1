"""Whether a company in Nmbrs and a company in Procountor are the same, by name and business ID.

Whose books payroll lands in is decided when a link is made. Case, legal form and punctuation say
nothing there: "Koivulammi Huolto Oy" is "KOIVULAMMI HUOLTO". Anything else is a difference that a
person has to confirm.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

# Finland's, Sweden's and the other common ones, which stand behind a name. Words that may tell two
# companies apart, such as those for a branch or a housing company, are none of them.
_LEGAL_FORM = re.compile(
    r"oyj?|abp?|oyab|aboy|julkinen|osakeyhti[öo]|aktiebolag(?:et)?|publ"
    r"|ky|kb|kommandiittiyhtiö|kommanditbolag|ay|avoinyhtiö|handelsbolag|hb"
    r"|tmi|toiminimi|osk|osuuskunta|andelslag|anl|ry|rf|rs|sr"
    r"|ltd|limited|inc|llc|plc|gmbh|bv|nv|vof|asa|aps|oü|sia|uab"
)
# Few stand in front; anywhere else the same letters are part of the name, as in "RS Rakennus Oy".
_LEGAL_FORM_IN_FRONT = re.compile(r"oyj?|abp?|oyab|aboy|ky|ay|tmi|toiminimi|osk|osuuskunta")
_NOT_OF_WORDS = re.compile(r"[^\w]+")


class Agreement(StrEnum):
    """How one of the two marks of a company compares."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    """One side does not say it."""


@dataclass(frozen=True, kw_only=True)
class CompanyMatch:
    """How a company in Nmbrs compares with one in Procountor."""

    name: Agreement
    business_id: Agreement

    @property
    def is_different(self) -> bool:
        """Return whether a person has to confirm that the two belong together."""
        return Agreement.DIFFERENT in {self.name, self.business_id}

    @property
    def is_equal(self) -> bool:
        """Return whether what is known of both agrees."""
        return not self.is_different and Agreement.EQUAL in {self.name, self.business_id}


def compare_companies(
    *, name: str, business_id: str, other_name: str, other_business_id: str
) -> CompanyMatch:
    """Compare what Nmbrs says of a company with what Procountor says of one."""
    return CompanyMatch(
        name=_agreement(plain_name(name), plain_name(other_name)),
        business_id=_agreement(
            plain_business_id(business_id), plain_business_id(other_business_id)
        ),
    )


def pair_digest(*, name: str, business_id: str, other_name: str, other_business_id: str) -> str:
    """A digest of two companies as they are compared: another spelling is still the same pair."""
    marks = (
        *(plain_name(name), plain_business_id(business_id)),
        *(plain_name(other_name), plain_business_id(other_business_id)),
    )
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()


def name_with_id(name: str, business_id: str) -> str:
    """A company by name and, where it is known, business ID."""
    return f"{name}, {business_id}" if business_id else name


def plain_name(name: str) -> str:
    """``name`` without what says nothing: case, punctuation, blanks, the legal form at its ends.

    Of a name that is nothing but legal forms all is kept.
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    # Dots within O.Y. and apostrophes part no words.
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
    """Return whether ``word`` is a legal form, as far as one word can tell."""
    return bool(_LEGAL_FORM.fullmatch(word.casefold()))


def plain_business_id(business_id: str) -> str:
    """``business_id`` as letters and digits: FI12345678 and 1234567-8 are the same."""
    text = "".join(char for char in business_id.upper() if char.isascii() and char.isalnum())
    if text.startswith("FI") and text[2:].isdecimal():
        text = text[2:]
    elif text.startswith("SE") and text.endswith("01") and len(text) == len("SE556012345601"):
        text = text[2:-2]
    # Old Finnish IDs are written with and without the zero in front.
    return text.zfill(8) if text.isdecimal() and len(text) == 7 else text


def _agreement(one: str, other: str) -> Agreement:
    if not one or not other:
        return Agreement.UNKNOWN
    return Agreement.EQUAL if one == other else Agreement.DIFFERENT
