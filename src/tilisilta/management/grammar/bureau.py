"""The commands that set a bureau up: debtors, companies, accounts, links, users."""

import argparse

from tilisilta.management.grammar.parsers import Subparsers, add_command, add_group, day, month
from tilisilta.management.wording import gettext as _


def add_bureau_commands(commands: Subparsers) -> None:
    """Add the commands for what stays the same from month to month."""
    _add_debtor_commands(add_group(commands, "debtor", says=_("debtors: clients of the bureau")))
    _add_company_commands(add_group(commands, "company", says=_("companies: payroll employers")))
    _add_account_commands(
        add_group(commands, "account", says=_("Procountor accounts: permission to act in one"))
    )
    _add_link_commands(
        add_group(commands, "link", says=_("links: which company goes to which administration"))
    )
    _add_user_commands(add_group(commands, "user", says=_("users: who may log in")))


def mapped_account(text: str) -> tuple[str, str]:
    """``5035=5030`` as the journal's ledger account and Procountor's."""
    before, sign, after = (part.strip() for part in text.partition("="))
    if not (before and sign and after):
        raise argparse.ArgumentTypeError(
            _("%(text)s is not JOURNAL_ACCOUNT=PROCOUNTOR_ACCOUNT") % {"text": repr(text)}
        )
    return before, after


def _add_debtor_commands(commands: Subparsers) -> None:
    add = add_command(
        commands,
        "add",
        action="companies:add_debtor",
        says=_("add a debtor"),
        example='tilisilta debtor add 101 "Koivulammi-yhtiöt"',
    )
    _add_number(add)
    add.add_argument("name", metavar=_("NAME"))
    add_command(
        commands,
        "list",
        action="companies:list_debtors",
        says=_("list all debtors"),
        example="tilisilta debtor list --json",
    )
    block = add_command(
        commands,
        "block",
        action="companies:block_debtor",
        says=_("block a debtor: no journal of its companies is sent"),
        example="tilisilta debtor block 103",
    )
    _add_number(block)
    block.set_defaults(is_blocked=True)
    unblock = add_command(
        commands,
        "unblock",
        action="companies:block_debtor",
        says=_("unblock a debtor"),
        example="tilisilta debtor unblock 103",
    )
    _add_number(unblock)
    unblock.set_defaults(is_blocked=False)


def _add_company_commands(commands: Subparsers) -> None:
    add = add_command(
        commands,
        "add",
        action="companies:add_company",
        says=_("add a company"),
        example='tilisilta company add 1001 "Koivulammi Konepaja Oy" --debtor 101',
    )
    _add_number(add)
    add.add_argument("name", metavar=_("NAME"))
    add.add_argument(
        "--debtor",
        type=int,
        required=True,
        metavar=_("NUMBER"),
        help=_("the debtor it belongs to"),
    )
    _add_business_id(add)
    change = add_command(
        commands,
        "change",
        action="companies:change_company",
        says=_("say what the business ID of a company is"),
        example=(
            "tilisilta company change 1001 --business-id 9901010-1\n"
            'tilisilta company change 1001 --business-id ""'
        ),
    )
    _add_number(change)
    _add_business_id(change, is_required=True)
    add_command(
        commands,
        "list",
        action="companies:list_companies",
        says=_("list all companies"),
        example="tilisilta company list",
    )
    mark = add_command(
        commands,
        "mark-test",
        action="companies:mark_test",
        says=_("mark a company as a test company, whose journals are never sent"),
        example="tilisilta company mark-test 1007\ntilisilta company mark-test 1007 --undo",
    )
    _add_number(mark)
    mark.add_argument("--undo", action="store_true", help=_("take the mark away"))
    start = add_command(
        commands,
        "start",
        action="companies:set_start",
        says=_("say from which day on journals of a company are fetched and sent"),
        example="tilisilta company start 1001 2026-06-01\ntilisilta company start 1001 --none",
    )
    _add_number(start)
    start.add_argument("date", type=day, nargs="?", metavar="2026-06-01")
    start.add_argument("--none", action="store_true", help=_("fetch and send all of them"))


def _add_account_commands(commands: Subparsers) -> None:
    add = add_command(
        commands,
        "add",
        action="accounts:add_account",
        says=_("create a Procountor account, and authorise it with an API key"),
        example=(
            'tilisilta account add "Koivulammi Konepaja" --api-key - < key.txt\n'
            'TILISILTA_API_KEY=… tilisilta account add "Koivulammi Konepaja"'
        ),
    )
    add.add_argument("name", metavar=_("NAME"))
    add.add_argument(
        "--debtor",
        type=int,
        metavar=_("NUMBER"),
        help=_(
            "the debtor it belongs to until it serves a company; without it, only users who see "
            "all debtors see the account"
        ),
    )
    _add_api_key(add)
    authorise = add_command(
        commands,
        "authorise",
        action="accounts:authorise_account",
        says=_("authorise a Procountor account with another API key"),
        example='tilisilta account authorise "Koivulammi Konepaja" --api-key - < key.txt',
    )
    authorise.add_argument("name", metavar=_("NAME"))
    _add_api_key(authorise)
    add_command(
        commands,
        "list",
        action="accounts:list_accounts",
        says=_("list all Procountor accounts and whether they are authorised"),
        example="tilisilta account list --json",
    )


def _add_link_commands(commands: Subparsers) -> None:
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
    _add_dimension_choices(add)
    _add_booking_choices(add)
    confirm = add_command(
        commands,
        "confirm",
        action="links:confirm",
        says=_("confirm that a company and its administration belong together though they differ"),
        example="tilisilta link confirm --company 1001",
    )
    confirm.add_argument("--company", type=int, required=True, metavar=_("NUMBER"))
    end = add_command(
        commands,
        "end",
        action="links:end",
        says=_("end a link, so that the company can have another one from then on"),
        example=(
            "tilisilta link end --company 1001 --from 2026-07-01 "
            '--reason "moved to another administration"'
        ),
    )
    end.add_argument("--company", type=int, required=True, metavar=_("NUMBER"))
    end.add_argument(
        "--from",
        dest="ends_on",
        type=day,
        required=True,
        metavar="2026-07-01",
        help=_("from this booking date on nothing goes through it"),
    )
    end.add_argument("--reason", required=True, metavar=_("TEXT"))
    add_command(
        commands,
        "list",
        action="links:list_links",
        says=_("list all links"),
        example="tilisilta link list",
    )


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
        default="stop",
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
        "--title", default="", metavar=_("TEXT"), help=_("how the receipts' names begin")
    )


def _add_user_commands(commands: Subparsers) -> None:
    add = add_command(
        commands,
        "add",
        action="users:add_user",
        says=_("add a user; the password is asked for, or read from TILISILTA_PASSWORD"),
        example='tilisilta user add anna --template "Payroll clerk" --debtor 101 --debtor 102',
    )
    add.add_argument("name", metavar=_("NAME"))
    add.add_argument(
        "--template",
        required=True,
        metavar=_("NAME"),
        help=_("the user template that gives the rights"),
    )
    add.add_argument(
        "--debtor",
        type=int,
        action="append",
        default=[],
        metavar=_("NUMBER"),
        help=_("see only this debtor; may be repeated"),
    )
    add.add_argument(
        "--password", choices=("-",), help=_("- reads the password from standard input")
    )
    add_command(
        commands,
        "list",
        action="users:list_users",
        says=_("list all users and their templates"),
        example="tilisilta user list",
    )


def _add_number(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", type=int, metavar=_("NUMBER"))


def _add_business_id(parser: argparse.ArgumentParser, *, is_required: bool = False) -> None:
    parser.add_argument(
        "--business-id",
        required=is_required,
        default="",
        metavar="9901010-1",
        help=_("the business ID, which is compared with that of the administration"),
    )


def _add_api_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--api-key",
        default="",
        metavar=_("KEY"),
        help=_(
            "the API key; - reads it from standard input, and without this it is taken from "
            "TILISILTA_API_KEY, so that it need not stand in the list of processes"
        ),
    )
