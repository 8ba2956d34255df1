"""Files made to take memory or hours, each read with a measure of what it took.

Run as a program, in a process of its own with limits of the system, as what must not happen would
end the process: ``python -m tests.clients.files.hostile`` prints one line of JSON for each.
"""

import io
import json
import sys
import time
import zipfile
from collections.abc import Callable, Iterator

from tests.clients.files.samples import outcome_of

MEGABYTE = 1024 * 1024
HEADERS = "Pvm;Tili;Selite;Summa\n"
WORKBOOK = '<workbook xmlns:r="r"><sheets>{}</sheets></workbook>'
SHEET = '<sheet name="A" sheetId="1" r:id="rId1"/>'
RELATIONS = (
    '<Relationships><Relationship Id="rId1" Type="t/worksheet" Target="sheet.xml"/>'
    '<Relationship Id="rId2" Type="t/sharedStrings" Target="texts.xml"/>'
    '<Relationship Id="rId3" Type="t/styles" Target="styles.xml"/></Relationships>'
)


def workbook(
    rows: str = "", *, behind: str = "", texts: str = "", styles: str = "", sheets: int = 1
) -> bytes:
    """Return a workbook with what a spreadsheet never writes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", WORKBOOK.format(SHEET * sheets))
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        archive.writestr("xl/texts.xml", f"<sst>{texts}</sst>")
        archive.writestr("xl/styles.xml", f"<styleSheet>{styles}</styleSheet>")
        sheet = f"<worksheet><sheetData>{rows}</sheetData>{behind}</worksheet>"
        archive.writestr("xl/sheet.xml", sheet)
    return content.getvalue()


def rows_of(count: int, cells: str) -> str:
    return "".join(f'<row r="{at}">{cells}</row>' for at in range(1, count))


def _csv() -> Iterator[tuple[str, bytes]]:
    yield "a million columns", ";".join(map(str, range(10**6))).encode()
    yield "500 columns in each row", (HEADERS + (";".join("1" * 499) + "\n") * 5000).encode()
    yield "one line of 19 MB", b"a" * (19 * MEGABYTE)
    yield "one line of 50 MB", b"a;" * (25 * MEGABYTE)
    yield "rows without an end", b"\n" * (9 * MEGABYTE) + b"x"
    yield "an amount of 100,000 digits", f"{HEADERS}31.7.2026;5010;x;{'1' * 10**5}\n".encode()
    yield "amounts like numbers", (("1 " * 50_000 + "x;") * 2 + "\n").encode() * 40
    yield "headers in every row", b"Tili;Summa;Selite;Debet\n" * 60_000
    yield "texts like sums", (HEADERS + f"31.7.2026;5010;{'tili 1 ' * 140};1\n" * 9000).encode()
    of_companies = "".join(f"{at};31.7.2026;5010;1\n" for at in range(90_000))
    yield "a company in each row", f"Yritysnumero;Pvm;Tili;Summa\n{of_companies}".encode()


def _json() -> Iterator[tuple[str, bytes]]:
    yield "lists in lists", b"[" * 10**5 + b"1" + b"]" * 10**5
    yield "objects in objects", b'{"a":' * 10**5 + b"1" + b"}" * 10**5
    yield "two million objects", b"[" + b'{"a":1},' * 2_000_000 + b'{"a":1}]'
    around = {f"k{at}": at for at in range(490)}
    yield "much around each line", json.dumps({**around, "x": [{"a": 1}] * 190_000}).encode()
    yield "a number of a million digits", b'[{"amount":' + b"9" * 10**6 + b"}]"
    yield "an endless exponent", b'[{"amount":1e999999999}]'


def _xml() -> Iterator[tuple[str, bytes]]:
    yield "entities", b'<!DOCTYPE a [<!ENTITY b "bbbb">]><transactions>&b;</transactions>'
    yield "elements in elements", b"<transactions>" + b"<a>" * (6 * MEGABYTE)
    yield "empty elements", b"<transactions>" + b"<a/>" * MEGABYTE + b"</transactions>"
    yield "one endless text", b"<transactions><a>" + b"5" * (18 * MEGABYTE)


def _sie() -> Iterator[tuple[str, bytes]]:
    yield "an open quote", b'#FLAGGA 0\n#VER "' + b"\\" * (18 * MEGABYTE)
    yield "objects without an end", b"#FLAGGA 0\n#TRANS 1 {" + b"1 2 " * (4 * MEGABYTE)
    yield "lines that are none", b"#FLAGGA 0\n" + b"x\n" * (9 * MEGABYTE)


def _workbooks() -> Iterator[tuple[str, bytes]]:
    cell = '<c t="s"><v>0</v></c>'
    long = f"<si><t>{'x' * 90_000}</t></si>"
    yield "a long text in each cell", workbook(rows_of(30_000, cell), texts=long)
    yield "a million texts", workbook(texts="<si><t>a</t></si>" * 10**6)
    yield "empty rows", workbook("<row/>" * 2_000_000)
    yield "empty cells", workbook(("<row>" + "<c/>" * 490 + "</row>") * 4000)
    yield "cells to the last column", workbook(rows_of(9, '<c r="XFD1"><v>1</v></c>'))
    yield "a size that is a lie", workbook('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')
    merged = "".join(f'<mergeCell ref="A{at}:A{at + 5}"/>' for at in range(10**6, 10**6 + 500_000))
    yield "merged cells", workbook(behind=f"<mergeCells>{merged}</mergeCells>")
    yield "an endless formula", workbook(f"<row><c><f>{'1+' * 20_000_000}1</f><v>1</v></c></row>")
    yield "formulas", workbook(rows_of(50_000, "<c><f>SUM(A1:A9)</f><v>1</v></c>"))
    yield "one endless attribute", workbook(f'<row><c s="{"1" * (90 * MEGABYTE)}"/></row>')
    formats = f'<numFmts><numFmt numFmtId="200" formatCode="{"[" * 10**5}"/></numFmts>'
    uses = '<cellXfs><xf numFmtId="200"/>' + '<xf numFmtId="200"/>' * 100 + "</cellXfs>"
    yield "an endless format", workbook(styles=formats + uses)
    yield "elements in elements", workbook("<a>" * 2_000_000)
    yield "a sheet many times", workbook(" " * MEGABYTE, sheets=10_000)
    yield "300 MB of zeros", workbook("0" * (300 * MEGABYTE))


MAKERS: dict[str, Callable[[], Iterator[tuple[str, bytes]]]] = {
    "csv": _csv,
    "json": _json,
    "xml": _xml,
    "si": _sie,
    "xlsx": _workbooks,
}


def main() -> None:
    """Read every file, and say what became of it and how much time of the processor it took."""
    for ending, maker in MAKERS.items():
        for name, content in maker():
            before = time.process_time()
            outcome = outcome_of(content, f"july.{ending}")
            seconds = time.process_time() - before
            told = {"file": f"{ending}: {name}", "outcome": outcome, "seconds": seconds}
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
