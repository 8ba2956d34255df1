"""What the tests of the command line share: a way to give a command and read its answer."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.utils import translation
from tests.bureau import csv_file, monthly_lines

from tilisilta.management.cli import main

DIMENSIONS: dict[str, Any] = {
    "uses_cost_centers": True,
    "cost_center_dimension": "Kustannuspaikka",
    "uses_cost_units": True,
    "cost_unit_dimension": "Projekti",
}


@dataclass(frozen=True, kw_only=True)
class Answered:
    """How a command ended, and what it wrote."""

    status: int
    text: str
    complaint: str

    @property
    def document(self) -> Any:
        return json.loads(self.text)


class Give(Protocol):
    """Gives a command, as it would be typed."""

    def __call__(self, *words: str) -> Answered: ...


@pytest.fixture
def give(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Give]:
    """Give commands in this very process, in English."""
    for name in (
        "LC_ALL",
        "LC_MESSAGES",
        "TILISILTA_API_KEY",
        "TILISILTA_PASSWORD",
        "TILISILTA_NMBRS_TOKEN",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    level = logging.getLogger().level

    def give_command(*words: str) -> Answered:
        capsys.readouterr()
        status = main(words)
        written = capsys.readouterr()
        return Answered(status=status, text=written.out, complaint=written.err)

    yield give_command
    logging.getLogger().setLevel(level)
    translation.deactivate()


@pytest.fixture
def june_file(tmp_path: Path) -> str:
    """Return the path of a file with a plain June journal."""
    path = tmp_path / "june.csv"
    path.write_bytes(csv_file(monthly_lines(6)))
    return str(path)
