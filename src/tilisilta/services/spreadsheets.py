"""Tables that a person saves, as CSV and as XLSX: exact values, and nothing that is run."""

import csv
import io
import re
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AMOUNT_FORMAT = "#,##0.00"
DAY_FORMAT = "yyyy-mm-dd"
MOMENT_FORMAT = "yyyy-mm-dd hh:mm:ss"

Value = str | int | Decimal | date | datetime | None

# A cell that begins like this is run as a formula when a spreadsheet opens the file.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\N{FULLWIDTH EQUALS SIGN}")
_NOT_FOR_XLSX = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file to be saved."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, kw_only=True)
class LongDownload:
    """A file that is made while it is saved, so that it is never in memory as a whole."""

    name: str
    parts: Generator[bytes, None, None]
    content_type: str


def as_csv(
    headers: Sequence[str], rows: Iterable[Sequence[Value]], *, has_decimal_comma: bool
) -> bytes:
    """Return a table as CSV.

    With a decimal comma the columns are divided by semicolons, as spreadsheets in such languages
    expect. Texts that a spreadsheet would run as a formula begin with an apostrophe.
    """
    return b"".join(csv_parts(headers, [rows], has_decimal_comma=has_decimal_comma))


def csv_parts(
    headers: Sequence[str],
    batches: Iterable[Iterable[Sequence[Value]]],
    *,
    has_decimal_comma: bool,
) -> Generator[bytes, None, None]:
    """Yield a table as CSV, its heads first and then batch by batch; see ``as_csv``."""
    # Spreadsheets take a file for UTF-8 only when it begins with this mark.
    yield _csv_lines([headers], has_decimal_comma).encode("utf-8-sig")
    for batch in batches:
        yield _csv_lines(batch, has_decimal_comma).encode()


def as_xlsx(
    title: str, headers: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Value]]
) -> bytes:
    """Return a table as a workbook: exact amounts and real dates, and no formulas."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.append([_cell(sheet, header) for header in headers])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def harmless(text: str) -> str:
    """Return ``text`` so that a spreadsheet shows it and never runs it."""
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA_STARTS) else text


def file_name_part(text: str) -> str:
    """Return ``text`` as part of a file name, whatever characters it has."""
    return re.sub(r"[^0-9A-Za-z-]", "_", text)


def _csv_lines(rows: Iterable[Sequence[Value]], has_decimal_comma: bool) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if has_decimal_comma else ",", lineterminator="\r\n")
    writer.writerows([_written(value, has_decimal_comma) for value in row] for row in rows)
    return text.getvalue()


def _written(value: Value, has_decimal_comma: bool) -> str:
    if isinstance(value, Decimal):
        written = f"{value:.2f}"
        return written.replace(".", ",") if has_decimal_comma else written
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return harmless(value) if isinstance(value, str) else str("" if value is None else value)


def _cell(sheet: WriteOnlyWorksheet, value: Value) -> Cell:
    cell = Cell(sheet, row=1, column=1)
    if isinstance(value, str):
        cell.value = _NOT_FOR_XLSX.sub(" ", value)
        # Said after the value, which would make a formula of a text that begins with "=".
        cell.data_type = "s"
    elif isinstance(value, datetime):
        # A workbook knows no time zones.
        cell.value = timezone.localtime(value).replace(tzinfo=None)
        cell.number_format = MOMENT_FORMAT
    elif isinstance(value, date | Decimal):
        cell.value = value
        cell.number_format = AMOUNT_FORMAT if isinstance(value, Decimal) else DAY_FORMAT
    else:
        cell.value = value
    return cell
