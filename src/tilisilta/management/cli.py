"""The command ``tilisilta``: reads what was typed, runs one action, and reports its outcome."""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import cast

from tilisilta.management.grammar import build_parser
from tilisilta.management.starting import SettingsRefused, set_up
from tilisilta.management.terminal import write_what_fits
from tilisilta.management.wording import gettext as _

WRONG_USE = 2
INTERRUPTED = 130
_ASKED_BY_SHELL = "_ARGCOMPLETE"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; see ``docs/command-line.md``."""
    write_what_fits()
    words = list(sys.argv[1:] if argv is None else argv)
    parser = build_parser()
    if _ASKED_BY_SHELL in os.environ:
        # Imported only here, as most commands have no need of it.
        importlib.import_module("tilisilta.management.completion").complete(parser)
    # Unknown words are no error yet: a stand-in gets them as its own options.
    options, rest = parser.parse_known_args(words)
    if rest and not options.passes_on:
        parser.error(_("unknown words: %(words)s") % {"words": " ".join(rest)})
    options.rest = rest
    try:
        return run(options)
    except SettingsRefused as error:
        sys.stderr.write(f"tilisilta: {error}\n")
        return WRONG_USE
    except KeyboardInterrupt:
        return INTERRUPTED


def run(options: argparse.Namespace) -> int:
    """Prepare what the chosen command needs, and run it."""
    if options.needs == "nothing":
        return int(action(options.action)(options))
    if getattr(options, "port", None) is not None:
        # The pages are where we listen, unless the environment names another address.
        os.environ.setdefault("TILISILTA_BASE_URL", f"http://127.0.0.1:{options.port}")
    set_up(is_quiet=options.needs == "database")
    return int(action("tilisilta.management.answering:answer")(options))


def action(place: str) -> Callable[[argparse.Namespace], int]:
    """Return the function at ``place``, given as module and name.

    It is imported only now: its services can be imported only once the settings are read, and help
    should need neither.
    """
    module, _, name = place.partition(":")
    return cast(
        "Callable[[argparse.Namespace], int]", getattr(importlib.import_module(module), name)
    )
