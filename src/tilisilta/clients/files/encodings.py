"""The characters of a file: which encoding its bytes are in, detected from the bytes themselves."""

import codecs
import re

from tilisilta.clients.files.findings import refused
from tilisilta.domain.problems import ProblemCode

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SNIFFED_BYTES = 400
_DECLARATION = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DECLARABLE = {
    "ascii": "ascii",
    "cp1252": "cp1252",
    "iso8859-1": "iso8859-1",
    "iso8859-15": "iso8859-15",
    "utf-8": "utf-8",
    # Nmbrs declares utf-16 in reports it hands out as utf-8; real utf-16 is seen by its bytes.
    "utf-16": "utf-8",
}
# How Windows-1252 shows å, ä and ö of old DOS and Mac files inside of words: a sign or a capital.
_WRONG_CODE_PAGE = re.compile(
    "[A-Za-z][\u201e\u201d\u2020\u2021\u2122\u02c6][a-z]|[a-z][\u0160\u0152\u017d\u0178][a-z]"
)
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")
"""Control characters that our tables cannot store; tabs and ends of lines and pages are allowed."""
# Marks of direction, joiners, and marks of byte order where files were joined.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+")

_LETTERS_OF_WINDOWS = re.compile(rb"[\xc0-\xff]")
_UTF8_LETTER = re.compile(rb"[\xc3\xc5][\x80-\xbf]")


def without_invisible(text: str) -> str:
    """Return ``text`` without characters that have no width.

    A ledger account with one looks like another one, and is none that anybody has.
    """
    return text if text.isascii() else _INVISIBLE.sub("", text)


def decode_xml(content: bytes) -> str:
    """Return the text of an XML file, by its bytes first and its declaration second.

    Raises ``FileRefused`` (F20) when the bytes are not in that encoding.
    """
    encoding, start = encoding_of_bytes(content)
    if not encoding:
        declared = _DECLARATION.search(content[:_SNIFFED_BYTES])
        encoding = _declared(declared[1].decode()) if declared else "utf-8"
    return without_invisible(_decoded(content, encoding, start))


def decode_text(content: bytes) -> str:
    """Return the text of a CSV file: UTF-8, UTF-16 or else Windows-1252, as Excel writes it.

    Raises ``FileRefused`` (F20) when it is none of them, or visibly another encoding.
    """
    text = _decoded_text(content)
    _must_not_have(CONTROLS, text)
    return without_invisible(text)


def decode_sie(content: bytes) -> str:
    """Return the text of a SIE file: code page 437 as its standard says, UTF-8 or Windows-1252.

    Raises ``FileRefused`` (F20) when its letters are in none of them.
    """
    encoding, start = encoding_of_bytes(content)
    if encoding:
        text = _decoded(content, encoding, start)
    else:
        try:
            text = content.decode()
        except UnicodeDecodeError:
            text = _old_text(content)
    _must_not_have(CONTROLS, text)
    return without_invisible(text)


def _old_text(content: bytes) -> str:
    # The letters of code page 437 end before those of Windows-1252 begin.
    if not _LETTERS_OF_WINDOWS.search(content):
        return content.decode("cp437")
    text = _decoded(content, "cp1252", 0)
    _must_not_have(_WRONG_CODE_PAGE, text)
    return text


def _decoded_text(content: bytes) -> str:
    encoding, start = encoding_of_bytes(content)
    if encoding:
        return _decoded(content, encoding, start)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        # Letters of UTF-8 in a file that is not UTF-8: two files were joined.
        if _UTF8_LETTER.search(content):
            raise _unreadable(content, error.start) from error
    text = _decoded(content, "cp1252", 0)
    _must_not_have(_WRONG_CODE_PAGE, text)
    return text


def _must_not_have(wrong: re.Pattern[str], text: str) -> None:
    if match := wrong.search(text):
        line = text.count("\n", 0, match.start()) + 1
        raise refused(ProblemCode.ENCODING_UNREADABLE, line=line)


def encoding_of_bytes(content: bytes) -> tuple[str, int]:
    """Return the encoding that a byte order mark or zero bytes show, and the text's start."""
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return encoding, len(bom)
    sample = content[:_SNIFFED_BYTES]
    # Latin letters have a zero in every other byte of UTF-16; the few others are allowed for.
    half = len(sample) // 2
    if half and sample[1::2].count(0) > half * 0.8:
        return "utf-16-le", 0
    if half and sample[::2].count(0) > half * 0.8:
        return "utf-16-be", 0
    return "", 0


def _declared(name: str) -> str:
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = ""
    if known not in _DECLARABLE:
        raise refused(ProblemCode.ENCODING_UNREADABLE, line=1)
    return _DECLARABLE[known]


def _decoded(content: bytes, encoding: str, start: int) -> str:
    try:
        return content[start:].decode(encoding)
    except UnicodeDecodeError as error:
        raise _unreadable(content, start + error.start) from error


def _unreadable(content: bytes, position: int) -> Exception:
    return refused(ProblemCode.ENCODING_UNREADABLE, line=content.count(b"\n", 0, position) + 1)
