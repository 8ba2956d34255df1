"""Typesets the report as PDF/A, with a font that comes with our requirements."""

import json
import re
import tempfile
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import typst

STANDARD: Literal["a-2a"] = "a-2a"
"""PDF/A-2 at its level A: the tables and headings can be read aloud as such."""
_TEMPLATE = "reconciliation.typ"
_FONT_PACKAGE = "font_source_sans_pro"
_STYLES = ("Regular", "Bold")
# What every font has that we embed: Latin of all of Europe and usual signs.
_CONTROLS = re.compile("[\x00-\x1f\x7f]+")
_UNUSUAL = re.compile("[^ -~\u00a0-\u017f\u2010-\u2027\u20ac\u2190-\u2193\u2212]")


def pdf_of(data: Mapping[str, object], *, made_at: datetime) -> bytes:
    """Return the report as PDF/A. Equal ``data`` and ``made_at`` give equal bytes."""
    moment = made_at.astimezone(UTC)
    parts = ("year", "month", "day", "hour", "minute", "second")
    whole = {**data, "moment": {one: getattr(moment, one) for one in parts}}
    try:
        return _compiled(_each_text(whole, _readable))
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
    # A PDF/A holds no sign that its fonts lack, and people type any: then a mark stands for it.
    return _compiled(_each_text(whole, lambda text: _UNUSUAL.sub("?", _readable(text))))


def _readable(text: str) -> str:
    return _CONTROLS.sub(" ", unicodedata.normalize("NFC", text))


def _each_text(value: object, change: Callable[[str], str]) -> object:
    """Return ``value`` with every text in it changed; names of fields stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _each_text(one, change) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(one, change) for one in value]
    return value


def _compiled(data: object) -> bytes:
    source = files(__package__).joinpath(_TEMPLATE).read_bytes()
    return typst.compile(
        source,
        format="pdf",
        pdf_standards=STANDARD,
        font_paths=_fonts()[0],
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )


@lru_cache(maxsize=1)
def _fonts() -> tuple[typst.Fonts, "tempfile.TemporaryDirectory[str]"]:
    """Return the fonts, and the folder that has to stay as long as they are used.

    The package has each style in two formats, and which of them is found first depends on the file
    system. Only one of them is given to the typesetter, so that the same is embedded everywhere.
    """
    folder = tempfile.TemporaryDirectory(prefix="tilisilta-fonts-")
    for style in _STYLES:
        name = f"SourceSansPro-{style}.ttf"
        font = files(_FONT_PACKAGE).joinpath("files", name)
        Path(folder.name, name).write_bytes(font.read_bytes())
    return typst.Fonts(include_system_fonts=False, font_paths=[folder.name]), folder
