"""The commands for webhooks."""

import argparse

from tilisilta.management.grammar.parsers import Subparsers, add_command, add_group
from tilisilta.management.wording import gettext as _

FORMATS = ("json", "slack", "teams")
KINDS = ("needs_person", "ready", "authorisation", "missing_run", "complete", "changed")
LANGUAGES = ("sv", "fi", "en")


def add_webhook_commands(commands: Subparsers) -> None:
    """Add the commands that list, make, change, try and end webhooks."""
    webhooks = add_group(
        commands, "webhook", says=_("webhooks: notices to a program, to Slack or to Teams")
    )
    shown = add_command(
        webhooks,
        "list",
        action="webhooks:list_webhooks",
        says=_("list webhooks, and what came of the last message of each"),
        example="tilisilta webhook list\ntilisilta webhook list payroll-channel",
    )
    shown.add_argument(
        "name", nargs="?", default="", metavar=_("NAME"), help=_("its last messages, one by one")
    )
    _add_add(webhooks)
    _add_change(webhooks)
    test = add_command(
        webhooks,
        "test",
        action="webhooks:check_webhook",
        says=_("send a test notice now, and say what the receiver answered"),
        example="tilisilta webhook test payroll-channel",
    )
    test.add_argument("name", metavar=_("NAME"))
    end = add_command(
        webhooks,
        "end",
        action="webhooks:end_webhook",
        says=_("end a webhook for good; its address and its secret are forgotten"),
        example="tilisilta webhook end payroll-channel",
    )
    end.add_argument("name", metavar=_("NAME"))


def _add_add(webhooks: Subparsers) -> None:
    add = add_command(
        webhooks,
        "add",
        action="webhooks:add_webhook",
        says=_("make a webhook; the secret of one for a program is printed once"),
        example=(
            "tilisilta webhook add payroll-channel --format teams --address - < address.txt\n"
            "TILISILTA_WEBHOOK_ADDRESS=… tilisilta webhook add robot --format json"
        ),
    )
    add.add_argument("name", metavar=_("NAME"))
    add.add_argument(
        "--format",
        choices=FORMATS,
        required=True,
        help=_("the form of what is sent: JSON for a program, or a message for Slack or Teams"),
    )
    add.add_argument(
        "--address",
        default="",
        metavar=_("ADDRESS"),
        help=_(
            "the address of the receiver; - reads it from standard input, and without this it is "
            "taken from TILISILTA_WEBHOOK_ADDRESS, so that it need not stand in the list of "
            "processes"
        ),
    )
    _add_what_it_tells(
        add, _("what it tells of, may be repeated; without it all but months that are ready")
    )


def _add_change(webhooks: Subparsers) -> None:
    change = add_command(
        webhooks,
        "change",
        action="webhooks:change_webhook",
        says=_("change a webhook, make a new secret for it, or turn it off and on"),
        example=(
            "tilisilta webhook change robot --kind changed --kind needs_person --debtor 101\n"
            "tilisilta webhook change robot --new-secret\n"
            "tilisilta webhook change robot --off"
        ),
    )
    change.add_argument("name", metavar=_("NAME"))
    change.add_argument("--rename", default="", metavar=_("NAME"), help=_("another name"))
    change.add_argument(
        "--address",
        default="",
        metavar=_("ADDRESS"),
        help=_("another address of the receiver; - reads it from standard input"),
    )
    _add_what_it_tells(
        change, _("what it tells of, may be repeated: these instead of the former ones")
    )
    change.add_argument(
        "--new-secret",
        action="store_true",
        help=_("make a new secret, and print it; for 24 hours the former one signs as well"),
    )
    use = change.add_mutually_exclusive_group()
    use.add_argument("--on", action="store_true", help=_("use it from now on"))
    use.add_argument(
        "--off", action="store_true", help=_("send nothing until it is turned on again")
    )


def _add_what_it_tells(parser: argparse.ArgumentParser, kinds_say: str) -> None:
    parser.add_argument("--kind", action="append", choices=KINDS, help=kinds_say)
    parser.add_argument("--language", choices=LANGUAGES, help=_("the language of what is sent"))
    seen = parser.add_mutually_exclusive_group()
    seen.add_argument(
        "--debtor",
        type=int,
        action="append",
        metavar=_("NUMBER"),
        help=_("tell of this debtor alone; may be repeated"),
    )
    seen.add_argument("--all-debtors", action="store_true", help=_("tell of all debtors"))
