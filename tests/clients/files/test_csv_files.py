"""CSV files as spreadsheets, Nmbrs and people write them."""

from datetime import date

import pytest
from tests.clients.files.samples import codes, csv, line, question, read, refusal

from tilisilta.clients.files.columns import ColumnMapping


class TestReadCsv:
    def test_reads_debit_and_credit_columns(self) -> None:
        content = csv("5010;Palkat;1 234,50;;210;P-1;30.6.2026", "2961;Netto;;1234,50;;;30.6.2026")

        journal = read(content, name="june.csv")

        assert journal.kind == "csv"
        assert journal.lines == (
            line(1, "5010", "Palkat", "1234.50", "210", "P-1"),
            line(2, "2961", "Netto", "-1234.50"),
        )

    @pytest.mark.parametrize(
        "headers",
        [
            "Account,Text,Amount,Cost centre,Date",
            "KONTO,Beskrivning,Belopp,Kostnadsställe,Bokföringsdatum",
            " tili ,Selite,Rahamäärä,Kustannuspaikka,Pvm",
        ],
    )
    def test_knows_headers_in_three_languages(self, headers: str) -> None:
        content = csv("5010,Palkat,-12.50,210,2026-06-30", headers=headers)

        journal = read(content, name="june.csv")

        assert journal.lines == (line(1, "5010", "Palkat", "-12.50", "210"),)

    def test_reads_an_amount_with_its_direction_beside_it(self) -> None:
        content = csv("5010;1,00;D;6/2026", "2961;1,00;K;6/2026", headers="Tili;Summa;D/K;Kausi")

        journal = read(content, name="june.csv")

        assert [read_line.amount for read_line in journal.lines] == [1, -1]

    def test_books_on_the_last_day_of_the_period_where_no_date_is_given(self) -> None:
        content = csv("5010;1;2026-02-11;", "5010;1;;2026-02", headers="Account;Amount;Date;Period")

        journal = read(content, name="february.csv")

        assert [read_line.booking_date for read_line in journal.lines] == [
            date(2026, 2, 11),
            date(2026, 2, 28),
        ]

    def test_takes_the_year_of_a_period_from_its_own_column(self) -> None:
        content = csv("5010;1;2;2024", headers="Account;Amount;Period;Year")

        journal = read(content, name="february.csv")

        assert journal.lines[0].booking_date == date(2024, 2, 29)

    def test_takes_run_company_and_currency_from_columns(self) -> None:
        content = csv(
            "5010;1;2026-06;6/2026;Kesäkuu;1001;EUR",
            headers="Account;Amount;Period;Run;Run description;Company number;Currency",
        )

        journal = read(content, name="june.csv")

        assert (journal.run_year, journal.run_number) == (2026, "6")
        assert journal.run_description == "Kesäkuu"
        assert journal.company_number == 1001
        assert journal.currency == "EUR"

    @pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
    def test_finds_the_delimiter(self, delimiter: str) -> None:
        content = csv("5010;1.50;2026-06-30", headers="Account;Amount;Date")

        journal = read(content.replace(";", delimiter), name="june.csv")

        assert journal.lines == (line(1, "5010", "", "1.50"),)

    def test_believes_excel_when_it_names_the_delimiter(self) -> None:
        content = "sep=|\n" + csv("5010|x|2026-06-30", headers="Account|Amount|Date")

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [("F08", 3)]

    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
    )
    def test_finds_the_encoding(self, encoding: str) -> None:
        content = csv("5010;Työ – päätös;1,00;;;;30.6.2026").encode(encoding)

        journal = read(content, name="june.csv")

        assert journal.lines[0].description == "Työ – päätös"

    def test_reads_quoted_texts_with_delimiters_quotes_and_new_lines(self) -> None:
        content = csv('5010;"Palkat; ""kesä""\nja muut";1,00;;;;30.6.2026')

        journal = read(content, name="june.csv")

        assert journal.lines[0].description == 'Palkat; "kesä"\nja muut'

    @pytest.mark.parametrize("ending", ["\r\n", "\r"])
    def test_reads_the_line_ends_of_every_system(self, ending: str) -> None:
        content = csv("5010;Palkat;1,00;;;;30.6.2026", "2961;Netto;;1,00;;;30.6.2026")

        journal = read(content.replace("\n", ending), name="june.csv")

        assert len(journal.lines) == 2

    def test_skips_titles_and_blank_rows(self) -> None:
        content = "Palkkatosite;;;;;;\n\n" + csv(";;;;;;", "5010;Palkat;1,00;;;;30.6.2026", "")

        journal = read(content, name="june.csv")

        assert journal.lines == (line(1, "5010", "Palkat", "1.00"),)

    def test_reads_blanks_as_an_empty_cell(self) -> None:
        content = csv("5010; Palkat ; 1,00;  ; 210 ;   ; 30.6.2026 ")

        journal = read(content, name="june.csv")

        assert journal.lines == (line(1, "5010", "Palkat", "1.00", "210"),)

    def test_skips_columns_that_a_journal_does_not_need(self) -> None:
        content = csv(
            "5010;Palkkatili;1;2026-06;Aino Keksitty",
            headers="Account;Account name;Amount;Period;Employee",
        )

        journal = read(content, name="june.csv")

        assert "Keksitty" not in repr(journal)


class TestAskForColumns:
    def test_shows_headers_samples_and_what_it_knows(self) -> None:
        rows = [f"5010;Palkat;{number}" for number in range(9)]
        content = csv(*rows, headers="Tili;Selite;Nettosumma")

        needed = question(content, name="june.csv")

        assert needed.headers == ("Tili", "Selite", "Nettosumma")
        assert len(needed.rows) == 5
        assert needed.rows[0] == ("5010", "Palkat", "0")
        assert needed.guess == ColumnMapping(account="Tili", description="Selite")
        assert needed.guess.lacks == ("amount", "date")

    def test_asks_about_an_unknown_header_although_nothing_is_missing(self) -> None:
        content = csv("5010;1;2026-06;210", headers="Account;Amount;Period;Osastokoodi")

        needed = question(content, name="june.csv")

        assert needed.guess.lacks == ()

    def test_asks_which_of_two_columns_is_meant_although_nothing_is_missing(self) -> None:
        content = csv("5010;1;2026-06;210;Tuotanto", headers="Tili;Summa;Kausi;Kustannuspaikka;KP")

        needed = question(content, name="june.csv")

        assert needed.guess.lacks == ()
        assert needed.guess.cost_center == ""

    def test_asks_about_values_under_no_header(self) -> None:
        content = csv("5010;1;2026-06;210", headers="Account;Amount;Period;")

        needed = question(content, name="june.csv")

        assert needed.guess.lacks == ()

    def test_asks_which_of_two_columns_is_meant(self) -> None:
        content = csv("5010;5020;1;2026-06", headers="Account;Tili;Amount;Period")

        needed = question(content, name="june.csv")

        assert needed.guess.lacks == ("account",)

    def test_asks_when_amounts_are_in_one_column_and_in_two(self) -> None:
        content = csv("5010;1;1;;2026-06", headers="Account;Amount;Debit;Credit;Period")

        needed = question(content, name="june.csv")

        assert needed.guess.lacks == ("amount",)

    def test_masks_personal_identity_codes_in_the_samples(self) -> None:
        content = csv("5010;131052-308T", headers="Account;Hetu")

        needed = question(content, name="june.csv")

        assert needed.rows == (("5010", "***"),)

    def test_shows_nothing_of_the_content_in_its_message(self) -> None:
        needed = question(csv("5010;Aino Keksitty", headers="Account;Henkilö"), name="june.csv")

        assert "Keksitty" not in str(needed)

    def test_reads_the_columns_a_person_names(self) -> None:
        content = csv("5010;1;2026-06;210;x", headers="Account;Luku;Period;Osasto;Muu")
        columns = ColumnMapping(
            account="account", amount=" luku", period="Period", cost_center="OSASTO"
        )

        journal = read(content, name="june.csv", columns=columns)

        assert journal.lines == (line(1, "5010", "", "1", "210"),)
