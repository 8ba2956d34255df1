"""The commands that lead back: from the books to a receipt's run, and to who did what."""

import argparse

from tilisilta.management.grammar.journals import year
from tilisilta.management.grammar.parsers import Subparsers, Words, add_command, day
from tilisilta.management.wording import gettext as _


def add_trail_commands(commands: Subparsers) -> None:
    """Add the commands for who looks back: an auditor, or a clerk with a receipt number."""
    _add_find(commands)
    _add_receipts(commands)
    _add_audit(commands)


def _add_find(commands: Subparsers) -> None:
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


def _add_receipts(commands: Subparsers) -> None:
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


def _add_audit(commands: Subparsers) -> None:
    audit = add_command(
        commands,
        "audit",
        action="audit_log:show_log",
        says=_("show the audit log: who did what, and when, the latest first"),
        example=(
            "tilisilta audit --company 1001 --since 2026-06-01\n"
            "tilisilta audit --system-user anna\n"
            "tilisilta audit --commands --json"
        ),
    )
    _add_filters(audit)
    audit.add_argument(
        "--limit",
        type=int,
        default=100,
        metavar=_("COUNT"),
        help=_("show at most so many entries (default 100)"),
    )
    parts = audit.add_subparsers(
        title=_("commands"), metavar=_("COMMAND"), required=False, action=Words
    )
    verify = add_command(
        parts,
        "verify",
        action="audit_chain:verify",
        says=_("check that no entry was changed, removed or added later, and print the head"),
        example=f"tilisilta audit verify\ntilisilta audit verify --head {'3f8a' * 16}",
    )
    verify.add_argument(
        "--head",
        default="",
        metavar=_("DIGEST"),
        help=_("a head that was noted earlier, which must still be part of the chain"),
    )
    export = add_command(
        parts,
        "export",
        action="audit_chain:export",
        says=_("write the log as CSV, with old and new values and the chain"),
        example="tilisilta audit export audit-log-2026.csv --since 2026-01-01 --until 2026-12-31",
    )
    export.add_argument("file", metavar=_("FILE"))
    _add_filters(export)
    mask = add_command(
        parts,
        "mask",
        action="audit_chain:mask",
        says=_(
            "mask a person's name or identity code in an entry, or in all that is stored of a "
            "journal's run; digests and the chain stay whole"
        ),
        example=(
            'tilisilta audit mask 4711 --text "Maija Meikäläinen" --reason "erasure requested"\n'
            'tilisilta audit mask --journal 1001-2026-6-1 --text "Maija Meikäläinen" '
            '--reason "erasure requested"'
        ),
    )
    mask.add_argument("entry", type=int, nargs="?", metavar=_("ID"))
    mask.add_argument(
        "--journal",
        default="",
        metavar=_("JOURNAL"),
        help=_("mask in this journal's run instead: lines, receipts as sent, names, the log"),
    )
    mask.add_argument(
        "--text",
        required=True,
        metavar=_("TEXT"),
        help=_(
            "the text, or - to read it from standard input; each value of an entry that has it is "
            "masked as a whole, of a journal only the text itself"
        ),
    )
    mask.add_argument("--reason", required=True, metavar=_("TEXT"), help=_("why it is masked"))


def _add_filters(audit: argparse.ArgumentParser) -> None:
    audit.add_argument("--company", type=int, metavar=_("NUMBER"), help=_("only of this company"))
    who = audit.add_mutually_exclusive_group()
    who.add_argument("--user", metavar=_("NAME"), help=_("only what this user did on the pages"))
    who.add_argument(
        "--system-user",
        default="",
        metavar=_("NAME"),
        help=_("only what commands did that this system user ran"),
    )
    who.add_argument(
        "--commands", action="store_true", help=_("only what commands did, whoever ran them")
    )
    audit.add_argument(
        "--kind", default="", metavar=_("KIND"), help=_("only this kind, such as journal_sent")
    )
    audit.add_argument("--since", type=day, metavar="2026-06-01", help=_("from this day on"))
    audit.add_argument("--until", type=day, metavar="2026-06-30", help=_("up to this day"))
