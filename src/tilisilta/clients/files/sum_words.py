"""Words that mark a row of sums or of a balance, in the languages of our files."""

import re
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

# English, Swedish, Finnish, Dutch, German, Norwegian and Danish, Estonian; what spreadsheets write.
_SUM_WORDS = (
    r"total|totals|totale|sub-?totals?|sums?|grandtotal|tot|subtot|Σ"
    r"|totalt|totalsumma|delsumma|mellansumma|slutsumma|huvudsumma|summa|summor|sammanlagt"
    r"|yhteensä|yhteensa|yht|välisumma|valisumma|loppusumma|kokonaissumma|yhteissumma|osasumma"
    r"|summat|kokonaismäärä"
    r"|totaal|totalen|sub-?totaal|eindtotaal|tussentotaal|som"
    r"|summe|zwischensumme|gesamtsumme|endsumme|gesamt|gesamtergebnis|teilergebnis"
    r"|gesamtbetrag|endbetrag|totalbelopp|totalbeløb|totalbeløp|totaalbedrag|eindbedrag"
    r"|delsum|totalsum|hovedtotal|i alt|ialt|kokku|vahesumma|sluttsum|generaltotal"
    r"|tilisumma|kontosumma|rivisumma|sivusumma|sidsumma|osastosumma|kontototal|rekeningtotaal"
)
# Words that may be beside one of those in a row of sums: what is added up.
_BESIDE = (
    r"[0-9]+|grand|general|generaal|all|alla|alle|kaikki|kaikkien|for|of|för|av|van|per|the|und"
    r"|account|accounts|ledger|konto|kontot|kontots|konton|tili|tilin|tilit|tilien|tilille"
    r"|rekening|grootboekrekening|line|lines|rows|rader|rivit|rivien|regels"
    r"|cost|cent(?:er|re)|kostnadsställe|kustannuspaikka|kustannuspaikan|kostenplaats|kp|kst"
    r"|department|osasto|osaston|avdelning|afdeling"
    r"|debit|credit|debet|kredit|period|month|kausi|kauden|kuukausi|kuukauden|månad|maand"
    r"|journal|journals|tosite|tositteen|verifikation|verifikat|run|ajo|palkka-ajo|raportti"
    r"|report|rapport|sivu|sida|page|eur|euro|euroa|sek|kr"
)
_BALANCE = (
    r"(?:opening|closing|beginning|ending|starting|initial|final)[ -]?balance"
    r"|balance (?:brought|carried) (?:forward|down)|(?:brought|carried) forward|[bc]/[fd]|balance"
    r"|ingående (?:balans|saldo)|utgående (?:balans|saldo)|ing\.? ?(?:balans|saldo)"
    r"|utg\.? ?(?:balans|saldo)|ib|ub|saldo|balans|slutsaldo|ingångssaldo"
    r"|alkusaldo|loppusaldo|avaussaldo|avaava saldo|päättävä saldo|päätössaldo|kertymä"
    r"|beginsaldo|eindsaldo|openingssaldo|slotsaldo|anfangssaldo|endsaldo|anfangsbestand"
    r"|inngående (?:balanse|saldo)|utgående balanse|indgående saldo|algsaldo|lõppsaldo"
)
_COMPOUND = r"[^\W\d_]+(?:summa|summe|totaal|totalt|total)"
_SUM = re.compile(rf"(?<![^\W_])(?:{_SUM_WORDS}|{_COMPOUND})(?![^\W_])", re.IGNORECASE)
_SUM_IN_ACCOUNT = re.compile(rf"(?<![^\W_])(?:{_SUM_WORDS})(?![^\W_])", re.IGNORECASE)
# Possessive, as digits and letters could else be divided in so many ways that one text of a few
# dozen characters would keep a processor busy for hours.
_SUM_ALONE = re.compile(
    rf"(?>(?:[0-9]++|(?:{_SUM_WORDS}|{_BESIDE})(?![^\W_]))\W*+)++", re.IGNORECASE
)
_BALANCE_ALONE = re.compile(
    rf"\W*+(?:(?:konto|tili|tilin|account|rekening|[0-9]++)\W++)*+(?:{_BALANCE})"
    r"(?:\W++[0-9.]++)*+\W*+",
    re.IGNORECASE,
)
# A longer text is refused as a description, and only takes time.
_MOST_CHARACTERS = 1000


class Strength(IntEnum):
    """How surely a text marks a row of sums."""

    PERHAPS = 1
    """A word for a sum among others, as in "Summa lön": the amounts have to confirm it."""
    SURELY = 2


class Mark(NamedTuple):
    """What a text marks its row as, "sum" or "balance", and how surely."""

    strength: Strength
    reason: str


# Journals have few distinct texts, and these patterns are long.
@lru_cache(maxsize=4096)
def mark_of(text: str, *, account: str = "") -> Mark | None:
    """Return what ``text`` marks its row as; ``None`` for any ordinary text.

    A text that also names the row's own ``account`` adds up that account.
    """
    if len(text) > _MOST_CHARACTERS:
        return None
    plain = text.replace("_", " ").strip(" .:*-=#<>()[]\u2013")
    if _BALANCE_ALONE.fullmatch(plain):
        return Mark(Strength.SURELY, "balance")
    if not _SUM.search(plain):
        return None
    names_account = bool(account) and account in re.findall(r"[^\W_]+", plain)
    is_sure = names_account or _SUM_ALONE.fullmatch(plain) is not None
    return Mark(Strength.SURELY if is_sure else Strength.PERHAPS, "sum")


def has_sum_word(text: str) -> bool:
    return len(text) <= _MOST_CHARACTERS and _SUM_IN_ACCOUNT.search(text) is not None
