"""How we connect to Procountor, and under which name."""

import ssl
from functools import cache

import httpx2

from tilisilta import __version__

# A server closes what is idle, mostly after five seconds or more. We close it before, or a receipt
# could meet a connection that is being closed and become uncertain.
_KEPT_SECONDS = 2.0


class KeptConnections:
    """Connections to one address that are kept open from one request to the next, of all threads.

    Otherwise each receipt of a batch would pay for a handshake of its own.
    """

    def __init__(self, *, base_url: str, timeout_seconds: float) -> None:
        self.http = open_http(None, base_url=base_url, timeout_seconds=timeout_seconds)

    def close(self) -> None:
        self.http.close()


def open_http(
    transport: httpx2.BaseTransport | None, *, base_url: str = "", timeout_seconds: float
) -> httpx2.Client:
    """Return an HTTP client that identifies us. ``None`` as ``transport`` is the network.

    The time-out counts anew for connecting, for each write and for each read. Redirects are not
    followed: a write must not be sent a second time.
    """
    return httpx2.Client(
        base_url=base_url,
        headers={"User-Agent": f"Tilisilta/{__version__}", "Accept": "application/json"},
        timeout=timeout_seconds,
        transport=transport,
        verify=_trusted_authorities() if transport is None else True,
        follow_redirects=False,
        limits=httpx2.Limits(keepalive_expiry=_KEPT_SECONDS),
    )


@cache
def _trusted_authorities() -> ssl.SSLContext:
    # Reading the certificates takes longer than everything else we do to post a receipt.
    return httpx2.create_ssl_context()
