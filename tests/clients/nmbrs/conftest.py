"""Fixtures of the tests of both clients of Nmbrs."""

import pytest
from tests.clients.nmbrs.rest_bench import Bench, bench_of
from tests.clients.nmbrs.soap_calling import client_of

from nmbrs_sandbox.app import Sandbox
from tilisilta.clients.nmbrs.soap import NmbrsSoap


@pytest.fixture
def bench(nmbrs_sandbox: Sandbox) -> Bench:
    return bench_of(nmbrs_sandbox)


@pytest.fixture
def client(nmbrs_sandbox: Sandbox) -> NmbrsSoap:
    return client_of(nmbrs_sandbox)
