"""Talks to Nmbrs for one of our connections."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit, urlunsplit

import httpx2
from django.conf import settings

from tilisilta.clients.nmbrs.errors import NmbrsLoginRefused
from tilisilta.clients.nmbrs.rest.client import NmbrsRest
from tilisilta.clients.nmbrs.rest.http import RestHttp
from tilisilta.clients.nmbrs.rest.identity_errors import ConsentEnded
from tilisilta.clients.nmbrs.rest.tokens import AccessTokens
from tilisilta.clients.nmbrs.rest.waiting import Clock, SystemClock
from tilisilta.domain.payroll import PayrollSource
from tilisilta.models import NmbrsConnection, NmbrsGrant
from tilisilta.models.encryption import readable
from tilisilta.services import audit
from tilisilta.services.fetching.call_counts import Kind, count_call, store_calls
from tilisilta.services.fetching.grants import GrantTokens
from tilisilta.services.fetching.problems import problem_of
from tilisilta.services.pace import AdaptivePace, NmbrsPace

if TYPE_CHECKING:
    from tilisilta.clients.nmbrs.soap import NmbrsSoap, SoapServices

# A part of the names of calls, and what they are counted as.
_KINDS_OF_SOAP: tuple[tuple[str, Kind], ...] = (
    ("Environment", "consent"),
    ("Run_", "runs"),
    ("Journals_", "journals"),
    ("Cost", "cost_objects"),
)
_lock = threading.Lock()
_services: dict[tuple[int, str], "SoapServices"] = {}
_paces: dict[int, NmbrsPace] = {}
_rest_https: dict[int, RestHttp] = {}
REST_PACE = "nmbrs-rest"
"""The row of the pace by REST: one for the subscription key of the installation."""


@contextmanager
def nmbrs(
    connection: NmbrsConnection, *, retry_pauses: Sequence[float] | None = None
) -> Iterator[PayrollSource]:
    """Open a client of the API that ``connection`` fetches by. A refusal of all turns it red.

    A call without an answer is repeated after each of ``retry_pauses``, in seconds; without them
    after those of the settings. The words of the refusal stay on the connection.
    """
    try:
        yield source_by(NmbrsConnection.Api(connection.api), connection, retry_pauses=retry_pauses)
    except NmbrsLoginRefused as error:
        mark_refused(connection)
        if connection.is_by_rest:
            refused = NmbrsConnection.objects.filter(
                pk=connection.pk, state=NmbrsConnection.State.REFUSED
            )
            refused.update(trouble=(problem_of(error),))
        raise
    finally:
        store_calls(is_due=False)


def source_by(
    api: NmbrsConnection.Api,
    connection: NmbrsConnection,
    *,
    retry_pauses: Sequence[float] | None = None,
) -> PayrollSource:
    """Return a client of either API that a connection has; a refusal changes nothing here."""
    if api == NmbrsConnection.Api.REST:
        return _by_rest(connection, retry_pauses=retry_pauses)
    return nmbrs_as(
        connection.user_name,
        readable(connection.token),
        domain=connection.domain,
        site=connection.site,
        pace=_pace_of(connection.pk),
        retry_pauses=retry_pauses,
        note_call=partial(count_soap_call, connection.pk),
    )


def _by_rest(connection: NmbrsConnection, *, retry_pauses: Sequence[float] | None) -> PayrollSource:
    grant = NmbrsGrant.objects.filter(connection=connection).first()
    if grant is None:
        raise ConsentEnded
    return nmbrs_by(GrantTokens(grant), connection_id=connection.pk, retry_pauses=retry_pauses)


def nmbrs_by(
    tokens: AccessTokens, *, connection_id: int | None, retry_pauses: Sequence[float] | None = None
) -> NmbrsRest:
    """Return a client of the REST API that uses ``tokens``, which may be of no connection yet.

    Its calls are counted for the connection, if there is one.
    """

    def count(kind: Kind) -> None:
        if connection_id is not None:
            count_call(connection_id, NmbrsConnection.Api.REST, kind)

    clock = cast("Clock | None", settings.NMBRS_CLOCK) or SystemClock()
    return NmbrsRest(
        base_url=settings.NMBRS_REST_URL,
        subscription_key=settings.NMBRS_SUBSCRIPTION_KEY,
        tokens=tokens,
        http=_rest_http(),
        # By key, not by connection: Nmbrs counts the calls of a subscription.
        rate=AdaptivePace(
            REST_PACE, start=settings.NMBRS_REST_REQUESTS_PER_SECOND, sleep=clock.sleep
        ),
        clock=clock,
        retry_pauses=settings.NMBRS_REST_RETRY_PAUSES if retry_pauses is None else retry_pauses,
        counted=count,
    )


def nmbrs_as(  # what a client needs of a connection, each by its name
    user_name: str,
    token: str,
    *,
    domain: str = "",
    site: str = "",
    pace: NmbrsPace | None = None,
    retry_pauses: Sequence[float] | None = None,
    note_call: Callable[[str], None] | None = None,
) -> "NmbrsSoap":
    """Return a client for a user and token that need not be stored anywhere.

    ``site`` is one of ``NmbrsConnection.Site``, or empty for the address of the settings.
    """
    # Imported late: the SOAP library takes half a second, which pages and commands need not wait.
    from tilisilta.clients.nmbrs.soap import NmbrsSoap  # noqa: PLC0415

    return NmbrsSoap(
        _soap_services(address_of(site)),
        user_name=user_name,
        token=token,
        domain=domain,
        pace=pace.wait if pace is not None else _at_once,
        retry_pauses=settings.NMBRS_RETRY_PAUSES if retry_pauses is None else retry_pauses,
        note_call=note_call,
    )


def count_soap_call(connection_id: int, call: str) -> None:
    """Count a call by SOAP; what has no kind of its own reads lists."""
    kind: Kind = next((kind for part, kind in _KINDS_OF_SOAP if part in call), "lists")
    count_call(connection_id, NmbrsConnection.Api.SOAP, kind)


def mark_refused(connection: NmbrsConnection) -> None:
    """Turn the connection red, once: a person has to give it another token."""
    State = NmbrsConnection.State  # noqa: N806  # a class
    changed = NmbrsConnection.objects.filter(pk=connection.pk, state=State.WORKING).update(
        state=State.REFUSED
    )
    if changed:
        audit.record(audit.Action.NMBRS_REFUSED, user=None, about=connection, name=connection.name)


def offered_sites() -> Sequence[NmbrsConnection.Site]:
    """Return the hosts to choose from, that of the settings first; none beside a stand-in.

    Only these: a token must not go to an address that somebody typed.
    """
    ours = urlsplit(settings.NMBRS_SOAP_URL).hostname
    sites = sorted(NmbrsConnection.Site, key=lambda site: site.label != ours)
    return sites if sites[0].label == ours else ()


def chosen_host(site: str) -> str:
    """Return the host at which ``site`` is asked; empty beside a stand-in, which has only one."""
    return str(urlsplit(address_of(site)).hostname) if offered_sites() else ""


def address_of(site: str) -> str:
    """Return the address of the SOAP services at a site; empty means that of the settings."""
    if not site:
        return str(settings.NMBRS_SOAP_URL)
    ours = urlsplit(settings.NMBRS_SOAP_URL)
    return urlunsplit(ours._replace(netloc=NmbrsConnection.Site(site).label))


def _soap_services(address: str) -> "SoapServices":
    """Return what is known of Nmbrs' services, read once per process, address and transport."""
    from tilisilta.clients.nmbrs.soap import SoapServices  # noqa: PLC0415  # as above

    transport = cast("httpx2.BaseTransport | None", settings.NMBRS_TRANSPORT)
    with _lock:
        # By transport, as tests have many. Its services hold it, so that its id is not reused.
        key = (id(transport), address)
        if key not in _services:
            _services[key] = SoapServices(
                address,
                transport=transport,
                timeout_seconds=settings.NMBRS_TIMEOUT_SECONDS,
            )
        return _services[key]


def _rest_http() -> RestHttp:
    """Return the connections to the REST API: of a process, as opening one for each is slow."""
    transport = cast("httpx2.BaseTransport | None", settings.NMBRS_TRANSPORT)
    with _lock:
        # By transport, as above; the client holds it.
        if id(transport) not in _rest_https:
            _rest_https[id(transport)] = RestHttp(
                transport=transport, timeout_seconds=settings.NMBRS_TIMEOUT_SECONDS
            )
        return _rest_https[id(transport)]


def _pace_of(connection_id: int) -> NmbrsPace:
    with _lock:
        return _paces.setdefault(connection_id, NmbrsPace(connection_id))


def _at_once() -> None:
    """Do not pause: a person tries out a user and token, with a handful of calls."""
