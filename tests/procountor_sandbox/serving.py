"""A stand-in running as a process of its own, on a free port of the loopback."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from tests.procountor_sandbox.calling import token_form
from tests.sandbox_parts import serving


class Running(serving.Running):
    """A started stand-in, with clients for it."""

    def signed_in(self, number: int = 1001) -> httpx2.Client:
        """Return a client that may act in the company of that API key."""
        client = httpx2.Client(base_url=f"{self.address}/api/", timeout=60)
        token = client.post("oauth/token", data=token_form(number)).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        return client


@contextmanager
def running(*options: str) -> Iterator[Running]:
    with serving.started("procountor_sandbox", *options) as started:
        yield Running(program=started.program, address=started.address)
