"""Fixtures of the tests of both clients of Nmbrs."""

import pytest
from tests.clients.nmbrs.rest_bench import Bench, bench_of

from nmbrs_sandbox.app import Sandbox


@pytest.fixture
def bench(nmbrs_sandbox: Sandbox) -> Bench:
    return bench_of(nmbrs_sandbox)
