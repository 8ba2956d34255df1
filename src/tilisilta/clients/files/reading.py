"""Reads a file in any of the formats that we know into a journal.

The content decides the format; the name of the file only must not contradict it.
"""

import hashlib
from dataclasses import dataclass, replace
from pathlib import PurePath

from tilisilta.clients.files.building import build_journal
from tilisilta.clients.files.columns import NO_DATE_GIVEN, ColumnMapping, GivenDate, SaidOfColumns
from tilisilta.clients.files.findings import refused, showable
from tilisilta.clients.files.outcomes import JOURNAL_XML, ColumnsNeeded, FileRefused
from tilisilta.clients.files.raw import RawJournal
from tilisilta.clients.files.readers import may_have_ending, reader_of
from tilisilta.clients.files.xml_files import read_xml_text
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.payroll import SourceJournal
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts

__all__ = [
    "MOST_MEGABYTES",
    "ColumnsNeeded",
    "FileRefused",
    "JournalFile",
    "journal_of",
    "open_journal_file",
    "read_journal_file",
    "read_journal_xml",
    "several_companies",
]

MOST_MEGABYTES = 20
_MOST_NAMED = 10
_ENDINGS_OF_WORKBOOKS = (".xlsx", ".xlsm")


@dataclass(frozen=True, kw_only=True)
class JournalFile:
    """A file as it was read: one journal, or a part for each company it is of.

    ``sha256`` is the digest of its bytes.
    """

    parts: tuple[RawJournal, ...]
    sha256: str
    headers: tuple[str, ...]
    mapping: ColumnMapping | None
    is_mapping_remembered: bool
    given: GivenDate = NO_DATE_GIVEN

    @property
    def is_of_several(self) -> bool:
        return len(self.parts) > 1

    def digest_of(self, company_number: int) -> str:
        """Return what tells the journal of a company from those of others in the same file.

        With another date given, the same file is another journal.
        """
        marks = [str(company_number)] if self.is_of_several else []
        marks += [str(self.given)] if self.given else []
        if not marks:
            return self.sha256
        return hashlib.sha256(" ".join((self.sha256, *marks)).encode()).hexdigest()


def open_journal_file(content: bytes, *, file_name: str, columns: SaidOfColumns) -> JournalFile:
    """Return what ``content`` holds, not interpreted yet.

    ``columns`` says what the columns of a table hold; without it the headers must be known ones.

    Raises ``FileRefused`` for a file that cannot be read at all, and ``ColumnsNeeded`` when a
    person must first say which columns hold what.
    """
    if len(content) > MOST_MEGABYTES * 1024 * 1024:
        raise refused(ProblemCode.FILE_TOO_LARGE, limit=MOST_MEGABYTES)
    raw = _read(content, file_name, columns)
    return JournalFile(
        parts=tuple(_dated(part, columns.given) for part in raw.parts or (raw,)),
        sha256=hashlib.sha256(content).hexdigest(),
        headers=raw.headers,
        mapping=ColumnMapping.from_mapping(raw.names) if raw.headers else None,
        is_mapping_remembered=raw.is_mapping_remembered,
        given=columns.given,
    )


def journal_of(
    file: JournalFile,
    part: RawJournal,
    *,
    company_number: int,
    period_type: str = "",
    debit_negative: bool = False,
) -> SourceJournal:
    """Return the journal that ``part`` holds for the company with ``company_number``.

    ``period_type`` is Nmbrs' word for the company's pay periods, and empty where it is not known.
    ``debit_negative`` is for files whose single column of amounts has negative debits. Nothing is
    repaired: what is not certain is refused, and what is suspicious is in the notes of the journal.

    Raises ``FileRefused`` with all that is wrong with it.
    """
    return build_journal(
        part,
        sha256=file.digest_of(company_number),
        company_number=company_number,
        period_type=period_type,
        debit_negative=debit_negative,
    )


def read_journal_file(
    content: bytes,
    *,
    file_name: str,
    columns: ColumnMapping | None,
    company_number: int,
    period_type: str = "",
    debit_negative: bool = False,
) -> SourceJournal:
    """Return the journal of a file that is of one company; see ``journal_of``."""
    said = SaidOfColumns(chosen=columns)
    file = open_journal_file(content, file_name=file_name, columns=said)
    if file.is_of_several:
        raise several_companies(file)
    return journal_of(
        file,
        file.parts[0],
        company_number=company_number,
        period_type=period_type,
        debit_negative=debit_negative,
    )


def several_companies(file: JournalFile) -> FileRefused:
    """Return the refusal of a file of several companies where one is wanted."""
    named = [showable(part.part_of.text) for part in file.parts if part.part_of]
    second = file.parts[1].part_of
    texts = ", ".join(filter(None, named[:_MOST_NAMED]))
    more = " …" if len(named) > _MOST_NAMED else ""
    return refused(
        ProblemCode.SEVERAL_RUNS,
        line=second.line if second else None,
        reason="company",
        count=len(named),
        **({"company": texts + more} if texts else {}),
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


def _dated(raw: RawJournal, given: GivenDate) -> RawJournal:
    """Return ``raw`` with the date that a person gave to all of its lines.

    Raises ``FileRefused`` for a file that has dates or periods of its own.
    """
    if not given:
        return raw
    if {"date", "period"} & raw.names.keys():
        raise refused(ProblemCode.DATES_IN_FILE, date=str(given))
    return replace(
        raw,
        lines=[line._replace(date=given.day or "", period=given.period) for line in raw.lines],
        notes=(
            *raw.notes,
            Problem(
                code=ProblemCode.DATED_AT_IMPORT,
                severity=Severity.WARNING,
                screen=Screen.FILE,
                facts=facts(date=str(given)),
            ),
        ),
    )


def _read(content: bytes, file_name: str, columns: SaidOfColumns) -> RawJournal:
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
