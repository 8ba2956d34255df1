"""Opens XLSX workbooks: the archive is checked before any of it is unpacked.

We read the few parts we need ourselves, in one pass and within limits: openpyxl reads a cell as
a float, fills gaps of any size, and takes many seconds for a large journal.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO
from xml.parsers import expat

from tilisilta.clients.files.columns import SaidOfColumns
from tilisilta.clients.files.findings import refused
from tilisilta.clients.files.line_amounts import LineAmounts, debit_and_credit
from tilisilta.clients.files.outcomes import XLSX, ColumnsNeeded, FileRefused
from tilisilta.clients.files.raw import RawJournal
from tilisilta.clients.files.sheets import Parts, SheetContent, SheetNames, read_sheet
from tilisilta.clients.files.tables import read_table
from tilisilta.clients.files.walking import Walker
from tilisilta.domain.problems import ProblemCode

MOST_UNPACKED_MEGABYTES = 200
MOST_SHEETS = 500
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"


def read_workbook(content: bytes, columns: SaidOfColumns) -> RawJournal:
    """Return the content of the one filled sheet of a workbook.

    A hidden sheet does not count, unless it holds journal lines of its own: then the workbook is
    refused. Raises ``FileRefused`` and ``ColumnsNeeded``.
    """
    with _reading_damaged_files(), zipfile.ZipFile(io.BytesIO(content)) as archive:
        shown, hidden = _filled_sheets(archive)
    for name, sheet in hidden:
        _must_be_no_journal(name, sheet, columns)
    if len(shown) > 1:
        raise refused(ProblemCode.WORKBOOK_UNREADABLE, reason="several-sheets", count=len(shown))
    if not shown:
        return read_table(iter(()), kind=XLSX, columns=columns)
    return read_table(iter(shown[0].rows), kind=XLSX, columns=columns, hidden=shown[0].hidden)


@contextmanager
def _reading_damaged_files() -> Iterator[None]:
    """Refuse a workbook whose archive or XML cannot be read."""
    try:
        yield
    # zipfile raises RuntimeError and NotImplementedError for passwords and for methods of
    # compression it lacks; the others come from references to parts or texts that do not exist.
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        EOFError,
        LookupError,
        ValueError,
        RuntimeError,
    ) as error:
        raise refused(ProblemCode.WORKBOOK_UNREADABLE, reason="damaged") from error


def _must_be_no_journal(name: str, sheet: SheetContent, columns: SaidOfColumns) -> None:
    """Refuse a hidden sheet that would be read as a journal if it were shown."""
    try:
        raw = read_table(iter(sheet.rows), kind=XLSX, columns=columns)
    except (FileRefused, ColumnsNeeded):
        return
    amounts = LineAmounts(raw)
    debit, credit = debit_and_credit(amounts.known(line) for line in raw.lines)
    if debit or credit:
        raise refused(
            ProblemCode.HIDDEN_IN_WORKBOOK,
            reason="sheet",
            sheet=name,
            count=len(raw.lines),
            debit=f"{debit:.2f}",
            credit=f"{credit:.2f}",
        )


def _filled_sheets(
    archive: zipfile.ZipFile,
) -> tuple[list[SheetContent], list[tuple[str, SheetContent]]]:
    """Return the filled sheets that are shown, and the hidden ones with their names."""
    if _WORKBOOK not in archive.namelist():
        raise refused(ProblemCode.FILE_TYPE_UNKNOWN, kind="zip")
    _must_not_be_a_bomb(archive)
    names, walker = SheetNames(), Walker()
    with archive.open(_WORKBOOK) as part:
        names.read_workbook(part, walker)
    with archive.open(_RELATIONS) as part:
        names.read_relations(part, walker)
    parts = Parts(is_1904=names.is_1904)
    for target, read in (("styles", parts.read_styles), ("sharedStrings", parts.read_strings)):
        with _part_of(archive, names.targets_by_type.get(target, "")) as part:
            read(part, walker)
    shown, hidden = [], []
    _must_not_be_many(archive, names)
    for sheet in names.sheets:
        try:
            content = _content_of(archive, sheet.target, parts, walker)
        except FileRefused:
            # A hidden sheet is only checked for a journal, and one that is refused holds none.
            if sheet.is_hidden:
                continue
            raise
        if content.rows and sheet.is_hidden:
            hidden.append((sheet.name, content))
        elif content.rows:
            shown.append(content)
    return shown, hidden


def _must_not_be_a_bomb(archive: zipfile.ZipFile) -> None:
    # The declared sizes suffice: zipfile never unpacks more of a part than it declares.
    if sum(info.file_size for info in archive.infolist()) > MOST_UNPACKED_MEGABYTES * 1024 * 1024:
        raise refused(
            ProblemCode.WORKBOOK_UNREADABLE, reason="too-large", limit=MOST_UNPACKED_MEGABYTES
        )


def _must_not_be_many(archive: zipfile.ZipFile, names: SheetNames) -> None:
    """Refuse sheets that share their parts, and so are more than the archive seems to hold."""
    sheets = names.sheets
    unpacked = sum(archive.getinfo(_path_of(sheet.target)).file_size for sheet in sheets)
    if len(sheets) > MOST_SHEETS or unpacked > MOST_UNPACKED_MEGABYTES * 1024 * 1024:
        raise refused(
            ProblemCode.WORKBOOK_UNREADABLE, reason="too-large", limit=MOST_UNPACKED_MEGABYTES
        )


def _content_of(
    archive: zipfile.ZipFile, target: str, parts: Parts, walker: Walker
) -> SheetContent:
    with _part_of(archive, target) as part:
        return read_sheet(part, parts, walker)


@contextmanager
def _part_of(archive: zipfile.ZipFile, target: str) -> Iterator[IO[bytes]]:
    """Open the part that a relation of the workbook names; an empty one if there is none."""
    if not target:
        yield io.BytesIO(b"<none/>")
        return
    with archive.open(_path_of(target)) as part:
        yield part


def _path_of(target: str) -> str:
    # Targets are relative to xl/, or absolute from the root of the archive.
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
