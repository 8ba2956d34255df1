"""How one command is described to argparse: its texts, and the action it runs."""

import argparse
from datetime import date
from typing import TYPE_CHECKING

from tilisilta.management.wording import gettext as _

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Subparsers = object

DATABASE = "database"
SETTINGS = "settings"
NOTHING = "nothing"


def add_command(  # noqa: PLR0913  # what a command is, each by its name
    commands: Subparsers,
    name: str,
    *,
    action: str,
    says: str,
    example: str,
    needs: str = DATABASE,
    has_json: bool = True,
    passes_on: bool = False,
) -> argparse.ArgumentParser:
    """Add the command ``name``, which runs ``action``, a ``module:function`` of this package.

    ``needs`` is what must be ready first: a database that is up to date, the settings, or nothing.
    A command that ``passes_on`` gives all its words to another program, also ``--help``.
    """
    parser = commands.add_parser(
        name,
        help=says,
        description=says,
        epilog=_("Example:") + "\n" + "\n".join(f"  {line}" for line in example.splitlines()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=not passes_on,
    )
    parser.set_defaults(
        action=f"tilisilta.management.{action}", needs=needs, json=False, passes_on=passes_on
    )
    if has_json:
        parser.add_argument("--json", action="store_true", help=_("print one JSON document"))
    return parser


def add_group(commands: Subparsers, name: str, *, says: str) -> Subparsers:
    """Add a word, such as ``company``, that has commands of its own."""
    group = commands.add_parser(name, help=says, description=says)
    return group.add_subparsers(
        title=_("commands"), metavar=_("COMMAND"), dest=f"{name}_command", required=True
    )


def day(text: str) -> date:
    """Return ``2026-06-30`` as a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            _("%(text)s is not a date such as 2026-06-30") % {"text": repr(text)}
        ) from None


def month(text: str) -> date:
    """Return ``2026-06`` as the first day of that month."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise argparse.ArgumentTypeError(
            _("%(text)s is not a month such as 2026-06") % {"text": repr(text)}
        ) from None
