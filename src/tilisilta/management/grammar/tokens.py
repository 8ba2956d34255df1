"""The commands for the tokens of the API."""

import argparse

from tilisilta.management.grammar.parsers import Subparsers, add_command, add_group
from tilisilta.management.wording import gettext as _

SCOPES = ("read", "verify", "import", "send", "withdraw", "sign", "set_up", "mask")


def add_token_commands(commands: Subparsers) -> None:
    """Add the commands that make, list and revoke tokens."""
    tokens = add_group(
        commands, "token", says=_("API tokens: what a program acts by as one of the users")
    )
    create = add_command(
        tokens,
        "create",
        action="tokens:create",
        says=_("make a token of a user; it is printed once"),
        example='tilisilta token create aino "payroll robot" --scope read --scope send --days 90',
    )
    _add_user_and_name(create)
    create.add_argument(
        "--scope",
        action="append",
        choices=SCOPES,
        help=_("what it may be used for, several times (default read)"),
    )
    create.add_argument(
        "--days",
        type=int,
        default=90,
        metavar=_("DAYS"),
        help=_("how long it is good, at most 366 days (default 90)"),
    )
    shown = add_command(
        tokens,
        "list",
        action="tokens:list_tokens",
        says=_("list tokens with their scopes, last use and end"),
        example="tilisilta token list --user aino",
    )
    shown.add_argument("--user", metavar=_("NAME"), help=_("only those of this user"))
    revoke = add_command(
        tokens,
        "revoke",
        action="tokens:revoke",
        says=_("revoke a token for good"),
        example='tilisilta token revoke aino "payroll robot"',
    )
    _add_user_and_name(revoke)


def _add_user_and_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("user", metavar=_("USER"))
    parser.add_argument("name", metavar=_("NAME"))
