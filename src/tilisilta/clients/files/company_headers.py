"""Columns that say whose journal it is by name or business ID. They are compared, never booked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tilisilta.clients.files.header_names import plain_header
from tilisilta.domain.company_match import plain_business_id, plain_name


class Mark(StrEnum):
    """What of a company a column holds."""

    NAME = "name"
    """Its name, its number, or both."""
    BUSINESS_ID = "business-id"


# English first, then Swedish, Finnish and Dutch, as what they come from may be Nmbrs' own country.
_HEADERS = {
    Mark.NAME: (
        "company|company name|name of company|employer|employer name|employer number"
        "|legal entity|entity name|legal name|payroll company|nmbrs company|client company"
        "|firm|firm name"
        "|företag|företagsnamn|företagets namn|bolag|bolagsnamn|bolagets namn|bolagsnummer"
        "|arbetsgivare|arbetsgivarens namn|arbetsgivarnummer|aktiebolag|firma|firmanamn"
        "|firmans namn|utbetalare|utbetalarens namn|löneutbetalare|kundföretag"
        "|yritys|yrityksen nimi|yritysnimi|yhtiö|yhtiön nimi|työnantaja|työnantajan nimi"
        "|toiminimi|firman nimi|osakeyhtiö|yhtiönimi|palkanmaksaja|palkanmaksajan nimi"
        "|suorituksen maksaja|asiakasyrityksen nimi|työnantajan numero|yhtiönumero|yhtiön numero"
        "|bedrijf|bedrijfsnaam|naam bedrijf|bedrijfsnummer|bedrijfsnr|werkgever|werkgeversnaam"
        "|naam werkgever|werkgevernaam|werkgevernummer|werkgeversnummer|onderneming"
        "|administratie|administratienaam|naam administratie|firmanaam|bedrijf naam"
        # Those of the neighbours, whose systems are used here as well.
        "|virksomhed|virksomhedsnavn|selskab|selskabsnavn|firmanavn|arbejdsgiver|selskap"
        "|selskapsnavn|bedrift|arbeidsgiver|unternehmen|firmenname|arbeitgeber|ettevõte|tööandja"
    ),
    Mark.BUSINESS_ID: (
        "business id|business identity code|company registration number|vat number|vat id"
        "|organisationsnummer|organisationsnr|orgnummer|orgnr|org nr|fo nummer|fo nr|momsnummer"
        "|momsregistreringsnummer|vat nummer"
        "|y tunnus|ly tunnus|yritystunnus|yrityksen y tunnus|alv numero|alv tunnus"
        "|kvk|kvk nummer|kvk nr|btw nummer|btw nr|btw id|rsin"
        "|business identity number|company reg no|registration number|vat no|vat nr|vat reg no"
        "|vat registration number|vat tunnus|vat numero|yrityksen tunnus|ytunnus|alv nro"
        "|cvr|cvr nummer|cvr nr|cvr no|se nummer|moms nr|momsreg nr|momsreg nummer|ust id|ust idnr"
        "|registrikood"
    ),
}
# A house may keep its projects or its own customers under these, so they must say one thing only.
_MAYBE = (
    "client|client name|customer|customer name|kund|kundnamn|kundens namn|klient|klientnamn"
    "|asiakas|asiakkaan nimi|asiakasyritys|asiakasnimi|klant|klantnaam|naam klant"
    "|administration|organisation|organization|organisaatio|organisatie|mandant|payer|maksaja"
    "|betalare|entity|org|bureau client|konsernin yhtiö|koncernbolag"
)
# Rates of the tax stand under these far more often than its numbers.
_MAYBE_ID = "vat|alv|moms|btw|tax id|tunnus"
_LIKE_ID = re.compile(
    r"(?:[A-Z]{2})?[ ]?(?=(?:[ .-]*[0-9]){7})[0-9 .-]+(?:B[0-9]{2})?", re.IGNORECASE
)
_MARK_OF = {
    plain_header(name): mark for mark, names in _HEADERS.items() for name in names.split("|")
}
_PERHAPS = frozenset(plain_header(name) for name in _MAYBE.split("|"))
_PERHAPS_ID = frozenset(plain_header(name) for name in _MAYBE_ID.split("|"))
# Whoever made the file, whosever payroll it is.
_OFFICE = (
    r"(?:palkanlaskenta|palkanlaskija|tilitoimisto|palkkatoimisto|lönebyrå|redovisningsbyrå"
    r"|payroll office|prepared by|laatija|tulostaja)"
)
_OF_OFFICE = re.compile(
    rf"(?<!\w){_OFFICE}\s*:.*?(?=(?<!\w)(?:yritys|asiakas|yhtiö|työnantaja|palkanmaksaja|företag"
    r"|bolag|kund|arbetsgivare|company|client|customer|employer)\s*:|$)",
    re.IGNORECASE,
)
_OFFICE_BESIDE = re.compile(rf"{_OFFICE}\s*:", re.IGNORECASE)


def without_offices(texts: Sequence[str]) -> Iterator[str]:
    """The texts of a line above the headers without what a label says of the payroll office."""
    is_of_office = False
    for text in filter(None, texts):
        rest = "" if is_of_office else _OF_OFFICE.sub(" ", text).strip(" ,;|")
        is_of_office = bool(_OFFICE_BESIDE.fullmatch(text.strip()))
        if rest:
            yield text if _OF_OFFICE.search(text) is None else rest


@dataclass(frozen=True, kw_only=True)
class CompanyColumn:
    """One such column: its distinct texts, each with the first line that says it."""

    mark: Mark
    texts: Mapping[str, int]

    @property
    def is_of_one(self) -> bool:
        """Return whether all its texts are of one company, however they are written."""
        plain = plain_name if self.mark is Mark.NAME else plain_business_id
        return len({plain(text) for text in self.texts}) <= 1


def company_column(header: str, texts: Mapping[str, int]) -> CompanyColumn | None:
    """The column under ``header`` as one that names companies; ``None`` if it may be another."""
    plain = plain_header(header)
    mark = _MARK_OF.get(plain) or (Mark.NAME if plain in _PERHAPS else None)
    if plain in _PERHAPS_ID and texts and all(map(_LIKE_ID.fullmatch, texts)):
        mark = Mark.BUSINESS_ID
    if mark is None:
        return None
    column = CompanyColumn(mark=mark, texts=texts)
    return column if plain in _MARK_OF or column.is_of_one else None


def names_companies(header: str) -> bool:
    """Return whether there is any use in looking at what stands under ``header``."""
    plain = plain_header(header)
    return plain in _MARK_OF or plain in _PERHAPS or plain in _PERHAPS_ID
