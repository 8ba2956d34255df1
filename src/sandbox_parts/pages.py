"""The pages of a stand-in: the same layout for all, with a name and colours for each."""

from dataclasses import dataclass
from pathlib import Path

from werkzeug.wrappers import Request, Response

from sandbox_parts.markup import Markup, Piece, tag, void

_STYLE_PATH = "/sandbox/sandbox.css"
_ICON_PATH = "/sandbox/sandbox.svg"
_SHARED_STYLE = Path(__file__).with_name("shared.css")
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, kw_only=True)
class Site:
    """The pages of one stand-in.

    ``notice`` says on every page that this is no real service. ``folder`` has ``sandbox.css``,
    which comes after the shared style, and ``sandbox.svg``. ``forms_go_to`` limits where forms
    may be sent; a form whose answer leads to another site cannot be limited.
    """

    name: str
    notice: str
    folder: Path
    forms_go_to: str = ""

    def page(
        self, title: str, *inside: Piece, status: int = 200, is_narrow: bool = False
    ) -> Response:
        """Return a whole page, which says at its top that this is no real service."""
        head = tag(
            "head",
            void("meta", charset="utf-8"),
            void("meta", name="viewport", content="width=device-width, initial-scale=1"),
            void("meta", name="description", content=self.notice),
            tag("title", f"{title} · {self.name}"),
            void("link", rel="stylesheet", href=_STYLE_PATH),
            void("link", rel="icon", href=_ICON_PATH, type="image/svg+xml"),
        )
        body = tag(
            "body",
            self._banner(),
            tag("main", *inside, class_="narrow" if is_narrow else "wide"),
        )
        html = f"<!doctype html>\n{tag('html', head, body, lang='en').text}\n"
        response = Response(html, status=status, content_type="text/html; charset=utf-8")
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Security-Policy"] = self._policy()
        return response

    def nothing_here(self, way_out: str) -> Response:
        """Return the page of an unknown address, with a link to the first page."""
        return self.page(
            "Nothing here",
            tag("h1", "Nothing here"),
            tag("p", "This address leads nowhere. ", tag("a", way_out, href="/sandbox")),
            status=404,
            is_narrow=True,
        )

    def file(self, path: str) -> Response | None:
        """Return the style sheet or the icon of the pages, or None for another path."""
        if path == _STYLE_PATH:
            return self._style()
        return self._icon() if path == _ICON_PATH else None

    def _style(self) -> Response:
        own = self.folder / "sandbox.css"
        content = _SHARED_STYLE.read_bytes() + b"\n" + own.read_bytes()
        return Response(content, content_type="text/css; charset=utf-8")

    def _icon(self) -> Response:
        # An icon of its own, so that a browser's tab cannot be mistaken for the real service.
        file = self.folder / "sandbox.svg"
        return Response(file.read_bytes(), content_type="image/svg+xml")

    def _policy(self) -> str:
        return f"{_POLICY}; form-action {self.forms_go_to}" if self.forms_go_to else _POLICY

    def _banner(self) -> Markup:
        return tag(
            "header",
            tag("a", self.name, href="/sandbox", class_="brand"),
            tag("p", self.notice),
        )


def page_number(request: Request) -> int:
    """Return the number of the page that a request asks for; without a usable one, 1."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def page_links(address: str, number: int, *, before: str, after: str, has_next: bool) -> Markup:
    """Return links to the pages before and after this one of a long list, if there are any."""
    links: list[Piece] = []
    if number > 1:
        links.append(tag("a", before, href=f"{address}?page={number - 1}", rel="prev"))
    if has_next:
        links.append(tag("a", after, href=f"{address}?page={number + 1}", rel="next"))
    return tag("nav", *links, class_="pages", aria_label="Pages") if links else Markup("")
