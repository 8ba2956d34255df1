"""The commands for what waits for a second person."""

from tilisilta.management.grammar.parsers import Subparsers, add_command
from tilisilta.management.wording import gettext as _


def add_proposal_commands(commands: Subparsers) -> None:
    """Add the commands that list proposals and take one back; releasing needs a log-in."""
    add_command(
        commands,
        "list",
        action="proposals:list_proposals",
        says=_("list what is proposed to be sent and waits for another person"),
        example="tilisilta proposal list",
    )
    back = add_command(
        commands,
        "take-back",
        action="proposals:take_back",
        says=_("take back what the same system user has proposed"),
        example="tilisilta proposal take-back 1001-2026-6-1",
    )
    back.add_argument(
        "journal", metavar=_("JOURNAL"), help=_("company-year-run-revision, as in 1001-2026-6-1")
    )
