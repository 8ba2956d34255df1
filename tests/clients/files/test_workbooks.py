"""XLSX workbooks, as openpyxl writes them and as no program should."""

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from tests.clients.files.samples import codes, line, question, read, refusal, saved, workbook

from tilisilta.clients.files.columns import ColumnMapping

HEADERS = ("Account", "Description", "Amount", "Cost center", "Cost unit", "Date")
JUNE = date(2026, 6, 30)
BALANCED = (
    HEADERS,
    ("5010", "Palkat", 10, "100", "", JUNE),
    ("2961", "Palkkavelka", -10, "200", "", JUNE),
)
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def one_row(*cells: object) -> bytes:
    return workbook([HEADERS, cells])


def with_part(content: bytes, name: str, part: str) -> bytes:
    """The workbook with one part of its archive replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info, old.read(info))
        new.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def with_sheet(rows: str) -> bytes:
    sheet = f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'
    return with_part(one_row(), "xl/worksheets/sheet1.xml", sheet)


def with_strings(strings: str, rows: str) -> bytes:
    """A workbook as Excel writes it, its texts shared and numbered."""
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    content = with_part(
        with_sheet(rows), "xl/sharedStrings.xml", f'<sst xmlns="{NAMESPACE}">{strings}</sst>'
    )
    return with_part(
        content,
        "xl/_rels/workbook.xml.rels",
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{relations}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
    )


def text_cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


HEADER_ROW = "<row>" + "".join(map(text_cell, ("Account", "Amount", "Period"))) + "</row>"


class TestReadWorkbook:
    def test_reads_numbers_texts_and_dates(self) -> None:
        content = one_row(5010, "Palkat", 1234.5, "0210", 7, JUNE)

        journal = read(content, name="june.xlsx")

        assert journal.kind == "xlsx"
        assert journal.lines == (line(1, "5010", "Palkat", "1234.5", "0210", "7"),)

    @pytest.mark.parametrize("day", [JUNE, datetime(2026, 6, 30), "30.6.2026", "2026-06-30"])  # noqa: DTZ001  # workbooks have no zones
    def test_reads_dates_and_texts_of_dates(self, day: object) -> None:
        content = one_row("5010", "", 1, "", "", day)

        journal = read(content, name="june.xlsx")

        assert journal.lines[0].booking_date == JUNE

    def test_reads_dates_in_formats_of_their_own(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(one_row("5010", "", 1, "", "", JUNE)))
        book.worksheets[0]["F2"].number_format = '[$-40B]d. mmmm"ta" yyyy'

        journal = read(saved(book), name="june.xlsx")

        assert journal.lines[0].booking_date == JUNE

    def test_reads_the_calendar_of_1904(self) -> None:
        book = openpyxl.Workbook()
        book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001  # workbooks have no zones
        for row in (HEADERS, ("5010", "", 1, "", "", JUNE)):
            book.worksheets[0].append(list(row))

        journal = read(saved(book), name="june.xlsx")

        assert journal.lines[0].booking_date == JUNE

    @pytest.mark.parametrize(
        ("written", "amount"),
        [
            (0.1, "0.1"),
            (1.1, "1.1"),
            (1234.56, "1234.56"),
            (-7, "-7"),
            (1e6, "1000000"),
            ("1 234,56", "1234.56"),
            ("-12.50", "-12.50"),
        ],
    )
    def test_reads_amounts_as_numbers_and_as_texts(self, written: object, amount: str) -> None:
        content = one_row("5010", "", written, "", "", JUNE)

        journal = read(content, name="june.xlsx")

        assert journal.lines[0].amount == Decimal(amount)

    def test_reads_a_number_that_a_workbook_writes_with_seventeen_digits(self) -> None:
        row = (
            f"<row>{text_cell('5010')}<c><v>1.1000000000000001</v></c>{text_cell('2026-06')}</row>"
        )

        journal = read(with_sheet(HEADER_ROW + row), name="june.xlsx")

        assert journal.lines[0].amount == Decimal("1.1")

    def test_reads_cells_without_references_and_with_gaps(self) -> None:
        row = "".join(
            f'<c r="{place}"><v>{number}</v></c>'
            for place, number in (("A9", 5010), ("B9", 2), ("C9", 202606))
        )
        row = f'<row r="9">{row}</row>'

        journal = read(with_sheet(HEADER_ROW + row), name="june.xlsx")

        assert journal.lines == (line(1, "5010", "", "2"),)

    def test_reads_names_with_a_prefix(self) -> None:
        row = f"<row>{text_cell('5010')}<c><v>2</v></c>{text_cell('2026-06')}</row>"
        inner = (HEADER_ROW + row).replace("</", "<//").replace("<", "<x:").replace("<x://", "</x:")
        sheet = (
            f'<x:worksheet xmlns:x="{NAMESPACE}"><x:sheetData>{inner}</x:sheetData></x:worksheet>'
        )

        content = with_part(one_row(), "xl/worksheets/sheet1.xml", sheet)

        assert len(read(content, name="june.xlsx").lines) == 1

    def test_reads_the_result_a_formula_had(self) -> None:
        row = (
            f"<row>{text_cell('5010')}<c><f>1+1</f><v>2</v></c>"
            f'<c t="str"><f>TEXT(A1)</f><v>2026-06</v></c></row>'
        )

        journal = read(with_sheet(HEADER_ROW + row), name="june.xlsx")

        assert journal.lines == (line(1, "5010", "", "2"),)

    def test_joins_rich_text_and_leaves_readings_out(self) -> None:
        rich = "<r><t>Pal</t></r><r><t>kat_x0041_</t></r><rPh sb='0' eb='1'><t>reading</t></rPh>"
        content = with_strings(
            "<si><t>Account</t></si><si><t>Description</t></si><si><t>Amount</t></si>"
            f"<si><t>Period</t></si><si>{rich}</si>",
            '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c>'
            '<c t="s"><v>3</v></c></row>'
            '<row><c><v>5010</v></c><c t="s"><v>4</v></c><c><v>1</v></c><c><v>202606</v></c></row>',
        )

        journal = read(content, name="june.xlsx")

        assert journal.lines[0].description == "PalkatA"

    def test_skips_titles_and_blank_rows(self) -> None:
        content = workbook([["Tosite"], [], HEADERS, [], ["5010", None, 1, None, None, JUNE]])

        journal = read(content, name="june.xlsx")

        assert len(journal.lines) == 1

    def test_skips_empty_and_hidden_sheets(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(one_row("5010", "", 1, "", "", JUNE)))
        book.create_sheet("Empty")
        hidden = book.create_sheet("Hidden")
        hidden.append(["something"])
        hidden.sheet_state = "hidden"

        journal = read(saved(book), name="june.xlsx")

        assert len(journal.lines) == 1

    def test_asks_about_unknown_headers(self) -> None:
        content = workbook([["Tili", "Luku", "Kausi"], [5010, 2.5, "2026-06"]])

        needed = question(content, name="june.xlsx")

        assert needed.headers == ("Tili", "Luku", "Kausi")
        assert needed.rows == (("5010", "2.5", "2026-06"),)
        assert needed.guess == ColumnMapping(account="Tili", period="Kausi")

    def test_reads_the_columns_a_person_names(self) -> None:
        content = workbook([["Tili", "Luku", "Kausi"], [5010, 2.5, "2026-06"]])
        columns = ColumnMapping(account="Tili", amount="Luku", period="Kausi")

        journal = read(content, name="june.xlsx", columns=columns)

        assert journal.lines == (line(1, "5010", "", "2.5"),)

    @pytest.mark.parametrize("escaped", ["_x0000_", "_xD800_"])
    def test_leaves_unprintable_characters_escaped(self, escaped: str) -> None:
        cells = (f"Pal{escaped}", "5010", "1", "2026-06")
        headers = ("Description", "Account", "Amount", "Period")
        rows = "".join(f"<row>{''.join(map(text_cell, texts))}</row>" for texts in (headers, cells))

        journal = read(with_sheet(rows), name="june.xlsx")

        assert journal.lines[0].description == f"Pal{escaped}"


class TestRefuseWorkbook:
    @pytest.mark.parametrize(
        ("cells", "code"),
        [
            (("5010", "", 1.005, "", "", JUNE), "F09"),
            (("5010", "", 1e15, "", "", JUNE), "F08"),
            (("5010", "", "12.345,6x", "", "", JUNE), "F08"),
            (("5010", "", True, "", "", JUNE), "F08"),
            (("5010", "", "#N/A", "", "", JUNE), "F23"),
            (("5010", "", JUNE, "", "", JUNE), "F08"),
            (("5010", "", None, "", "", JUNE), "F08"),
            (("5010", "", 1, "", "", datetime(2026, 6, 30, 12)), "F11"),  # noqa: DTZ001
            (("5010", "", 1, "", "", 46203), "F11"),
            (("5010", "", 1, "", "", None), "F11"),
            (("5010", "", 1, "#N/A", "", JUNE), "F23"),
            ((None, "x", 1, "", "", JUNE), "F12"),
            (("5010", "x" * 1001, 1, "", "", JUNE), "F22"),
            (("5010", "", 1, "", "", JUNE, "more"), "F13"),
        ],
    )
    def test_reports_code_and_row(self, cells: tuple[object, ...], code: str) -> None:
        good = ("5010", "Palkat", 1.5, "", "", JUNE)
        content = workbook([HEADERS, good, [], cells])

        findings = refusal(content, name="june.xlsx")

        assert codes(findings) == [(code, 4)]

    def test_refuses_a_number_that_only_looks_like_cents(self) -> None:
        cells = "<c><v>5010</v></c><c><v>9.9999999999999645E-2</v></c><c><v>202606</v></c>"

        findings = refusal(with_sheet(f"{HEADER_ROW}<row>{cells}</row>"), name="june.xlsx")

        assert codes(findings) == [("F09", 2)]
        assert findings[0].facts["value"] == "0.09999999999999964"

    def test_refuses_cells_merged_over_several_rows(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(workbook(BALANCED)))
        book.worksheets[0].merge_cells("D2:D3")

        findings = refusal(saved(book), name="june.xlsx")

        assert codes(findings) == [("F23", 2)]
        assert findings[0].facts == {"reason": "merged"}

    def test_reads_a_title_merged_over_several_columns(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(workbook([("Palkat",), *BALANCED])))
        book.worksheets[0].merge_cells("A1:F1")

        journal = read(saved(book), name="june.xlsx")

        assert [line.cost_center for line in journal.lines] == ["100", "200"]

    def test_refuses_a_formula_without_its_result(self) -> None:
        content = one_row("5010", "", "=1+1", "", "", JUNE)

        findings = refusal(content, name="june.xlsx")

        assert codes(findings) == [("F23", 2)]
        assert findings[0].facts == {"reason": "formula"}

    def test_refuses_two_filled_sheets(self) -> None:
        content = workbook([HEADERS], [HEADERS])

        findings = refusal(content, name="june.xlsx")

        assert codes(findings) == [("F23", None)]
        assert findings[0].facts == {"reason": "several-sheets", "count": "2"}

    def test_refuses_an_empty_workbook(self) -> None:
        assert codes(refusal(workbook([]), name="june.xlsx")) == [("F01", None)]

    def test_refuses_headers_without_lines(self) -> None:
        assert codes(refusal(workbook([HEADERS]), name="june.xlsx")) == [("F15", None)]

    def test_refuses_an_archive_that_unpacks_beyond_the_limit(self) -> None:
        file = io.BytesIO(one_row())
        with (
            zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open("xl/sharedStrings.xml", "w") as part,
        ):
            for _ in range(201):
                part.write(bytes(1024 * 1024))
        content = file.getvalue()

        findings = refusal(content, name="june.xlsx")

        assert len(content) < 1_000_000
        assert codes(findings) == [("F23", None)]
        assert findings[0].facts == {"reason": "too-large", "limit": "200"}

    def test_refuses_a_cell_far_to_the_right(self) -> None:
        content = with_sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>')

        findings = refusal(content, name="june.xlsx")

        assert codes(findings) == [("F23", 1)]

    def test_does_not_fill_up_gaps_between_rows(self) -> None:
        row = f'<row r="2000000000">{text_cell("5010")}<c><v>2</v></c>{text_cell("2026-06")}</row>'

        journal = read(with_sheet(HEADER_ROW + row), name="june.xlsx")

        assert len(journal.lines) == 1

    def test_refuses_definitions_and_so_every_entity(self) -> None:
        bomb = '<!DOCTYPE sst [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><sst><si><t>&b;</t></si></sst>'
        content = with_part(with_strings("", ""), "xl/sharedStrings.xml", bomb)

        findings = refusal(content, name="june.xlsx")

        assert [finding.code for finding in findings] == ["F06"]

    @pytest.mark.parametrize(
        "rows",
        [
            "<row><c>",
            '<row><c t="s"><v>99</v></c></row>',
            '<row><c t="n"><v>one</v></c></row>',
            '<row r="x"><c><v>1</v></c></row>',
            '<row><c r="7"><v>1</v></c></row>',
            '<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        ],
    )
    def test_refuses_damaged_parts(self, rows: str) -> None:
        findings = refusal(with_sheet(rows), name="june.xlsx")

        assert [(finding.code, finding.facts) for finding in findings] == [
            ("F23", {"reason": "damaged"})
        ]

    @pytest.mark.parametrize("cut", [30, 200, -30])
    def test_refuses_an_archive_that_breaks_off(self, cut: int) -> None:
        content = one_row("5010", "", 1, "", "", JUNE)

        findings = refusal(content[:cut], name="june.xlsx")

        assert [finding.code for finding in findings] == ["F23"]

    def test_refuses_an_archive_with_damaged_bytes(self) -> None:
        content = bytearray(one_row("5010", "", 1, "", "", JUNE))
        middle = content.index(b"xl/worksheets/sheet1.xml") + 60
        content[middle : middle + 40] = bytes(40)

        findings = refusal(bytes(content), name="june.xlsx")

        assert [finding.code for finding in findings] == ["F23"]

    def test_refuses_an_archive_that_is_no_workbook(self) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("letter.txt", "Hello")

        findings = refusal(file.getvalue(), name="june.xlsx")

        assert [(finding.code, finding.facts) for finding in findings] == [("F03", {"kind": "zip"})]
