"""The commands that prove a month: payroll against the ledger, and where every company stands."""

import argparse

from tilisilta.domain.month_end import MonthState
from tilisilta.languages import LANGUAGES
from tilisilta.management.grammar.link_changes import mapped_account
from tilisilta.management.grammar.parsers import Subparsers, add_command, month
from tilisilta.management.wording import gettext as _


def add_proof_commands(commands: Subparsers) -> None:
    """Add the commands for the end of a month."""
    _add_verify(commands)
    _add_net_pay(commands)
    _add_month(commands)
    _add_fix(commands)
    _add_signing(commands)
    _add_archive(commands)


def _add_verify(commands: Subparsers) -> None:
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


def _add_net_pay(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "netpay",
        action="net_pay:compare",
        says=_("compare the net pay of a month with its payment files, or tick it off as paid"),
        example=(
            "tilisilta netpay --company 1001 --period 2026-06\n"
            "tilisilta netpay palkat.xml lomarahat.xml --company 1001 --period 2026-06\n"
            "tilisilta netpay --company 1001 --period 2026-06 --fetch\n"
            "tilisilta netpay --company 1001 --period 2026-06 --accounts 2961,2962\n"
            "tilisilta netpay --company 1001 --period 2026-06 --paid-by-hand --json\n"
            "tilisilta netpay --all --period 2026-06 --fetch"
        ),
    )
    parser.add_argument(
        "files", nargs="*", metavar=_("FILE"), help=_("payment files (pain.001) to add")
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--company", type=int, metavar=_("NUMBER"), help=_("of this company"))
    which.add_argument(
        "--debtor",
        type=int,
        metavar=_("NUMBER"),
        help=_("of all companies of this debtor that have a run in the month"),
    )
    which.add_argument(
        "--all", action="store_true", help=_("of all companies that have a run in the month")
    )
    parser.add_argument("--period", type=month, required=True, metavar="2026-06")
    parser.add_argument(
        "--accounts",
        metavar="2961,2962",
        help=_('name the ledger accounts of net pay for the link; "" proposes them again'),
    )
    parser.add_argument(
        "--remove", metavar=_("NAME"), help=_("take the payment file of that name out")
    )
    parser.add_argument(
        "--fetch",
        action="store_true",
        help=_("fetch the payment files of the month's runs from Nmbrs, by REST"),
    )
    by_hand = parser.add_mutually_exclusive_group()
    by_hand.add_argument(
        "--paid-by-hand",
        action="store_true",
        help=_("tick the net pay off as paid, without a file"),
    )
    by_hand.add_argument("--not-paid", action="store_true", help=_("take that tick back"))


def _add_month(commands: Subparsers) -> None:
    shown = add_command(
        commands,
        "month",
        action="month_end:show_month",
        says=_("show where every company stands at the end of a month"),
        example=(
            "tilisilta month 2026-06\n"
            "tilisilta month 2026-06 --state to_fix --debtor 101\n"
            "tilisilta month 2026-06 --person anna --json"
        ),
    )
    shown.add_argument("month", type=month, metavar="2026-06")
    shown.add_argument(
        "--state",
        choices=[state.value for state in MonthState],
        help=_("list only the companies in this state; the counts are those of all"),
    )
    shown.add_argument(
        "--debtor", type=int, metavar=_("NUMBER"), help=_("only the companies of this debtor")
    )
    shown.add_argument(
        "--person",
        metavar=_("NAME"),
        help=_("only the companies that this user is responsible for or stands in for"),
    )


def _add_fix(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "fix",
        action="fixing:fix",
        says=_(
            "list what stops a month by reason, and put a reason right in all companies at once"
        ),
        example=(
            "tilisilta fix --period 2026-06\n"
            "tilisilta fix N07-5035 --map 5035=5030\n"
            "tilisilta fix --map 5035=5030 --yes --json\n"
            "tilisilta fix --create-items --debtor 101 --yes"
        ),
    )
    parser.add_argument(
        "reason", nargs="?", metavar=_("REASON"), help=_("its short name in the list")
    )
    parser.add_argument(
        "--period", type=month, metavar="2026-06", help=_("this month (default: the one at work)")
    )
    remedy = parser.add_mutually_exclusive_group()
    remedy.add_argument(
        "--map",
        type=mapped_account,
        metavar="5035=5030",
        help=_("map an account of the journals to one that Procountor has"),
    )
    remedy.add_argument(
        "--create-items",
        action="store_true",
        help=_("create the missing dimension items in Procountor"),
    )
    remedy.add_argument(
        "--first-open-day",
        action="store_true",
        help=_("book what lies in a closed period on the first open day after it"),
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--company", type=int, metavar=_("NUMBER"), help=_("only this company"))
    which.add_argument(
        "--debtor", type=int, metavar=_("NUMBER"), help=_("only the companies of this debtor")
    )
    sure = parser.add_mutually_exclusive_group()
    sure.add_argument(
        "--dry-run", action="store_true", help=_("only show what would be done (default)")
    )
    sure.add_argument("--yes", action="store_true", help=_("do it"))


def _add_signing(commands: Subparsers) -> None:
    sign = add_command(
        commands,
        "sign",
        action="month_end:sign",
        says=_("sign that a month of a company is right, or of all that need no reason"),
        example=(
            "tilisilta sign 2026-06 --company 1001\n"
            "tilisilta sign 2026-06 --all-equal --debtor 101\n"
            'tilisilta sign 2026-06 --company 1001 --reason "36.00 is booked in July"'
        ),
    )
    sign.add_argument("month", type=month, metavar="2026-06")
    which = sign.add_mutually_exclusive_group(required=True)
    which.add_argument("--company", type=int, metavar=_("NUMBER"), help=_("of this company"))
    which.add_argument(
        "--all-equal",
        action="store_true",
        help=_("of all companies that are equal to the ledger, with their net pay proven"),
    )
    sign.add_argument(
        "--debtor", type=int, metavar=_("NUMBER"), help=_("only the companies of this debtor")
    )
    sign.add_argument("--note", default="", metavar=_("TEXT"), help=_("a note for the auditor"))
    sign.add_argument(
        "--reason", default="", metavar=_("TEXT"), help=_("why a difference may stay as it is")
    )
    unsign = add_command(
        commands,
        "unsign",
        action="month_end:unsign",
        says=_("take the signature below a month back"),
        example='tilisilta unsign 2026-06 --company 1001 --reason "a receipt is missing"',
    )
    _add_month_of_company(unsign)
    unsign.add_argument("--reason", required=True, metavar=_("TEXT"), help=_("why"))


def _add_archive(commands: Subparsers) -> None:
    archive = add_command(
        commands,
        "archive",
        action="archives:save",
        says=_("save the archive of a month, one ZIP file for each company"),
        example=(
            "tilisilta archive --period 2026-06\n"
            "tilisilta archive --period 2026-06 --company 1001 --out archives --language fi\n"
            "tilisilta archive --period 2026-06 --debtor 101 --json"
        ),
    )
    archive.add_argument("--period", type=month, required=True, metavar="2026-06")
    which = archive.add_mutually_exclusive_group()
    which.add_argument("--company", type=int, metavar=_("NUMBER"), help=_("only this company"))
    which.add_argument(
        "--debtor", type=int, metavar=_("NUMBER"), help=_("only the companies of this debtor")
    )
    archive.add_argument(
        "--out",
        metavar=_("FOLDER"),
        help=_("save them there (default: a folder archive-2026-06 where you are)"),
    )
    archive.add_argument(
        "--language",
        choices=[language.code for language in LANGUAGES],
        help=_("of the report and all texts (default: that of the terminal)"),
    )


def _add_month_of_company(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("month", type=month, metavar="2026-06")
    parser.add_argument(
        "--company", type=int, required=True, metavar=_("NUMBER"), help=_("of this company")
    )
