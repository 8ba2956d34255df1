"""Reads lists that people keep as CSV files: one thing a line, its columns named above."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tilisilta.clients.files.encodings import decode_text
from tilisilta.services.spreadsheets import harmless

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
MOST_HEADER = 30
_DELIMITERS = ";,\t"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong in a line of a list, and what to do about it."""

    line: int
    column: str
    cause: str
    remedy: str


class ListUnreadable(ValueError):
    """The list as a whole cannot be read; ``fault`` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.cause)
        self.fault = fault


@dataclass(frozen=True, kw_only=True)
class ListRow:
    """A line of a list: its texts by column, without outer blanks."""

    line: int
    texts: Mapping[str, str]

    def text(self, column: str) -> str:
        return self.texts.get(column, "")


def read_list(
    content: bytes, columns: Mapping[str, Sequence[str]], *, required: Sequence[str]
) -> tuple[ListRow, ...]:
    """Return the rows of a list; ``columns`` gives other headers that each column may have.

    Empty lines are left out. A header that is unknown is refused, as what stands below it would be
    left out without a word. Raises ``ListUnreadable``, and ``FileRefused`` for what is no text.
    """
    if len(content) > MOST_BYTES:
        raise _unreadable(0, "", _("The file is too large."), _("Divide it into several."))
    lines = decode_text(content).splitlines()
    first = next((at for at, text in enumerate(lines) if text.strip()), None)
    if first is not None and lines[first].strip().casefold().startswith("sep="):
        first += 1
    if first is None or first >= len(lines):
        raise _unreadable(1, "", _("The file is empty."), _headers_needed(required))
    delimiter = max(_DELIMITERS, key=lines[first].count)
    reader = csv.reader(io.StringIO("\n".join(lines[first:])), delimiter=delimiter)
    found = _columns(next(reader), columns, required=required, line=first + 1)
    rows = []
    for cells in reader:
        if any(cell.strip() for cell in cells):
            line = first + reader.line_num
            rows.append(ListRow(line=line, texts=_texts(cells, found, line=line)))
    if len(rows) > MOST_ROWS:
        raise _unreadable(0, "", _("The file is too large."), _("Divide it into several."))
    return tuple(rows)


def _columns(
    headers: Sequence[str],
    columns: Mapping[str, Sequence[str]],
    *,
    required: Sequence[str],
    line: int,
) -> list[str]:
    names = {
        _plain(header): column for column, others in columns.items() for header in (column, *others)
    }
    found: list[str] = []
    for place, header in enumerate(headers, start=1):
        column = names.get(_plain(header))
        if column is None:
            known = _("Known columns: %(names)s.") % {"names": ", ".join(columns)}
            cause = _("No column is called so: %(name)s.") % {"name": _shown(header, place)}
            raise _unreadable(line, "", cause, known)
        if column in found:
            cause = _("Two columns are the same: %(name)s.") % {"name": column}
            raise _unreadable(line, column, cause, _("Remove one of them."))
        found.append(column)
    if not set(required) <= set(found):
        cause = _("A column is missing: %(names)s.")
        missing = ", ".join(name for name in required if name not in found)
        raise _unreadable(line, "", cause % {"names": missing}, _headers_needed(required))
    return found


def _texts(cells: Sequence[str], found: Sequence[str], *, line: int) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(found) :]):
        cause = _("The line has more columns than there are headers.")
        remedy = _("Put a text that contains the divider between quotation marks.")
        raise _unreadable(line, "", cause, remedy)
    return {column: _as_meant(cell) for column, cell in zip(found, cells, strict=False)}


def _as_meant(cell: str) -> str:
    """Return a cell without what keeps spreadsheets from running it."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and harmless(text[1:]) == text else text


def _shown(header: str, place: int) -> str:
    """Return an unknown header if it is a word, and else its place.

    Where the line of headers is missing, it is a value, and may be an API key.
    """
    text = header.strip()
    is_word = text.replace(" ", "").replace("_", "").isalpha() and len(text) <= MOST_HEADER
    return text if is_word else _("column %(place)s") % {"place": place}


def _plain(header: str) -> str:
    return "_".join(header.strip().casefold().replace("-", " ").replace("_", " ").split())


def _unreadable(line: int, column: str, cause: str, remedy: str) -> ListUnreadable:
    return ListUnreadable(Fault(line=line, column=column, cause=cause, remedy=remedy))


def _headers_needed(required: Sequence[str]) -> str:
    told = _("The first line names the columns; needed are: %(names)s.")
    return told % {"names": ", ".join(required)}
