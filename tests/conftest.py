"""What many tests share: the sandbox in place of Procountor, and how missing things are said."""

import os
import shutil
from typing import TYPE_CHECKING

import httpx2
import pytest
from hypothesis import settings as hypothesis_settings

if TYPE_CHECKING:
    from pytest_django import Settings

    from nmbrs_sandbox.app import Sandbox as NmbrsSandbox
    from procountor_sandbox.app import Sandbox

# A few examples find most mistakes at once, so that the rules can be tested between two thoughts;
# where all tests are required, as in CI, many more look for the rest.
hypothesis_settings.register_profile("quick", deadline=None, max_examples=8)
hypothesis_settings.register_profile("thorough", deadline=None, max_examples=60)
hypothesis_settings.load_profile(
    "thorough" if "TILISILTA_TESTS_REQUIRE_ALL" in os.environ else "quick"
)


@pytest.fixture
def sandbox() -> "Sandbox":
    """A fresh stand-in Procountor with the sample companies."""
    from procountor_sandbox.app import create_app  # noqa: PLC0415  # the rules do without

    return create_app()


@pytest.fixture
def procountor(sandbox: "Sandbox", settings: "Settings") -> "Sandbox":
    """The sandbox, in place of the network for all our services."""
    settings.PROCOUNTOR_TRANSPORT = httpx2.WSGITransport(app=sandbox)
    return sandbox


@pytest.fixture
def nmbrs_sandbox() -> "NmbrsSandbox":
    """A fresh stand-in Nmbrs with the sample bureau."""
    from nmbrs_sandbox.app import create_app  # noqa: PLC0415  # the rules do without

    return create_app()


@pytest.fixture
def nmbrs(nmbrs_sandbox: "NmbrsSandbox", settings: "Settings") -> "NmbrsSandbox":
    """The stand-in Nmbrs, in place of the network for all our services."""
    settings.NMBRS_TRANSPORT = httpx2.WSGITransport(app=nmbrs_sandbox)
    return nmbrs_sandbox


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the browser's tests out where there is none, unless all tests are required."""
    if shutil.which("chromium") or "TILISILTA_TESTS_REQUIRE_ALL" in os.environ:
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed."))
