"""The service starts, says what a person must know, and ends when told to."""

import json
import os
import signal
import socket
import stat
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

pytestmark = [pytest.mark.processes]


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
    # Where the tests run under nohup the end of a terminal is ignored, and children inherit that.
    words = ("env", "--default-signal=HUP", TILISILTA, *command)
    with started(*words, environment=environment) as program:
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


def asked(port: int, method: str, page: str) -> bytes:
    """Return every byte of an answer, to the end of the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(
            f"{method} {page} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        )
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.once
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

        assert "The first user is admin; the password stands in the file" in output
        assert f"http://127.0.0.1:{port}" in output
        assert status == 0
        assert "password" not in output_again

    def test_ends_cleanly_when_its_terminal_closes(self, bureau: Bureau) -> None:
        with running(bureau, "serve", "--port", free_port()) as program:
            program.wait_for("Tilisilta is at")
            status = program.end(signal.SIGHUP)

        assert status == 0

    def test_writes_the_first_password_where_no_log_has_it(self, bureau: Bureau) -> None:
        with running(bureau, "serve", "--port", free_port()) as program:
            program.wait_for("Tilisilta is at")
            output = program.output

        file = bureau.folder / "first-password"
        password = file.read_text().strip()
        assert len(password) >= 20
        assert password not in output
        assert str(file) in output
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_lets_nobody_else_read_what_it_stores(self, bureau: Bureau) -> None:
        bureau.folder.chmod(0o755)
        with running(bureau, "serve", "--port", free_port()) as program:
            program.wait_for("Tilisilta is at")

            paths = list(bureau.folder.rglob("*"))
            open_to_others = [path for path in paths if path.stat().st_mode & 0o077]

        assert stat.S_IMODE(bureau.folder.stat().st_mode) == 0o700
        assert [path for path in paths if path.name == "tilisilta.css"]
        assert open_to_others == []

    def test_answers_head_without_a_body(self, bureau: Bureau) -> None:
        port = free_port()
        with running(bureau, "serve", "--port", port) as program:
            program.wait_for("Tilisilta is at")
            answers = [
                asked(int(port), method, page)
                for page in ("/log-in/login/", "/", "/nothing", "/static/nothing")
                for method in ("HEAD", "GET")
            ]

        for of_head, of_get in zip(answers[::2], answers[1::2], strict=True):
            assert of_head.partition(b"\r\n\r\n")[2] == b""
            assert of_head.split(b"\r\n")[0] == of_get.split(b"\r\n")[0]


@pytest.mark.once
class TestWeb:
    def test_of_two_that_start_together_on_an_empty_database_both_start(
        self, bureau: Bureau
    ) -> None:
        with (
            running(bureau, "web", "--port", free_port()) as one,
            running(bureau, "web", "--port", free_port()) as other,
        ):
            one.wait_for("Tilisilta is at")
            other.wait_for("Tilisilta is at")
            outputs = (one.output, other.output)

        assert sum("The first user is admin" in output for output in outputs) == 1

    def test_does_not_change_tables_that_are_there(self, bureau: Bureau) -> None:
        bureau.run("migrate")
        bureau.forget_last_migration()

        with running(bureau, "web", "--port", free_port()) as program:
            status = program.wait()
            output = program.output

        assert status == 1
        assert "The database is not up to date" in output

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


@pytest.mark.once
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

    def test_does_the_work_where_the_worker_has_died_since_it_was_heard(
        self, tmp_path: Path
    ) -> None:
        name = f"waiting_{uuid4().hex[:12]}"
        create_database(name)
        with listening_sandbox() as (sandbox, url):
            empty = new_bureau(tmp_path / "bureau", url, database=name)
            # Long enough for the command to take the one that was killed for alive.
            longer = {**empty.environment, "TILISILTA_WORKER_TIMEOUT_SECONDS": "6"}
            bureau = replace(empty, environment=longer)
            prepare(bureau)
            with bureau.worker():
                bureau.wait_until_states(["approved", "approved"])
            journal = bureau.folder / "july.csv"
            journal.write_bytes(csv_file(monthly_lines(7)))
            bureau.run("import", str(journal), "--company", "1001")

            bureau.run("send", "1001-2026-7-1", "--wait")

            assert sandbox.ledger.count() == 3


@pytest.mark.once
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


@pytest.mark.once
class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("TILISILTA_BASE_URL", "nowhere"),
            ("TILISILTA_DATABASE_URL", "mysql://bureau"),
            ("TILISILTA_ENCRYPTION_KEYS", "short"),
            ("TILISILTA_SECRET_KEY", "x"),
            ("TILISILTA_SECRET_KEY", "secret"),
            ("TILISILTA_SECRET_KEY", "thirty-one characters, not more"),
            ("TILISILTA_SECRET_KEY", "a" * 64),
            ("TILISILTA_TRUSTED_PROXIES", "nginx"),
            ("TILISILTA_TRUSTED_PROXIES", "10.0.0.0/33"),
            ("TILISILTA_PROCOUNTOR_REQUESTS_PER_SECOND", "many"),
            ("TILISILTA_DATA_DIR", "/dev/null/data"),
            ("TILISILTA_NMBRS_SOAP_URL", "ftp://nowhere"),
            ("TILISILTA_NMBRS_SYNC_TIME", "midnight"),
            ("TILISILTA_NMBRS_REST_URL", "nowhere"),
            ("TILISILTA_NMBRS_IDENTITY_URL", "ftp://nowhere"),
            ("TILISILTA_NMBRS_PKCE", "yes"),
            ("TILISILTA_MAIL_PASSWORD", "without-a-user"),
            # Some of the three without the others, and a key with the line end of its file.
            ("TILISILTA_NMBRS_CLIENT_ID", "ours"),
            ("TILISILTA_NMBRS_SUBSCRIPTION_KEY", "key\n"),
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
