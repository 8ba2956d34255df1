"""Writes to terminals that cannot show every sign, such as those of a machine without a locale."""

import codecs
import os
import sys
import unicodedata
from typing import TextIO

_PLAIN = "tilisilta-plain"
_WRITTEN = {
    "─": "-",
    "│": "|",
    "┌": "+",
    "┐": "+",
    "└": "+",
    "┘": "+",
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "…": "...",
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "·": "-",
    "•": "*",
    "“": '"',
    "”": '"',
    "„": '"',
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}": ">",
    "→": "->",
    "\N{MULTIPLICATION SIGN}": "x",
    "€": "EUR",
    "ø": "o",
    "Ø": "O",
    "æ": "ae",
    "Æ": "AE",
    "ß": "ss",
}


def write_what_fits() -> None:
    """Let standard output and error write a sign that they lack in another way, and never fail.

    A command must not end in an error because of what it has to say: by then it has done its work.
    """
    codecs.register_error(_PLAIN, _in_plain_signs)
    # Somebody who names a way in the environment gets that one.
    if ":" in os.environ.get("PYTHONIOENCODING", ""):
        return
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=_PLAIN)


def writes_every_sign(stream: TextIO) -> bool:
    return codecs.lookup(stream.encoding or "utf-8").name.startswith("utf")


def plain(text: str) -> str:
    """Return ``text`` in ASCII: ä becomes a, a box is drawn with + and -, and the rest is ``?``."""
    return "".join(map(_plain_sign, text))


def _plain_sign(sign: str) -> str:
    if sign.isascii():
        return sign
    # Not the looser NFKD: it would make 12 of a half, and 102 of ten squared.
    letters = unicodedata.normalize("NFD", sign).encode("ascii", "ignore").decode()
    return _WRITTEN.get(sign) or letters or "?"


def _in_plain_signs(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end
