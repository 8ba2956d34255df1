"""A bureau in real processes: its own database, a listening sandbox, and workers to kill."""

import os
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit, urlunsplit

import psycopg
from tests.bureau import csv_file, monthly_lines
from tests.programs import TILISILTA
from werkzeug.serving import make_server

from procountor_sandbox.app import Sandbox, create_app

LONGEST_WAIT_SECONDS = 180
KEYS = {
    "TILISILTA_SECRET_KEY": "for tests only, but long enough to sign",
    "TILISILTA_ENCRYPTION_KEYS": "dGVzdHMgb25seSB0ZXN0cyBvbmx5IHRlc3RzIG9ubHk=",
}


@dataclass(frozen=True, kw_only=True)
class Bureau:
    """A bureau's data directory and database, and how its processes are started."""

    folder: Path
    database_url: str
    environment: dict[str, str]
    program: str = TILISILTA

    def run(self, *command: str) -> str:
        """Run a command of the command line to its end and return its output."""
        done = subprocess.run(
            [self.program, *command],
            check=False,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_WAIT_SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """Start a worker; it is killed at the end if it still runs."""
        with (self.folder / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [self.program, "worker"], env=self.environment, stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait(timeout=LONGEST_WAIT_SECONDS)

    def export_states(self) -> list[str]:
        """Return the states of all exports, read without any code of ours."""
        rows = self._rows("SELECT state FROM tilisilta_export ORDER BY booking_date")
        return [str(row[0]) for row in rows]

    def wait_until_states(self, wanted: list[str], *, told_in: Path | None = None) -> None:
        """Wait until the exports are in these states; ``told_in`` is the log of who works."""
        log = told_in or self.folder / "worker.log"
        give_up_at = time.monotonic() + LONGEST_WAIT_SECONDS
        while self.export_states() != wanted:
            told = log.read_text()
            assert time.monotonic() < give_up_at, f"{self.export_states()}\n{told[-3000:]}"
            Event().wait(0.05)

    def forget_last_migration(self) -> None:
        """Make the database look like that of an older version."""
        self._write(
            "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)"
        )

    def _write(self, statement: str) -> None:
        if self.database_url.startswith("sqlite"):
            database = sqlite3.connect(self.folder / "tilisilta.sqlite3", timeout=10)
            with database:
                database.execute(statement)
            database.close()
        else:
            with psycopg.connect(self.database_url) as connection:
                connection.execute(statement.encode())

    def _rows(self, query: str) -> list[tuple[object, ...]]:
        if self.database_url.startswith("sqlite"):
            path = self.folder / "tilisilta.sqlite3"
            database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
            try:
                return database.execute(query).fetchall()
            finally:
                database.close()
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query.encode()).fetchall()


@contextmanager
def listening_sandbox() -> Iterator[tuple[Sandbox, str]]:
    """A sandbox on a free port, and its address."""
    sandbox = create_app()
    server = make_server("127.0.0.1", 0, sandbox, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield sandbox, f"http://127.0.0.1:{server.server_port}"
    finally:
        sandbox.close()
        server.shutdown()
        thread.join()
        server.server_close()


def new_bureau(folder: Path, procountor_url: str, *, database: str) -> Bureau:
    """A bureau with an empty data directory; on PostgreSQL ``database`` names its database."""
    folder.mkdir(parents=True, exist_ok=True)
    url = database_url(folder, database)
    ours = {
        "TILISILTA_DATA_DIR": str(folder),
        "TILISILTA_DATABASE_URL": url,
        **KEYS,
        "TILISILTA_PROCOUNTOR_API_URL": f"{procountor_url}/api",
        "TILISILTA_PROCOUNTOR_LOGIN_URL": f"{procountor_url}/login",
        "TILISILTA_PROCOUNTOR_CLIENT_ID": "tilisilta-demo",
        "TILISILTA_PROCOUNTOR_CLIENT_SECRET": "sandbox-secret",
        "TILISILTA_PROCOUNTOR_REQUESTS_PER_SECOND": "500",
        "TILISILTA_WORKER_TIMEOUT_SECONDS": "2",
        "TILISILTA_UNCERTAIN_PAUSE_SECONDS": "0.2",
        "DJANGO_SETTINGS_MODULE": "tilisilta.settings",
    }
    inherited = {key: value for key, value in os.environ.items() if "TILISILTA" not in key}
    return Bureau(folder=folder, database_url=url, environment={**inherited, **ours})


def prepare(bureau: Bureau) -> None:
    """Set up a bureau in which a journal of two receipts waits to be sent."""
    bureau.run("migrate")
    bureau.run("debtor", "add", "101", "Koivulammi-yhtiöt")
    bureau.run("company", "add", "1001", "Koivulammi Konepaja Oy", "--debtor", "101")
    bureau.run("account", "add", "konepaja", "--api-key", "SANDBOX-KEY-1001")
    link = ("link", "add", "--company", "1001", "--account", "konepaja", "--start", "2026-01")
    bureau.run(*link, "--approve")
    journal = bureau.folder / "journal.csv"
    journal.write_bytes(csv_file(monthly_lines(5, 6)))
    bureau.run("import", str(journal), "--company", "1001")
    bureau.run("send", "1001-2026-6-1")


def copy_of(template: Bureau, folder: Path, procountor_url: str, *, database: str) -> Bureau:
    """Return another bureau in the state of ``template``, which must not be in use."""
    shutil.copytree(template.folder, folder, dirs_exist_ok=True)
    bureau = new_bureau(folder, procountor_url, database=database)
    if not bureau.database_url.startswith("sqlite"):
        old = urlsplit(template.database_url).path.removeprefix("/")
        create_database(database, template=old)
    return bureau


def database_url(folder: Path, name: str) -> str:
    """Return the address of database ``name`` on the tests' server, or of a file in ``folder``."""
    server = os.environ.get("TILISILTA_DATABASE_URL", "")
    return _with_database(server, name) if server else f"sqlite:///{folder}/tilisilta.sqlite3"


def create_database(name: str, *, template: str = "template0") -> None:
    """Create a database on the tests' PostgreSQL server; SQLite needs none."""
    server = os.environ.get("TILISILTA_DATABASE_URL", "")
    if server:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())


def _with_database(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))
