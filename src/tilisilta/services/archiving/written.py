"""How the report writes amounts, days and cells, in the reader's language."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import get_language

from tilisilta.languages import language_of

Cell = str | dict[str, str]
Row = dict[str, Any]
Block = dict[str, Any]
_MINUS = "\N{MINUS SIGN}"
_SHORT = 24
"""So many characters of a digest are listed; the manifest has all of them."""


def amount(value: Decimal) -> str:
    return f"{_MINUS if value < 0 else ''}{number(abs(value))}"


def number(value: Decimal) -> str:
    return formats.number_format(value, decimal_pos=2, force_grouping=True)


def difference(value: Decimal) -> Cell:
    """Return a difference as a cell: with its sign, loud where money is missing, quiet if none."""
    if not value:
        return toned(amount(value), "quiet")
    return toned(amount(value), "bad") if value < 0 else toned(f"+{amount(value)}", "strong")


def count(value: int) -> str:
    return formats.number_format(value, force_grouping=True)


def day(value: date | str) -> str:
    value = date.fromisoformat(value) if isinstance(value, str) else value
    return _unbroken(formats.date_format(value, language_of(get_language()).day))


def moment(value: datetime | None) -> str:
    if value is None:
        return ""
    local = timezone.localtime(value)
    return _unbroken(formats.date_format(local, language_of(get_language()).moment))


def month(value: date) -> str:
    return formats.date_format(value, language_of(get_language()).month)


def _unbroken(words: str) -> str:
    return words.replace(" ", "\N{NO-BREAK SPACE}")


def toned(text: str, tone: str) -> Cell:
    return {"text": text, "tone": tone}


def short_digest(digest: str) -> Cell:
    return toned(digest[:_SHORT], "mono")


def row(*cells: Cell, style: str = "plain") -> Row:
    return {"cells": list(cells), "style": style}


def total(*cells: Cell) -> Row:
    return row(*cells, style="sum")


def table(columns: Sequence[tuple[str, str, str]], rows: Iterable[Row]) -> Block:
    """Return a table; each of the ``columns`` is its title, its side and its width."""
    return {
        "kind": "table",
        "columns": [
            {"title": title, "align": align, "width": width} for title, align, width in columns
        ],
        "rows": list(rows),
    }


def text(words: str) -> Block:
    return {"kind": "text", "text": words}


def pairs(rows: Iterable[tuple[str, str]]) -> Block:
    return {"kind": "pairs", "rows": [list(one) for one in rows]}


def people(rows: Iterable[tuple[str, str]]) -> Block:
    return {"kind": "people", "rows": [{"name": name, "text": said} for name, said in rows]}


def section(title: str, blocks: Iterable[Block], *, note: str = "") -> dict[str, Any]:
    return {"title": title, "note": note, "blocks": list(blocks)}
