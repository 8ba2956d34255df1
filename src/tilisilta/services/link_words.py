"""The language and the title of the receipts that go through a link."""

from collections.abc import Mapping
from typing import Any

from tilisilta.domain.receipt_words import language_of_country, words_in
from tilisilta.models import ProcountorAccount
from tilisilta.services.procountor.administrations import known_administration


def with_words_of_books(choices: Mapping[str, Any], account: ProcountorAccount) -> dict[str, Any]:
    """Return ``choices`` with the language and title of the receipts, where nobody chose them."""
    known = known_administration(account)
    of_country = language_of_country(known.country if known else "")
    language = choices.get("receipt_language") or of_country
    title = choices.get("receipt_title") or words_in(language).title
    return {**choices, "receipt_language": language, "receipt_title": title}


def without_blank_words(choices: dict[str, Any]) -> dict[str, Any]:
    """Return ``choices`` without empty words of receipts: those of the link stay."""
    words = ("receipt_language", "receipt_title")
    return {name: value for name, value in choices.items() if value or name not in words}
