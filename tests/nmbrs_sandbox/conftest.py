"""A sandbox whose clock stands still, and a client to call it with."""

import httpx2
import pytest
from tests.nmbrs_sandbox.calling import client_of
from tests.nmbrs_sandbox.rest_calling import Caller, caller_of
from tests.sandbox_parts.clock import SetClock

from nmbrs_sandbox.app import Sandbox, create_app


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def sandbox(clock: SetClock) -> Sandbox:
    return create_app(clock=clock)


@pytest.fixture
def client(sandbox: Sandbox) -> httpx2.Client:
    return client_of(sandbox)


@pytest.fixture
def caller(sandbox: Sandbox) -> Caller:
    return caller_of(sandbox)
