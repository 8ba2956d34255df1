"""Currencies as people write them: a code, a sign or a word in one of our languages."""

import re

_NAMES = {
    "EUR": "€|euro|euros|euroa|euron|eur.",
    "SEK": "kr|kr.|skr|:-|krona|kronor|svenska kronor|svensk krona|ruotsin kruunu|kruunua|kruunu",
    "NOK": "nkr|norska kronor|norjan kruunu|norske kroner",
    "DKK": "dkr|danska kronor|tanskan kruunu|danske kroner",
    "USD": "$|us$|dollar|dollars|dollaria|dollari|us dollar",
    "GBP": "£|pound|pounds|punta|puntaa|pund|pound sterling",
    "CHF": "sfr|fr.|frangi|franc",
}
_CODE_OF = {name: code for code, names in _NAMES.items() for name in names.split("|")}
_CODE = re.compile("[A-Z]{3}")


def currency_code(text: str) -> str:
    """Return the code of the currency that ``text`` means; an empty text if it means none."""
    plain = " ".join(text.split())
    known = _CODE_OF.get(plain.casefold(), "")
    upper = plain.upper()
    return known or (upper if _CODE.fullmatch(upper) else "")
