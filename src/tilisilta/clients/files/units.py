"""Units of a table: the currency its headers and titles name, and amounts in thousands or cents."""

import re
from collections.abc import Iterator, Mapping, Sequence

from tilisilta.clients.files.alignment import Row
from tilisilta.clients.files.currencies import currency_code
from tilisilta.clients.files.findings import Findings
from tilisilta.clients.files.header_names import known_field, unit_of
from tilisilta.clients.files.raw import text_of
from tilisilta.domain.problems import ProblemCode

_AMOUNTS = ("amount", "debit", "credit")
_MOST_TITLE_CHARACTERS = 300
_THOUSANDS = r"tuhan[nst]\w*|tuhat\w*|tusen\w*|thousands?|duizend\w*|tausend\w*"
_MONEY = r"eur\w*|\u20ac|kr\w*|sek|nok|dkk|usd|gbp"
_SCALED_TITLE = re.compile(
    rf"\b(?:{_THOUSANDS})\W+(?:of\W+|von\W+)?(?:{_MONEY})(?!\w)|\bin (?:thousands|tausend)\b"
    rf"|\(\s*(?:in\s+)?1[ .]?000\s*(?:{_MONEY})\s*\)",
    re.IGNORECASE,
)
_SCALED_HEADER = re.compile(
    rf"(?<![^\W_])(?:{_THOUSANDS}|tkr|tsek|teur|keur|ksek|[tk]\u20ac|1[ .]?000 ?(?:{_MONEY})"
    r"|snt|sentti\w*|sentteinä|cents?|öre|ören|øre|meur|milj\w*|million\w*)(?![^\W_])|incents?\b",
    re.IGNORECASE,
)


def currencies_named(
    above: Sequence[Row], headers: Row, places: Mapping[str, int]
) -> dict[str, int]:
    """Return the currencies that titles and the headers of amounts name, with their lines."""
    named: dict[str, int] = {}
    for row in above:
        for text in _titled_currencies(row):
            named.setdefault(text, row.line)
    for field in _AMOUNTS:
        if field in places and (code := unit_of(text_of(headers.cells[places[field]]))):
            named.setdefault(code, headers.line)
    return named


def must_be_whole_units(above: Sequence[Row], headers: Row, places: Mapping[str, int]) -> None:
    """Refuse a table that says its amounts are in thousands or in cents: nothing is multiplied."""
    findings = Findings()
    for row in above:
        texts = map(text_of, row.cells)
        if any(len(t) <= _MOST_TITLE_CHARACTERS and _SCALED_TITLE.search(t) for t in texts):
            findings.add(ProblemCode.AMOUNT_UNREADABLE, line=row.line, reason="scale")
    for field in _AMOUNTS:
        header = text_of(headers.cells[places[field]]) if field in places else ""
        if _SCALED_HEADER.search(header[:_MOST_TITLE_CHARACTERS]):
            findings.add(
                ProblemCode.AMOUNT_UNREADABLE,
                line=headers.line or None,
                column=header,
                reason="scale",
            )
    findings.refuse()


def _titled_currencies(row: Row) -> Iterator[str]:
    """Yield what stands behind *Valuutta:* above the headers, or in the cell beside it."""
    texts = [text for text in map(text_of, row.cells) if text]
    for at, text in enumerate(texts):
        label, _, behind = text[:_MOST_TITLE_CHARACTERS].partition(":")
        value = behind.strip() or (texts[at + 1] if at + 1 < len(texts) else "")
        if known_field(label) == "currency" and currency_code(value):
            yield value
