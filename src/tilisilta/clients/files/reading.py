"""Reads a file in one of four formats into a journal.

The content decides the format; the name of the file only must not contradict it.
"""

import hashlib
from pathlib import PurePath

from tilisilta.clients.files.building import build_journal
from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.clients.files.csv_files import read_csv
from tilisilta.clients.files.encodings import CONTROLS, encoding_of_bytes
from tilisilta.clients.files.findings import refused
from tilisilta.clients.files.outcomes import JOURNAL_XML, ColumnsNeeded, FileRefused
from tilisilta.clients.files.raw import RawJournal
from tilisilta.clients.files.workbooks import read_workbook
from tilisilta.clients.files.xml_files import read_xml, read_xml_text
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.payroll import SourceJournal
from tilisilta.domain.problems import ProblemCode

__all__ = [
    "MOST_MEGABYTES",
    "ColumnsNeeded",
    "FileRefused",
    "read_journal_file",
    "read_journal_xml",
]

MOST_MEGABYTES = 20

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PDF = b"%PDF-"
# What a file with such an ending may be; for any other ending the content alone decides.
_ENDINGS = {
    ".xml": ("xml",),
    ".csv": ("csv",),
    ".tsv": ("csv",),
    ".txt": ("csv", "xml"),
    ".xlsx": ("xlsx",),
    ".xlsm": ("xlsx",),
    ".xls": ("xls",),
    ".pdf": ("pdf",),
    ".json": ("json",),
    ".html": ("html",),
}
_BLANK = b" \t\r\n\x00\x0b\x0c"
_SNIFFED_BYTES = 4096


def read_journal_file(
    content: bytes,
    *,
    file_name: str,
    columns: ColumnMapping | None,
    company_number: int,
    period_type: str = "",
    debit_negative: bool = False,
) -> SourceJournal:
    """Return the journal that ``content`` holds for the company with ``company_number``.

    ``columns`` says what the columns of a CSV or XLSX file hold; without it the headers must be
    known ones. ``period_type`` is Nmbrs' word for the company's pay periods, and empty where it is
    not known. ``debit_negative`` is for files whose single column of amounts has negative debits.
    Nothing is repaired: what is not certain is refused, and what is suspicious is in the notes of
    the journal.

    Raises ``FileRefused`` with all that is wrong with the file, and ``ColumnsNeeded`` when a
    person must first say which columns hold what.
    """
    if len(content) > MOST_MEGABYTES * 1024 * 1024:
        raise refused(ProblemCode.FILE_TOO_LARGE, limit=MOST_MEGABYTES)
    raw = _read(content, _kind_of(content, file_name), columns)
    return build_journal(
        raw,
        sha256=hashlib.sha256(content).hexdigest(),
        company_number=company_number,
        period_type=period_type,
        debit_negative=debit_negative,
    )


def read_journal_xml(text: str) -> tuple[tuple[JournalLine, ...], str]:
    """Return the lines and the currency of a journal XML that was fetched from Nmbrs.

    The currency is empty where the journal names none. Raises ``FileRefused`` with all that is
    wrong with it; a journal without lines is refused too.
    """
    read = build_journal(read_xml_text(text), sha256="", company_number=0, is_fetched=True)
    if read.kind != JOURNAL_XML:
        raise refused(ProblemCode.FILE_TYPE_UNKNOWN, kind="xml")
    return read.lines, read.currency


def _read(content: bytes, kind: str, columns: ColumnMapping | None) -> RawJournal:
    if kind == "xml":
        return read_xml(content)
    if kind == "xlsx":
        return read_workbook(content, columns)
    return read_csv(content, columns)


def _kind_of(content: bytes, file_name: str) -> str:
    """Return what ``content`` is: "xml", "csv" or "xlsx"; refuse anything else."""
    kind = _kind_of_content(content)
    if not kind:
        raise refused(ProblemCode.FILE_EMPTY)
    ending = PurePath(file_name).suffix.lower()
    if kind == "ole":
        # A workbook with a password is wrapped in the container of the old format.
        if ending in {".xlsx", ".xlsm"}:
            raise refused(ProblemCode.WORKBOOK_UNREADABLE, reason="protected")
        kind = "xls"
    if kind not in {"xml", "csv", "xlsx"}:
        raise refused(ProblemCode.FILE_TYPE_UNKNOWN, kind=kind)
    if kind not in _ENDINGS.get(ending, (kind,)):
        raise refused(ProblemCode.FILE_TYPE_MISMATCH, kind=kind, ending=ending)
    return kind


def _kind_of_content(content: bytes) -> str:
    for start, kind in ((_ZIP, "xlsx"), (_OLE, "ole"), (_PDF, "pdf")):
        if content.startswith(start):
            return kind
    encoding, start_of_text = encoding_of_bytes(content)
    if not content[start_of_text:].strip(_BLANK):
        return ""
    # Latin-1 has a character for every byte, and only characters of ASCII matter here.
    sample = content[start_of_text:][:_SNIFFED_BYTES].decode(encoding or "latin-1", "ignore")
    text = sample.lstrip().casefold()
    if text.startswith("<"):
        return "html" if text.startswith(("<!doctype html", "<html")) else "xml"
    return "binary" if CONTROLS.search(sample) else "csv"
