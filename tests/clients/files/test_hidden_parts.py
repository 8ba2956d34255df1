"""What a workbook hides: rows, columns and sheets that would be booked unseen."""

import io
from datetime import date
from typing import Literal

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from tests.clients.files.samples import codes, read, refusal, saved, workbook

HEADERS = ("Account", "Description", "Amount", "Cost center", "Employee", "Date")
JULY = date(2026, 7, 31)
ROWS = (
    HEADERS,
    ("5010", "Palkat", 4200, "100", "A", JULY),
    ("5010", "Lisät", 300, "100", "A", JULY),
    ("2961", "Velka", -300, "", "A", JULY),
    ("2961", "Velka", -4200, "", "A", JULY),
)


def opened(*sheets: object) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook(*(sheets or (ROWS,)))))  # type: ignore[arg-type]


def first_sheet(book: openpyxl.Workbook) -> Worksheet:
    return book.worksheets[0]


class TestHiddenRows:
    def test_are_refused_with_their_numbers_and_sums(self) -> None:
        book = opened()
        for row in (3, 4):
            first_sheet(book).row_dimensions[row].hidden = True

        findings = refusal(saved(book), name="july.xlsx")

        assert codes(findings) == [("F26", 3)]
        assert findings[0].facts == {
            "reason": "rows",
            "lines": "2",
            "others": "4",
            "rows": "3, 4",
            "debit": "300.00",
            "credit": "300.00",
        }

    def test_are_refused_where_a_filter_hides_them(self) -> None:
        book = opened()
        sheet = first_sheet(book)
        sheet.auto_filter.ref = "A1:F5"
        sheet.auto_filter.add_filter_column(0, ["5010"])
        for row in (2, 5):
            sheet.row_dimensions[row].hidden = True

        findings = refusal(saved(book), name="july.xlsx")

        assert findings[0].facts["rows"] == "2, 5"

    def test_are_refused_in_a_collapsed_group(self) -> None:
        book = opened()
        first_sheet(book).row_dimensions.group(3, 4, hidden=True)

        assert codes(refusal(saved(book), name="july.xlsx")) == [("F26", 3)]

    @pytest.mark.parametrize("height", [0.01, 0.25])
    def test_are_refused_where_they_have_no_height(self, height: float) -> None:
        book = opened()
        first_sheet(book).row_dimensions[3].height = height

        assert codes(refusal(saved(book), name="july.xlsx")) == [("F26", 3)]

    def test_are_none_where_a_filter_or_a_group_hides_nothing(self) -> None:
        book = opened()
        first_sheet(book).auto_filter.ref = "A1:F5"
        first_sheet(book).row_dimensions.group(3, 4, hidden=False)
        first_sheet(book).row_dimensions[2].height = 30

        assert len(read(saved(book), name="july.xlsx").lines) == 4

    def test_are_none_where_they_hold_nothing_or_a_title(self) -> None:
        book = opened((("Palkat", "heinäkuu"), *ROWS))
        first_sheet(book).row_dimensions[1].hidden = True
        first_sheet(book).row_dimensions[9].hidden = True

        assert len(read(saved(book), name="july.xlsx").lines) == 4


class TestHiddenColumns:
    @pytest.mark.parametrize(("letter", "column"), [("D", "Cost center"), ("C", "Amount")])
    def test_are_refused_when_they_would_be_read(self, letter: str, column: str) -> None:
        book = opened()
        first_sheet(book).column_dimensions[letter].hidden = True

        findings = refusal(saved(book), name="july.xlsx")

        assert codes(findings) == [("F26", 1)]
        assert findings[0].facts == {"reason": "column", "column": column}

    def test_are_refused_when_they_have_no_width(self) -> None:
        book = opened()
        first_sheet(book).column_dimensions["D"].width = 0.1

        assert codes(refusal(saved(book), name="july.xlsx")) == [("F26", 1)]

    def test_are_ignored_when_they_are_not_read(self) -> None:
        book = opened()
        first_sheet(book).column_dimensions["E"].hidden = True
        first_sheet(book).column_dimensions["H"].hidden = True

        assert len(read(saved(book), name="july.xlsx").lines) == 4


class TestHiddenSheets:
    @pytest.mark.parametrize("state", ["hidden", "veryHidden"])
    def test_are_refused_with_their_name_and_sums_when_they_hold_a_journal(
        self, state: Literal["hidden", "veryHidden"]
    ) -> None:
        book = opened(ROWS, ROWS)
        book.worksheets[1].sheet_state = state
        book.worksheets[1].title = "Vanha"

        findings = refusal(saved(book), name="july.xlsx")

        assert codes(findings) == [("F26", None)]
        assert findings[0].facts == {
            "reason": "sheet",
            "sheet": "Vanha",
            "count": "4",
            "debit": "4500.00",
            "credit": "4500.00",
        }

    @pytest.mark.parametrize(
        "rows",
        [
            (("something",),),
            (("Account", "Name"), ("5010", "Palkat")),
            (HEADERS,),
            (HEADERS, ("5010", "", 0, "", "", JULY)),
        ],
    )
    def test_are_ignored_when_they_hold_anything_else(
        self, rows: tuple[tuple[object, ...], ...]
    ) -> None:
        book = opened(ROWS, rows)
        book.worksheets[1].sheet_state = "hidden"

        assert len(read(saved(book), name="july.xlsx").lines) == 4
