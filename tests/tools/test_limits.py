"""A test that hangs fails, by the settings of this project, instead of holding up all others."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.programs import LONGEST_END_SECONDS, LONGEST_START_SECONDS

HANGS = """
import threading
import pytest

@pytest.fixture
def never_cleaned_up():
    yield
    {clean_up}

def test_before(never_cleaned_up):
    {call}

def test_after():
    pass
"""
ROOT = Path(__file__).parent.parent.parent
LAST_LIMIT = """
from tests.limits import LastLimit

def pytest_configure(config):
    config.pluginmanager.register(LastLimit(3))
"""
NOTHING = "pass"
WAITS = "threading.Event().wait()"


def run_tests(folder: Path, text: str) -> "subprocess.CompletedProcess[str]":
    (folder / "test_hanging.py").write_text(text, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\ntimeout = 1\n", encoding="utf-8")
    (folder / "conftest.py").write_text(LAST_LIMIT, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, "test_hanging.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
        timeout=LONGEST_START_SECONDS,
    )


class TestLimits:
    def test_are_set_and_leave_a_busy_machine_its_time(self, pytestconfig: pytest.Config) -> None:
        limit = float(pytestconfig.getini("timeout"))

        assert limit > LONGEST_START_SECONDS + LONGEST_END_SECONDS
        assert pytestconfig.pluginmanager.has_plugin("last-limit")

    def test_fail_the_test_that_hangs_and_go_on_with_the_next(self, tmp_path: Path) -> None:
        done = run_tests(tmp_path, HANGS.format(call=WAITS, clean_up=NOTHING))

        assert done.returncode == 1
        assert "test_hanging.py::test_before - Failed: Timeout" in done.stdout
        assert "1 failed, 1 passed" in done.stdout

    def test_end_a_run_whose_clean_up_hangs_too(self, tmp_path: Path) -> None:
        done = run_tests(tmp_path, HANGS.format(call=WAITS, clean_up=WAITS))

        assert done.returncode == 1
        assert "test_hanging.py::test_before hangs, and so does its clean-up" in done.stderr
        assert "in never_cleaned_up" in done.stderr
