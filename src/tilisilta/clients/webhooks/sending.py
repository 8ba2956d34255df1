"""Sends one message to one receiver, whose address was checked when its name was looked up."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from threading import Timer
from time import monotonic
from urllib.request import getproxies, proxy_bypass

import httpx2

from tilisilta import __version__
from tilisilta.clients.retry_after import seconds_to_wait
from tilisilta.clients.webhooks.looking_up import LookUp, look_up
from tilisilta.domain.receivers import Allowed, Fault, Receiver, fault_of

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
ALL_SECONDS = 30.0
MOST_ANSWER_BYTES = 4096
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of it: a status, a fault of the address, or the kind of error that was met.

    Nothing of the text of an answer is in it, as that is stored and shown.
    """

    status: int | None = None
    fault: Fault | None = None
    error: str = ""
    retry_after_seconds: int | None = None


def can_be_sent_to(receiver: Receiver) -> bool:
    """Return whether what sends reads the address as it was checked, and can send there at all."""
    try:
        url = httpx2.URL(receiver.url)
    except (httpx2.InvalidURL, ValueError):
        return False
    host, port = url.raw_host.decode("ascii").lower().rstrip("."), url.port or _PORTS[url.scheme]
    return (host, port) == (receiver.host, receiver.port)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Sends messages, each once and to the networks that are ``allowed``.

    ``all_seconds`` is for everything together: other time-outs count anew for each byte, and a
    receiver could send one now and then. Without ``authorities`` those of the machine are trusted.
    """

    allowed: Allowed
    look_up: LookUp = look_up
    all_seconds: float = ALL_SECONDS
    authorities: ssl.SSLContext | None = None

    def send(self, receiver: Receiver, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post ``body``. A redirect is not followed, as it would lead where nothing was checked.

        We connect to an address that was looked up and checked just now, and do not look the name
        up a second time: it could stand for another address by then.
        """
        if not can_be_sent_to(receiver):
            return Answer(fault=Fault.NOT_AN_ADDRESS)
        until = monotonic() + self.all_seconds
        post = _Post(receiver=receiver, body=body, headers=headers, sender=self)
        proxy = proxy_for(receiver)
        if proxy:
            # The proxy looks the name up, and decides what may be reached.
            return post.to(httpx2.URL(receiver.url), seconds=self.all_seconds, proxy=proxy)
        found = self.look_up(receiver.host, receiver.port)
        fault = fault_of(receiver, found, self.allowed)
        if fault is not None:
            return Answer(fault=fault)
        answer = Answer(error="ConnectError")
        for address in found:
            url = httpx2.URL(receiver.url).copy_with(host=str(address))
            answer = post.to(url, seconds=until - monotonic())
            # Only where nothing can have been sent the next address is tried, and while there is
            # time: a name may stand for any number of addresses.
            if answer.error not in {"ConnectError", "ConnectTimeout"} or monotonic() >= until:
                break
        return answer


@dataclass(frozen=True, kw_only=True)
class _Post:
    """A message on its way to one receiver."""

    receiver: Receiver
    body: bytes
    headers: Mapping[str, str]
    sender: Sender

    def to(self, url: httpx2.URL, *, seconds: float, proxy: str | None = None) -> Answer:
        client = httpx2.Client(
            timeout=httpx2.Timeout(ANSWER_SECONDS, connect=min(CONNECT_SECONDS, max(seconds, 0.1))),
            verify=self.sender.authorities or _trusted_authorities(),
            follow_redirects=False,
            # What the environment says of proxies is read here alone. The library reads parts of it
            # in another way, and would then connect to a name of which nothing was checked.
            trust_env=False,
            proxy=proxy,
        )
        clock = Timer(max(seconds, 0.1), client.close)
        clock.daemon = True
        clock.start()
        try:
            answer = client.send(self._request(client, url), stream=True)
            _read_a_little(answer)
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
        asked = seconds_to_wait(answer.headers.get("Retry-After", ""))
        return Answer(status=answer.status_code, retry_after_seconds=asked)

    def _request(self, client: httpx2.Client, url: httpx2.URL) -> httpx2.Request:
        headers = {
            # That of the receiver, whatever is connected to; its certificate is checked for it too.
            "Host": httpx2.URL(self.receiver.url).netloc.decode("ascii"),
            "User-Agent": f"Tilisilta/{__version__}",
            "Content-Type": "application/json",
            **self.headers,
        }
        return client.build_request(
            "POST",
            url,
            content=self.body,
            headers=headers,
            extensions={"sni_hostname": self.receiver.host},
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


def proxy_for(receiver: Receiver) -> str | None:
    """Return the proxy through which the receiver is reached; ``None`` without one."""
    proxies = getproxies()
    proxy = proxies.get(receiver.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(receiver.host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


@cache
def _trusted_authorities() -> ssl.SSLContext:
    return httpx2.create_ssl_context()
