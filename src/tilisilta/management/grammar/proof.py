"""The commands that prove a month: payroll against the ledger."""

from tilisilta.management.grammar.parsers import Subparsers, add_command, month
from tilisilta.management.wording import gettext as _


def add_proof_commands(commands: Subparsers) -> None:
    """Add the commands for the end of a month."""
    verify = add_command(
        commands,
        "verify",
        action="verification:compare",
        says=_("compare payroll with the ledger in Procountor; nothing is written there"),
        example=(
            "tilisilta verify\n"
            "tilisilta verify --period 2026-06 --company 1001\n"
            "tilisilta verify --period 2026-06 --debtor 101 --json"
        ),
    )
    verify.add_argument(
        "--period",
        type=month,
        metavar="2026-06",
        help=_("this month (default: the current one and the two before it)"),
    )
    which = verify.add_mutually_exclusive_group()
    which.add_argument("--company", type=int, metavar=_("NUMBER"), help=_("only this company"))
    which.add_argument(
        "--debtor", type=int, metavar=_("NUMBER"), help=_("only the companies of this debtor")
    )
