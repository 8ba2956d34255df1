"""The commands for Nmbrs: connections to it, and fetching from it."""

import argparse
from pathlib import Path

from tilisilta.management.grammar.parsers import Subparsers, add_command, add_group
from tilisilta.management.wording import gettext as _

EARLIEST_YEAR, LATEST_YEAR = 2000, 2099


def add_payroll_commands(commands: Subparsers) -> None:
    """Add the commands for what comes in from Nmbrs by itself."""
    _add_connection_commands(
        add_group(commands, "nmbrs", says=_("connections to Nmbrs, where journals are fetched"))
    )
    _add_sync(commands)


def year(text: str) -> int:
    """Return ``2026`` as a year of payroll."""
    if not text.isdecimal() or not EARLIEST_YEAR <= int(text) <= LATEST_YEAR:
        raise argparse.ArgumentTypeError(
            _("%(text)s is not a year such as 2026") % {"text": repr(text)}
        )
    return int(text)


def _add_connection_commands(commands: Subparsers) -> None:
    _add_connection_add(commands)
    _add_connection_change(commands)
    test = add_command(
        commands,
        "test",
        action="nmbrs_connections:check_connections",
        says=_("ask Nmbrs what each connection reaches, and which calls are forbidden"),
        example="tilisilta nmbrs test\ntilisilta nmbrs test palkat --json",
    )
    test.add_argument("name", nargs="?", metavar=_("NAME"), help=_("only this connection"))
    add_command(
        commands,
        "list",
        action="nmbrs_connections:list_connections",
        says=_("list all connections to Nmbrs and whether they work"),
        example="tilisilta nmbrs list --json",
    )
    remove = add_command(
        commands,
        "remove",
        action="nmbrs_connections:remove_connection",
        says=_("forget a connection's token; what came in by it stays"),
        example="tilisilta nmbrs remove palkat",
    )
    _add_name(remove)
    _add_compare(commands)
    _add_accept(commands)
    _add_answer(commands)
    _add_switch(commands)


def _add_connection_add(commands: Subparsers) -> None:
    add = add_command(
        commands,
        "add",
        action="nmbrs_connections:add_connection",
        says=_("connect Nmbrs: by a consent for REST, or as a user with an API token for SOAP"),
        example=(
            "tilisilta nmbrs add palkat --rest\n"
            "tilisilta nmbrs add palkat --user payroll@example.com --token - < token.txt\n"
            "TILISILTA_NMBRS_TOKEN=… tilisilta nmbrs add palkat --user payroll@example.com"
        ),
    )
    _add_name(add)
    add.add_argument(
        "--rest",
        dest="by_rest",
        action="store_true",
        help=_(
            "print the address at which a person consents, and read from standard input the "
            "address that their browser ends at, or the code in it; for a connection that there "
            "is, consent again"
        ),
    )
    add.add_argument(
        "--user",
        default="",
        metavar=_("USER"),
        help=_("the name of the API user in Nmbrs, for SOAP"),
    )
    _add_token(add)
    add.add_argument(
        "--domain",
        default="",
        metavar=_("DOMAIN"),
        help=_("the domain of the environment; without this Nmbrs is asked for it"),
    )
    _add_site(add)
    _add_first_year(add, says=_("fetch runs from this year on (default: this year)"))


def _add_connection_change(commands: Subparsers) -> None:
    change = add_command(
        commands,
        "change",
        action="nmbrs_connections:change_connection",
        says=_("give a connection another token, user, site or first year"),
        example=(
            "tilisilta nmbrs change palkat --token - < token.txt\n"
            "tilisilta nmbrs change palkat --site se\n"
            "tilisilta nmbrs change palkat --first-year 2025"
        ),
    )
    _add_name(change)
    change.add_argument(
        "--user", default="", metavar=_("USER"), help=_("the name of the API user in Nmbrs")
    )
    _add_token(change)
    _add_site(change)
    _add_first_year(change, says=_("fetch runs from this year on"))


def _add_compare(commands: Subparsers) -> None:
    compare = add_command(
        commands,
        "compare",
        action="nmbrs_moving:compare",
        says=_("read the newest runs by SOAP and by REST, and show whether they are equal"),
        example=(
            "tilisilta nmbrs compare palkat\n"
            "tilisilta nmbrs compare --not-equal\n"
            "tilisilta nmbrs compare --last --json"
        ),
    )
    _add_name_of_one(compare)
    compare.add_argument(
        "--not-equal",
        dest="is_of_all",
        action="store_false",
        help=_("read only what was not equal the last time, and what came since"),
    )
    compare.add_argument(
        "--last", action="store_true", help=_("read nothing, and show what was kept of the last")
    )
    _add_waiting(compare)


def _add_accept(commands: Subparsers) -> None:
    accept = add_command(
        commands,
        "accept",
        action="nmbrs_moving:accept",
        says=_("accept that companies are not equal by SOAP and REST, with a reason"),
        example='tilisilta nmbrs accept palkat --company 1001 --reason "Nmbrs: REST is right"',
    )
    _add_name_of_one(accept)
    accept.add_argument(
        "--company",
        type=int,
        action="append",
        required=True,
        metavar=_("NUMBER"),
        help=_("this company; may be given several times"),
    )
    accept.add_argument(
        "--reason", required=True, metavar=_("TEXT"), help=_("why; the audit log keeps it")
    )


def _add_answer(commands: Subparsers) -> None:
    answer = add_command(
        commands,
        "answer",
        action="nmbrs_questions:answer",
        says=_("answer whether companies in Nmbrs are companies that are here"),
        example=(
            "tilisilta nmbrs answer --all-sure --dry-run\n"
            "tilisilta nmbrs answer --all-sure\n"
            "tilisilta nmbrs answer --export questions.csv\n"
            "tilisilta nmbrs answer --file questions.csv"
        ),
    )
    how = answer.add_mutually_exclusive_group()
    how.add_argument(
        "--all-sure",
        action="store_true",
        help=_("the same company wherever name and number are equal and nothing else fits"),
    )
    how.add_argument(
        "--file",
        type=Path,
        metavar=_("FILE"),
        help=_("a CSV file with the columns question and answer: same, another or nothing"),
    )
    how.add_argument(
        "--export",
        type=Path,
        metavar=_("FILE"),
        help=_("write the open questions to a CSV file that can be filled in"),
    )
    answer.add_argument(
        "--dry-run", action="store_true", help=_("store nothing, and show what would happen")
    )


def _add_switch(commands: Subparsers) -> None:
    switch = add_command(
        commands,
        "switch",
        action="nmbrs_moving:switch",
        says=_("fetch by REST from now on, once both are equal; or by SOAP again, until it ends"),
        example="tilisilta nmbrs switch palkat\ntilisilta nmbrs switch palkat --to soap",
    )
    _add_name_of_one(switch)
    switch.add_argument(
        "--to",
        choices=["rest", "soap"],
        default="rest",
        help=_("the API to fetch by (default: rest)"),
    )


def _add_sync(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "sync",
        action="synchronisations:sync",
        says=_("fetch companies, runs and journals from Nmbrs"),
        example="tilisilta sync\ntilisilta sync --company 1001\ntilisilta sync --no-wait",
    )
    parser.add_argument(
        "--company",
        type=int,
        metavar=_("NUMBER"),
        help=_("only this company, with all its journals and before all others"),
    )
    parser.add_argument(
        "--all-journals",
        action="store_true",
        help=_("fetch every journal again, not only those that may have changed"),
    )
    _add_waiting(parser)


def _add_waiting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-wait",
        dest="wait",
        action="store_false",
        help=_("ask for it and end; otherwise, where no worker is, this command does the work"),
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=3600.0,
        metavar=_("SECONDS"),
        help=_("stop waiting after so long (default 3600); the work goes on"),
    )


def _add_site(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--site",
        default="",
        choices=["nl", "se"],
        help=_("where the environment answers: api.nmbrs.nl or, for Swedish ones, api.nmbrs.se"),
    )


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar=_("NAME"))


def _add_name_of_one(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name",
        nargs="?",
        metavar=_("NAME"),
        help=_("the connection; may be left out where there is only one"),
    )


def _add_token(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--token",
        default="",
        metavar=_("TOKEN"),
        help=_(
            "the API token; - reads it from standard input, and without this it is taken from "
            "TILISILTA_NMBRS_TOKEN, so that it need not stand in the list of processes"
        ),
    )


def _add_first_year(parser: argparse.ArgumentParser, *, says: str) -> None:
    parser.add_argument("--first-year", type=year, metavar="2026", help=says)
