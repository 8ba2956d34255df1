"""Sends one message to one receiver, whose address was checked when its name was looked up."""

import socket
import ssl
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from threading import Timer
from urllib.request import getproxies, proxy_bypass

import httpx2

from tilisilta import __version__
from tilisilta.clients.retry_after import seconds_to_wait
from tilisilta.domain.receivers import Address, Allowed, Fault, Receiver, fault_of

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
ALL_SECONDS = 30.0
MOST_ANSWER_BYTES = 4096
LookUp = Callable[[str, int], Collection[Address]]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of it: a status, a fault of the address, or the kind of error that was met.

    Nothing of the text of an answer is in it, as that is stored and shown.
    """

    status: int | None = None
    fault: Fault | None = None
    error: str = ""
    retry_after_seconds: int | None = None


def look_up(host: str, port: int) -> Collection[Address]:
    """Return the addresses that a name stands for; none if it is unknown."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(ip_address(one[4][0]) for one in found))


def send(
    receiver: Receiver,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allowed: Allowed,
    look_up: LookUp = look_up,
    all_seconds: float = ALL_SECONDS,
) -> Answer:
    """Post ``body`` once. A redirect is not followed, as it would lead where nothing was checked.

    We connect to an address that was looked up and checked just now, and do not look the name up a
    second time: it could stand for another address by then.
    """
    if _is_behind_proxy(receiver):
        # The proxy looks the name up, and decides what may be reached.
        return _post(receiver.url, receiver, body, headers, all_seconds=all_seconds)
    found = look_up(receiver.host, receiver.port)
    fault = fault_of(receiver, found, allowed)
    if fault is not None:
        return Answer(fault=fault)
    return _post_to_first(receiver, tuple(found), body, headers, all_seconds)


def _post_to_first(
    receiver: Receiver,
    found: Sequence[Address],
    body: bytes,
    headers: Mapping[str, str],
    all_seconds: float,
) -> Answer:
    """Try the addresses until one can be connected to: nothing was sent to the ones before."""
    answer = Answer(error="ConnectError")
    for address in found:
        url = httpx2.URL(receiver.url).copy_with(host=str(address))
        answer = _post(str(url), receiver, body, headers, all_seconds=all_seconds, is_direct=True)
        if answer.error not in {"ConnectError", "ConnectTimeout"}:
            break
    return answer


def _post(
    url: str,
    receiver: Receiver,
    body: bytes,
    headers: Mapping[str, str],
    *,
    all_seconds: float,
    is_direct: bool = False,
) -> Answer:
    client = httpx2.Client(
        timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        verify=_trusted_authorities(),
        follow_redirects=False,
        trust_env=not is_direct,
    )
    # The time-outs count anew for each byte, and a receiver could send one now and then.
    clock = Timer(all_seconds, client.close)
    clock.daemon = True
    clock.start()
    try:
        request = client.build_request(
            "POST",
            url,
            content=body,
            headers={
                "Host": httpx2.URL(receiver.url).netloc.decode("ascii"),
                "User-Agent": f"Tilisilta/{__version__}",
                "Content-Type": "application/json",
                **headers,
            },
            extensions={"sni_hostname": receiver.host},
        )
        answer = client.send(request, stream=True)
        try:
            _read_a_little(answer)
        finally:
            answer.close()
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
        # Its kind alone and no chain: a message could hold the address.
        return Answer(error=type(error).__name__)
    except (OSError, RuntimeError):
        # What reading meets in a connection that the clock has closed.
        return Answer(error="ReadTimeout")
    finally:
        clock.cancel()
        client.close()
    return Answer(
        status=answer.status_code,
        retry_after_seconds=seconds_to_wait(answer.headers.get("Retry-After", "")),
    )


def _read_a_little(answer: httpx2.Response) -> None:
    """Read the start of the answer, so that a receiver can end its own; its status is known."""
    size = 0
    try:
        for part in answer.iter_raw():
            size += len(part)
            if size > MOST_ANSWER_BYTES:
                return
    except (httpx2.HTTPError, httpx2.StreamError, OSError, RuntimeError):
        return


def _is_behind_proxy(receiver: Receiver) -> bool:
    proxies = getproxies()
    return bool(
        (proxies.get(receiver.scheme) or proxies.get("all")) and not proxy_bypass(receiver.host)
    )


@cache
def _trusted_authorities() -> ssl.SSLContext:
    return httpx2.create_ssl_context()
