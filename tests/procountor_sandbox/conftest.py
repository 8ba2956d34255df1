"""A sandbox whose clock stands still, and a caller signed in to its first company."""

import httpx2
import pytest
from tests.procountor_sandbox.calling import signed_in
from tests.sandbox_parts.clock import SetClock

from procountor_sandbox.app import Sandbox, create_app


@pytest.fixture
def clock() -> SetClock:
    """The clock of the sandbox."""
    return SetClock()


@pytest.fixture
def sandbox(clock: SetClock) -> Sandbox:
    """A fresh sandbox with the sample companies."""
    return create_app(clock=clock)


@pytest.fixture
def caller(sandbox: Sandbox) -> httpx2.Client:
    """A client that may act in company 50101."""
    return signed_in(sandbox)
