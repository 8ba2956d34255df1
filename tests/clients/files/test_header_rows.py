"""Headers below many titles, in two rows, and files that have none."""

from datetime import date

import openpyxl
import pytest
from tests.clients.files.samples import (
    codes,
    csv,
    line,
    question,
    read,
    refusal,
    saved,
    workbook,
)

from tilisilta.clients.files.columns import ColumnMapping

IMPORT_FORM = """30.6.2026;5010;4200,00;Kuukausipalkat;Kustannuspaikka;420
30.6.2026;2961;-4200,00;Maksettavat palkat;;
"""
PLACES = ColumnMapping(date="1", account="2", amount="3", description="4", cost_center="6")


class TestHeadersBelowTitles:
    @pytest.mark.parametrize("count", [1, 19, 21, 60, 300])
    def test_are_found_below_any_number_of_titles(self, count: int) -> None:
        titles = "".join(f"Raportin otsikko {number};;;\n" for number in range(count))
        content = titles + csv("5010;2,50;30.6.2026", headers="Tili;Summa;Päivä")

        assert read(content, name="june.csv").lines == (line(1, "5010", "", "2.50"),)

    def test_are_asked_about_there_where_they_are_not_known(self) -> None:
        titles = "".join(f"Raportin otsikko;sivu {number};;\n" for number in range(40))
        content = titles + csv("5010;2,50;30.6.2026;A", headers="Alfa;Beta;Gamma;Delta")

        asked = question(content, name="june.csv")

        assert asked.headers == ("Alfa", "Beta", "Gamma", "Delta")

    @pytest.mark.parametrize("header", ["Summa EUR", "Summa (€)", "Belopp, SEK", "Bedrag €"])
    def test_may_have_a_currency_behind_them(self, header: str) -> None:
        content = csv("5010;2,50;30.6.2026", headers=f"Tili;{header};Päivä")

        assert read(content, name="june.csv").lines == (line(1, "5010", "", "2.50"),)

    def test_are_found_there_by_the_names_a_person_gave(self) -> None:
        titles = "".join(f"Raportin otsikko {number};;;\n" for number in range(40))
        content = titles + csv("5010;2,50;30.6.2026", headers="A;B;C")
        columns = ColumnMapping(account="A", amount="B", date="C")

        assert read(content, name="june.csv", columns=columns).lines[0].ledger_account == "5010"


class TestHeadersInTwoRows:
    @pytest.mark.parametrize(
        "headers",
        [
            "Pvm;Tili;Selite;Kustannuspaikka;Summa;\n;;;;Debet;Kredit",
            ";;;;Summa;\nPvm;Tili;Selite;Kustannuspaikka;Debet;Kredit",
            "Pvm;Tili;;;Summa;\n;;Selite;Kustannuspaikka;Debet;Kredit",
            "Pvm;Tili;Selite;Kustannuspaikka;Debet;Kredit\n;;;;EUR;EUR",
            "Pvm;Tili;Selite;Kustannuspaikka;Debet;Kredit\n;;;;(€);(€)",
            "Pvm;Tili;Selite;Kustannuspaikka;Debet;Kredit\n;Numero;;Koodi;;",
            "Datum;Konto;Text;Kst;Belopp;\n;;;;Debet;Kredit",
        ],
    )
    def test_are_read_together(self, headers: str) -> None:
        content = csv("30.6.2026;5010;Palkat;420;4200,04;", headers=headers)

        assert read(content, name="june.csv").lines == (
            line(1, "5010", "Palkat", "4200.04", "420"),
        )

    def test_never_swallow_a_line(self) -> None:
        headers = "Pvm;Tili;Selite;Summa"
        content = csv("30.6.2026;5010;Palkat;1,00", "30.6.2026;2961;Netto;-1,00", headers=headers)

        assert len(read(content, name="june.csv").lines) == 2

    def test_may_be_merged_over_both_rows_of_a_workbook(self) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in (
            ["Pvm", "Tili", "Summa", None],
            [None, None, "Debet", "Kredit"],
            [date(2026, 6, 30), 5010, 4200.04, None],
        ):
            sheet.append(row)
        for cells in ("A1:A2", "B1:B2", "C1:D1"):
            sheet.merge_cells(cells)

        assert read(saved(book), name="june.xlsx").lines == (line(1, "5010", "", "4200.04"),)


class TestFilesWithoutHeaders:
    def test_are_asked_about_at_once_with_likely_places(self) -> None:
        asked = question(IMPORT_FORM, name="import.csv")

        assert asked.are_places
        assert asked.headers == ("1", "2", "3", "4", "5", "6")
        assert asked.guess == PLACES

    def test_are_read_by_place_from_the_first_line(self) -> None:
        assert read(IMPORT_FORM, name="import.csv", columns=PLACES).lines == (
            line(1, "5010", "Kuukausipalkat", "4200.00", "420"),
            line(2, "2961", "Maksettavat palkat", "-4200.00"),
        )

    def test_are_recognised_below_a_title(self) -> None:
        asked = question("Palkat kesäkuu 2026\n" + IMPORT_FORM, name="import.csv")

        assert asked.guess == PLACES

    def test_are_recognised_in_a_workbook(self) -> None:
        content = workbook(
            [[date(2026, 6, 30), 5010, 4200.5, "a"], [date(2026, 6, 30), 2961, -4200.5]]
        )

        asked = question(content, name="import.xlsx")

        assert asked.guess == ColumnMapping(date="1", account="2", amount="3", description="4")

    def test_are_recognised_by_a_line_that_names_two_dimensions(self) -> None:
        content = "30.6.2026;5010;4,00;Palkat;Kustannuspaikka;420;Kustannusyksikkö;P-1\n"

        asked = question(content, name="import.csv")

        assert (asked.guess.cost_center, asked.guess.cost_unit) == ("6", "8")

    def test_may_have_debit_and_credit(self) -> None:
        content = "2026-06-30,5010,Palkat,4200.10,\n2026-06-30,2961,Netto,,4200.10\n"

        asked = question(content, name="import.csv")

        assert asked.guess == ColumnMapping(
            date="1", account="2", description="3", debit="4", credit="5"
        )
        assert len(read(content, name="import.csv", columns=asked.guess).lines) == 2

    def test_lose_no_line_that_cannot_be_read(self) -> None:
        content = IMPORT_FORM.replace("4200,00;K", "42OO,00;K")

        assert codes(refusal(content, name="import.csv", columns=PLACES)) == [("F08", 1)]

    def test_lose_no_first_line_without_an_account(self) -> None:
        content = IMPORT_FORM.replace(";5010;", ";;")

        assert codes(refusal(content, name="import.csv", columns=PLACES)) == [("F12", 1)]

    def test_are_refused_for_a_place_they_do_not_have(self) -> None:
        columns = ColumnMapping(account="2", amount="3", date="9")

        problems = refusal(IMPORT_FORM, name="import.csv", columns=columns)

        assert problems[0].facts == {"column": "9", "reason": "missing"}

    def test_may_have_unknown_headers_that_are_passed_over_by_place(self) -> None:
        content = csv("30.6.2026;5010;2,50", headers="Alfa;Beta;Gamma")
        columns = ColumnMapping(date="1", account="2", amount="3")

        assert read(content, name="june.csv", columns=columns).lines == (
            line(1, "5010", "", "2.50"),
        )

    @pytest.mark.parametrize("headers", ["Tili;Selite;Summa;Päivä", "Konto;Text;Belopp;Datum"])
    def test_are_told_from_files_with_headers(self, headers: str) -> None:
        content = csv("5010;Palkat;2,50;30.6.2026", headers=headers)

        assert read(content, name="june.csv").lines[0].description == "Palkat"

    def test_dutch_headers_are_known(self) -> None:
        headers = "Grootboekrekening;Omschrijving;Debet;Credit;Kostenplaats;Boekdatum"
        content = csv("5010;Loon;2,50;;420;30-06-2026", headers=headers)

        assert read(content, name="june.csv").lines == (line(1, "5010", "Loon", "2.50", "420"),)
