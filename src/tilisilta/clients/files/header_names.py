"""Known headers in English, Swedish, Finnish and Dutch, as Nmbrs and its users write them."""

import re
from functools import lru_cache

_BLANKS = re.compile(r"[\s\u00a0_.:*-]+")

# Synonyms for one value, separated by "|": English first, then Swedish, then Finnish,
# then Dutch and others.
KNOWN_HEADERS = {
    "account": (
        "account|account number|account no|ledger account|general ledger account|gl account"
        "|generalledgeraccount|ledger account number"
        "|konto|kontonr|kontonummer|bokföringskonto|huvudbokskonto"
        "|tili|tilinumero|tilinro|kirjanpitotili|pääkirjatili|kirjanpidon tili|tilikoodi|tili nro"
        "|grootboekrekening|grootboeknummer|grootboekrekeningnummer|grootboek|sachkonto"
    ),
    "description": (
        "description|text|line description|component|component name|componentname|explanation"
        "|beskrivning|benämning|verifikationstext|radtext|lönekomponent"
        "|kuvaus|selite|teksti|rivin kuvaus|palkkalaji|tiliöinnin selite|vientiselite|rivin selite"
        "|omschrijving|boekingsomschrijving|looncomponent|buchungstext|tekst|beskrivelse"
    ),
    "amount": "amount|value|sum|belopp|summa|rahamäärä|bedrag|beløb|beløp|betrag",
    "debit": (
        "debit|debit amount|debet|debetbelopp|debet euroa|debit euroa|debet eur|debit eur"
        "|debet summa|summa debet|debet sek|debetbedrag|bedrag debet|soll"
    ),
    "credit": (
        "credit|credit amount|kredit|kreditbelopp|kredit euroa|credit eur|kredit eur"
        "|kredit summa|summa kredit|kredit sek|creditbedrag|bedrag credit|haben"
    ),
    "direction": (
        "debit/credit|debit or credit|debitcredit|d/c|dc|debet/kredit|debetkredit|d/k|dk"
        "|debet tai kredit|debet of credit|debet/credit|d/c code|dr/cr|cr/dr|s/h|soll/haben"
    ),
    "cost_center": (
        "cost center|cost centre|costcenter|costcentre|cost center code|cost centre code"
        "|kostnadsställe|kostnadsställekod|kst|kustannuspaikka|kustannuspaikan koodi|kp|kustp"
        "|kustannuspaikkakoodi|kostenplaats|kostenplaatscode|kostenstelle"
    ),
    "cost_unit": (
        "cost unit|costunit|cost unit code|cost carrier|cost object"
        "|kostnadsenhet|kostnadsbärare|transportör|kb"
        "|kustannusyksikkö|laskentatunniste|laskentakohde|kustannuskohde"
        "|kostendrager|kostendragercode"
    ),
    "date": (
        "date|booking date|posting date|accounting date|entry date"
        "|datum|bokföringsdatum|bokföringsdag|verifikationsdatum"
        "|päivä|boekdatum|boekingsdatum|transaktionsdatum|kirjaus pvm|tositteen päivä"
        "|päivämäärä|päiväys|pvm|kirjauspäivä|tositepäivä|tositepvm|kirjauspvm"
        "|buchungsdatum|dato|bogføringsdato|bokføringsdato"
    ),
    "period": (
        "period|booking period|payroll period|month|löneperiod|bokföringsperiod|månad"
        "|kausi|palkkakausi|jakso|kuukausi|kirjauskausi|periode|boekperiode|loonperiode|maand"
    ),
    "year": "year|fiscal year|år|räkenskapsår|vuosi|tilivuosi|jaar|boekjaar",
    "company": (
        "company number|company no|companynr|company nr|företagsnummer|företagsnr"
        "|yrityksen numero|yritysnumero|yritysnro"
    ),
    "run": (
        "run|run number|run no|payroll run|lönekörning|körning|körningsnummer"
        "|palkka-ajo|palkka ajo|ajo|ajonumero|ajon numero|loonrun|runnummer"
    ),
    "run_description": (
        "run description|beskrivning av lönekörning|körningens beskrivning|ajon kuvaus"
        "|palkka-ajon kuvaus"
    ),
    "currency": "currency|currency code|valuta|valutakod|valuutta|valuuttakoodi|valutacode",
}

# Headers of columns that a journal does not need. About any other unknown header a person is asked,
# because the cost centers may be under a name of the company's own.
NUMBERING_HEADERS = "line|row|line number|rad|radnummer|rivi|rivinumero"
IGNORED_HEADERS = (
    f"{NUMBERING_HEADERS}|account name|cost center name|cost unit name|employee"
    "|employee name|employee number|employee id|employeenr|company id|percentage"
    "|kontonamn|kontobenämning|anställd|anställningsnummer|namn på anställd"
    "|tili nimi|kustannuspaikka nimi|konto namn|naam grootboekrekening"
    "|cost center description|account description|medewerker|werknemer|werknemernummer"
    "|tilin nimi|työntekijä|työntekijän nimi|henkilönumero"
)


def plain_header(header: str) -> str:
    return _BLANKS.sub("", header).casefold()


# A file repeats its texts, and of one without known headers every row is looked at.
@lru_cache(maxsize=4096)
def known_field(header: str) -> str:
    plain = plain_header(header)
    # A currency behind the header says nothing about what the column holds.
    return _FIELD_OF.get(plain) or _FIELD_OF.get(_UNIT_BEHIND.sub("", plain), "")


def is_unit(header: str) -> bool:
    """Return whether a text below a header only says the currency of its column."""
    return header.strip(" ()[]").casefold() in _UNITS


def unit_of(header: str) -> str:
    """Return the code of the currency that stands behind a header, as in *Summa (SEK)*.

    An empty text where there is none, and for crowns, which are those of several countries.
    """
    unit = _UNIT_BEHIND.search(plain_header(header))
    return _CODE_OF_UNIT.get(unit[1], "") if unit and unit.start() else ""


def is_ignored(header: str) -> bool:
    return plain_header(header) in _IGNORED


def is_numbering(header: str) -> bool:
    return plain_header(header) in _NUMBERING


_CODE_OF_UNIT = {
    **dict.fromkeys(("\u20ac", "eur", "euro", "euroa", "euros"), "EUR"),
    **{code.casefold(): code for code in ("SEK", "NOK", "DKK", "GBP", "USD", "CHF")},
    "\u00a3": "GBP",
    "$": "USD",
}
_UNITS = frozenset({*_CODE_OF_UNIT, "kr"})
_UNIT_BEHIND = re.compile(
    rf"(?:[(\[,/]|in|i)?({'|'.join(sorted(map(re.escape, _UNITS), key=len, reverse=True))})[)\]]?$"
)
_NUMBERING = frozenset(plain_header(name) for name in NUMBERING_HEADERS.split("|"))
_IGNORED = frozenset(plain_header(name) for name in IGNORED_HEADERS.split("|"))
_FIELD_OF = {
    plain_header(name): field for field, names in KNOWN_HEADERS.items() for name in names.split("|")
}
