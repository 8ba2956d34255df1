"""From which address a request comes, past the proxies that are trusted."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address


def client_address(request: HttpRequest) -> str:
    """Return the address of the client, or of the first proxy that is not trusted.

    Each proxy appends to ``X-Forwarded-For`` whom it was asked by, so the header is read from its
    end: what stands before the word of a stranger may be made up by that stranger.
    """
    nearest = _address_in(request.META.get("REMOTE_ADDR", ""))
    if nearest is None:
        return "unknown"
    for written in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if not _is_trusted(nearest):
            break
        further = _address_in(written)
        if further is None:
            break
        nearest = further
    return str(nearest)


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)


def _address_in(written: str) -> Address | None:
    """Return the address in ``written``, which may have a port: 192.0.2.1:80, [2001:db8::1]:80."""
    for candidate in _candidates(written.strip()):
        try:
            found = ip_address(candidate)
        except ValueError:
            continue
        # The same client may be seen by IPv4 here and by IPv6 there.
        return getattr(found, "ipv4_mapped", None) or found
    return None


def _candidates(written: str) -> Iterable[str]:
    yield written
    if written.startswith("["):
        yield written[1:].partition("]")[0]
    elif written.count(":") == 1:
        yield written.partition(":")[0]
