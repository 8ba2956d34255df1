"""The texts of the command line in the language of the terminal, before Django is ready."""

import os
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

from tilisilta.languages import language_of

_LOCALE = Path(__file__).parents[1] / "locale"
# The order in which POSIX lets these variables override each other.
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def language() -> str:
    asked = next((os.environ[name] for name in _VARIABLES if os.environ.get(name)), "")
    return language_of(asked).code


def gettext(text: str) -> str:
    """Return ``text`` in the language of the terminal. Needs no settings, so help always works."""
    return _catalogue(language()).gettext(text)


@cache
def _catalogue(code: str) -> NullTranslations:
    return translation("django", _LOCALE, languages=[code], fallback=True)
