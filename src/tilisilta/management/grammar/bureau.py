"""The commands that set a bureau up: debtors, companies, accounts, links, users."""

import argparse

from tilisilta.management.grammar.links import add_link_commands
from tilisilta.management.grammar.onboarding import add_onboarding_command
from tilisilta.management.grammar.parsers import Subparsers, add_command, add_group, day
from tilisilta.management.grammar.profiles import add_profile_commands
from tilisilta.management.wording import gettext as _


def add_bureau_commands(commands: Subparsers) -> None:
    """Add the commands for what stays the same from month to month."""
    _add_debtor_commands(add_group(commands, "debtor", says=_("debtors: clients of the bureau")))
    _add_company_commands(add_group(commands, "company", says=_("companies: payroll employers")))
    _add_account_commands(
        add_group(commands, "account", says=_("Procountor accounts: permission to act in one"))
    )
    add_link_commands(
        add_group(commands, "link", says=_("links: which company goes to which administration"))
    )
    add_profile_commands(
        add_group(commands, "profile", says=_("profiles: named rules that links follow"))
    )
    add_onboarding_command(commands)
    _add_user_commands(add_group(commands, "user", says=_("users: who may log in")))


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
    _add_company_add(commands)
    change = add_command(
        commands,
        "change",
        action="company_changes:change_company",
        says=_("say what the business ID of a company is, or who closes its months"),
        example=(
            "tilisilta company change 1001 --business-id 9901010-1\n"
            'tilisilta company change 1001 --responsible anna --stand-in ""'
        ),
    )
    _add_number(change)
    _add_business_id(change, default=None)
    _add_people(change)
    people = add_command(
        commands,
        "people",
        action="company_changes:change_people",
        says=_("say who closes the months of many companies"),
        example=(
            "tilisilta company people 1001 1002 1003 --responsible anna\n"
            "tilisilta company people --debtor 101 --stand-in onni"
        ),
    )
    people.add_argument("numbers", nargs="*", type=int, metavar=_("NUMBER"))
    people.add_argument(
        "--debtor", type=int, metavar=_("NUMBER"), help=_("all companies of this debtor")
    )
    _add_people(people)
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
    free = add_command(
        commands,
        "free",
        action="companies:free",
        says=_("free a company that stays blocked after it left a blocked debtor"),
        example="tilisilta company free 1007",
    )
    _add_number(free)
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
    columns = add_command(
        commands,
        "columns",
        action="companies:show_columns",
        says=_("show what is remembered of the columns of a company's files, or forget it"),
        example="tilisilta company columns 1001\ntilisilta company columns 1001 --forget",
    )
    _add_number(columns)
    columns.add_argument("--forget", action="store_true", help=_("forget all of it"))


def _add_people(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--responsible", metavar=_("NAME"), help=_("the user who closes the months of the company")
    )
    parser.add_argument(
        "--stand-in", metavar=_("NAME"), help=_("the user who closes them in their absence")
    )


def _add_company_add(commands: Subparsers) -> None:
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


def _add_user_commands(commands: Subparsers) -> None:
    add = add_command(
        commands,
        "add",
        action="users:add_user",
        says=_("add a user; the password is asked for, or read from TILISILTA_PASSWORD"),
        example=(
            'tilisilta user add anna --template "Payroll clerk" --debtor 101 --debtor 102\n'
            'tilisilta user add anna --template "Payroll clerk" --no-debtors'
        ),
    )
    add.add_argument("name", metavar=_("NAME"))
    add.add_argument(
        "--template",
        required=True,
        metavar=_("NAME"),
        help=_("the user template that gives the rights"),
    )
    _add_seen_debtors(add, all_says=_("see all debtors, also those to come; the default"))
    add.add_argument(
        "--password", choices=("-",), help=_("- reads the password from standard input")
    )
    change = add_command(
        commands,
        "change",
        action="users:change_existing",
        says=_("give a user another template, or other debtors to see"),
        example=(
            "tilisilta user change anna --debtor 101\n"
            "tilisilta user change anna --template Reader --no-debtors"
        ),
    )
    change.add_argument("name", metavar=_("NAME"))
    change.add_argument(
        "--template",
        default="",
        metavar=_("NAME"),
        help=_("the user template that gives the rights"),
    )
    _add_seen_debtors(change, all_says=_("see all debtors, also those to come"))
    reset = add_command(
        commands,
        "reset",
        action="users:reset_user",
        says=_("set another password, turn off the second step, or both"),
        example=(
            "tilisilta user reset anna --password - < password.txt\n"
            "tilisilta user reset anna --second-step-off"
        ),
    )
    reset.add_argument("name", metavar=_("NAME"))
    reset.add_argument(
        "--password", choices=("-",), help=_("- reads the password from standard input")
    )
    reset.add_argument(
        "--second-step-off",
        action="store_true",
        help=_("let the user log in without a code, and with the former password"),
    )
    add_command(
        commands,
        "list",
        action="users:list_users",
        says=_("list all users and their templates"),
        example="tilisilta user list",
    )


def _add_seen_debtors(parser: argparse.ArgumentParser, *, all_says: str) -> None:
    """Add the three ways to say which debtors a user sees, of which one can be given."""
    seen = parser.add_mutually_exclusive_group()
    seen.add_argument(
        "--debtor",
        type=int,
        action="append",
        metavar=_("NUMBER"),
        help=_("see only this debtor; may be repeated"),
    )
    seen.add_argument(
        "--no-debtors", action="store_true", help=_("see no debtor until some are chosen")
    )
    seen.add_argument("--all-debtors", action="store_true", help=all_says)


def _add_number(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", type=int, metavar=_("NUMBER"))


def _add_business_id(parser: argparse.ArgumentParser, *, default: str | None = "") -> None:
    parser.add_argument(
        "--business-id",
        default=default,
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
