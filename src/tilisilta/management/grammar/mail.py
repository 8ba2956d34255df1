"""The commands for the mail server."""

from tilisilta.management.grammar.parsers import Subparsers, add_command, add_group
from tilisilta.management.wording import gettext as _


def add_mail_commands(commands: Subparsers) -> None:
    """Add the commands that show how mail stands and that test it."""
    mail = add_group(commands, "mail", says=_("the mail server by which users get notices"))
    add_command(
        mail,
        "show",
        action="mail:show",
        says=_("show whether mails go, how many wait, and which failed lately"),
        example="tilisilta mail show",
    )
    test = add_command(
        mail,
        "test",
        action="mail:test",
        says=_("send a test mail at once, and say what the mail server answered"),
        example="tilisilta mail test aino@bureau.example",
    )
    test.add_argument("address", metavar=_("ADDRESS"))
    confirm = add_command(
        mail,
        "confirm",
        action="mail:confirm",
        says=_("confirm the mail address of a user, whose notices go there then"),
        example="tilisilta mail confirm aino",
    )
    confirm.add_argument("user", metavar=_("NAME"))
