"""Carries the messages of the SOAP library over our own HTTP client."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
from lxml import etree
from zeep.exceptions import TransportError

from tilisilta import __version__
from tilisilta.clients.nmbrs.errors import NmbrsUnavailable

MOST_ANSWER_BYTES = 64 * 1024 * 1024
# SOAP sends its faults with this status, so it is an answer and no failure of the server.
_FAULT = 500

Pace = Callable[[], None]


def open_http(*, transport: httpx2.BaseTransport | None, timeout_seconds: float) -> httpx2.Client:
    """Return a client for either API of Nmbrs. Redirects are not followed."""
    return httpx2.Client(
        headers={"User-Agent": f"Tilisilta/{__version__}"},
        timeout=timeout_seconds,
        transport=transport,
        follow_redirects=False,
        limits=httpx2.Limits(max_connections=64, max_keepalive_connections=32),
    )


class SoapTransport:
    """The transport that zeep needs, with the same rules as all our requests.

    Redirects are not followed, as the token would go with them. A call without an answer is not
    repeated here: ``NmbrsSoap`` does that, after pauses that it is given.
    """

    def __init__(self, *, transport: httpx2.BaseTransport | None, timeout_seconds: float) -> None:
        self._http = open_http(transport=transport, timeout_seconds=timeout_seconds)

    def load(self, url: str) -> bytes:
        """Return the WSDL, or another description that it refers to."""
        answer, content = self._request("GET", url)
        if answer.status_code != httpx2.codes.OK:
            raise NmbrsUnavailable(f"Nmbrs gave its description with status {answer.status_code}.")
        return content

    def post_xml(self, address: str, envelope: Any, headers: Mapping[str, str]) -> Any:
        """Send a call and return the answer in the form zeep reads: a reply, or a fault."""
        answer, content = self._request(
            "POST",
            address,
            content=etree.tostring(envelope, encoding="utf-8", xml_declaration=True),
            headers=dict(headers),
        )
        if answer.status_code not in {httpx2.codes.OK, _FAULT} or not _is_xml(answer):
            raise NmbrsUnavailable(f"Nmbrs answered with status {answer.status_code}.")
        if answer.status_code == httpx2.codes.OK and not _is_answer_to(content, headers):
            raise NmbrsUnavailable("Nmbrs answered something else than it was asked.")
        return _Answer(answer, content)

    def get(self, address: str, params: Any, headers: Any) -> Any:
        # zeep requires the method; no call of ours uses it.
        raise TransportError("Nmbrs is only called by POST.")

    post = get

    def close(self) -> None:
        self._http.close()

    def _request(self, method: str, url: str, **more: Any) -> tuple[httpx2.Response, bytes]:
        try:
            with self._http.stream(method, url, **more) as answer:
                return answer, read_in_parts(answer)
        except httpx2.HTTPError as error:
            # Only the kind of error: messages are logged, and the request holds the token.
            raise NmbrsUnavailable(f"Nmbrs was not reached: {type(error).__name__}.") from error


class _Answer:
    """An answer in the form that zeep reads."""

    def __init__(self, answer: httpx2.Response, content: bytes) -> None:
        self.status_code = answer.status_code
        self.headers = answer.headers
        self.encoding = answer.charset_encoding or "utf-8"
        self.content = content


def read_in_parts(answer: httpx2.Response) -> bytes:
    """Return the body, in parts, so that an endless answer cannot fill the memory."""
    parts, size = [], 0
    for part in answer.iter_bytes():
        size += len(part)
        if size > MOST_ANSWER_BYTES:
            raise NmbrsUnavailable(
                "The answer of Nmbrs is larger than any journal.", is_worth_repeating=False
            )
        parts.append(part)
    return b"".join(parts)


def _is_xml(answer: httpx2.Response) -> bool:
    return "xml" in answer.headers.get("Content-Type", "").casefold()


def _is_answer_to(content: bytes, headers: Mapping[str, str]) -> bool:
    """Return whether the body is the response to the call, or a fault, which may come with 200.

    The library takes an answer to another call for an empty list, and an empty list means that
    everything was deleted. The result inside proves nothing: .NET leaves out one that is null.
    """
    call = headers.get("SOAPAction", "").strip('"').rpartition("/")[2]
    wanted = rf"<(?:[\w.-]+:)?(?:{re.escape(call)}Response|Fault)[\s/>]"
    return re.search(wanted.encode(), content) is not None
