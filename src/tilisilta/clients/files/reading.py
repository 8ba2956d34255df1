"""Reads a file into a journal, whatever of the four formats it is in.

The content tells the format; the name of the file only may not contradict it.
"""

import hashlib
from pathlib import PurePath

from tilisilta.clients.files.building import build_journal
from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.clients.files.csv_files import read_csv
from tilisilta.clients.files.findings import refused
from tilisilta.clients.files.outcomes import ColumnsNeeded, FileJournal, FileRefused
from tilisilta.clients.files.raw import RawJournal
from tilisilta.clients.files.workbooks import read_workbook
from tilisilta.clients.files.xml_files import read_xml
from tilisilta.domain.problems import ProblemCode

__all__ = ["MOST_MEGABYTES", "ColumnsNeeded", "FileJournal", "FileRefused", "read_journal_file"]

MOST_MEGABYTES = 20

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PDF = b"%PDF-"
# What a file may be that is named so; under any other name its content decides alone.
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
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_SNIFFED_BYTES = 4096


def read_journal_file(
    content: bytes, *, file_name: str, columns: ColumnMapping | None, company_number: int
) -> FileJournal:
    """The journal that ``content`` holds for the company with ``company_number``.

    ``columns`` says what the columns of a CSV or XLSX file hold; without it the headers must be
    known ones. Nothing is repaired: whatever is not certain is refused.

    Raises ``FileRefused`` with all that is wrong with the file, and ``ColumnsNeeded`` when a
    person must say first which columns hold what.
    """
    if len(content) > MOST_MEGABYTES * 1024 * 1024:
        raise refused(ProblemCode.FILE_TOO_LARGE, limit=MOST_MEGABYTES)
    raw = _read(content, _kind_of(content, file_name), columns)
    return build_journal(
        raw, sha256=hashlib.sha256(content).hexdigest(), company_number=company_number
    )


def _read(content: bytes, kind: str, columns: ColumnMapping | None) -> RawJournal:
    if kind == "xml":
        return read_xml(content)
    if kind == "xlsx":
        return read_workbook(content, columns)
    return read_csv(content, columns)


def _kind_of(content: bytes, file_name: str) -> str:
    """What ``content`` is: "xml", "csv" or "xlsx"; anything else is refused."""
    kind = _told_by_content(content)
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


def _told_by_content(content: bytes) -> str:
    for start, kind in ((_ZIP, "xlsx"), (_OLE, "ole"), (_PDF, "pdf")):
        if content.startswith(start):
            return kind
    sample = content[:_SNIFFED_BYTES]
    is_marked = sample.startswith(_BOMS)
    if not _without_bom(content).strip(_BLANK):
        return ""
    text = _without_bom(sample).lstrip(_BLANK)
    if text.startswith(b"<"):
        head = text.replace(b"\x00", b"").lower()
        return "html" if head.startswith((b"<!doctype html", b"<html")) else "xml"
    return "csv" if is_marked or not _is_binary(sample) else "binary"


def _without_bom(content: bytes) -> bytes:
    for bom in _BOMS:
        if content.startswith(bom):
            return content[len(bom) :]
    return content


def _is_binary(sample: bytes) -> bool:
    """Tell whether ``sample`` has characters no text has; the zeros of UTF-16 do not count."""
    zeros = sample.count(0)
    is_utf16 = max(sample[::2].count(0), sample[1::2].count(0)) == zeros > len(sample) * 0.4
    controls = sum(byte < 9 or 13 < byte < 32 for byte in sample) - zeros
    return controls > 0 or (zeros > 0 and not is_utf16)
