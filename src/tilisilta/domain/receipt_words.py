"""The words that we write into receipts, in the language of the books that they stand in."""

from collections.abc import Mapping
from dataclasses import dataclass

from tilisilta.languages import ENGLISH, FINNISH, SWEDISH, language_of


@dataclass(frozen=True, kw_only=True)
class ReceiptWords:
    """The words of one language.

    ``moved`` stands before the period that a receipt is for, and ``reverses`` before the number of
    the receipt that it takes back. ``revision`` stands before the number of a changed run's
    journal, whose ``difference`` to what is booked the receipt holds.
    """

    title: str
    run: str
    moved: str
    reverses: str
    revision: str
    difference: str


_WORDS: Mapping[str, ReceiptWords] = {
    FINNISH.code: ReceiptWords(
        title="Palkat",
        run="ajo",
        moved="kaudelta",
        reverses="kumoaa tositteen",
        revision="versio",
        difference="ero",
    ),
    SWEDISH.code: ReceiptWords(
        title="Löner",
        run="körning",
        moved="för",
        reverses="återför verifikat",
        revision="version",
        difference="differens",
    ),
    ENGLISH.code: ReceiptWords(
        title="Payroll",
        run="run",
        moved="for",
        reverses="reverses receipt",
        revision="revision",
        difference="difference",
    ),
}
# Procountor's own words for countries. Elsewhere English is as good as any other language.
_LANGUAGES_OF_COUNTRIES = {"FINLAND": FINNISH.code, "SWEDEN": SWEDISH.code}


def words_in(language: str) -> ReceiptWords:
    return _WORDS[language_of(language).code]


def language_of_country(country: str) -> str:
    """Return the code of the language that books of ``country`` are kept in, as far as we know."""
    return _LANGUAGES_OF_COUNTRIES.get(country.strip().upper(), ENGLISH.code)
