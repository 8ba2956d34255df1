"""What is needed of Python and SQLite is said before anything is made, or made up for."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.programs import LONGEST_START_SECONDS, TILISILTA

from tilisilta import machine

ROOT = Path(__file__).parent.parent
# Takes the place of a part of Python that was left out when it was built.
LEFT_OUT = "raise ImportError('left out')\n"


class TestWhyUnfit:
    def test_is_nothing_on_this_machine(self) -> None:
        assert machine.why_unfit() == ""

    @pytest.mark.parametrize("command", ["demo", "serve", "status"])
    def test_is_said_before_anything_is_made(self, tmp_path: Path, command: str) -> None:
        parts = tmp_path / "parts"
        parts.mkdir()
        (parts / "sqlite3.py").write_text(LEFT_OUT, encoding="ascii")
        data = tmp_path / "data"
        program = [TILISILTA, command, *(["--data-dir", str(data)] if command == "demo" else [])]

        done = subprocess.run(
            program,
            check=False,
            cwd=tmp_path,
            env={
                **{name: value for name, value in os.environ.items() if "SETTINGS" not in name},
                "PYTHONPATH": f"{parts}:{ROOT / 'src'}",
                "TILISILTA_DATA_DIR": str(data),
            },
            capture_output=True,
            text=True,
            timeout=LONGEST_START_SECONDS,
        )

        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert "built without sqlite3" in done.stderr
        assert "libsqlite3-dev" in done.stderr
        assert not data.exists()

    @pytest.mark.parametrize(
        ("version", "is_threaded", "words"),
        [
            ((3, 34, 1), True, "SQLite 3.34.1, .* is too old. Use a Python that has SQLite 3.35"),
            ((3, 40, 1), False, "knows no threads. Use a Python"),
            ((3, 35, 0), True, "^$"),
        ],
    )
    def test_names_an_sqlite_that_will_not_do(
        self, version: tuple[int, ...], is_threaded: bool, words: str
    ) -> None:
        reason = machine.why_sqlite_is_unfit(version, is_threaded=is_threaded)

        assert re.search(words, reason)
        assert "\n" not in reason


class TestTimeZone:
    def test_is_found_on_a_machine_that_has_none(self) -> None:
        done = subprocess.run(
            [sys.executable, "-c", "import zoneinfo; print(zoneinfo.ZoneInfo('Europe/Helsinki'))"],
            check=False,
            env={**os.environ, "PYTHONTZPATH": ""},
            capture_output=True,
            text=True,
            timeout=LONGEST_START_SECONDS,
        )

        assert done.stdout.strip() == "Europe/Helsinki"


class TestClassifiers:
    def test_name_the_versions_that_were_tried(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        (_, oldest), (_, newest) = machine.OLDEST_PYTHON, machine.NEWEST_TRIED_PYTHON

        named = [text.rsplit(" ", 1)[-1] for text in project["classifiers"] if ":: 3." in text]

        assert named == [f"3.{minor}" for minor in range(oldest, newest + 1)]
        assert project["requires-python"] == f">=3.{oldest}"
