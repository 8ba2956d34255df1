"""Fixtures of the tests of fetching."""

from typing import TYPE_CHECKING

import pytest
from tests.bureau import a_connection, fetch_everything

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox


@pytest.fixture
def fetched(nmbrs: "Sandbox") -> "Sandbox":
    """The stand-in Nmbrs, everything of it fetched once, and its log empty."""
    a_connection()
    fetch_everything()
    nmbrs.requests.clear()
    return nmbrs
