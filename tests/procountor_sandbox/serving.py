"""A stand-in really running as its own process, on a free port of the loopback."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2
from tests.procountor_sandbox.calling import token_form

_STOP_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class Running:
    """A started stand-in and where it answers."""

    process: "subprocess.Popen[str]"
    address: str

    def signed_in(self, number: int = 1001) -> httpx2.Client:
        """Return a client that may act in the company of that API key."""
        client = httpx2.Client(base_url=f"{self.address}/api/")
        token = client.post("oauth/token", data=token_form(number)).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    def stop(self) -> int:
        """Ask it to end and return its exit status."""
        self.process.terminate()
        return self.process.wait(_STOP_SECONDS)


def command(*options: str) -> list[str]:
    """Return the command line that starts the stand-in on this machine."""
    return [sys.executable, "-m", "procountor_sandbox", *options]


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
