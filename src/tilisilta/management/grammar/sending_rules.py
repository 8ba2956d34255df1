"""The commands for sending by rule: what rules would do now, and the brake for all of them."""

from tilisilta.management.grammar.parsers import Subparsers, add_command
from tilisilta.management.wording import gettext as _


def add_rule_commands(commands: Subparsers) -> None:
    """Add the commands that show rules, stop them all, and let them go on."""
    add_command(
        commands,
        "list",
        action="sending_rules:list_rules",
        says=_("list the links that send by rule, and whether all of it is stopped"),
        example=(
            "tilisilta rules list\n"
            "tilisilta link change --company 1001 --send-by-rule yes --rule-hours 24"
        ),
    )
    check = add_command(
        commands,
        "check",
        action="sending_rules:check",
        says=_("show what would be sent by rule now, and what holds the rest; nothing is sent"),
        example="tilisilta rules check\ntilisilta rules check --company 1001 --json",
    )
    check.add_argument("--company", type=int, metavar=_("NUMBER"))
    stop = add_command(
        commands,
        "stop",
        action="sending_rules:stop",
        says=_("stop all sending by rule at once"),
        example='tilisilta rules stop --reason "wrong amounts in June"',
    )
    resume = add_command(
        commands,
        "resume",
        action="sending_rules:resume",
        says=_("let journals that come from now on be sent by rule again"),
        example='tilisilta rules resume --reason "amounts are right again"',
    )
    for parser in (stop, resume):
        parser.add_argument("--reason", required=True, metavar=_("TEXT"))
    keep = add_command(
        commands,
        "keep",
        action="sending_rules:keep",
        says=_("keep a journal from being sent by rule: a person sends it"),
        example="tilisilta rules keep 1001-2026-6-1",
    )
    keep.add_argument("journal", metavar=_("JOURNAL"))
