"""The words of notices: made of codes alone, in every language."""

import re

import pytest
from django.utils import translation

from tilisilta.domain.month_end import MonthState
from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.standing import JournalState
from tilisilta.languages import LANGUAGES
from tilisilta.services.notices.standing import (
    ACCOUNT_ENDED,
    ACCOUNT_NOT_AUTHORISED,
    CONSENT_ENDS,
)
from tilisilta.services.notices.words import clean_name, code_words

pytestmark = pytest.mark.once

CODES = (
    *(code.value for code in ProblemCode),
    *(state.value for state in JournalState),
    *(MonthState.DIFFERENT.value, ACCOUNT_ENDED, ACCOUNT_NOT_AUTHORISED, CONSENT_ENDS),
)


@pytest.mark.parametrize("language", [one.code for one in LANGUAGES])
def test_of_every_code_name_no_fact_of_a_case(language: str) -> None:
    with translation.override(language):
        words = {code: code_words(code) for code in CODES}

    assert all(words.values())
    for code, text in words.items():
        # A place that was left open, or a figure that is not that of the code itself.
        assert not re.search(r"%\(|\d", text.replace(code, "")), text
        assert text != code


def test_a_name_is_one_line_without_marks_that_turn_the_text_around() -> None:
    assert clean_name("  Oy\r\nBcc: a@b\u202e\u2029 Ab\x00 ") == "Oy Bcc: a@b Ab"
    assert len(clean_name("a" * 500)) == 80
