"""The commands for profiles: named rules that links follow."""

import argparse

from tilisilta.management.grammar.link_changes import add_choices, add_dry_run, add_unchecked
from tilisilta.management.grammar.parsers import Subparsers, add_command
from tilisilta.management.wording import gettext as _

_OF_LINKS_ALONE = ("profile", "start", "verify-only")


def add_profile_commands(commands: Subparsers) -> None:
    """Add the commands that list, make, change and remove profiles."""
    add_command(
        commands,
        "list",
        action="profiles:list_profiles",
        says=_("list all profiles, with how many links follow each"),
        example="tilisilta profile list",
    )
    show = add_command(
        commands,
        "show",
        action="profiles:show",
        says=_("show what a profile decides"),
        example="tilisilta profile show standard",
    )
    _add_name(show)
    add = add_command(
        commands,
        "add",
        action="profiles:add",
        says=_("make a profile: what is not given, it leaves to each link"),
        example="tilisilta profile add standard --cost-centers Kustannuspaikka --default",
    )
    _add_name(add)
    add.add_argument("--default", action="store_true", help=_("new links have it"))
    add_choices(add, without=_OF_LINKS_ALONE)
    change = add_command(
        commands,
        "change",
        action="profiles:change",
        says=_("change a profile and the links that follow it: all of it, or nothing"),
        example="tilisilta profile change standard --map 5035=5030 --dry-run",
    )
    _add_name(change)
    change.add_argument("--rename", default="", metavar=_("NAME"), help=_("another name for it"))
    change.add_argument(
        "--default",
        action=argparse.BooleanOptionalAction,
        default=None,
        help=_("new links have it"),
    )
    add_dry_run(change)
    add_unchecked(change)
    add_choices(change, without=_OF_LINKS_ALONE)
    remove = add_command(
        commands,
        "remove",
        action="profiles:remove",
        says=_("remove a profile that no link follows"),
        example="tilisilta profile remove standard",
    )
    _add_name(remove)


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar=_("NAME"))
