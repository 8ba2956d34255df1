"""A stand-in really running as its own process, on a free port of the loopback."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from tests.procountor_sandbox.calling import token_form
from tests.sandbox_parts import serving


class Running(serving.Running):
    """A started stand-in, and short ways to call it."""

    def signed_in(self, number: int = 1001) -> httpx2.Client:
        """Return a client that may act in the company of that API key."""
        client = httpx2.Client(base_url=f"{self.address}/api/")
        token = client.post("oauth/token", data=token_form(number)).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        return client


@contextmanager
def running(*options: str) -> Iterator[Running]:
    """Start a stand-in, wait until it says its address, and end it afterwards."""
    with serving.started("procountor_sandbox", *options) as started:
        yield Running(process=started.process, address=started.address)
