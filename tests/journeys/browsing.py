"""A demo or an empty bureau that really runs, and a Chromium to use it."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.journeys.processes import KEYS, create_database, database_url
from tests.programs import Program, free_ports, started

from tilisilta.management.demo_service import PASSWORD, USER

OWN_PASSWORD = "silta-yli-lammen-taas"


@dataclass(frozen=True, kw_only=True)
class Running:
    """The addresses of the running processes, and the log-in."""

    url: str
    procountor_url: str
    nmbrs_url: str
    program: Program
    user: str = USER
    password: str = PASSWORD

    def booked(self, company_id: int) -> list[dict[str, Any]]:
        """The receipts that the stand-in Procountor has booked for a company."""
        address = f"{self.procountor_url}/sandbox/receipts.json?company_id={company_id}"
        receipts: list[dict[str, Any]] = _read(address)["receipts"]
        return receipts

    def paid(self, company_id: int) -> list[dict[str, Any]]:
        """The runs that the stand-in Nmbrs holds for a company, each with its journal's lines."""
        address = f"{self.nmbrs_url}/sandbox/journals.json?company_id={company_id}"
        runs: list[dict[str, Any]] = _read(address)["runs"]
        return runs


@contextmanager
def running_demo(folder: Path) -> Iterator[Running]:
    """A demo in a process of its own, with its invented bureau loaded; always on SQLite."""
    port, sandbox_port, nmbrs_port = free_ports(3)
    command = (
        *("demo", "--port", str(port), "--sandbox-port", str(sandbox_port)),
        *("--nmbrs-port", str(nmbrs_port), "--data-dir", str(folder)),
    )
    with _process("tilisilta", *command) as process:
        process.wait_for(r"^└")
        yield Running(
            url=f"http://127.0.0.1:{port}",
            procountor_url=f"http://127.0.0.1:{sandbox_port}",
            nmbrs_url=f"http://127.0.0.1:{nmbrs_port}",
            program=process,
        )


@contextmanager
def running_empty_bureau(folder: Path) -> Iterator[Running]:
    """Tilisilta as it is after its first start, with both stand-ins beside it and nothing in it."""
    database = f"bureau-{folder.name}-{os.getpid()}"
    create_database(database)
    own_url = database_url(folder, database)
    port, procountor_port, nmbrs_port = free_ports(3)
    url = f"http://127.0.0.1:{port}"
    redirect_uri = f"{url}/settings/integrations/procountor/authorised"
    listening = ("--port", str(procountor_port), "--redirect-uri", redirect_uri)
    settings = {
        "TILISILTA_DATA_DIR": str(folder),
        "TILISILTA_DATABASE_URL": own_url,
        # With SQLite it makes its own keys at its first start.
        **({} if own_url.startswith("sqlite") else KEYS),
        "TILISILTA_BASE_URL": url,
        "TILISILTA_PROCOUNTOR_API_URL": f"http://127.0.0.1:{procountor_port}/api",
        "TILISILTA_PROCOUNTOR_LOGIN_URL": f"http://127.0.0.1:{procountor_port}/login",
        "TILISILTA_PROCOUNTOR_CLIENT_ID": "tilisilta-demo",
        "TILISILTA_PROCOUNTOR_CLIENT_SECRET": "sandbox-secret",
        "TILISILTA_NMBRS_SOAP_URL": f"http://127.0.0.1:{nmbrs_port}/soap/v3",
        "TILISILTA_NMBRS_REST_URL": f"http://127.0.0.1:{nmbrs_port}",
        "TILISILTA_NMBRS_IDENTITY_URL": f"http://127.0.0.1:{nmbrs_port}/identity",
        "TILISILTA_NMBRS_CLIENT_ID": "sandbox*development",
        "TILISILTA_NMBRS_CLIENT_SECRET": "sandbox$nmbrs*secret%41+1",
        "TILISILTA_NMBRS_SUBSCRIPTION_KEY": "sandbox-development-key",
    }
    consented = f"{url}/settings/integrations/nmbrs/consented"
    of_nmbrs = ("--port", str(nmbrs_port), "--redirect-uri", consented)
    with (
        _process("tilisilta", "procountor-sandbox", *listening) as procountor,
        _process("tilisilta", "nmbrs-sandbox", *of_nmbrs) as nmbrs,
        _process("tilisilta", "serve", "--port", str(port), **settings) as process,
    ):
        procountor.wait_for("http://")
        nmbrs.wait_for("http://")
        file = process.wait_for(r"the password stands in the file (\S+)")[1]
        process.wait_for(url)
        password = Path(file).read_text(encoding="utf-8").strip()
        yield Running(
            url=url,
            procountor_url=f"http://127.0.0.1:{procountor_port}",
            nmbrs_url=f"http://127.0.0.1:{nmbrs_port}",
            user="admin",
            password=password,
            program=process,
        )


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    # What is expected comes at once on an idle machine, and later on a busy one.
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


def log_in(page: Page, running: Running) -> None:
    """Log in as the administrator."""
    page.goto(f"{running.url}/log-in/login/")
    page.get_by_label("User name").fill(running.user)
    page.get_by_label("Password").fill(running.password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_load_state()
    if page.get_by_label("Current password").is_visible():
        # The first password was not chosen by the one who logs in.
        page.get_by_label("Current password").fill(running.password)
        page.get_by_label("New password", exact=True).fill(OWN_PASSWORD)
        page.get_by_label("New password again").fill(OWN_PASSWORD)
        page.get_by_role("button", name="Change the password").click()
        page.goto(f"{running.url}/")
    page.wait_for_url(f"{running.url}/")


def _read(address: str) -> Any:
    with urlopen(address) as answer:  # noqa: S310  # our own stand-in
        return json.load(answer)


@contextmanager
def _process(program: str, *command: str, **settings: str) -> Iterator[Program]:
    """Start one of our programs with only these settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TILISILTA_")}
    environment = {**kept, "LC_ALL": "C.UTF-8", **settings}
    executable = str(Path(sys.executable).with_name(program))
    with started(executable, *command, environment=environment) as running:
        yield running
        assert running.end() == 0
