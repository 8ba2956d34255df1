"""Fixtures of many tests: the sandboxes, which take the place of the network."""

import os
import shutil
from datetime import date
from typing import TYPE_CHECKING

import httpx2
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from tests.limits import LastLimit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django import Settings
    from tests.mail_server import MailServer

    from nmbrs_sandbox.app import Sandbox as NmbrsSandbox
    from procountor_sandbox.app import Sandbox

# A few examples find most mistakes and leave the tests fast. Where all tests are required, as in
# CI, many more examples are tried.
hypothesis_settings.register_profile("quick", deadline=None, max_examples=8)
hypothesis_settings.register_profile("thorough", deadline=None, max_examples=40)
# A mutation tool runs the tests several times in one process.
hypothesis_settings.register_profile(
    "mutants",
    hypothesis_settings.get_profile("quick"),
    suppress_health_check=[HealthCheck.differing_executors],
)
if "MUTANT_UNDER_TEST" in os.environ:
    _profile = "mutants"
else:
    # The rules are the same on every database.
    _is_thorough = "TILISILTA_TESTS_REQUIRE_ALL" in os.environ
    _is_first_round = "TILISILTA_DATABASE_URL" not in os.environ
    _profile = "thorough" if _is_thorough and _is_first_round else "quick"
hypothesis_settings.load_profile(_profile)

NMBRS_REDIRECT_URI = "http://127.0.0.1:8000/settings/integrations/nmbrs/consented"
# What a test may need to clean up after itself when its limit has failed it.
CLEAN_UP_SECONDS = 120


def pytest_configure(config: pytest.Config) -> None:
    """End the process where a test hangs even after its limit."""
    limit = float(config.getini("timeout"))
    config.pluginmanager.register(LastLimit(limit + CLEAN_UP_SECONDS), "last-limit")


@pytest.fixture
def sandbox() -> "Sandbox":
    """A fresh stand-in Procountor with the sample companies."""
    from procountor_sandbox.app import create_app  # noqa: PLC0415  # the rules do without

    return create_app()


@pytest.fixture
def procountor(sandbox: "Sandbox", settings: "Settings") -> "Sandbox":
    settings.PROCOUNTOR_TRANSPORT = httpx2.WSGITransport(app=sandbox)
    return sandbox


@pytest.fixture(autouse=True)
def _soap_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test depend on how near the end of SOAP is on the day it is run."""
    monkeypatch.setattr("tilisilta.domain.end_of_soap.END_OF_SOAP", date(2999, 3, 1))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> "Iterator[None]":
    """Let Django empty the tables after a test that commits, though the audit log refuses that."""
    from tests.flushing import flush_past_the_triggers  # noqa: PLC0415  # the rules do without

    with pytest.MonkeyPatch.context() as monkeypatch:
        flush_past_the_triggers(monkeypatch)
        yield


@pytest.fixture
def nmbrs_sandbox() -> "NmbrsSandbox":
    """A fresh stand-in Nmbrs with the sample bureau."""
    from nmbrs_sandbox.app import create_app  # noqa: PLC0415  # the rules do without

    return create_app(redirect_uris=[NMBRS_REDIRECT_URI])


@pytest.fixture
def nmbrs(nmbrs_sandbox: "NmbrsSandbox", settings: "Settings") -> "NmbrsSandbox":
    from tests.clocks import SleepingClock  # noqa: PLC0415  # the rules do without

    settings.NMBRS_TRANSPORT = httpx2.WSGITransport(app=nmbrs_sandbox)
    settings.NMBRS_CLOCK = SleepingClock()
    return nmbrs_sandbox


@pytest.fixture(scope="session")
def running_mail_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> "Iterator[tuple[MailServer, Path]]":
    from tests.mail_server import a_mail_server  # noqa: PLC0415  # the rules do without

    folder = tmp_path_factory.mktemp("mail")
    with a_mail_server(folder) as server:
        yield server, folder


@pytest.fixture
def box(running_mail_server: "tuple[MailServer, Path]", settings: "Settings") -> "MailServer":
    """A mail server that the settings name, with what has arrived at it."""
    from tests.mail_server import PASSWORD, USER  # noqa: PLC0415  # the rules do without

    server, folder = running_mail_server
    server.forget()
    settings.MAIL_HOST, settings.MAIL_PORT = "127.0.0.1", server.port
    settings.MAIL_USER, settings.MAIL_PASSWORD = USER, PASSWORD
    settings.MAIL_FROM = "Tilisilta <tilisilta@bureau.example>"
    settings.MAIL_CA_FILE = str(folder / "certificate.pem")
    settings.MAIL_TIMEOUT_SECONDS = 2
    return server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser tests where there is no Chromium, unless all tests are required."""
    if shutil.which("chromium") or "TILISILTA_TESTS_REQUIRE_ALL" in os.environ:
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed."))
