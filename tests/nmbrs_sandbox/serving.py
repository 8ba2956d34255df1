"""A stand-in running as a process of its own, on a free port of the loopback."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx2
import zeep
from tests.nmbrs_sandbox.calling import CREDENTIALS
from tests.sandbox_parts import serving

HEADER = {"AuthHeaderWithDomain": CREDENTIALS}


class Running(serving.Running):
    """A started stand-in, with clients for it."""

    def soap(self, service: str = "CompanyService") -> zeep.Client:
        """Return a client made from the WSDL and nothing else."""
        return zeep.Client(f"{self.address}/soap/v3/{service}.asmx?WSDL")

    def order(self, name: str, /, **fields: Any) -> Mapping[str, Any]:
        """Give an order and return its result."""
        answer = httpx2.post(f"{self.address}/sandbox/{name}", json=fields)
        assert answer.status_code == 200, answer.text
        outcome: Mapping[str, Any] = answer.json()
        return outcome


@contextmanager
def running(*options: str) -> Iterator[Running]:
    with serving.started("nmbrs_sandbox", *options) as started:
        yield Running(program=started.program, address=started.address)
