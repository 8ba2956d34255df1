"""The commands for links: which company goes to which administration, and how."""

import argparse

from tilisilta.languages import LANGUAGES
from tilisilta.management.grammar.link_changes import (
    add_chosen,
    add_dry_run,
    add_link_change_commands,
    add_unchecked,
    add_where,
    mapped_account,
)
from tilisilta.management.grammar.parsers import Subparsers, add_command, day, month
from tilisilta.management.wording import gettext as _


def add_link_commands(commands: Subparsers) -> None:
    _add_link_add(commands)
    _add_link_confirm(commands)
    _add_link_end(commands)
    _add_link_list(commands)
    add_link_change_commands(commands)


def _add_link_list(commands: Subparsers) -> None:
    listed = add_command(
        commands,
        "list",
        action="links:list_links",
        says=_("list all links"),
        example="tilisilta link list\ntilisilta link list --where debtor=103",
    )
    add_where(listed)


def _add_link_add(commands: Subparsers) -> None:
    add = add_command(
        commands,
        "add",
        action="links:add_link",
        says=_("link a company to the administration of a Procountor account"),
        example=(
            'tilisilta link add --company 1001 --account "Koivulammi Konepaja" \\\n'
            "    --start 2026-06 --cost-centers Kustannuspaikka --map 5035=5030"
        ),
    )
    add.add_argument("--company", type=int, required=True, metavar=_("NUMBER"))
    add.add_argument("--account", required=True, metavar=_("NAME"))
    add.add_argument(
        "--start",
        type=month,
        metavar="2026-06",
        help=_(
            "the first month that is sent; nothing of a month before it ever is (default: that of "
            "the newest run without corrections, or the one after what is booked already)"
        ),
    )
    add.add_argument(
        "--different-names",
        action="store_true",
        help=_("confirm that the company goes to an administration of another name or business ID"),
    )
    add.add_argument(
        "--shared-administration",
        action="store_true",
        help=_("confirm that another company goes to the same administration"),
    )
    add.add_argument(
        "--profile",
        metavar=_("NAME"),
        help=_(
            "the profile whose rules it follows (default: the default profile, if there is one)"
        ),
    )
    add_unchecked(add)
    _add_dimension_choices(add)
    _add_booking_choices(add)


def _add_link_confirm(commands: Subparsers) -> None:
    confirm = add_command(
        commands,
        "confirm",
        action="links:confirm",
        says=_("confirm that a company and its administration belong together though they differ"),
        example="tilisilta link confirm --company 1001",
    )
    confirm.add_argument("--company", type=int, required=True, metavar=_("NUMBER"))


def _add_link_end(commands: Subparsers) -> None:
    end = add_command(
        commands,
        "end",
        action="links:end",
        says=_("end a link, so that the company can have another one from then on"),
        example=(
            "tilisilta link end --company 1001 --from 2026-07-01 "
            '--reason "moved to another administration"\n'
            'tilisilta link end --where debtor=103 --from 2026-07-01 --reason "left" --yes'
        ),
    )
    add_chosen(end)
    add_dry_run(end)
    end.add_argument(
        "--yes", action="store_true", help=_("end those of --where, which are shown without it")
    )
    end.add_argument(
        "--from",
        dest="ends_on",
        type=day,
        required=True,
        metavar="2026-07-01",
        help=_("from this booking date on nothing goes through it"),
    )
    end.add_argument("--reason", required=True, metavar=_("TEXT"))


def _add_dimension_choices(parser: argparse.ArgumentParser) -> None:
    name = _("DIMENSION")
    parser.add_argument(
        "--cost-centers", metavar=name, default="", help=_("the dimension cost centers go to")
    )
    parser.add_argument(
        "--cost-units", metavar=name, default="", help=_("the dimension cost units go to")
    )
    parser.add_argument(
        "--create-items",
        action="store_true",
        help=_("create dimension items that Procountor does not have"),
    )
    parser.add_argument(
        "--dimension-accounts",
        metavar=_("PATTERN"),
        default="",
        help=_("only these ledger accounts carry dimensions, as in [3-8]..."),
    )


def _add_booking_choices(parser: argparse.ArgumentParser) -> None:
    account = _("ACCOUNT")
    parser.add_argument(
        "--closed-period",
        choices=("stop", "next-open"),
        default="",
        help=_("a correction for a closed period stops the journal (default) or moves"),
    )
    parser.add_argument(
        "--clearing-account",
        metavar=account,
        default="",
        help=_("ledger account that balances periods which do not balance by themselves"),
    )
    parser.add_argument(
        "--fallback-account",
        metavar=account,
        default="",
        help=_("ledger account for accounts that Procountor does not have"),
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
        "--sum-equal-lines",
        action="store_true",
        help=_("one row for lines of equal account, dimensions and description"),
    )
    parser.add_argument(
        "--approve", action="store_true", help=_("approve each receipt once it is booked")
    )
    parser.add_argument(
        "--two-persons",
        action="store_true",
        help=_("one person proposes what is sent, and another releases it"),
    )
    parser.add_argument(
        "--attach",
        default="",
        choices=["journal", "report"],
        help=_(
            "attach to each receipt the journal as a workbook once it is booked, or the "
            "reconciliation as PDF once the month is signed"
        ),
    )
    parser.add_argument(
        "--variance-percent",
        type=int,
        metavar=_("PERCENT"),
        help=_("point out ledger accounts that differ by more percent from last month"),
    )
    parser.add_argument(
        "--variance-amount",
        type=int,
        metavar=_("AMOUNT"),
        help=_("and by more than this, in whole units of the currency"),
    )
    parser.add_argument(
        "--verify-only",
        action="store_true",
        help=_("compare payroll with the ledger, and never send; rights to read are enough"),
    )
    parser.add_argument(
        "--language",
        default="",
        choices=[one.code for one in LANGUAGES],
        help=_("the language of the books, for names and notes (default: by their country)"),
    )
    parser.add_argument(
        "--title",
        default="",
        metavar=_("TEXT"),
        help=_("how the receipts' names begin (default: Palkat, Löner or Payroll)"),
    )
