"""The words of the command line. Needs no services or settings, so that help always works."""

import argparse

from tilisilta import __version__
from tilisilta.management.grammar.bureau import add_bureau_commands
from tilisilta.management.grammar.help_groups import GroupedHelpParser
from tilisilta.management.grammar.journals import add_journal_commands
from tilisilta.management.grammar.mail import add_mail_commands
from tilisilta.management.grammar.parsers import add_group
from tilisilta.management.grammar.payroll import add_payroll_commands
from tilisilta.management.grammar.proof import add_proof_commands
from tilisilta.management.grammar.sending_rules import add_rule_commands
from tilisilta.management.grammar.service import add_service_commands
from tilisilta.management.grammar.tokens import add_token_commands
from tilisilta.management.grammar.trails import add_trail_commands
from tilisilta.management.grammar.webhooks import add_webhook_commands
from tilisilta.management.wording import gettext as _

__all__ = ["build_parser"]


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line, in the language of the terminal."""
    parser = GroupedHelpParser(
        prog="tilisilta",
        description=_("Carries payroll journals from Nmbrs into Procountor, each exactly once."),
        epilog=_(
            "Exit status: 0 done, 1 refused or something failed, 2 wrong use, 3 outcome uncertain "
            "or not finished in time. "
            "Settings are read from the environment; see docs/self-hosting.md."
        )
        + " "
        + _("tilisilta COMMAND --help shows the options of a command, and an example."),
    )
    parser.add_argument("--version", action="version", version=f"tilisilta {__version__}")
    commands = parser.add_subparsers(
        metavar=_("COMMAND"),
        dest="command",
        required=True,
        parser_class=argparse.ArgumentParser,
    )
    add_service_commands(commands)
    add_journal_commands(commands)
    add_rule_commands(
        add_group(commands, "rules", says=_("sending by rule: what is as every month"))
    )
    add_proof_commands(commands)
    add_bureau_commands(commands)
    add_token_commands(commands)
    add_webhook_commands(commands)
    add_mail_commands(commands)
    add_payroll_commands(commands)
    add_trail_commands(commands)
    return parser
