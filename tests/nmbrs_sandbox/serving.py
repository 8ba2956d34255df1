"""A stand-in really running as its own process, on a free port of the loopback."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import zeep
from tests.nmbrs_sandbox.calling import CREDENTIALS

HEADER = {"AuthHeaderWithDomain": CREDENTIALS}
_STOP_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class Running:
    """A started stand-in and where it answers."""

    process: "subprocess.Popen[str]"
    address: str

    def soap(self, service: str = "CompanyService") -> zeep.Client:
        """Return a client made from the WSDL and nothing else."""
        return zeep.Client(f"{self.address}/soap/v3/{service}.asmx?WSDL")

    def order(self, name: str, /, **fields: Any) -> Mapping[str, Any]:
        """Give an order and return what came of it."""
        answer = httpx2.post(f"{self.address}/sandbox/{name}", json=fields)
        assert answer.status_code == 200, answer.text
        outcome: Mapping[str, Any] = answer.json()
        return outcome

    def stop(self) -> int:
        """Ask it to end and return its exit status."""
        self.process.terminate()
        return self.process.wait(_STOP_SECONDS)


def command(*options: str) -> list[str]:
    """Return the command line that starts the stand-in on this machine."""
    return [sys.executable, "-m", "nmbrs_sandbox", *options]


@contextmanager
def running(*options: str) -> Iterator[Running]:
    """Start a stand-in, wait until it says its address, and end it afterwards."""
    with subprocess.Popen(  # our own command, with arguments of ours
        command("--port", "0", *options), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        try:
            yield Running(process=process, address=found[0])
        finally:
            process.terminate()
            process.wait(_STOP_SECONDS)
