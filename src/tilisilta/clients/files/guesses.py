"""Guesses what the columns of a file without headers hold. A person has to confirm it."""

import re
from collections.abc import Sequence

from tilisilta.clients.files.accounting_format import bare_amounts
from tilisilta.clients.files.alignment import Row
from tilisilta.clients.files.amounts import read_amounts
from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.clients.files.currencies import currency_code
from tilisilta.clients.files.dates import read_dates
from tilisilta.clients.files.header_names import known_field
from tilisilta.clients.files.line_amounts import side_of
from tilisilta.clients.files.raw import Fault, text_of

_MOST_ROWS = 500
_ACCOUNT = re.compile("[0-9]{3,8}")
_LETTER = re.compile(r"[^\W\d_]")
_DIMENSIONS = ("cost_center", "cost_unit")


def guess_places(body: Sequence[Row], width: int) -> ColumnMapping:
    """Return the likely place of each value, counted from 1, by the first rows of ``body``."""
    columns = [
        [text_of(row.cells[place]) if place < len(row.cells) else "" for row in body[:_MOST_ROWS]]
        for place in range(width)
    ]
    fields: dict[str, int] = {}
    amounts = []
    for place, texts in enumerate(columns):
        filled = [text for text in texts if text]
        if not filled:
            continue
        named = {known_field(text) for text in filled}
        if len(named) == 1 and named <= set(_DIMENSIONS) and place + 1 < width:
            # Procountor's own form: the name of a dimension, and its item in the next column.
            fields.setdefault(named.pop(), place + 1)
        elif place in fields.values():
            continue
        elif _are_dates(filled):
            fields.setdefault("date", place)
        elif "account" not in fields and all(map(_ACCOUNT.fullmatch, filled)):
            fields["account"] = place
        elif all(side_of(text) for text in filled):
            fields.setdefault("direction", place)
        elif all(currency_code(text) for text in filled):
            fields.setdefault("currency", place)
        elif _are_amounts(filled):
            amounts.append(place)
        elif all(map(_LETTER.search, filled)):
            fields.setdefault("description", place)
    fields |= _amount_fields(columns, amounts)
    return ColumnMapping(**{field: str(place + 1) for field, place in fields.items()})


def _amount_fields(columns: Sequence[Sequence[str]], amounts: Sequence[int]) -> dict[str, int]:
    if len(amounts) == 1:
        return {"amount": amounts[0]}
    if len(amounts) == 2:
        debit, credit = amounts
        nothing = {"", "0", "0,00", "0.00", "-"}
        are_sides = all(
            (one in nothing) != (other in nothing)
            for one, other in zip(columns[debit], columns[credit], strict=True)
        )
        if are_sides:
            return {"debit": debit, "credit": credit}
    return {}


def _are_dates(texts: Sequence[str]) -> bool:
    return not any(isinstance(one, Fault) for one in read_dates(texts).values())


def _are_amounts(texts: Sequence[str]) -> bool:
    read = read_amounts(bare_amounts(texts))
    return not any(isinstance(one, Fault) for one in read.values())
