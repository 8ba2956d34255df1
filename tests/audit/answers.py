"""What each address answers, and how much of it goes over the line."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from http import HTTPStatus
from http.client import HTTPMessage
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import HTTPRedirectHandler, Request, build_opener

MOST_BYTES = 100_000
_LOADED = re.compile(r'<(?:link|script)\b[^>]*\b(?:href|src)="([^"]+\.(?:css|js|svg)[^"]*)"')


class Kind(StrEnum):
    """What an address answers with."""

    PAGE = "page"
    PART = "part of a page"
    FILE = "file"
    ELSEWHERE = "leads elsewhere"
    POSTED = "takes posts only"
    NOTHING = "nothing there"
    REFUSED = "not for this user"
    BROKEN = "broken"


_WITHOUT_PAGE: Mapping[int, Kind] = {
    HTTPStatus.METHOD_NOT_ALLOWED: Kind.POSTED,
    HTTPStatus.NOT_FOUND: Kind.NOTHING,
    HTTPStatus.FORBIDDEN: Kind.REFUSED,
}
"""Each has one page for all addresses, which is looked at once."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer of an address: of which kind, and its compressed bytes with what it loads."""

    kind: Kind
    status: int
    bytes_of_page: int = 0
    bytes_loaded: int = 0

    @property
    def weight(self) -> int:
        return self.bytes_of_page + self.bytes_loaded


class _StaysWhereItIs(HTTPRedirectHandler):
    def redirect_request(  # as the library calls it
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


_OPENER = build_opener(_StaysWhereItIs)


def ask(url: str, cookies: Mapping[str, str]) -> Answer:
    """Ask as a browser does that takes compressed answers."""
    body, headers, status = _get(url, "; ".join(f"{name}={is_}" for name, is_ in cookies.items()))
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Answer(kind=Kind.ELSEWHERE, status=status)
    if status in _WITHOUT_PAGE:
        return Answer(kind=_WITHOUT_PAGE[status], status=status)
    if not headers.get("Content-Type", "").startswith("text/html"):
        return Answer(kind=Kind.FILE, status=status)
    text = _text(body, headers)
    if "<html" not in text:
        return Answer(kind=Kind.PART, status=status)
    if status not in {HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY}:
        return Answer(kind=Kind.BROKEN, status=status)
    loaded = sum(_size(urljoin(url, one)) for one in dict.fromkeys(_LOADED.findall(text)))
    return Answer(kind=Kind.PAGE, status=status, bytes_of_page=len(body), bytes_loaded=loaded)


def source_of(url: str) -> str:
    """Return the source of a page."""
    body, headers, _status = _get(url)
    return _text(body, headers)


def _get(url: str, cookies: str = "") -> tuple[bytes, Mapping[str, str], int]:
    request = Request(url, headers={"Accept-Encoding": "gzip", "Cookie": cookies})  # noqa: S310  # our own programs
    try:
        with _OPENER.open(request, timeout=120) as answer:
            return answer.read(), dict(answer.headers), answer.status
    except HTTPError as error:
        return error.read(), dict(error.headers), error.code


def _text(body: bytes, headers: Mapping[str, str]) -> str:
    is_packed = headers.get("Content-Encoding") == "gzip"
    return (zlib.decompress(body, wbits=31) if is_packed else body).decode()


@cache
def _size(url: str) -> int:
    return len(_get(url)[0])
