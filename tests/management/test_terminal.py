"""What commands say reaches terminals that lack signs of it, too."""

import json
import os
import subprocess
import sys
from io import BytesIO, TextIOWrapper

import pytest
from tests.bureau import a_company
from tests.programs import LONGEST_START_SECONDS, TILISILTA

from tilisilta.management.cli import main
from tilisilta.management.demo_service import boxed
from tilisilta.management.terminal import plain, write_what_fits

NAME = "Skärgårdens Bygg Åbo – “Ö”"


def ascii_terminal(monkeypatch: pytest.MonkeyPatch) -> BytesIO:
    """Put a standard output in place that knows ASCII alone, and return what is written to it."""
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    written = BytesIO()
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(written, encoding="ascii"))
    return written


class TestCommand:
    @pytest.mark.django_db
    def test_lists_names_in_plain_letters(self, monkeypatch: pytest.MonkeyPatch) -> None:
        terminal = ascii_terminal(monkeypatch)
        a_company(name=NAME)

        status = main(["company", "list"])

        assert status == 0
        assert b'Skargardens Bygg Abo - "O"' in terminal.getvalue()

    @pytest.mark.django_db
    def test_keeps_every_letter_in_a_document(self, monkeypatch: pytest.MonkeyPatch) -> None:
        terminal = ascii_terminal(monkeypatch)
        a_company(name=NAME)

        status = main(["company", "list", "--json"])

        assert status == 0
        [company] = json.loads(terminal.getvalue())["companies"]
        assert company["name"] == NAME

    @pytest.mark.parametrize("words", [["--help"], ["send", "--help"], ["senda"]])
    @pytest.mark.parametrize("language", ["fi_FI.UTF-8", "sv_FI.UTF-8"])
    def test_speaks_at_a_terminal_without_these_letters(
        self, words: list[str], language: str
    ) -> None:
        done = subprocess.run(
            [TILISILTA, *words],
            check=False,
            env={**os.environ, "LC_ALL": language, "PYTHONIOENCODING": "ascii"},
            capture_output=True,
            timeout=LONGEST_START_SECONDS,
        )

        said = (done.stdout + done.stderr).decode("ascii")
        assert done.returncode == (2 if words == ["senda"] else 0)
        assert "UnicodeEncodeError" not in said
        assert "\\x" not in said


class TestWriteWhatFits:
    def test_draws_the_box_of_the_demo_in_ascii(self, monkeypatch: pytest.MonkeyPatch) -> None:
        terminal = ascii_terminal(monkeypatch)

        write_what_fits()
        print(boxed(["Tili: käyttäjä", "→ ö"]), flush=True)  # noqa: T201

        lines = terminal.getvalue().decode("ascii").split()
        assert lines[0] == f"+{'-' * 18}+"
        assert "|" in lines
        assert "?" not in terminal.getvalue().decode()

    def test_leaves_another_way_to_who_names_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        terminal = ascii_terminal(monkeypatch)
        monkeypatch.setenv("PYTHONIOENCODING", "ascii:backslashreplace")
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

        write_what_fits()
        print("ä", flush=True)  # noqa: T201

        assert terminal.getvalue() == b"\\xe4\n"


class TestPlain:
    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("Ääkköset", "Aakkoset"),
            ("−1 234,50 €", "-1 234,50 EUR"),
            ("Setting up …", "Setting up ..."),
            ("Smørrebrød", "Smorrebrod"),
            ("½ m²", "? m?"),
            ("日本", "??"),
            ("\udce4", "?"),
        ],
    )
    def test_says_the_same_in_ascii(self, text: str, written: str) -> None:
        assert plain(text) == written
        assert written.isascii()
