"""What payroll calls a run, beside the month that is shown anyway."""

from datetime import date
from functools import lru_cache

from django.utils import formats, translation

from tilisilta.languages import LANGUAGES


def beyond_month(description: str, month: date) -> str:
    """Return the ``description`` of a run, or nothing where it only names its ``month``."""
    return "" if " ".join(description.casefold().split()) in _names_of(month) else description


@lru_cache(maxsize=500)
def _names_of(month: date) -> frozenset[str]:
    """Return the ways to write a month: in all languages, as payroll has one of its own."""
    year, number = month.year, month.month
    names = {
        f"{number}/{year}",
        f"{number:02}/{year}",
        f"{year}-{number:02}",
        f"{year}/{number:02}",
    }
    for language in LANGUAGES:
        with translation.override(language.code):
            names |= {formats.date_format(month, form).casefold() for form in ("F Y", "M Y", "F")}
    return frozenset(names)
