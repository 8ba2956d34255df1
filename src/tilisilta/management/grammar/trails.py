"""The commands that lead back from the books: to a receipt's run."""

from tilisilta.management.grammar.journals import year
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
    receipts = add_command(
        commands,
        "receipts",
        action="receipts_of_year:show_receipts",
        says=_("show or save all ledger receipts of a company over a year"),
        example=(
            "tilisilta receipts 1001 --year 2026\n"
            "tilisilta receipts 1001 --year 2026 --save receipts-1001-2026.xlsx"
        ),
    )
    receipts.add_argument("company", type=int, metavar=_("NUMBER"))
    receipts.add_argument(
        "--year",
        type=year,
        metavar=_("YEAR"),
        help=_("the year of their dates (default: the latest that has any)"),
    )
    receipts.add_argument(
        "--save", metavar=_("FILE"), help=_("write them to this file, which ends in .csv or .xlsx")
    )
