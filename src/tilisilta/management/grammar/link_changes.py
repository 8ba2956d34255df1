"""The commands that show, change and check links, one or many."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tilisilta.management.grammar.parsers import Subparsers, add_command
from tilisilta.management.wording import gettext as _

CHOICES = {
    "profile": _("the profile whose rules they follow, but for their own; empty for none"),
    "start": _("the first month that is sent, as 2026-06"),
    "cost-centers": _("the dimension cost centers go to; empty for none"),
    "cost-units": _("the dimension cost units go to; empty for none"),
    "create-items": _("yes or no: create dimension items that Procountor does not have"),
    "dimension-accounts": _("only these ledger accounts carry dimensions, as in [3-8]..."),
    "closed-period": _("stop or next-open"),
    "clearing-account": _("ledger account that balances each receipt; empty for none"),
    "fallback-account": _("ledger account for those that Procountor lacks; empty for none"),
    "sum-equal-lines": _("yes or no: one row for lines that are alike"),
    "approve": _("yes or no: approve each receipt once it is booked"),
    "two-persons": _("yes or no: one person proposes what is sent, another releases it"),
    "attach": _("what is attached to each receipt, by its word; empty for nothing"),
    "variance-percent": _("point out ledger accounts that differ by more percent from last month"),
    "variance-amount": _("and by more than this, in whole units of the currency"),
    "verify-only": _("yes or no: compare, and never send"),
    "language": _("fi, sv or en: the language of the books"),
    "title": _("how the receipts' names begin"),
    "send-by-rule": _("yes or no: send what is as every month, with no person looking"),
    "rule-hours": _("so many hours after it is ready and its run locked"),
    "rule-percent": _("its total this near to each of the last three months"),
}


def add_link_change_commands(commands: Subparsers) -> None:
    """Add the commands for links that are there already."""
    show = add_command(
        commands,
        "show",
        action="link_changes:show",
        says=_("show the link of a company, and what of it is not its profile's"),
        example="tilisilta link show --company 1001",
    )
    show.add_argument("--company", type=int, required=True, metavar=_("NUMBER"))
    _add_change(commands)
    check = add_command(
        commands,
        "check",
        action="link_checks:check",
        says=_("compare what links name with Procountor as it is now"),
        example="tilisilta link check\ntilisilta link check --where debtor=103 --json",
    )
    add_chosen(check)
    _add_files(commands)


def add_where(parser: argparse.ArgumentParser) -> None:
    """Add the option that narrows links by what they are."""
    parser.add_argument(
        "--where",
        action="append",
        default=[],
        metavar=_("PROPERTY=VALUE"),
        help=_(
            "only these links, as closed-period=stop or profile=standard,plain; may be repeated"
        ),
    )


def add_chosen(parser: argparse.ArgumentParser) -> None:
    """Add the two ways to say which links: by the company, and by what they are."""
    parser.add_argument("--company", type=int, metavar=_("NUMBER"))
    add_where(parser)


def add_dry_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help=_("only show what would happen"))


def add_unchecked(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--unchecked-names",
        action="store_true",
        help=_("store names that Procountor does not have, or not yet"),
    )


def mapped_account(text: str) -> tuple[str, str]:
    """Return ``5035=5030`` as the journal's ledger account and Procountor's."""
    before, sign, after = (part.strip() for part in text.partition("="))
    if not (before and sign and after):
        raise argparse.ArgumentTypeError(
            _("%(text)s is not JOURNAL_ACCOUNT=PROCOUNTOR_ACCOUNT") % {"text": repr(text)}
        )
    return before, after


class _Choice(argparse.Action):
    """Collects the choices that were given, by the names that files give them."""

    def __call__(
        self,
        _parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        column = (option_string or "").removeprefix("--").replace("-", "_")
        namespace.choices = {**namespace.choices, column: values}


def add_choices(parser: argparse.ArgumentParser, *, without: Sequence[str] = ()) -> None:
    """Add an option for each choice of a link, of which only those that are given count."""
    parser.set_defaults(choices={})
    for name, says in CHOICES.items():
        if name not in without:
            parser.add_argument(
                f"--{name}",
                action=_Choice,
                dest="choices",
                default=argparse.SUPPRESS,
                metavar=_("VALUE"),
                help=says,
            )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        type=mapped_account,
        metavar="5035=5030",
        help=_("book a ledger account of the journal on another one; may be repeated"),
    )
    parser.add_argument(
        "--unmap",
        action="append",
        default=[],
        metavar="5035",
        help=_("book a ledger account under its own number again; may be repeated"),
    )


def _add_change(commands: Subparsers) -> None:
    change = add_command(
        commands,
        "change",
        action="link_changes:change",
        says=_("change how links book: all that are chosen, or none"),
        example=(
            "tilisilta link change --company 1001 --cost-centers Kustannuspaikka\n"
            "tilisilta link change --where debtor=103 --map 5035=5030 --dry-run"
        ),
    )
    add_chosen(change)
    add_dry_run(change)
    add_unchecked(change)
    add_choices(change)


def _add_files(commands: Subparsers) -> None:
    export = add_command(
        commands,
        "export",
        action="link_changes:export",
        says=_("write links with all their choices as a CSV file"),
        example="tilisilta link export links.csv --where debtor=103",
    )
    export.add_argument("file", type=Path, nargs="?", metavar=_("FILE"))
    add_where(export)
    export.set_defaults(company=None)
    taken = add_command(
        commands,
        "import",
        action="link_changes:take_in_file",
        says=_("change links to what a CSV file says; without --apply only show it"),
        example="tilisilta link import links.csv\ntilisilta link import links.csv --apply",
    )
    taken.add_argument("file", type=Path, metavar=_("FILE"), help=_("- for standard input"))
    taken.add_argument("--apply", action="store_true", help=_("change them"))
