"""The languages of Tilisilta, and how each writes days and numbers: once, here."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Language:
    """A language by its code of two letters, its name in English and in itself.

    ``day``, ``moment`` and ``month`` are Django's formats of dates. How figures are grouped comes
    with Django; ``has_decimal_comma`` says what spreadsheets in that language read.
    """

    code: str
    name: str
    own_name: str
    day: str
    moment: str
    month: str = "F Y"
    has_decimal_comma: bool = True


SWEDISH = Language(
    code="sv", name="Swedish", own_name="Svenska", day="Y-m-d", moment=r"Y-m-d \k\l. H:i"
)
FINNISH = Language(
    code="fi", name="Finnish", own_name="Suomi", day="j.n.Y", moment=r"j.n.Y \k\l\o G.i"
)
ENGLISH = Language(
    code="en",
    name="English",
    own_name="English",
    day="j M Y",
    moment="j M Y, H:i",
    has_decimal_comma=False,
)

# Texts in the code are in English. Pages offer the languages in this order.
SOURCE_LANGUAGE = ENGLISH
LANGUAGES = (SWEDISH, FINNISH, ENGLISH)


def language_of(code: str | None) -> Language:
    """Return the language that ``code`` such as ``fi`` or ``fi_FI.UTF-8`` names; else English."""
    asked = (code or "")[:2].lower()
    return next((one for one in LANGUAGES if one.code == asked), SOURCE_LANGUAGE)
