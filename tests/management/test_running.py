"""The service starts, says what a person must know, and ends when told to."""

import json
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from tests.bureau import csv_file, monthly_lines
from tests.journeys.processes import (
    Bureau,
    create_database,
    listening_sandbox,
    new_bureau,
    prepare,
)
from tests.programs import LONGEST_START_SECONDS, TILISILTA, Program, started
from werkzeug.serving import make_server

from nmbrs_sandbox.app import create_app
from nmbrs_sandbox.payroll.sample import TOKEN, USERNAME

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    """Return an empty bureau whose Procountor cannot be reached."""
    name = f"running_{uuid4().hex[:12]}"
    create_database(name)
    return new_bureau(tmp_path / "bureau", "http://127.0.0.1:9", database=name)


@contextmanager
def running(bureau: Bureau, *command: str) -> Iterator[Program]:
    """A command that runs until it is told to end."""
    environment = {**bureau.environment, "LANG": "C.UTF-8", "LC_ALL": ""}
    with started(TILISILTA, *command, environment=environment) as program:
        yield program


@contextmanager
def listening_nmbrs() -> Iterator[str]:
    """Run the stand-in Nmbrs on a free port, and yield its address."""
    sandbox = create_app()
    server = make_server("127.0.0.1", 0, sandbox, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        sandbox.close()
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class TestServe:
    def test_says_the_first_password_once_and_ends_cleanly(self, bureau: Bureau) -> None:
        port = free_port()
        with running(bureau, "serve", "--port", port) as program:
            program.wait_for("Tilisilta is at")
            status = program.end()
            output = program.output
        with running(bureau, "serve", "--port", port) as program:
            program.wait_for("Tilisilta is at")
            output_again = program.output

        assert "The first user is admin with the password" in output
        assert f"http://127.0.0.1:{port}" in output
        assert status == 0
        assert "password" not in output_again

    def test_ends_cleanly_when_its_terminal_closes(self, bureau: Bureau) -> None:
        with running(bureau, "serve", "--port", free_port()) as program:
            program.wait_for("Tilisilta is at")
            status = program.end(signal.SIGHUP)

        assert status == 0

    def test_offers_another_port_for_one_that_is_used(self, bureau: Bureau) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            port = str(listener.getsockname()[1])

            with running(bureau, "serve", "--port", port) as program:
                status = program.wait()
                output = program.output

        assert status == 1
        assert f"Port {port} is in use" in output
        assert "tilisilta serve --port" in output


class TestWorker:
    def test_ends_on_a_signal(self, bureau: Bureau) -> None:
        bureau.run("migrate")

        with running(bureau, "worker") as program:
            program.wait_for("is at work")
            status = program.end(signal.SIGINT)

        assert status == 0

    def test_wants_an_up_to_date_database(self, bureau: Bureau) -> None:
        with running(bureau, "worker") as program:
            status = program.wait()
            output = program.output

        assert status == 1
        assert "The database is not up to date" in output


class TestSendAndWait:
    def test_does_the_work_where_no_worker_is(self, tmp_path: Path) -> None:
        name = f"waiting_{uuid4().hex[:12]}"
        create_database(name)
        with listening_sandbox() as (sandbox, url):
            bureau = new_bureau(tmp_path / "bureau", url, database=name)
            prepare(bureau)
            journal = bureau.folder / "july.csv"
            journal.write_bytes(csv_file(monthly_lines(7)))
            bureau.run("import", str(journal), "--company", "1001")

            output = bureau.run("send", "1001-2026-6-1", "1001-2026-7-1", "--wait")

            booked = sandbox.ledger.receipts()
        assert len(booked) == 3
        assert output.count("Approved") == 5


class TestSyncAndWait:
    def test_does_the_work_where_no_worker_is(self, bureau: Bureau) -> None:
        with listening_nmbrs() as url:
            bureau = replace(
                bureau,
                environment={
                    **bureau.environment,
                    "TILISILTA_NMBRS_SOAP_URL": f"{url}/soap/v3",
                    "TILISILTA_NMBRS_TOKEN": TOKEN,
                },
            )
            bureau.run("migrate")
            bureau.run("nmbrs", "add", "palkat", "--user", USERNAME, "--first-year", "2026")

            output = bureau.run("sync", "--json")

        assert json.loads(output)["new_journal_count"] == 60
        assert json.loads(bureau.run("status", "--json"))["workers"] == []


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("TILISILTA_BASE_URL", "nowhere"),
            ("TILISILTA_DATABASE_URL", "mysql://bureau"),
            ("TILISILTA_ENCRYPTION_KEYS", "short"),
            ("TILISILTA_PROCOUNTOR_REQUESTS_PER_SECOND", "many"),
            ("TILISILTA_DATA_DIR", "/dev/null/data"),
            ("TILISILTA_NMBRS_SOAP_URL", "ftp://nowhere"),
            ("TILISILTA_NMBRS_SYNC_TIME", "midnight"),
        ],
    )
    def test_that_are_wrong_are_named_in_one_line(
        self, tmp_path: Path, name: str, value: str
    ) -> None:
        settings = {"TILISILTA_DATA_DIR": str(tmp_path), name: value}
        inherited = {key: item for key, item in os.environ.items() if "TILISILTA" not in key}
        inherited.pop("DJANGO_SETTINGS_MODULE", None)

        done = subprocess.run(
            [TILISILTA, "status"],
            check=False,
            env={**inherited, **settings},
            capture_output=True,
            text=True,
            timeout=LONGEST_START_SECONDS,
        )

        assert done.returncode == 2
        assert done.stdout == ""
        assert len(done.stderr.splitlines()) == 1
        assert name in done.stderr or value in done.stderr

    def test_are_not_needed_for_help(self, tmp_path: Path) -> None:
        done = subprocess.run(
            [TILISILTA, "send", "--help"],
            check=False,
            cwd=tmp_path,
            env={**os.environ, "TILISILTA_BASE_URL": "nowhere"},
            capture_output=True,
            text=True,
            timeout=LONGEST_START_SECONDS,
        )

        assert done.returncode == 0
        assert not any(tmp_path.iterdir())
