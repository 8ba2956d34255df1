"""One Swedish and one Finnish word for one thing, in every text of the product."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from tests.glossary import LANGUAGES, Term, faults, read_terms

import tilisilta
from tilisilta.domain.standing import ExportState, JournalState
from tilisilta.models import EXPORT_STATES, JOURNAL_STATES
from tilisilta.services.sending.progress import Stage
from tilisilta.web.together import STAGE_WORDS

TERMS = read_terms()
LOCALE = Path(tilisilta.__file__).parent / "locale"

# Texts in which the English word means something else, and what it means there.
EXCEPTIONS = {
    "%(kind)s, up to date, journal mode %(mode)s": "a setting of SQLite",
    (
        "Give the right to new journal receipts and to company basic info in Procountor, or "
        "authorise the account as another person; then send again."
    ): "Procountor's kind of receipt, JOURNAL",
    (
        "Make a token in Nmbrs, in the user's profile under API token, and give it to the "
        "connection in the settings for Nmbrs."
    ): "a field of Nmbrs, by the name it has there",
    (
        "Make one in Nmbrs, in the user's profile under API token. Then give --token - and the "
        "token on standard input, or set TILISILTA_NMBRS_TOKEN."
    ): "a field of Nmbrs, by the name it has there",
}


def pairs(language: str) -> Iterator[tuple[str, str]]:
    """Yield each English text with each form of its translation."""
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        messages = read_po(file)
    for message in messages:
        if not message.id or _first(message.id) in EXCEPTIONS:
            continue
        string = message.string or ""
        strings = (string,) if isinstance(string, str) else string
        yield from ((_first(message.id), string) for string in strings)


def _first(text: str | list[str] | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else text[0]


def said(language: str, *texts: tuple[str, str]) -> list[str]:
    return [fault.partition("\n")[0] for fault in faults(texts, language=language, terms=TERMS)]


class TestEnglishTexts:
    def test_call_what_became_of_a_receipt_rejected_everywhere(self) -> None:
        """Its state has that word. What else is refused is no receipt: a key, a mail, a page."""
        about = re.compile(r"\b(receipts?|journals?|booked)\b", re.IGNORECASE)
        told = {
            original
            for original, _translated in pairs("fi")
            if about.search(original) and re.search(r"\brefus", original, re.IGNORECASE)
        }

        assert told == set()

    def test_give_the_state_of_journals_and_receipts_one_word(self) -> None:
        words = {
            str(STAGE_WORDS[Stage.REFUSED]),
            str(dict(JOURNAL_STATES)[JournalState.REJECTED]),
            str(dict(EXPORT_STATES)[ExportState.REJECTED]),
        }

        assert words == {"Rejected"}


class TestTranslations:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_say_each_thing_with_its_word(self, language: str) -> None:
        wrong = list(faults(pairs(language), language=language, terms=TERMS))

        assert not wrong, "\n".join(wrong)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_need_every_exception(self, language: str) -> None:
        path = LOCALE / language / "LC_MESSAGES" / "django.po"
        with path.open("rb") as file:
            known = read_po(file)

        assert all(known.get(text) is not None for text in EXCEPTIONS)


class TestGlossary:
    def test_has_the_words_that_are_easily_mistaken(self) -> None:
        names = {term.name for term in TERMS}

        assert {"debtor", "journal", "receipt", "account", "fiscal year", "authorise"} <= names
        assert len(TERMS) > 50

    @pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
    def test_has_a_word_in_each_language(self, term: Term) -> None:
        assert all(word for language in LANGUAGES for word in term.used[language])


class TestFaults:
    @pytest.mark.parametrize(
        ("language", "english", "wrong"),
        [
            ("fi", "The journal was sent.", "Palkkatosite lähetettiin."),
            ("fi", "The journal was sent.", "Tosite lähetettiin."),
            ("fi", "Open the debtor", "Avaa konserni"),
            ("fi", "Domain", "Domain"),
            ("fi", "The cost units are new.", "Kustannusyksiköt ovat uusia."),
            ("fi", "Choose an account.", "Valitse tili."),
            ("sv", "Choose an account.", "Välj ett konto."),
            ("sv", "The account is authorised.", "Procountor-kontot är godkänt."),
            ("sv", "A closed fiscal year", "Ett stängt räkenskapsår"),
            ("sv", "Clearing account", "Avräkningskonto"),
            ("sv", "Nothing to say", "Kontomappning"),
        ],
    )
    def test_are_found(self, language: str, english: str, wrong: str) -> None:
        assert said(language, (english, wrong))

    @pytest.mark.parametrize(
        ("language", "english", "right"),
        [
            ("fi", "The journals were sent.", "Palkka-aineistot lähetettiin."),
            ("fi", "Debtors", "Asiakkaat (konsernit)"),
            ("fi", "Journal %(journal)s", "Palkka-aineisto %(journal)s"),
            ("sv", "Journal lines", "Rader"),
            ("sv", "Approve the receipts of the account", "Godkänn Procountor-kontots verifikat"),
            (
                "sv",
                "Choose the account; it is free.",
                "Välj Procountor-kontot; kontot är ledigt.",
            ),
            ("sv", "Ask whoever runs Tilisilta.", "Fråga den som driver Tilisilta."),
        ],
    )
    def test_are_not_seen_where_there_are_none(
        self, language: str, english: str, right: str
    ) -> None:
        assert said(language, (english, right)) == []
