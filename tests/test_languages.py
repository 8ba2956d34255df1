"""The table of languages, and that each has its file.

Words that a language lacks are found by ``tools/translations.py check``.
"""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import formats, translation

import tilisilta
from tilisilta.languages import ENGLISH, FINNISH, LANGUAGES, SWEDISH, Language, language_of


class TestLanguageOf:
    @pytest.mark.parametrize(
        ("code", "language"),
        [
            ("fi", FINNISH),
            ("sv-FI", SWEDISH),
            ("fi_FI.UTF-8", FINNISH),
            ("SV", SWEDISH),
            ("xx", ENGLISH),
            ("C", ENGLISH),
            ("", ENGLISH),
            (None, ENGLISH),
        ],
    )
    def test_is_english_for_what_we_do_not_speak(
        self, code: str | None, language: Language
    ) -> None:
        assert language_of(code) == language


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
class TestEveryLanguage:
    def test_has_translations(self, language: Language) -> None:
        path = Path(tilisilta.__file__).parent / "locale" / language.code / "LC_MESSAGES/django.po"

        assert path.exists() or language == ENGLISH

    def test_writes_numbers_on_pages_as_in_spreadsheets(self, language: Language) -> None:
        with translation.override(language.code):
            written = formats.number_format("1.50", 2)

        assert ("," in written) == language.has_decimal_comma

    def test_may_be_chosen(self, language: Language) -> None:
        assert (language.code, language.own_name) in settings.LANGUAGES
