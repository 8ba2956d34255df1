"""The command that sets many companies up from a list."""

import argparse
from pathlib import Path

from tilisilta.management.grammar.parsers import Subparsers, add_command
from tilisilta.management.wording import gettext as _


def add_onboarding_command(commands: Subparsers) -> None:
    """Add ``onboard``."""
    onboard = add_command(
        commands,
        "onboard",
        action="onboarding:onboard",
        says=_("link the companies of a list; without --apply only show what would be done"),
        example=(
            "tilisilta onboard companies.csv\n"
            "tilisilta onboard companies.csv --keys - --apply < keys.csv\n"
            'tilisilta onboard companies.csv --apply --confirm "1005=Iltatuuli Saha Oy"'
        ),
    )
    onboard.add_argument(
        "file",
        type=Path,
        metavar=_("FILE"),
        help=_("a CSV file with company, account, key, dimensions, start, profile; or -"),
    )
    onboard.add_argument(
        "--keys",
        type=Path,
        metavar=_("FILE"),
        help=_("API keys by company or account, where the list has none; or -"),
    )
    onboard.add_argument("--apply", action="store_true", help=_("link what matches"))
    onboard.add_argument(
        "--confirm",
        action="append",
        default=[],
        type=_pair,
        metavar=_("NUMBER=ADMINISTRATION"),
        help=_("confirm that a company goes to an administration that differs; may be repeated"),
    )


def _pair(text: str) -> tuple[int, str]:
    number, sign, name = (part.strip() for part in text.partition("="))
    if not (number.isdecimal() and sign and name):
        raise argparse.ArgumentTypeError(
            _("%(text)s is not NUMBER=ADMINISTRATION") % {"text": repr(text)}
        )
    return int(number), name
