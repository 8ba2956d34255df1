"""Reads the parts of an XLSX workbook: names of sheets, styles, shared texts, and cells."""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import IO, NamedTuple

from tilisilta.clients.files.alignment import Row
from tilisilta.clients.files.encodings import without_invisible
from tilisilta.clients.files.findings import refused
from tilisilta.clients.files.raw import MOST_CELLS, MOST_COLUMNS, MOST_LINES, Cell
from tilisilta.clients.files.tables import MOST_ROWS_ABOVE_HEADERS, Hidden
from tilisilta.clients.files.walking import Walker, local_name
from tilisilta.domain.problems import ProblemCode

MOST_CELL_CHARACTERS = 100_000
MOST_CHARACTERS = 60_000_000
"""Of all cells together, as one long text can stand in each of them."""
_MOST_COLUMN_ELEMENTS = 20_000
_MOST_ROWS = MOST_LINES + MOST_ROWS_ABOVE_HEADERS + 1
_MOST_CHARACTERS_OF_A_FORMAT = 255

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  # a workbook knows no time zones
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001  # see above
_BUILT_IN_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATE_LETTERS = re.compile("[dmyhs]", re.IGNORECASE)
_ZEROS = re.compile("00+")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_COLUMN = re.compile("[A-Z]{1,3}")
_RANGE = re.compile("[A-Z]{1,3}([0-9]+):[A-Z]{1,3}([0-9]+)")
_LEAST_SIZE_SEEN = 0.5
_INTEGER = re.compile("-?[0-9]{1,15}")


class Sheet(NamedTuple):
    """A sheet of a workbook: its name, its part of the archive, and whether it is hidden."""

    name: str
    target: str
    is_hidden: bool


class SheetContent(NamedTuple):
    """The rows of a sheet that hold anything, and what the sheet hides."""

    rows: list[Row]
    hidden: Hidden


class SheetNames:
    """Which sheets a workbook has, and which parts of the archive hold what."""

    def __init__(self) -> None:
        self.is_1904 = False
        self.targets_by_type: dict[str, str] = {}
        self._ids: list[tuple[str, str, bool]] = []
        self._targets: dict[str, str] = {}

    @property
    def sheets(self) -> list[Sheet]:
        """Return the sheets in their order; charts are left out."""
        return [
            Sheet(name, self._targets[sheet_id], is_hidden)
            for sheet_id, name, is_hidden in self._ids
            if sheet_id in self._targets
        ]

    def read_workbook(self, part: IO[bytes], walker: Walker) -> None:
        walker.walk(part, self._workbook_element)

    def read_relations(self, part: IO[bytes], walker: Walker) -> None:
        walker.walk(part, self._relation)

    def _workbook_element(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "workbookPr":
            self.is_1904 = attributes.get("date1904") in {"1", "true"}
        elif name == "sheet":
            is_hidden = attributes.get("state", "visible") != "visible"
            self._ids += [
                (value, attributes.get("name", ""), is_hidden)
                for key, value in attributes.items()
                if local_name(key) == "id"
            ]

    def _relation(self, name: str, attributes: Mapping[str, str]) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2]
        if name == "Relationship" and kind == "worksheet":
            self._targets[attributes["Id"]] = attributes["Target"]
        elif name == "Relationship":
            self.targets_by_type[kind] = attributes["Target"]


class Parts:
    """What the cells of every sheet refer to: shared texts, and styles.

    ``date_styles`` show numbers as dates, and ``widths`` is how many digits a style such as 0000
    shows at least.
    """

    def __init__(self, *, is_1904: bool) -> None:
        self.epoch = _EPOCH_1904 if is_1904 else _EPOCH
        self.strings: list[str] = []
        self.date_styles: set[str] = set()
        self.widths: dict[str, int] = {}
        self.cells_left = MOST_CELLS
        self._formats: dict[str, str] = {}
        self._styles = 0
        self._is_in_styles = False
        self._texts: list[str] = []
        self._is_phonetic = False

    def read_styles(self, part: IO[bytes], walker: Walker) -> None:
        walker.walk(part, self._style_element, self._style_end)

    def read_strings(self, part: IO[bytes], walker: Walker) -> None:
        walker.walk(part, self._string_start, self._string_end, self._text)

    def _style_element(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "numFmt":
            # Spreadsheets write no longer ones, and searching them would take long.
            code = attributes["formatCode"][:_MOST_CHARACTERS_OF_A_FORMAT]
            self._formats[attributes["numFmtId"]] = code
        elif name == "cellXfs":
            self._is_in_styles = True
        elif name == "xf" and self._is_in_styles:
            number, style = attributes.get("numFmtId", "0"), str(self._styles)
            if self._is_date_format(number):
                self.date_styles.add(style)
            elif _ZEROS.fullmatch(self._formats.get(number, "")):
                self.widths[style] = len(self._formats[number])
            self._styles += 1

    def _style_end(self, name: str) -> None:
        if name == "cellXfs":
            self._is_in_styles = False

    def _is_date_format(self, number: str) -> bool:
        if number in self._formats:
            return bool(_DATE_LETTERS.search(_QUOTED.sub("", self._formats[number])))
        return int(number) in _BUILT_IN_DATE_FORMATS

    def _string_start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if name == "rPh":
            self._is_phonetic = True

    def _text(self, text: str) -> None:
        if not self._is_phonetic:
            self._texts.append(text)

    def _string_end(self, name: str) -> None:
        if name == "rPh":
            self._is_phonetic = False
        elif name == "si":
            self.strings.append(_unescaped("".join(self._texts)))
            self._texts.clear()


def read_sheet(part: IO[bytes], parts: Parts, walker: Walker) -> SheetContent:
    """Return the rows of a sheet that hold anything, and which rows and columns it hides.

    Rows are hidden by hand, by a filter, in a collapsed group, or by a height of zero.

    Raises ``FileRefused`` for more rows or columns than a journal has, and for a formula whose
    result the workbook does not hold: it would look empty.
    """
    sheet = _Cells(parts)
    walker.walk(part, sheet.start, sheet.end, sheet.text)
    hidden = Hidden(
        frozenset(sheet.hidden_lines), frozenset(sheet.hidden_columns), tuple(sheet.merged)
    )
    return SheetContent(sheet.rows, hidden)


class _Cells:
    """Collects the cells of a sheet."""

    def __init__(self, parts: Parts) -> None:
        self.rows: list[Row] = []
        self.hidden_lines: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.merged: list[tuple[int, int]] = []
        self._default_height = ""
        self._parts = parts
        self._number = 0
        self._cells: list[Cell] = []
        self._column = 0
        self._type = "n"
        self._style = ""
        self._texts: list[str] = []
        self._is_value = False
        self._has_formula = False
        self._characters = 0
        self._all_characters = 0
        self._column_elements = 0
        self._columns: dict[str, int] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name in {"v", "t"}:
            self._is_value = True
        elif name == "f":
            self._has_formula = True
        elif name == "mergeCell":
            self._merge(attributes["ref"])
        elif name == "row":
            self._number = int(attributes.get("r", self._number + 1))
            self._cells = []
            self._column = 0
            if _is_hidden(attributes, attributes.get("ht", self._default_height)):
                self.hidden_lines.add(self._number)
        elif name == "col":
            self._hide_columns(attributes)
        elif name == "sheetFormatPr":
            self._default_height = attributes.get("defaultRowHeight", "")

    def text(self, text: str) -> None:
        # The texts of formulas and remarks are no values.
        if self._is_value:
            self._texts.append(text)
            self._characters += len(text)
            if self._characters > MOST_CELL_CHARACTERS:
                raise refused(
                    ProblemCode.WORKBOOK_UNREADABLE, line=self._number, reason="too-large"
                )

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._is_value = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()

    def _hide_columns(self, attributes: Mapping[str, str]) -> None:
        self._column_elements += 1
        if self._column_elements > _MOST_COLUMN_ELEMENTS:
            raise refused(ProblemCode.WORKBOOK_UNREADABLE, reason="too-large")
        if _is_hidden(attributes, attributes.get("width", "")):
            first, last = int(attributes["min"]), int(attributes["max"])
            self.hidden_columns.update(range(first - 1, min(last, MOST_COLUMNS)))

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        where = attributes.get("r")
        self._column = self._column_of(where) if where else self._column + 1
        if self._column > MOST_COLUMNS:
            raise refused(ProblemCode.WORKBOOK_UNREADABLE, line=self._number, reason="too-large")
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._has_formula = False
        self._texts.clear()
        self._characters = 0

    def _merge(self, where: str) -> None:
        cells = _RANGE.fullmatch(where)
        if cells is None:
            raise ValueError(where)
        first, last = int(cells[1]), int(cells[2])
        if first < last:
            self.merged.append((first, last))

    def _column_of(self, where: str) -> int:
        letters = where.rstrip("0123456789")
        if letters not in self._columns:
            if not _COLUMN.fullmatch(letters):
                raise ValueError(where)
            number = 0
            for letter in letters:
                number = number * 26 + ord(letter) - ord("A") + 1
            self._columns[letters] = number
        return self._columns[letters]

    def _end_cell(self) -> None:
        text = "".join(self._texts)
        if not text:
            # The result of a formula may be an empty text; its type is text then.
            if self._has_formula and self._type != "str":
                raise refused(ProblemCode.WORKBOOK_UNREADABLE, line=self._number, reason="formula")
            return
        cells = self._cells
        missing = self._column - len(cells)
        if missing <= 0:
            raise ValueError(self._column)
        cells.extend([""] * (missing - 1))
        cell = self._cell(text)
        cells.append(cell)
        if isinstance(cell, str):
            self._all_characters += len(cell)
            if self._all_characters > MOST_CHARACTERS:
                raise refused(ProblemCode.WORKBOOK_UNREADABLE, reason="too-large")

    def _cell(self, text: str) -> Cell:
        if self._type == "s":
            return self._parts.strings[int(text)].strip()
        if self._type == "b":
            return "TRUE" if text == "1" else "FALSE"
        if self._type == "e":
            # The error of a formula, such as #N/A, must become neither a text nor a cost center.
            raise refused(ProblemCode.WORKBOOK_UNREADABLE, line=self._number, reason="formula")
        if self._type != "n":
            return _unescaped(text).strip()
        if self._style in self._parts.date_styles:
            return self._date(float(text))
        if self._style in self._parts.widths and text.isdecimal():
            # Cost center 7 is shown as 007, and that is its code.
            return text.zfill(self._parts.widths[self._style])
        # By way of a float, as the workbook may hold 1.1000000000000001 for 1.1.
        return Decimal(text if _INTEGER.fullmatch(text) else repr(float(text)))

    def _date(self, serial: float) -> Cell:
        try:
            moment = self._parts.epoch + timedelta(days=serial)
        except OverflowError:
            return Decimal(repr(serial))
        return moment.date() if moment.time() == time() else moment.isoformat()

    def _end_row(self) -> None:
        cells = self._cells
        if cells.count("") == len(cells):
            return
        self.rows.append(Row(self._number, cells))
        self._parts.cells_left -= len(cells)
        if len(self.rows) > _MOST_ROWS:
            raise refused(ProblemCode.TOO_MANY_LINES, limit=MOST_LINES)
        if self._parts.cells_left < 0:
            raise refused(ProblemCode.WORKBOOK_UNREADABLE, reason="too-large")


def _is_hidden(attributes: Mapping[str, str], size: str) -> bool:
    is_marked = attributes.get("hidden", "0") in {"1", "true"}
    return is_marked or (bool(size) and float(size) < _LEAST_SIZE_SEEN)


def _unescaped(text: str) -> str:
    # Workbooks write characters that XML cannot hold as _x000D_.
    return without_invisible(_ESCAPED.sub(_character, text) if "_x" in text else text)


def _character(escaped: re.Match[str]) -> str:
    character = chr(int(escaped[1], 16))
    return character if character.isprintable() or character in "\t\n\r" else escaped[0]
