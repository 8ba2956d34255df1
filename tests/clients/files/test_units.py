"""The currency that headers and titles name, and amounts that are in thousands or in cents."""

import pytest
from tests.clients.files.samples import read, refusal

from tilisilta.clients.files.columns import ColumnMapping

LINES = "31.7.2026;5010;Palkat;100,00\n31.7.2026;2961;Velka;-100,00\n"
CHOSEN = {"date": "Pvm", "account": "Tili", "description": "Selite"}


def headed(header: str) -> str:
    return f"Pvm;Tili;Selite;{header}\n{LINES}"


class TestCurrency:
    @pytest.mark.parametrize(
        ("header", "currency"),
        [
            *(("Summa SEK", "SEK"), ("Summa (SEK)", "SEK"), ("Amount (USD)", "USD")),
            *(("Amount in EUR", "EUR"), ("Summa, EUR", "EUR"), ("Summa €", "EUR")),
            *(("Beløb DKK", "DKK"), ("Belopp kr", ""), ("Belopp i kr", ""), ("Summa", "")),
        ],
    )
    def test_is_that_behind_the_header_of_the_amounts(self, header: str, currency: str) -> None:
        assert read(headed(header), name="july.csv").currency == currency

    def test_is_that_in_the_row_below_the_headers(self) -> None:
        rows = "Pvm;Tili;Selite;Debet;Kredit\n;;;SEK;SEK\n31.7.2026;5010;x;1,00;\n"

        assert read(rows, name="july.csv").currency == "SEK"

    def test_is_that_below_headers_in_two_rows(self) -> None:
        heads = "Pvm;Tili;Selite;Summa;\n;;;Debet;Kredit\n;;;(€);(€)\n"

        journal = read(heads + "31.7.2026;5010;x;1,00;\n", name="july.csv")

        assert (journal.currency, len(journal.lines)) == ("EUR", 1)

    @pytest.mark.parametrize("title", ["Valuutta: SEK;;;", "Currency;SEK;;", "Valuta:;SEK;;"])
    def test_is_that_in_a_title(self, title: str) -> None:
        assert read(f"{title}\n{headed('Summa')}", name="july.csv").currency == "SEK"

    @pytest.mark.parametrize(
        "content",
        [
            "Pvm;Tili;Selite;Debet SEK;Kredit EUR\n31.7.2026;5010;x;1,00;\n",
            "Pvm;Tili;Selite;Summa SEK;Valuutta\n31.7.2026;5010;x;1,00;EUR\n",
            "Valuutta: SEK;;;\nPvm;Tili;Selite;Summa\n31.7.2026;5010;x;1,00 €\n",
        ],
    )
    def test_is_refused_where_the_file_names_two(self, content: str) -> None:
        problems = refusal(content, name="july.csv")

        assert [(one.code, one.facts["reason"]) for one in problems] == [("F16", "currency")]


class TestScale:
    @pytest.mark.parametrize(
        "header",
        [
            *("Summa tEUR", "Summa (1000 €)", "Summa 1000 EUR", "Summa k€", "Belopp tkr"),
            *("Summa snt", "Summa (senttiä)", "amountInCents", "Belopp i öre", "Tuhatta euroa"),
        ],
    )
    def test_of_a_header_is_refused_although_a_person_chose_it(self, header: str) -> None:
        columns = ColumnMapping.from_mapping({**CHOSEN, "amount": header})

        problems = refusal(headed(header), name="july.csv", columns=columns)

        assert [(one.code, one.facts["reason"]) for one in problems] == [("F08", "scale")]

    @pytest.mark.parametrize(
        "title",
        ["Luvut tuhansina euroina", "Belopp i tusental kr", "EUR in thousands", "(1 000 EUR)"],
    )
    def test_of_a_title_is_refused(self, title: str) -> None:
        problems = refusal(f"{title};;;\n{headed('Summa')}", name="july.csv")

        assert [(one.code, one.line) for one in problems] == [("F08", 1)]

    @pytest.mark.parametrize("title", ["Tusen Blommor AB", "Centrum", "Yhteensä 51 000 EUR"])
    def test_is_not_seen_in_names_and_sums(self, title: str) -> None:
        assert len(read(f"{title};;;\n{headed('Summa')}", name="july.csv").lines) == 2
