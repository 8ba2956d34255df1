"""Reads a file in any of the formats that we know into a journal.

The content decides the format; the name of the file only must not contradict it.
"""

import hashlib
from pathlib import PurePath

from tilisilta.clients.files.building import build_journal
from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.clients.files.findings import refused
from tilisilta.clients.files.outcomes import JOURNAL_XML, ColumnsNeeded, FileRefused
from tilisilta.clients.files.raw import RawJournal
from tilisilta.clients.files.readers import may_have_ending, reader_of
from tilisilta.clients.files.xml_files import read_xml_text
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
_ENDINGS_OF_WORKBOOKS = (".xlsx", ".xlsm")


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
    raw = _read(content, file_name, columns)
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


def _read(content: bytes, file_name: str, columns: ColumnMapping | None) -> RawJournal:
    reader = reader_of(content)
    if reader is None:
        raise refused(ProblemCode.FILE_EMPTY)
    ending = PurePath(file_name).suffix.lower()
    if reader.kind == "xls" and ending in _ENDINGS_OF_WORKBOOKS:
        # A workbook with a password is wrapped in the container of the old format.
        raise refused(ProblemCode.WORKBOOK_UNREADABLE, reason="protected")
    if reader.read is None:
        raise refused(ProblemCode.FILE_TYPE_UNKNOWN, kind=reader.kind)
    if not may_have_ending(reader, ending):
        raise refused(ProblemCode.FILE_TYPE_MISMATCH, kind=reader.kind, ending=ending)
    return reader.read(content, columns)
