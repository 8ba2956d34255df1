"""The commands of every month: import, preview, journal, send, settle, withdraw, status."""

import argparse

from tilisilta.management.grammar.parsers import Subparsers, add_command, add_group, day, month
from tilisilta.management.grammar.proposals import add_proposal_commands
from tilisilta.management.wording import gettext as _


def add_journal_commands(commands: Subparsers) -> None:
    """Add the commands for what is done with each journal."""
    _add_import(commands)
    _add_preview(commands)
    _add_answers(commands)
    _add_send(commands)
    _add_settle(commands)
    _add_withdraw(commands)
    add_proposal_commands(
        add_group(commands, "proposal", says=_("proposals: what waits for a second person"))
    )
    status = add_command(
        commands,
        "status",
        action="status:show_status",
        says=_("show where the journals of a month stand and what waits for somebody"),
        example=(
            "tilisilta status\n"
            "tilisilta status --period 2026-06\n"
            "tilisilta status --company 1001 --json"
        ),
    )
    which = status.add_mutually_exclusive_group()
    which.add_argument(
        "--period", type=month, metavar="2026-06", help=_("this month (default: the one at work)")
    )
    which.add_argument(
        "--company", type=int, metavar=_("NUMBER"), help=_("only this company, with all journals")
    )


def column(text: str) -> tuple[str, str]:
    """Return ``account=Tili`` as a field and the header of its column."""
    field, sign, header = (part.strip() for part in text.partition("="))
    if not (field and sign and header):
        raise argparse.ArgumentTypeError(_("%(text)s is not FIELD=HEADER") % {"text": repr(text)})
    return field, header


def _add_import(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "import",
        action="journals:import_file",
        says=_("import a journal from a file: Nmbrs XML, SIE, JSON, CSV or XLSX"),
        example=(
            "tilisilta import june.xml --company 1001\n"
            "tilisilta import june.csv --company 1001 --run 6 --year 2026 \\\n"
            "    --columns account=Tili amount=Summa date=Pvm\n"
            "tilisilta import procountor.csv --company 1001 --columns date=1 account=2 amount=3\n"
            "tilisilta import no-dates.csv --company 1001 --date 2026-06-30\n"
            "tilisilta import all-clients.csv\n"
            "tilisilta import holiday-pay.csv --company 1001 --another-run"
        ),
    )
    parser.add_argument("file", metavar=_("FILE"))
    parser.add_argument(
        "--company",
        type=int,
        metavar=_("NUMBER"),
        help=_("the company; without it the file must name its company or companies"),
    )
    parser.add_argument(
        "--only",
        action="store_true",
        help=_("of a file of several companies, only the journal of --company"),
    )
    _add_run(parser)
    parser.add_argument(
        "--again", action="store_true", help=_("take in a file whose journal was discarded")
    )
    parser.add_argument(
        "--currency", default="", metavar="EUR", help=_("where neither file nor link says it")
    )
    parser.add_argument(
        "--columns",
        nargs="+",
        type=column,
        default=None,
        metavar=_("FIELD=HEADER"),
        help=_(
            "what the columns of a table hold, by header or place, if their headers do not say it; "
            "it is remembered for the company"
        ),
    )
    parser.add_argument(
        "--date",
        type=day,
        default=None,
        metavar="YYYY-MM-DD",
        help=_("the booking date of all lines of a file without dates"),
    )
    parser.add_argument(
        "--period",
        type=month,
        default=None,
        metavar="YYYY-MM",
        help=_("the period of all lines of a file without dates and periods"),
    )
    parser.add_argument(
        "--debit-negative",
        action="store_true",
        help=_("debits are negative in the file: turn all its amounts round"),
    )


def _add_run(parser: argparse.ArgumentParser) -> None:
    """Add the options that name the run of a journal: one of three, or none."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--run", metavar=_("NUMBER"), help=_("the run's number, where the file does not say it")
    )
    which.add_argument(
        "--revision-of",
        metavar=_("JOURNAL"),
        help=_("it is a newer version of this journal, as in 1001-2026-6-1"),
    )
    which.add_argument(
        "--another-run",
        action="store_true",
        help=_("it is a run of its own, under a number that is free"),
    )
    parser.add_argument(
        "--year", type=year, metavar=_("YEAR"), help=_("the run's year, together with --run")
    )


def year(text: str) -> int:
    """Return ``2026`` as a year that a run can have."""
    if not (text.isdecimal() and 2000 <= int(text) <= 2100):
        raise argparse.ArgumentTypeError(_("%(text)s is not a year") % {"text": repr(text)})
    return int(text)


def _add_answers(commands: Subparsers) -> None:
    """Add ``journal`` and the answers that a person can give about one."""
    answers = add_group(commands, "journal", says=_("say what a journal is, or discard it"))
    run = add_command(
        answers,
        "run",
        action="journal_answers:change_run",
        says=_("say which run a journal from a file is of, as long as nothing of it was sent"),
        example=(
            "tilisilta journal run 1001-2026-6-2 --another-run\n"
            "tilisilta journal run 1001-2026-6b-1 --run 61 --year 2026\n"
            "tilisilta journal run 1001-2026-6b-1 --revision-of 1001-2026-6"
        ),
    )
    _add_journal(run)
    _add_run(run)
    discard = add_command(
        answers,
        "discard",
        action="journal_answers:discard_journal",
        says=_("discard a journal from a file, as long as nothing of it was sent"),
        example='tilisilta journal discard 1001-2026-6-1 --reason "file of another company"',
    )
    _add_journal(discard)
    discard.add_argument(
        "--reason", required=True, metavar=_("TEXT"), help=_("why; it stands in the audit log")
    )
    another = add_command(
        answers,
        "another-payroll",
        action="journal_answers:another_payroll",
        says=_("say that a journal is not the payroll of another one again (N35, N37)"),
        example="tilisilta journal another-payroll 1001-2026-6b-1",
    )
    _add_journal(another)


def _add_preview(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "preview",
        action="journals:preview",
        says=_("show the ledger receipts that would be sent, and every problem"),
        example="tilisilta preview 1001-2026-6-1",
    )
    _add_journal(parser)
    parser.add_argument(
        "--check", action="store_true", help=_("check the journal against Procountor first")
    )


def _add_send(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "send",
        action="differences:send",
        says=_("send journals; the worker books each receipt exactly once"),
        example=(
            "tilisilta send 1001-2026-6-1 --wait\n"
            "tilisilta send --all --period 2026-06 --wait --json\n"
            'tilisilta send 1001-2026-6-1 --again --reason "withdrawn by mistake" --wait\n'
            'tilisilta send 1001-2026-6-2 --difference --reason "overtime came in late" --wait'
        ),
    )
    parser.add_argument(
        "journals",
        nargs="*",
        metavar=_("JOURNAL"),
        help=_("company-year-run-revision, as in 1001-2026-6-1"),
    )
    _add_all_ready(parser)
    parser.add_argument(
        "--stop",
        default="",
        metavar=_("ID"),
        help=_("stop what is not begun of a sending, by its number in the answer of --all"),
    )
    parser.add_argument(
        "--again",
        action="store_true",
        help=_("send journals that are withdrawn once more, under tokens of their own"),
    )
    parser.add_argument(
        "--difference",
        action="store_true",
        help=_("book only what a journal changes in what is booked of its run"),
    )
    parser.add_argument(
        "--plan",
        action="store_true",
        help=_("with --difference: only show what would be booked"),
    )
    parser.add_argument(
        "--reason",
        metavar=_("TEXT"),
        help=_("with --again and --difference: why; it stands in the audit log"),
    )
    parser.add_argument(
        "--wait",
        action="store_true",
        help=_("wait until all is booked; without a worker, this command does the work"),
    )
    _add_timeout(parser)


def _add_timeout(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timeout",
        type=float,
        default=900.0,
        metavar=_("SECONDS"),
        help=_("with --wait, stop waiting after so long (default 900); the sending goes on"),
    )


def _add_all_ready(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--all",
        "--all-ready",
        dest="all_ready",
        action="store_true",
        help=_("every journal that is ready, of the newest month that has runs"),
    )
    parser.add_argument(
        "--period", type=month, metavar="2026-06", help=_("with --all-ready: of this month")
    )
    parser.add_argument(
        "--all-periods", action="store_true", help=_("with --all-ready: of all months")
    )
    parser.add_argument(
        "--company", type=int, metavar=_("NUMBER"), help=_("with --all-ready: of this company")
    )
    parser.add_argument(
        "--debtor", type=int, metavar=_("NUMBER"), help=_("with --all-ready: of this debtor")
    )


def _add_settle(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "settle",
        action="settling:settle",
        says=_("say whether a receipt is a journal's, or that nothing of a journal is to be sent"),
        example=(
            "tilisilta settle 1001-2026-6-1 --receipt 88 --ours\n"
            "tilisilta settle 1001-2026-6-1 --receipt 88 --another\n"
            'tilisilta settle 1001-2026-6-2 --by-hand --receipt 91 --reason "booked by Aino"\n'
            'tilisilta settle 1001-2026-7-1 --as-sent --reason "sent by Nmbrs itself"\n'
            'tilisilta settle 1001-2026-7-1 --undo --reason "it was not"'
        ),
    )
    _add_journal(parser)
    parser.add_argument(
        "--receipt",
        metavar=_("NUMBER"),
        help=_("the receipt in question, or the one in which it was booked by hand"),
    )
    answer = parser.add_mutually_exclusive_group(required=True)
    answer.add_argument(
        "--ours", action="store_true", help=_("it is the journal's: it is taken over, nothing sent")
    )
    answer.add_argument(
        "--another",
        action="store_true",
        help=_("it is another: the journal's own may be sent, and this is remembered"),
    )
    answer.add_argument(
        "--by-hand",
        action="store_true",
        help=_("the run was changed or deleted after sending, and the rest was done by hand"),
    )
    answer.add_argument(
        "--as-sent",
        action="store_true",
        help=_("the journal was booked another way: it counts as sent, and is never sent"),
    )
    answer.add_argument(
        "--undo",
        action="store_true",
        help=_("take --by-hand or --as-sent back: the journal waits for somebody again"),
    )
    parser.add_argument(
        "--reason",
        metavar=_("TEXT"),
        help=_("with --by-hand, --as-sent and --undo: why; it stands in the audit log"),
    )


def _add_withdraw(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "withdraw",
        action="withdrawing:withdraw",
        says=_("take back what is booked of a journal: invalidate its receipts, or reverse them"),
        example=(
            "tilisilta withdraw 1001-2026-6-1 --plan\n"
            'tilisilta withdraw 1001-2026-6-1 --reason "wrong collective agreement" --wait'
        ),
    )
    _add_journal(parser)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--plan",
        action="store_true",
        help=_("only say what would become of each receipt; nothing is changed"),
    )
    what.add_argument(
        "--reason",
        metavar=_("TEXT"),
        help=_("why; it stands in the audit log and in the notes of a reversing receipt"),
    )
    parser.add_argument(
        "--wait",
        action="store_true",
        help=_("wait until all is taken back; without a worker, this command does the work"),
    )
    _add_timeout(parser)


def _add_journal(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "journal",
        metavar=_("JOURNAL"),
        help=_("company-year-run-revision, as in 1001-2026-6-1"),
    )
