"""Examines whose word about the address of a client is believed."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from tilisilta.management.findings import Finding, Verdict


def check_trusted_proxies() -> Iterator[Finding]:
    """Say which proxies may name the address of a client, and warn where that is surely wrong."""
    remedy = _remedy()
    yield Finding(
        part=_("addresses of clients"),
        verdict=Verdict.WARNING if remedy else Verdict.WELL,
        detail=_detail(),
        remedy=remedy,
    )


def _detail() -> str:
    proxies = ", ".join(
        str(network.network_address if network.num_addresses == 1 else network)
        for network in settings.TRUSTED_PROXIES
    )
    if not proxies:
        return _("X-Forwarded-For is believed from nobody")
    return _("X-Forwarded-For is believed from %(proxies)s") % {"proxies": proxies}


def _remedy() -> str:
    if any(network.prefixlen == 0 for network in settings.TRUSTED_PROXIES):
        return _(
            "Anybody can make up the address that their wrong log-ins are counted for. Set "
            "TILISILTA_TRUSTED_PROXIES to the addresses of your own proxies."
        )
    # Tilisilta itself speaks plain HTTP.
    if settings.BASE_URL.startswith("https:") and not settings.TRUSTED_PROXIES:
        return _(
            "A proxy in front gives https, so everybody seems to come from its address, and wrong "
            "log-ins of one close the log-in for all new browsers. Set TILISILTA_TRUSTED_PROXIES "
            "to the address of the proxy."
        )
    return ""
