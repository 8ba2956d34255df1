"""What can be typed, and what is said about it."""

import argparse
import importlib
from collections.abc import Iterator

import pytest

from tilisilta.management.grammar import build_parser
from tilisilta.management.grammar.help_groups import help_groups

# Needs no database: a second one would show nothing new.
pytestmark = pytest.mark.once


def parsers(
    parser: argparse.ArgumentParser, name: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield every command with its full name; a group's commands instead of a mere group."""
    groups = [item for item in parser._actions if isinstance(item, argparse._SubParsersAction)]
    if not groups or parser.get_default("action"):
        yield name.strip(), parser
    for group in groups:
        for word, inner in group.choices.items():
            yield from parsers(inner, f"{name} {word}")


def needed_by(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield words that fit what a command cannot do without."""
    for option in parser._actions:
        if option.required and not isinstance(option, argparse._SubParsersAction):
            yield from option.option_strings[:1]
            chosen = next(iter(option.choices or ()), "2026-06-01")
            yield "1" if option.type is int else str(chosen)


COMMANDS = dict(parsers(build_parser()))
# What runs until it is ended, or writes a script, has nothing to put into a document.
WITHOUT_JSON = {
    *("serve", "web", "worker", "demo", "procountor-sandbox", "nmbrs-sandbox"),
    "completion",
}


class TestEveryCommand:
    @pytest.mark.parametrize("name", COMMANDS)
    def test_has_an_action(self, name: str) -> None:
        module, _, function = COMMANDS[name].get_default("action").partition(":")

        assert callable(getattr(importlib.import_module(module), function))

    @pytest.mark.parametrize("name", COMMANDS)
    def test_shows_an_example_of_itself(self, name: str) -> None:
        shown = COMMANDS[name].format_help()

        assert f"tilisilta {name}" in shown.partition("Example:")[2]

    @pytest.mark.parametrize("name", COMMANDS)
    def test_answers_in_json_where_it_answers(self, name: str) -> None:
        has_json = "--json" in COMMANDS[name].format_help()

        assert has_json == (name not in WITHOUT_JSON)


class TestWhatIsSaidBeforeAWord:
    @pytest.mark.parametrize("name", [name for name in COMMANDS if " " in name])
    def test_holds_for_it(self, name: str) -> None:
        group, _, word = name.rpartition(" ")
        needed = list(needed_by(COMMANDS[name]))

        before = build_parser().parse_args([*group.split(), "--json", word, *needed])
        after = build_parser().parse_args([*group.split(), word, *needed, "--json"])

        assert before.json is True
        assert vars(before) == vars(after)

    def test_narrows_what_is_exported(self) -> None:
        words = "audit --company 1001 --commands export log.csv --since 2026-06-01 --json"

        options = build_parser().parse_args(words.split())

        assert (options.company, options.commands, options.json) == (1001, True, True)

    def test_gives_way_to_what_is_said_behind_it(self) -> None:
        words = "audit --company 1001 export --company 1002 log.csv"

        assert build_parser().parse_args(words.split()).company == 1002

    def test_is_refused_where_the_word_does_not_know_it(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            build_parser().parse_args(["audit", "--limit", "5", "verify"])

        assert "--limit" in capsys.readouterr().err


class TestWrongUse:
    @pytest.mark.parametrize(
        "words",
        [
            "",
            "nonsense",
            "company",
            "company add 1001 Name",
            "company add one Name --debtor 101",
            "link add --company 1001",
            "link add --company 1001 --account a --map 5035",
            "link add --company 1001 --account a --closed-period never",
            "company start 1001 June",
            "nmbrs add palkat --user u --first-year 26",
            "sync --company Konepaja",
            "sync --timeout soon",
            "import file.csv --company 1001 --columns account",
            "import file.csv --company 1001 --run 6 --year 26",
            "import file.csv --company 1001 --another-run --revision-of 1001-2026-6-1",
            "journal",
            "journal run",
            "journal discard 1001-2026-6-1",
            "journal run 1001-2026-6-1 --run 6 --another-run",
            "serve --port 70000",
            "serve --port http",
        ],
    )
    def test_ends_with_status_two(self, words: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            build_parser().parse_args(words.split())

        assert ended.value.code == 2
        assert "usage: tilisilta" in capsys.readouterr().err


class TestColumns:
    def test_take_headers_with_blanks_and_signs(self) -> None:
        words = ["import", "f.csv", "--company", "1", "--columns", "amount=Summa = EUR", "date=Pvm"]

        options = build_parser().parse_args(words)

        assert options.columns == [("amount", "Summa = EUR"), ("date", "Pvm")]


class TestHelp:
    def test_lists_every_command_in_one_group(self) -> None:
        words = {name.split()[0] for name in COMMANDS}

        listed = [name for _title, names in help_groups() for name in names]

        assert sorted(listed) == sorted(words)

    def test_shows_each_command_below_what_one_comes_to_do(self) -> None:
        shown = build_parser().format_help()

        month = shown.index("every month:")
        trace = shown.index("trace what was booked:")
        assert month < shown.index("  send ") < trace < shown.index("  find ")
        assert "--version" in shown
        assert "Exit status:" in shown
