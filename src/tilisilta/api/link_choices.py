"""Choices of links and profiles in requests, by the names that files of links have for them."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tilisilta.api.problems import ValuesNotPossible
from tilisilta.api.schemas_of_links import Choice
from tilisilta.services.link_texts import COLUMNS, NO, YES, Unreadable, read

CHOICES = tuple(one for one in COLUMNS if one != "map")
RULES = tuple(one for one in CHOICES if one not in {"profile", "start", "verify_only"})
"""What a profile may decide, too."""


def fields_of(choices: Mapping[str, Choice], *, known: Collection[str] = CHOICES) -> dict[str, Any]:
    """Return the fields that the choices stand for; raise ``ValuesNotPossible``."""
    return dict(_read(choices, known))


def _read(choices: Mapping[str, Choice], known: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Yield the fields that the choices stand for; a profile by its name, a month as 2026-06."""
    for column, value in choices.items():
        if column not in known:
            names = ", ".join(known)
            raise ValuesNotPossible(**{f"choices.{column}": f"Choices are: {names}."})
        try:
            yield from read(column, _text(value)).choices.items()
        except Unreadable as error:
            raise ValuesNotPossible(**{f"choices.{column}": str(error)}) from error


def _text(value: Choice) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return value or ""
