"""Talks to Nmbrs for one of our connections."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import httpx2
from django.conf import settings

from tilisilta.clients.nmbrs.errors import NmbrsLoginRefused
from tilisilta.models import NmbrsConnection
from tilisilta.models.encryption import readable
from tilisilta.services import audit
from tilisilta.services.pace import NmbrsPace

if TYPE_CHECKING:
    from tilisilta.clients.nmbrs.soap import NmbrsSoap, SoapServices

_lock = threading.Lock()
_services: dict[int, "SoapServices"] = {}
_paces: dict[int, NmbrsPace] = {}


@contextmanager
def nmbrs(connection: NmbrsConnection) -> Iterator["NmbrsSoap"]:
    """Open a client that acts as the user of ``connection``. A refused token turns it red."""
    try:
        yield nmbrs_as(
            connection.user_name,
            readable(connection.token),
            domain=connection.domain,
            pace=_pace_of(connection.pk),
        )
    except NmbrsLoginRefused:
        mark_refused(connection)
        raise


def nmbrs_as(
    user_name: str, token: str, *, domain: str = "", pace: NmbrsPace | None = None
) -> "NmbrsSoap":
    """Return a client for a user and token that need not be stored anywhere."""
    # Imported late: the SOAP library takes half a second, which pages and commands need not wait.
    from tilisilta.clients.nmbrs.soap import NmbrsSoap  # noqa: PLC0415

    return NmbrsSoap(
        _soap_services(),
        user_name=user_name,
        token=token,
        domain=domain,
        pace=pace.wait if pace is not None else _at_once,
        retry_pauses=settings.NMBRS_RETRY_PAUSES,
    )


def mark_refused(connection: NmbrsConnection) -> None:
    """Turn the connection red, once: a person has to give it another token."""
    State = NmbrsConnection.State  # noqa: N806  # a class
    changed = NmbrsConnection.objects.filter(pk=connection.pk, state=State.WORKING).update(
        state=State.REFUSED
    )
    if changed:
        audit.record(audit.Action.NMBRS_REFUSED, user=None, about=connection, name=connection.name)


def _soap_services() -> "SoapServices":
    """Return what is known of Nmbrs' services, read once per process and transport."""
    from tilisilta.clients.nmbrs.soap import SoapServices  # noqa: PLC0415  # as above

    transport = cast("httpx2.BaseTransport | None", settings.NMBRS_TRANSPORT)
    with _lock:
        # By transport, as tests have many. Its services hold it, so that its id is not reused.
        key = id(transport)
        if key not in _services:
            _services[key] = SoapServices(
                settings.NMBRS_SOAP_URL,
                transport=transport,
                timeout_seconds=settings.NMBRS_TIMEOUT_SECONDS,
            )
        return _services[key]


def _pace_of(connection_id: int) -> NmbrsPace:
    with _lock:
        return _paces.setdefault(connection_id, NmbrsPace(connection_id))


def _at_once() -> None:
    """Do not pause: a person tries out a user and token, with a handful of calls."""
