"""A sandbox whose clock stands still, and a client to call it with."""

import httpx2
import pytest
from tests.nmbrs_sandbox.calling import client_of
from tests.sandbox_parts.clock import SetClock

from nmbrs_sandbox.app import Sandbox, create_app


@pytest.fixture
def clock() -> SetClock:
    """The clock of the sandbox."""
    return SetClock()


@pytest.fixture
def sandbox(clock: SetClock) -> Sandbox:
    """A fresh sandbox with the sample bureau."""
    return create_app(clock=clock)


@pytest.fixture
def client(sandbox: Sandbox) -> httpx2.Client:
    """A client that talks to it without a network."""
    return client_of(sandbox)
