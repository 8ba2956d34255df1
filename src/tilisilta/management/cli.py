"""The command ``tilisilta``: reads what was typed, runs one action, says what came of it."""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import cast

from tilisilta.management.grammar import build_parser
from tilisilta.management.starting import SettingsRefused, set_up

WRONG_USE = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; see ``docs/command-line.md``."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["procountor-sandbox"]:
        become_sandbox(words[1:])
    options = build_parser().parse_args(words)
    try:
        return run(options)
    except SettingsRefused as error:
        sys.stderr.write(f"tilisilta: {error}\n")
        return WRONG_USE
    except KeyboardInterrupt:
        return INTERRUPTED


def run(options: argparse.Namespace) -> int:
    """Make ready what the chosen command needs, and run it."""
    if options.needs == "nothing":
        return int(action(options.action)(options))
    if getattr(options, "port", None) is not None:
        # People reach us where we listen, unless somebody has said otherwise.
        os.environ.setdefault("TILISILTA_BASE_URL", f"http://127.0.0.1:{options.port}")
    set_up(is_quiet=options.needs == "database")
    return int(action("tilisilta.management.answering:answer")(options))


def action(place: str) -> Callable[[argparse.Namespace], int]:
    """The function at ``place``, as module and name.

    It is imported only now: its services can be imported only once the settings are read, and
    help should need neither.
    """
    module, _, name = place.partition(":")
    return cast(
        "Callable[[argparse.Namespace], int]", getattr(importlib.import_module(module), name)
    )


def become_sandbox(words: Sequence[str]) -> None:
    """Turn this process into the stand-in Procountor, which is a program of its own."""
    os.execv(sys.executable, [sys.executable, "-m", "procountor_sandbox", *words])  # noqa: S606  # no shell, no input
