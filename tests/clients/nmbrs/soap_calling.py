"""A client of SOAP for its tests, and the stand-in with its answers changed."""

from collections.abc import Callable
from typing import Any

import httpx2

from nmbrs_sandbox.payroll.sample import DOMAIN, TOKEN, USERNAME
from tilisilta.clients.nmbrs.soap import NmbrsSoap, SoapServices
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import PayrollRun

KOIVULAMMI = NmbrsId(number=7101)
KONEPAJA = NmbrsId(number=48101)
URL = "http://nmbrs.invalid/soap/v3"


def client_of(
    app: Any,
    *,
    token: str = TOKEN,
    pauses: tuple[float, ...] = (),
    url: str = URL,
    pace: Callable[[], None] = lambda: None,
) -> NmbrsSoap:
    services = SoapServices(url, transport=httpx2.WSGITransport(app=app), timeout_seconds=5)
    return NmbrsSoap(
        services,
        user_name=USERNAME,
        token=token,
        domain=DOMAIN,
        pace=pace,
        retry_pauses=pauses,
    )


def june_of(client: NmbrsSoap) -> PayrollRun:
    return next(run for run in client.runs(KONEPAJA, 2026) if run.number == "6")


def answering(app: Any, old: bytes, new: bytes) -> Any:
    """Return the stand-in with one piece of its answers replaced."""

    def app_with_replacement(environ: Any, start_response: Any) -> Any:
        return [b"".join(app(environ, start_response)).replace(old, new)]

    return app_with_replacement
