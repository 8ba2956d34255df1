"""Columns that name the company by name or business ID. They are compared, never booked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tilisilta.clients.files.header_names import plain_header
from tilisilta.domain.company_match import plain_business_id, plain_name


class Mark(StrEnum):
    """What a column holds about a company."""

    NUMBER = "number"
    NAME = "name"
    """Its name, its number, or both."""
    BUSINESS_ID = "business-id"


# English, Swedish, Finnish and Dutch, the language of Nmbrs' own country.
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
        # Danish, Norwegian, German and Estonian, whose systems are used in Finland as well.
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
# A company may list its projects or its own customers under these, so that they count only where
# they hold one value.
_MAYBE = (
    "client|client name|customer|customer name|kund|kundnamn|kundens namn|klient|klientnamn"
    "|asiakas|asiakkaan nimi|asiakasyritys|asiakasnimi|klant|klantnaam|naam klant"
    "|administration|organisation|organization|organisaatio|organisatie|mandant|payer|maksaja"
    "|betalare|entity|org|bureau client|konsernin yhtiö|koncernbolag"
)
# Columns of these hold tax rates far more often than VAT numbers.
_MAYBE_ID = "vat|alv|moms|btw|tax id|tunnus"
_LIKE_ID = re.compile(
    r"(?:[A-Z]{2})?[ ]?(?=(?:[ .-]*[0-9]){7})[0-9 .-]+(?:B[0-9]{2})?", re.IGNORECASE
)
_MARK_OF = {
    plain_header(name): mark for mark, names in _HEADERS.items() for name in names.split("|")
}
_PERHAPS = frozenset(plain_header(name) for name in _MAYBE.split("|"))
_PERHAPS_ID = frozenset(plain_header(name) for name in _MAYBE_ID.split("|"))
# Labels of the office that made the file, which is not the company it is for.
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
    """Yield the texts of a line above the headers without what they say of the payroll office."""
    is_of_office = False
    for text in filter(None, texts):
        rest = "" if is_of_office else _OF_OFFICE.sub(" ", text).strip(" ,;|")
        is_of_office = bool(_OFFICE_BESIDE.fullmatch(text.strip()))
        if rest:
            yield text if _OF_OFFICE.search(text) is None else rest


@dataclass(frozen=True, kw_only=True)
class CompanyColumn:
    """A column that names companies: its distinct texts, each with its first line.

    ``place`` is its index in a table; ``None`` for what stands elsewhere.
    """

    mark: Mark
    texts: Mapping[str, int]
    place: int | None = None

    @property
    def is_of_one(self) -> bool:
        plain = plain_name if self.mark is Mark.NAME else plain_business_id
        return len({plain(text) for text in self.texts}) <= 1


def company_column(header: str, texts: Mapping[str, int]) -> CompanyColumn | None:
    """Return the column under ``header`` if it names companies; ``None`` if it may not."""
    plain = plain_header(header)
    mark = _MARK_OF.get(plain) or (Mark.NAME if plain in _PERHAPS else None)
    if plain in _PERHAPS_ID and texts and all(map(_LIKE_ID.fullmatch, texts)):
        mark = Mark.BUSINESS_ID
    if mark is None:
        return None
    column = CompanyColumn(mark=mark, texts=texts)
    return column if plain in _MARK_OF or column.is_of_one else None


def names_companies(header: str) -> bool:
    plain = plain_header(header)
    return plain in _MARK_OF or plain in _PERHAPS or plain in _PERHAPS_ID
