"""The table of readers: each format has one module that reads it, and one row here.

The content decides which row applies; the first that recognises it. The end of a file's name only
must not contradict it.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from tilisilta.clients.files.columns import SaidOfColumns
from tilisilta.clients.files.csv_files import read_csv
from tilisilta.clients.files.encodings import CONTROLS, encoding_of_bytes
from tilisilta.clients.files.json_files import read_json
from tilisilta.clients.files.raw import RawJournal
from tilisilta.clients.files.sie_files import read_sie
from tilisilta.clients.files.workbooks import read_workbook
from tilisilta.clients.files.xml_files import read_xml

_BLANK = " \t\r\n\x00\x0b\x0c\x85\xa0\ufeff"
_SNIFFED_BYTES = 4096
_HTML = ("<!doctype html", "<html")
_SIE = re.compile(
    r"#(?:flagga|format|sietyp|program|gen|prosa|ftyp|fnr|orgnr|adress|fnamn|rar|taxar|omfattn"
    r"|kptyp|valuta|konto|ktyp|dim|underdim|objekt|ver|ksumma)(?:\s|$)"
)
_JSON = re.compile(r"\{\s*[\"}]|\[\s*[\[{\]]")


class Beginning(NamedTuple):
    """What a file begins with: its first bytes, and its first characters in lower case."""

    content: bytes
    text: str


class Reader(NamedTuple):
    """A format: its name, the endings of its files, how it is recognised, and what reads it.

    A format that cannot be read has no ``read``; it is recognised so that the refusal can name it.
    """

    kind: str
    endings: tuple[str, ...]
    recognises: Callable[[Beginning], bool]
    read: Callable[[bytes, SaidOfColumns], RawJournal] | None = None


def _begins_with(*starts: bytes) -> Callable[[Beginning], bool]:
    return lambda beginning: beginning.content.startswith(starts)


# From the most certain one to text files, which may begin with anything.
READERS = (
    Reader("xlsx", (".xlsx", ".xlsm"), _begins_with(b"PK\x03\x04"), read_workbook),
    Reader("xls", (".xls",), _begins_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    Reader("pdf", (".pdf",), _begins_with(b"%PDF-")),
    Reader("html", (".html", ".htm"), lambda beginning: beginning.text.startswith(_HTML)),
    Reader(
        "xml",
        # Files of SIE 5 are XML, and are refused by that name.
        (".xml", ".sie", ".txt"),
        lambda beginning: beginning.text.startswith("<"),
        lambda content, _columns: read_xml(content),
    ),
    Reader(
        "sie",
        (".si", ".se", ".sie", ".txt"),
        lambda beginning: bool(_SIE.match(beginning.text)),
        lambda content, _columns: read_sie(content),
    ),
    Reader(
        "json",
        (".json", ".txt"),
        lambda beginning: bool(_JSON.match(beginning.text)),
        read_json,
    ),
    Reader("binary", (), lambda beginning: bool(CONTROLS.search(beginning.text))),
    Reader("csv", (".csv", ".tsv", ".txt"), lambda _beginning: True, read_csv),
)
_KNOWN_ENDINGS = frozenset(ending for reader in READERS for ending in reader.endings)


def reader_of(content: bytes) -> Reader | None:
    """Return the row of the format that ``content`` is in; ``None`` if it is blank."""
    encoding, start = encoding_of_bytes(content)
    # Latin-1 has a character for every byte, and only characters of ASCII matter here.
    text = content[start:].decode(encoding or "latin-1", "ignore").lstrip(_BLANK)
    if not text:
        return None
    whole = Beginning(content[:_SNIFFED_BYTES], text[:_SNIFFED_BYTES].casefold())
    return next(reader for reader in READERS if reader.recognises(whole))


def may_have_ending(reader: Reader, ending: str) -> bool:
    """Return whether a file in that format may be named so; an unknown ending says nothing."""
    return ending in reader.endings or ending not in _KNOWN_ENDINGS
