"""Passwords that are long enough and still among the first that a stranger would try."""

import re
from functools import cache
from itertools import pairwise

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tilisilta.models import User

OWN_WORDS = frozenset(
    """
    tilisilta procountor nmbrs palkka palkat palkanlaskenta kirjanpito tilitoimisto salasana
    tervetuloa suomi helsinki tampere turku oulu espoo vantaa kesä talvi syksy kevät lön löner
    löneadministration bokföring lösenord välkommen sverige finland stockholm göteborg malmö
    sommar vinter höst vår payroll accounting password welcome summer winter autumn spring
    administrator admin
    """.split()  # noqa: SIM905  # a list of words is read best as text
)
"""What people here would think of first; the common words of English are Django's."""
WALKS = (
    "qwertyuiopåasdfghjklöäzxcvbnm",
    "qazwsxedcrfvtgbyhnujmikolp",
    "abcdefghijklmnopqrstuvwxyzåäö",
    "01234567890",
)
"""Rows of the keyboard, and the order of letters and figures."""
FIGURES_FOR_LETTERS = str.maketrans("0134578@$!€", "oieastbasie")
LONGEST_UNIT = 4
FEWEST_FREE_CHARACTERS = 6
FEWEST_DIFFERENT = 5


class GuessablePasswordValidator:
    """Refuses a common word that was made long: with figures around it, repeated, or disguised.

    Django's own list of common passwords has hardly any that are long enough to be asked about.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ``ValidationError`` for a password that is too easy to guess."""
        if is_guessable(password):
            raise ValidationError(
                _(
                    "This password is among the first that a stranger would try. Take several "
                    "words that do not belong together."
                ),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return _("Not a common word with figures around it, and no row of the keyboard.")


def is_guessable(password: str) -> bool:
    """Return whether common words, repetitions and keyboard rows leave too little of it."""
    written = password.casefold()
    if len(set(written)) < FEWEST_DIFFERENT:
        return True
    # Both as it is written and without the disguise: p4ssw0rd.
    plain = {written, written.translate(FIGURES_FOR_LETTERS)}
    return any(_is_common(_letters(one)) or _leaves_little(one) for one in plain)


def _is_common(letters: str) -> bool:
    if len(letters) < FEWEST_FREE_CHARACTERS:
        return False
    return letters in _common_words() or letters[: len(letters) // 2] * 2 == letters


def _leaves_little(written: str) -> bool:
    """Return whether too few characters are left once what is easily guessed is taken away."""
    text = _letters_and_figures(written)
    left = _without_repeats(_without_walks(text))
    # One word only: two that do not belong together are what a person is asked to take.
    word = max(_long_common_words_in(left), key=len, default="")
    if not word and left == text:
        return False
    return len(_without_counts(left.replace(word, "", 1))) < FEWEST_FREE_CHARACTERS


def _letters(written: str) -> str:
    return "".join(one for one in written if one.isalpha())


def _letters_and_figures(written: str) -> str:
    return "".join(one for one in written if one.isalnum())


def _without_walks(text: str) -> str:
    """Take away stretches of four and more that lie beside each other on a keyboard or in order."""
    if not text:
        return text
    steps = {pair for walk in WALKS for pair in (*pairwise(walk), *pairwise(walk[::-1]))}
    stretches, current = [], text[0]
    for before, after in pairwise(text):
        if (before, after) in steps:
            current += after
        else:
            stretches.append(current)
            current = after
    stretches.append(current)
    return "".join(one for one in stretches if len(one) < LONGEST_UNIT)


def _long_common_words_in(text: str) -> set[str]:
    found = {
        text[start:end]
        for start in range(len(text))
        for end in range(start + 5, min(len(text), start + 20) + 1)
    }
    return {one for one in found if one in _common_words()}


def _without_repeats(text: str) -> str:
    return re.sub(r"(.{1,4}?)\1{2,}", r"\1", text)


def _without_counts(text: str) -> str:
    """Take away years and other figures before and after the rest."""
    return re.sub(r"^\d{1,6}|\d{1,6}$", "", text)


@cache
def _common_words() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords) | OWN_WORDS
