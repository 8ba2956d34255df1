"""How one command is described to argparse: its texts, and the action it runs."""

import argparse
from datetime import date
from typing import TYPE_CHECKING, Any

from tilisilta.management.wording import gettext as _

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]
    _SubParsersAction = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Subparsers = object
    _SubParsersAction = argparse._SubParsersAction

DATABASE = "database"
SETTINGS = "settings"
NOTHING = "nothing"


class Words(_SubParsersAction):
    """The further words of a command. What was said before such a word holds for it as well.

    argparse starts each word with its own defaults and forgets what was said before: ``audit
    --company 1001 export`` would write the whole log.
    """

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Read the words behind this one, and keep what was said before it."""
        said = {
            option.dest: option
            for option in parser._actions  # argparse has no other way to them
            if option.option_strings and option.dest in namespace
            if getattr(namespace, option.dest) != parser.get_default(option.dest)
        }
        before = {name: getattr(namespace, name) for name in said}
        super().__call__(parser, namespace, values, option_string)
        chosen = self.choices[values[0]]
        known = {option.dest for option in chosen._actions}  # as above
        for name, value in before.items():
            if name not in known:
                words = said[name].option_strings[0]
                chosen.error(_("unknown words: %(words)s") % {"words": words})
            if getattr(namespace, name, None) == chosen.get_default(name):
                setattr(namespace, name, value)


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
        _add_json(parser)
    return parser


def add_group(commands: Subparsers, name: str, *, says: str) -> Subparsers:
    """Add a word, such as ``company``, that has commands of its own."""
    group = commands.add_parser(name, help=says, description=says)
    _add_json(group)
    return group.add_subparsers(
        title=_("commands"),
        metavar=_("COMMAND"),
        dest=f"{name}_command",
        required=True,
        action=Words,
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


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
