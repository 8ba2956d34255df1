"""Where a webhook may send: what its address must be like, and which networks it may reach.

Users give the address and this machine sends, so an address could be chosen to reach what only this
machine can reach: the addresses of a cloud's own data, a database, a printer.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import SplitResult, urlsplit

MOST_CHARACTERS = 1000
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
# Clouds give their machines credentials at these, wherever else they would count to.
_CLOUD_DATA = tuple(
    ip_network(one)
    for one in (
        *("169.254.0.0/16", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32"),
        *("fd00:ec2::/32", "fd20:ce::254/128"),
    )
)
_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
# All that is given to anybody in the internet; fec0::1 of old private networks is not.
_GIVEN = (ip_network("0.0.0.0/0"), ip_network("2000::/3"))
# Of those for special uses that not every version of Python knows.
_SPECIAL = (ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24"), ip_network("3fff::/20"))
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*")


class Fault(StrEnum):
    """What is wrong with an address."""

    NOT_AN_ADDRESS = "not_an_address"
    HAS_LOG_IN = "has_log_in"
    NOT_HTTPS = "not_https"
    NOT_FOUND = "not_found"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """The networks that receivers may stand in beside the internet, and whether in this machine."""

    networks: Collection[Network] = ()
    this_machine: bool = False

    def has(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """The address of a receiver. It is a secret as a whole: Slack and Teams have a token in it."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def shown(self) -> str:
        """Return what may be shown: where it goes, and nothing that lets anybody send there."""
        parts = urlsplit(self.url)
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{parts.port}" if parts.port else ""
        return f"{self.scheme}://{host}{port}/…"


def parse_receiver(text: str) -> Receiver | Fault:
    """Return the receiver at the address ``text``, or what is wrong with it.

    It may speak plain http only in a network that is allowed, which is seen when its name is
    looked up: see ``fault_of``.
    """
    text = text.strip()
    parts = _split(text)
    if parts is None:
        return Fault.NOT_AN_ADDRESS
    if parts.username is not None or parts.password is not None:
        return Fault.HAS_LOG_IN
    host = (parts.hostname or "").rstrip(".")
    if not _is_host(host, is_ipv6="[" in parts.netloc):
        return Fault.NOT_AN_ADDRESS
    port = parts.port or (443 if parts.scheme == "https" else 80)
    url = parts._replace(fragment="").geturl()
    return Receiver(url=url, scheme=parts.scheme, host=host, port=port)


def needs_https(receiver: Receiver, allowed: Allowed) -> bool:
    """Return whether it speaks plain http though no network is named where that is allowed."""
    return receiver.scheme == "http" and not allowed.networks


def fault_of(receiver: Receiver, found: Collection[Address], allowed: Allowed) -> Fault | None:
    """Return why nothing is sent to a ``receiver`` whose name stands for the ``found`` addresses.

    One that is not allowed is enough: a name that has both kinds is meant to get past a check.
    """
    if not found:
        return Fault.NOT_FOUND
    if not all(_may_be_reached(address, allowed) for address in found):
        return Fault.NOT_ALLOWED
    is_own = all(allowed.has(_inner(address)) for address in found)
    return Fault.NOT_HTTPS if receiver.scheme == "http" and not is_own else None


def _split(text: str) -> SplitResult | None:
    if len(text) > MOST_CHARACTERS or not text.isascii() or not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  # reading it is what checks it
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} else None


def _is_host(host: str, *, is_ipv6: bool) -> bool:
    """Return whether a name can be looked up: others would be read in more than one way."""
    if not is_ipv6:
        return _NAME.fullmatch(host) is not None
    try:
        ip_address(host)
    except ValueError:
        return False
    # A zone belongs to this machine, and means nothing to a certificate.
    return "%" not in host


def _may_be_reached(address: Address, allowed: Allowed) -> bool:
    address = _inner(address)
    if any(address in network for network in _CLOUD_DATA):
        return False
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if address.is_loopback:
        return allowed.this_machine and allowed.has(address)
    return allowed.has(address) or _is_of_internet(address)


def _is_of_internet(address: Address) -> bool:
    if any(address in network for network in _SPECIAL):
        return False
    is_given = any(address in network for network in _GIVEN)
    return is_given and address.is_global and not address.is_reserved


def _inner(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address is another writing of."""
    if isinstance(address, IPv4Address):
        return address
    if any(address in network for network in _NAT64):
        return ip_address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
