"""Tilisilta and both stand-ins as processes of their own, with settings for the audit alone."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.programs import TILISILTA, free_ports, started


@dataclass(frozen=True, kw_only=True)
class Running:
    """The addresses of the running processes."""

    url: str
    procountor_url: str
    nmbrs_url: str

    def order_procountor(self, name: str, /, **fields: Any) -> None:
        """Give the stand-in Procountor an order, such as to lose its next answer."""
        _order(f"{self.procountor_url}/sandbox/{name}", fields)

    def order_nmbrs(self, name: str, /, **fields: Any) -> None:
        """Give the stand-in Nmbrs an order, such as to recalculate a run."""
        _order(f"{self.nmbrs_url}/sandbox/{name}", fields)


@contextmanager
def running_services(folder: Path) -> Iterator[Running]:
    """Run the pages without a worker: what is under way stays so while it is looked at."""
    port, procountor_port, nmbrs_port = free_ports(3)
    running = Running(
        url=f"http://127.0.0.1:{port}",
        procountor_url=f"http://127.0.0.1:{procountor_port}",
        nmbrs_url=f"http://127.0.0.1:{nmbrs_port}",
    )
    back = f"{running.url}/settings/integrations"
    # This process fills the same database by the same services, so it needs the same settings.
    _use(_settings(running, folder))
    commands = (
        _stand_in("procountor", procountor_port, f"{back}/procountor/authorised"),
        _stand_in("nmbrs", nmbrs_port, f"{back}/nmbrs/consented"),
        ("web", "--port", str(port)),
    )
    with ExitStack() as programs:
        for command in commands:
            program = programs.enter_context(started(TILISILTA, *command))
            program.wait_for("http://127.0.0.1")
        yield running


def _stand_in(name: str, port: int, redirect_uri: str) -> tuple[str, ...]:
    return (f"{name}-sandbox", "--port", str(port), "--redirect-uri", redirect_uri)


def _settings(running: Running, folder: Path) -> Mapping[str, str]:
    return {
        "TILISILTA_DATA_DIR": str(folder),
        "TILISILTA_BASE_URL": running.url,
        "TILISILTA_PROCOUNTOR_API_URL": f"{running.procountor_url}/api",
        "TILISILTA_PROCOUNTOR_LOGIN_URL": f"{running.procountor_url}/login",
        "TILISILTA_PROCOUNTOR_CLIENT_ID": "tilisilta-demo",
        "TILISILTA_PROCOUNTOR_CLIENT_SECRET": "sandbox-secret",
        "TILISILTA_NMBRS_SOAP_URL": f"{running.nmbrs_url}/soap/v3",
        "TILISILTA_NMBRS_REST_URL": running.nmbrs_url,
        "TILISILTA_NMBRS_IDENTITY_URL": f"{running.nmbrs_url}/identity",
        "TILISILTA_NMBRS_CLIENT_ID": "sandbox*development",
        "TILISILTA_NMBRS_CLIENT_SECRET": "sandbox$nmbrs*secret%41+1",
        "TILISILTA_NMBRS_SUBSCRIPTION_KEY": "sandbox-development-key",
        # Nothing has to be spared here.
        "TILISILTA_NMBRS_REQUESTS_PER_SECOND": "10000",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "LC_ALL": "C.UTF-8",
        "DJANGO_SETTINGS_MODULE": "tilisilta.settings",
    }


def _use(settings: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith("TILISILTA_")]:
        del os.environ[name]
    os.environ.update(settings)


def _order(address: str, fields: Mapping[str, Any]) -> None:
    body = json.dumps(fields).encode()
    request = Request(address, data=body, headers={"Content-Type": "application/json"})  # noqa: S310  # our own stand-in
    with urlopen(request, timeout=60) as answer:  # noqa: S310  # our own stand-in
        answer.read()
