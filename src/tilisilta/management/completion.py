"""The completion of commands by a shell; its words come from the grammar of the command line."""

import argparse
import sys
from collections.abc import Iterable

import argcomplete
from argcomplete.completers import FilesCompleter
from argcomplete.shell_integration import shellcode

from tilisilta.management.wording import gettext as _


def show_script(options: argparse.Namespace) -> int:
    """Print the script that makes a shell ask us for completions."""
    # Without the shell's defaults, which would offer files where a number is due.
    script = shellcode(["tilisilta"], use_defaults=False, shell=options.shell)
    sys.stdout.write(f"{script}\n")
    return 0


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer a shell that asks what may come next, and end the process."""
    argcomplete.autocomplete(parser, default_completer=_files_where_due)  # type: ignore[arg-type]


def _files_where_due(prefix: str, action: argparse.Action, **_context: object) -> Iterable[str]:
    is_file = action.metavar in {_("FILE"), _("DIRECTORY")}
    return FilesCompleter()(prefix) if is_file else ()
