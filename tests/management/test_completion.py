"""The completion of commands by the shells."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.management.conftest import Give

TILISILTA = Path(sys.executable).with_name("tilisilta")


def completions(line: str, tmp_path: Path) -> list[str]:
    """Return what a shell is told that may stand at the end of ``line``."""
    told = tmp_path / "told"
    asked = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(told),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "LC_ALL": "C.UTF-8",
    }
    subprocess.run([str(TILISILTA)], env={**os.environ, **asked}, check=True, timeout=60)
    return told.read_text(encoding="utf-8").split()


class TestCompletion:
    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("tilisilta st", ["status"]),
            ("tilisilta link c", ["change", "check", "confirm"]),
            ("tilisilta send --all", ["--all", "--all-periods", "--all-ready"]),
            ("tilisilta completion z", ["zsh"]),
            ("tilisilta company start ", ["--help", "--json", "--none"]),
        ],
    )
    def test_offers_what_may_come_next(self, line: str, words: list[str], tmp_path: Path) -> None:
        offered = completions(line, tmp_path)

        assert sorted(set(offered) - {"-h"}) == words

    def test_offers_files_where_a_file_is_due(self, tmp_path: Path) -> None:
        (tmp_path / "june.csv").touch()

        assert completions(f"tilisilta import {tmp_path}/ju", tmp_path) == [f"{tmp_path}/june.csv"]

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_has_a_script_for_each_shell(self, give: Give, shell: str) -> None:
        answered = give("completion", shell)

        assert answered.status == 0
        assert "tilisilta" in answered.text
        program = shutil.which(shell)
        if program is not None:
            subprocess.run([program, "-n"], input=answered.text, text=True, check=True, timeout=60)
