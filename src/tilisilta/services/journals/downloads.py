"""Files to download: the payload as it is sent, and the journal as CSV and as XLSX."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from tilisilta.models import Journal, JournalLine, User
from tilisilta.services import audit
from tilisilta.services.journals.previews import ShownReceipt, preview_journal

JSON = "application/json"
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Headers that our own import knows, so that a downloaded journal can be imported again.
HEADERS = ("Account", "Description", "Amount", "Cost center", "Cost unit", "Date")
WIDTHS = (12, 40, 16, 16, 16, 12)
AMOUNT_FORMAT = "#,##0.00"
DAY_FORMAT = "yyyy-mm-dd"

# A cell that begins like this is run as a formula when a spreadsheet opens the file.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\N{FULLWIDTH EQUALS SIGN}")
_NOT_FOR_XLSX = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file to be downloaded."""

    name: str
    content: bytes
    content_type: str


def journal_as_csv(
    journal: Journal, *, user: User | None, has_decimal_comma: bool = False
) -> Download:
    """Return the lines of ``journal`` as they came in, for a spreadsheet or another import.

    With a decimal comma the columns are divided by semicolons, as spreadsheets in such languages
    expect. Texts that a spreadsheet would run as a formula begin with an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if has_decimal_comma else ",", lineterminator="\r\n")
    writer.writerow(HEADERS)
    for line in _lines(journal):
        amount = f"{line.amount:.2f}"
        writer.writerow(
            (
                harmless(line.ledger_account),
                harmless(line.description),
                amount.replace(".", ",") if has_decimal_comma else amount,
                harmless(line.cost_center),
                harmless(line.cost_unit),
                line.booking_date.isoformat(),
            )
        )
    # Spreadsheets take a file for UTF-8 only when it begins with this mark.
    content = text.getvalue().encode("utf-8-sig")
    return _download(journal, "csv", content, CSV, user=user)


def journal_as_xlsx(journal: Journal, *, user: User | None) -> Download:
    """Return the lines as a workbook: exact amounts, real dates and no formulas."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Journal")
    sheet.freeze_panes = "A2"
    for column, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.append([_text_cell(sheet, header) for header in HEADERS])
    for line in _lines(journal):
        sheet.append(_cells(sheet, line))
    content = io.BytesIO()
    workbook.save(content)
    return _download(journal, "xlsx", content.getvalue(), XLSX, user=user)


def payloads_of(journal: Journal, *, user: User | None) -> Download:
    """Return all payloads of ``journal`` as one JSON list, oldest first, each as it is sent."""
    payloads = [receipt.payload.strip() for receipt in preview_journal(journal).receipts]
    content = ("[\n" + ",\n".join(payloads) + "\n]\n").encode()
    return _download(journal, "json", content, JSON, user=user)


def payload_of(journal: Journal, receipt: ShownReceipt, *, user: User | None) -> Download:
    """Return the payload of one receipt, byte for byte as it is sent."""
    _note(journal, "JSON", user=user)
    return Download(
        name=f"payload-{_plain(journal.reference)}-{receipt.booking_date.isoformat()}.json",
        content=receipt.payload.encode(),
        content_type=JSON,
    )


def harmless(text: str) -> str:
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA_STARTS) else text


def _lines(journal: Journal) -> Sequence[JournalLine]:
    return list(journal.lines.order_by("position"))


def _cells(sheet: WriteOnlyWorksheet, line: JournalLine) -> list[Cell]:
    return [
        _text_cell(sheet, line.ledger_account),
        _text_cell(sheet, line.description),
        _value_cell(sheet, line.amount, AMOUNT_FORMAT),
        _text_cell(sheet, line.cost_center),
        _text_cell(sheet, line.cost_unit),
        _value_cell(sheet, line.booking_date, DAY_FORMAT),
    ]


def _text_cell(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    cell = Cell(sheet, row=1, column=1)
    cell.value = _NOT_FOR_XLSX.sub(" ", text)
    # Set after the value: openpyxl makes a formula of a text that begins with "=".
    cell.data_type = "s"
    return cell


def _value_cell(sheet: WriteOnlyWorksheet, value: Decimal | date, number_format: str) -> Cell:
    cell = Cell(sheet, row=1, column=1)
    cell.value = value
    cell.number_format = number_format
    return cell


def _download(
    journal: Journal, ending: str, content: bytes, content_type: str, *, user: User | None
) -> Download:
    _note(journal, ending.upper(), user=user)
    name = f"journal-{_plain(journal.reference)}.{ending}"
    return Download(name=name, content=content, content_type=content_type)


def _note(journal: Journal, file_format: str, *, user: User | None) -> None:
    audit.record(
        audit.Action.JOURNAL_DOWNLOADED,
        user=user,
        company=journal.company,
        reference=journal.reference,
        format=file_format,
    )


def _plain(reference: str) -> str:
    return re.sub(r"[^0-9A-Za-z-]", "_", reference)
