"""Every promised Python that this machine has: install with it, start, send, stop, change it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from tests.bureau import csv_file, monthly_lines
from tests.journeys.processes import (
    LONGEST_WAIT_SECONDS,
    Bureau,
    create_database,
    listening_sandbox,
    new_bureau,
    prepare,
)
from tests.programs import TILISILTA, free_ports, started

from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.machine import NEWEST_TRIED_PYTHON, OLDEST_PYTHON

pytestmark = [
    pytest.mark.processes,
    pytest.mark.timeout(900),
    # What differs between them is SQLite and what the engine makes of it.
    pytest.mark.skipif("TILISILTA_DATABASE_URL" in os.environ, reason="Tried with SQLite."),
]

ROOT = Path(__file__).parent.parent.parent
INSTALL_SECONDS = 600
APPROVED = ["approved", "approved"]
# The one after the newest tried is in it as well: it is tried as soon as there is one.
VERSIONS = [f"3.{minor}" for minor in range(OLDEST_PYTHON[1], NEWEST_TRIED_PYTHON[1] + 2)]


def candidates(version: str) -> Iterable[Path]:
    """Where a Python of that version may be: on the path, or beside others of pyenv."""
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield Path(on_path)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)


def is_usable(python: Path) -> bool:
    """Return whether it runs and can make environments, which some distributions leave out."""
    told = [str(python), "-c", "import venv, ensurepip, sqlite3"]
    return subprocess.run(told, check=False, capture_output=True, timeout=60).returncode == 0


@cache
def python_of(version: str) -> Path | None:
    return next(filter(is_usable, candidates(version)), None)


def newest_python() -> str:
    return [version for version in VERSIONS if python_of(version)][-1]


@pytest.fixture(scope="module")
def installed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, str]:
    """A version, and the ``tilisilta`` of a checkout that was installed with it as the docs say."""
    version: str = request.param
    python = python_of(version)
    if python is None:
        pytest.skip(f"Python {version} is not on this machine.")
    checkout = tmp_path_factory.mktemp(f"python-{version}")
    for folder in ("src", "tools", "requirements"):
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, checkout / folder, ignore=unwanted)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, checkout / name)
    without_path = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(python), "tools/install.py", "base"],
        check=False,
        cwd=checkout,
        env=without_path,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return version, str(checkout / ".venv" / "bin" / "tilisilta")


def bureau_of(folder: Path, procountor_url: str, program: str) -> Bureau:
    """An empty bureau that is run by ``program``."""
    name = f"python_{uuid4().hex[:12]}"
    create_database(name)
    bureau = new_bureau(folder, procountor_url, database=name)
    environment = dict(bureau.environment)
    environment.pop("PYTHONPATH", None)
    return replace(bureau, program=program, environment=environment)


@pytest.mark.parametrize("installed", VERSIONS, indirect=True, scope="module")
class TestEveryPython:
    def test_starts_sends_a_journal_and_stops(
        self, installed: tuple[str, str], tmp_path: Path
    ) -> None:
        version, program = installed
        (port,) = free_ports(1)
        with listening_sandbox() as (sandbox, url):
            bureau = bureau_of(tmp_path / "bureau", url, program)
            prepare(bureau)
            command = (program, "serve", "--port", str(port))

            with started(*command, environment=bureau.environment) as serving:
                serving.wait_for(f":{port}")
                bureau.wait_until_states(APPROVED, told_in=serving.log)
                examined = bureau.run("doctor", "--json")
                status = serving.end()

        assert sandbox.ledger.count() == 2
        assert f"version {version}." in examined
        assert status == 0

    @pytest.mark.parametrize("is_first", [True, False], ids=["to ours", "from ours"])
    def test_takes_a_sending_over_from_another_one_and_goes_on(
        self, installed: tuple[str, str], tmp_path: Path, is_first: bool
    ) -> None:
        version, program = installed
        if version == f"{sys.version_info.major}.{sys.version_info.minor}":
            pytest.skip("It is the Python of the tests.")
        if version != newest_python():
            # Half a minute each way, for what differs most between the oldest and the newest.
            pytest.skip("It is tried with the newest Python alone.")
        with listening_sandbox() as (sandbox, url):
            theirs = bureau_of(tmp_path / "bureau", url, program)
            with_source = {**theirs.environment, "PYTHONPATH": str(ROOT / "src")}
            ours = replace(theirs, program=TILISILTA, environment=with_source)
            first, second = (theirs, ours) if is_first else (ours, theirs)
            prepare(first)
            sandbox.faults.add(
                Fault(kind=FaultKind.HOLD_AFTER, method="POST", path="/ledgerreceipts")
            )

            with first.worker() as worker:
                assert sandbox.faults.wait_until_held(timeout_seconds=LONGEST_WAIT_SECONDS)
                worker.kill()
                worker.wait(timeout=LONGEST_WAIT_SECONDS)
            sandbox.faults.release()
            with second.worker():
                second.wait_until_states(APPROVED)
            # And back, with another journal.
            journal = first.folder / "july.csv"
            journal.write_bytes(csv_file(monthly_lines(7)))
            first.run("import", str(journal), "--company", "1001")
            first.run("send", "1001-2026-7-1", "--wait")

        assert sandbox.ledger.count() == 3
