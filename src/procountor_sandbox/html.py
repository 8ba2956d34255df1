"""Pages made of small pieces, every text in them escaped once."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from werkzeug.wrappers import Response

STYLE_PATH = "/sandbox/sandbox.css"
ICON_PATH = "/sandbox/sandbox.svg"
_STYLE_FILE = Path(__file__).with_name("sandbox.css")
_ICON_FILE = Path(__file__).with_name("sandbox.svg")
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Markup:
    """HTML that is finished: it goes into a page as it is."""

    text: str


Piece = Markup | str | int


def tag(name: str, /, *inside: Piece, **attributes: str) -> Markup:
    """Return an element. A trailing ``_`` of an attribute's name is dropped, ``_`` means ``-``."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{written}>{join(inside).text}</{name}>")


def void(name: str, /, **attributes: str) -> Markup:
    """Return an element that has no inside, such as an input."""
    return Markup(tag(name, **attributes).text.removesuffix(f"</{name}>"))


def join(pieces: Iterable[Piece]) -> Markup:
    """Return the pieces one after another; plain text is escaped."""
    return Markup(
        "".join(one.text if isinstance(one, Markup) else escape(str(one)) for one in pieces)
    )


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun, which gets an ``s`` for several unless it is given."""
    return f"{number} {one}" if number == 1 else f"{number} {many or one + 's'}"


def page(title: str, *inside: Piece, status: int = 200, is_narrow: bool = False) -> Response:
    """Return a whole page under a head that says this is no real Procountor."""
    head = tag(
        "head",
        void("meta", charset="utf-8"),
        void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} · Procountor sandbox"),
        void("link", rel="stylesheet", href=STYLE_PATH),
        void("link", rel="icon", href=ICON_PATH, type="image/svg+xml"),
    )
    body = tag(
        "body",
        _banner(),
        tag("main", *inside, class_="narrow" if is_narrow else "wide"),
    )
    html = f"<!doctype html>\n{tag('html', head, body, lang='en').text}\n"
    response = Response(html, status=status, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def style() -> Response:
    """Return the style sheet of every page."""
    return Response(_STYLE_FILE.read_bytes(), content_type="text/css; charset=utf-8")


def icon() -> Response:
    """Return the sign in the browser's tab, which is not Procountor's."""
    return Response(_ICON_FILE.read_bytes(), content_type="image/svg+xml")


def _banner() -> Markup:
    return tag(
        "header",
        tag("a", "Procountor sandbox", href="/sandbox", class_="brand"),
        tag("p", "A stand-in for trying things out. It is not Procountor; all of it is invented."),
    )
