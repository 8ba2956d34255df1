"""Fixtures of the tests of fetching."""

from typing import TYPE_CHECKING

import pytest
from tests.bureau import a_connection, a_rest_connection, fetch_everything

from tilisilta.models import NmbrsConnection

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox


@pytest.fixture
def fetched(nmbrs: "Sandbox") -> "Sandbox":
    """The stand-in Nmbrs, everything of it fetched once, and its log empty."""
    a_connection()
    fetch_everything()
    nmbrs.requests.clear()
    return nmbrs


@pytest.fixture
def both(nmbrs: "Sandbox") -> NmbrsConnection:
    """A connection that fetches by SOAP and may be read by REST."""
    made = a_connection()
    fetch_everything()
    return a_rest_connection(nmbrs, connection=made)
