"""Files that would take memory or hours: each is refused or read, and none stops anything else."""

import io
import zipfile

import pytest
from tests.clients.files.samples import codes, csv, outcome_of, read, refusal, workbook

from tilisilta.clients.files import walking
from tilisilta.clients.files.sum_words import mark_of

HEADERS = "Pvm;Tili;Selite;Summa"


def with_sheet(xml: str) -> bytes:
    """A workbook whose only sheet is ``xml``."""
    original = zipfile.ZipFile(io.BytesIO(workbook([["Tili"]])))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in original.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            archive.writestr(name, xml if is_sheet else original.read(name))
    return content.getvalue()


class TestText:
    @pytest.mark.parametrize(
        "text",
        [
            "Summa " + "1" * 60 + "x",
            "sum " + "9" * 900 + "!" + "z",
            "saldo " + "." * 900 + "x",
            "total " + "tili" * 200 + "q",
            "yht " + "1 " * 450 + "x",
            "konto " * 150 + "z",
        ],
    )
    def test_of_any_kind_is_searched_for_sums_in_no_time(self, text: str) -> None:
        content = csv(f"30.6.2026;5010;{text};5,00", headers=HEADERS)

        mark_of(text)
        outcome_of(content.encode(), "june.csv")

    @pytest.mark.parametrize("place", range(4))
    @pytest.mark.parametrize(
        "cell", ["9" * 5000, "1," * 3000 + "x", "a " * 9000, "1" * 5000 + ".0"]
    )
    def test_of_thousands_of_characters_is_refused_in_every_column(
        self, place: int, cell: str
    ) -> None:
        cells = ["30.6.2026", "5010", "Palkat", "5,00"]
        cells[place] = cell

        content = csv(";".join(cells), headers=HEADERS)

        assert outcome_of(content.encode(), "june.csv") in {"refused", "asked"}

    @pytest.mark.parametrize(
        "day",
        [
            *("0000-01-01", "29.2.2025", "31.6.2026", "1.13.2026", "2026-06-31", "99999999"),
            *("31.6.26", "1e9", "-1", "30.6.2026 25:61", "2026-W26-1", "30.06.2026."),
            *("٣٠.٦.٢٠٢٦", "1" * 4301),
        ],
    )
    def test_that_is_an_odd_date_is_refused_as_one(self, day: str) -> None:
        content = csv(f"{day};5010;Palkat;5,00", headers=HEADERS)

        assert codes(refusal(content, name="june.csv")) == [("F11", 2)]

    def test_of_long_titles_is_passed_over(self) -> None:
        title = "a 1 - " * 20_000

        journal = read(f"{title}\n" + csv("30.6.2026;5010;x;1", headers=HEADERS), name="j.csv")

        assert journal.titles == ()


class TestColumns:
    def test_of_a_csv_file_are_limited(self) -> None:
        content = csv("30.6.2026;5010;x;1", headers=HEADERS + ";X" * 600)

        problems = refusal(content, name="june.csv")

        assert problems[0].facts == {"reason": "too-many", "limit": "500"}

    def test_of_one_endless_line_are_refused_before_they_are_read(self) -> None:
        assert codes(refusal("a;" * 1_000_000, name="june.csv")) == [("F13", 1)]

    def test_that_are_empty_to_the_end_of_a_sheet_do_not_count(self) -> None:
        content = csv("30.6.2026;5010;x;1" + ";" * 16_000, headers=HEADERS + ";" * 16_000)

        assert len(read(content, name="june.csv").lines) == 1


class TestWorkOfAWorkbook:
    def test_is_limited(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(walking, "MOST_ELEMENTS", 1000)
        xml = f"<worksheet><sheetData>{'<x/>' * 1001}</sheetData></worksheet>"

        problems = refusal(with_sheet(xml), name="june.xlsx")

        assert (problems[0].code, problems[0].facts["reason"]) == ("F23", "too-large")

    @pytest.mark.parametrize(
        "inside",
        [
            "<cols>" + '<col min="1" max="16384" hidden="1"/>' * 20_001 + "</cols>",
            '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
            + "x" * 100_001
            + "</t></is></c></row></sheetData>",
        ],
    )
    def test_is_limited_for_columns_and_for_one_cell(self, inside: str) -> None:
        problems = refusal(with_sheet(f"<worksheet>{inside}</worksheet>"), name="june.xlsx")

        assert (problems[0].code, problems[0].facts["reason"]) == ("F23", "too-large")

    def test_of_many_merged_cells_is_done_in_no_time(self) -> None:
        row = '<row r="{0}"><c r="A{0}"><v>1</v></c></row>'
        rows = "".join(row.format(number) for number in range(1, 20_000))
        merges = "".join(f'<mergeCell ref="A{at}:A{at + 1}"/>' for at in range(30_000, 60_000))
        xml = (
            f"<worksheet><sheetData>{rows}</sheetData><mergeCells>{merges}</mergeCells></worksheet>"
        )

        assert outcome_of(with_sheet(xml), "june.xlsx") == "asked"
