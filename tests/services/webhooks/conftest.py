"""A receiver in this machine that webhooks may send to."""

from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from pytest_django import Settings
from tests.receivers import Receiver, listening


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOK_NETWORKS = (ip_network("127.0.0.1"),)
    settings.WEBHOOKS_TO_THIS_MACHINE = True
    with listening() as there:
        yield there
