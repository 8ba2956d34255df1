"""The commands that lead back from the books: to a receipt's run."""

from tilisilta.management.grammar.parsers import Subparsers, add_command
from tilisilta.management.wording import gettext as _


def add_trail_commands(commands: Subparsers) -> None:
    """Add the commands for who looks back: an auditor, or a clerk with a receipt number."""
    find = add_command(
        commands,
        "find",
        action="search:find",
        says=_(
            "lead from a receipt number, a receipt's id or its token to the journal and its run"
        ),
        example=(
            "tilisilta find 20380\n"
            "tilisilta find R0ZV3VK5\n"
            'tilisilta find "Payroll 2026-06 run 6 #R0ZV3VK5" --json'
        ),
    )
    find.add_argument(
        "words",
        nargs="+",
        metavar=_("TEXT"),
        help=_("a number, a token, a receipt's name, a journal, or a company"),
    )
