"""How spreadsheets and people change a journal: nothing of it may be lost or guessed."""

from decimal import Decimal

import openpyxl
import pytest
from tests.clients.files.samples import (
    codes,
    journal_xml,
    line,
    question,
    read,
    refusal,
    saved,
    workbook,
    xml_line,
)

SHORT = "Tili;Summa;Kausi"
SHORT_HEADERS = ("Tili", "Summa", "Kustannuspaikka", "Kausi")


def csv(*rows: str) -> str:
    return "\n".join(rows) + "\n"


class TestSumRows:
    @pytest.mark.parametrize(
        "account",
        ["Yhteensä", "YHT.", "Loppusumma", "5010 yhteensä", "Summa", "Totalt", "5010 Total"],
    )
    def test_are_neither_booked_nor_left_out(self, account: str) -> None:
        content = csv(SHORT, "5010;10,00;6/2026", "2961;-10,00;6/2026", f"{account};0,00;6/2026")

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [("F12", 4)]
        assert findings[0].facts == {"column": "Tili", "reason": "sum"}

    def test_are_refused_when_they_name_no_account(self) -> None:
        content = csv(
            "Selite;Tili;Summa;Kausi", "Palkat;5010;10,00;6/2026", "Yhteensä;;10,00;6/2026"
        )

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [("F12", 3)]

    def test_are_not_lines_that_only_mention_a_sum(self) -> None:
        content = csv("Selite;Tili;Summa;Kausi", "Palkat yhteensä;5010;10,00;6/2026")

        journal = read(content, name="june.csv")

        assert journal.lines == (line(1, "5010", "Palkat yhteensä", "10.00"),)


class TestShiftedColumns:
    def test_are_refused_when_commas_separate_both_cents_and_cells(self) -> None:
        content = csv(
            "Date,Account,Amount,Cost center,Description",
            "2026-06-30,5010,100,50,,",
            "2026-06-30,2961,-100,50,,",
        )

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [("F13", 2), ("F13", 3)]
        assert findings[0].facts == {"reason": "more-cells"}

    def test_are_refused_too_when_excel_names_the_comma(self) -> None:
        content = csv("sep=,", "Date,Account,Amount,Text", "2026-06-30,5010,100,50,")

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [("F13", 3)]

    def test_are_not_suspected_with_other_delimiters(self) -> None:
        content = csv(SHORT, "5010;10,00;6/2026;;")

        journal = read(content, name="june.csv")

        assert journal.lines == (line(1, "5010", "", "10.00"),)


class TestHeaders:
    def test_are_refused_below_journal_lines(self) -> None:
        content = csv("2961;-5;6/2026", "5010;5;6/2026", SHORT, "5010;10;6/2026")

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [("F13", 1), ("F13", 2)]
        assert findings[0].facts == {"reason": "no-headers"}

    def test_may_be_below_titles_with_numbers(self) -> None:
        content = csv("Yritys;1001;6/2026", "1001;Koeyhtiö Oy", SHORT, "5010;10;6/2026")

        journal = read(content, name="june.csv")

        assert len(journal.lines) == 1

    def test_are_requested_for_a_column_that_is_only_filled_far_down(self) -> None:
        content = csv(f"{SHORT};", *["5010;1;6/2026;"] * 40, "5010;1;6/2026;210")

        needed = question(content, name="june.csv")

        assert needed.headers == ("Tili", "Summa", "Kausi", "")


class TestNumbers:
    @pytest.mark.parametrize("written", ["-0,00", "0,00-", "-0"])
    def test_have_no_negative_zero(self, written: str) -> None:
        content = csv(SHORT, f"5010;{written};6/2026")

        journal = read(content, name="june.csv")

        assert str(journal.lines[0].amount) == "0"

    @pytest.mark.parametrize("number", ["6", "06", "006"])
    def test_of_a_run_are_the_same_with_zeros_before_them(self, number: str) -> None:
        content = csv(f"{SHORT};Ajo", f"5010;1;6/2026;{number}/2026")

        journal = read(content, name="june.csv")

        assert (journal.run_year, journal.run_number) == (2026, "6")

    @pytest.mark.parametrize("period", [2026.1, "2026.1"])
    def test_of_a_period_are_not_guessed_where_a_spreadsheet_dropped_a_zero(
        self, period: object
    ) -> None:
        content = workbook([SHORT_HEADERS, ("5010", 1, "", period)])

        findings = refusal(content, name="october.xlsx")

        assert codes(findings) == [("F24", 2)]
        assert findings[0].facts["reason"] == "ambiguous"

    def test_have_the_leading_zeros_that_a_workbook_shows(self) -> None:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.append(SHORT_HEADERS)
        sheet.append((5010, 12, 7, "6/2026"))
        sheet["B2"].number_format = "0000"
        sheet["C2"].number_format = "000"

        journal = read(saved(book), name="june.xlsx")

        assert journal.lines == (line(1, "5010", "", "12", "007"),)
        assert journal.lines[0].amount == Decimal(12)


class TestFailedFormulas:
    @pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!"])
    def test_are_no_cost_centers(self, error: str) -> None:
        content = workbook([SHORT_HEADERS, ("5010", 1, error, "6/2026")])

        findings = refusal(content, name="june.xlsx")

        assert codes(findings) == [("F23", 2)]
        assert findings[0].facts == {"reason": "formula"}


class TestMisplacedElements:
    def test_are_refused_instead_of_lost(self) -> None:
        content = journal_xml(xml_line(), f"<group>{xml_line()}</group>")

        findings = refusal(content, name="june.xml")

        assert codes(findings) == [("F07", 6)]
        assert findings[0].facts == {"element": "lines"}
