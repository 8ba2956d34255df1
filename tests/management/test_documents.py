"""The documents for those who run Tilisilta describe what there is, and all of it."""

import re
from pathlib import Path

import pytest
from tests.management.test_grammar import COMMANDS

# Needs no database: a second one would show nothing new.
pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
SETTINGS = (ROOT / "src" / "tilisilta" / "settings.py").read_text(encoding="utf-8")
SELF_HOSTING = (ROOT / "docs" / "self-hosting.md").read_text(encoding="utf-8")
COMMAND_LINE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")


class TestCommandLinePage:
    @pytest.mark.parametrize("name", COMMANDS)
    def test_describes_every_command(self, name: str) -> None:
        headings = re.findall(r"^### (.+)$", COMMAND_LINE, re.MULTILINE)

        assert name in ", ".join(headings).split(", ")

    def test_describes_no_command_that_is_not_there(self) -> None:
        headings = re.findall(r"^### (.+)$", COMMAND_LINE, re.MULTILINE)

        assert set(", ".join(headings).split(", ")) == set(COMMANDS)


class TestSelfHostingPage:
    def test_lists_every_setting_and_no_other(self) -> None:
        read = set(re.findall(r'"(TILISILTA_[A-Z_]+)"', SETTINGS))

        listed = set(re.findall(r"^\| `(TILISILTA_[A-Z_]+)` \|", SELF_HOSTING, re.MULTILINE))

        assert listed == read

    def test_tells_the_defaults_as_they_are(self) -> None:
        defaults = dict(re.findall(r'"(TILISILTA_[A-Z_]+)", "([^"]+)"', SETTINGS))
        rows = dict(
            re.findall(r"^\| `(TILISILTA_[A-Z_]+)` \| ([^|]+) \|", SELF_HOSTING, re.MULTILINE)
        )

        made = {"TILISILTA_SECRET_KEY", "TILISILTA_ENCRYPTION_KEYS"}
        documented = {name: rows[name] for name in defaults if name not in made}

        assert all(f"`{defaults[name]}`" in row for name, row in documented.items())
