"""Users at the command line."""

import os
import sys
from argparse import Namespace
from getpass import getpass
from typing import Any

from django.utils.translation import gettext as _

from tilisilta.management.companies import find_debtor
from tilisilta.management.output import Answer, Refused, WrongUse, table
from tilisilta.models import User, UserTemplate
from tilisilta.services.users import change_user, create_user, turn_off_second_step

PASSWORD_VARIABLE = "TILISILTA_PASSWORD"  # noqa: S105  # the name of a variable


def add_user(options: Namespace) -> Answer:
    """Add a user with the rights of a template, who sees all debtors, some or none."""
    template = _find_template(options.template)
    debtors = [find_debtor(number) for number in options.debtor or ()]
    made = create_user(
        options.name,
        _read_password(reads_input=options.password == "-"),  # noqa: S105  # a sign, no secret
        template=template,
        debtors=debtors,
        sees_all_debtors=not (debtors or options.no_debtors),
        must_change_password=True,
        user=None,
    )
    text = _("Added user %(name)s, who sees these debtors: %(debtors)s.")
    return Answer(
        document=user_document(made), text=text % {"name": made, "debtors": _seen_debtors(made)}
    )


def change_existing(options: Namespace) -> Answer:
    """Give a user another template, or other debtors to see: all, some or none."""
    found = find_user(options.name)
    changes: dict[str, Any] = {}
    if options.template:
        changes["template"] = _find_template(options.template)
    if options.debtor or options.no_debtors or options.all_debtors:
        changes["debtors"] = [find_debtor(number) for number in options.debtor or ()]
        changes["sees_all_debtors"] = options.all_debtors
    if not changes:
        raise WrongUse(
            _("Say what to change: --template, --debtor, --no-debtors or --all-debtors"),
            remedy=_("See tilisilta user change --help."),
        )
    changed = change_user(found, user=None, **changes)
    text = _("Changed user %(name)s, who has template %(template)s and sees: %(debtors)s.")
    facts = {
        "name": changed,
        "template": changed.template or _("none"),
        "debtors": _seen_debtors(changed),
    }
    return Answer(document=user_document(changed), text=text % facts)


def reset_user(options: Namespace) -> Answer:
    """Set another password, which the user has to change, or turn off the second step, or both."""
    found = find_user(options.name)
    if options.second_step_off:
        turn_off_second_step(found, user=None)
    if options.password or not options.second_step_off:
        reads_input = options.password == "-"  # noqa: S105  # a sign, no secret
        change_user(found, user=None, password=_read_password(reads_input=reads_input))
    return Answer(document=user_document(found), text=_("Changed user %(name)s.") % {"name": found})


def list_users(options: Namespace) -> Answer:
    """List all users with their templates and the debtors they are limited to."""
    users = list(User.objects.select_related("template").prefetch_related("debtors"))
    rows = [
        (
            user.username,
            user.template.shown_name if user.template else "",
            _seen_debtors(user),
            "" if user.is_active else _("may not log in"),
        )
        for user in users
    ]
    return Answer(
        document={"users": [user_document(user) for user in users]},
        text=table((_("User"), _("Template"), _("Debtors"), ""), rows),
    )


def user_document(user: User) -> dict[str, Any]:
    """Return a user for the JSON document."""
    return {
        "name": user.username,
        "template": user.template.name if user.template else None,
        "sees_all_debtors": not user.is_limited,
        "debtors": [debtor.number for debtor in user.debtors.all()],
        "is_active": user.is_active,
    }


def find_user(name: str) -> User:
    """Return the user of that name, in any case; raise ``Refused`` for none."""
    found = User.objects.filter(username__iexact=name).first()
    if found is None:
        raise Refused(
            _("There is no user named %(name)s") % {"name": name},
            remedy=_("tilisilta user list shows all users."),
        )
    return found


def _seen_debtors(user: User) -> str:
    if not user.is_limited:
        return _("all")
    return ", ".join(str(debtor.number) for debtor in user.debtors.all()) or _("none")


def _find_template(name: str) -> UserTemplate:
    templates = list(UserTemplate.objects.all())
    template = next((one for one in templates if name in {one.name, one.shown_name}), None)
    if template is None:
        known = ", ".join(one.shown_name for one in templates)
        raise Refused(
            _("There is no user template named %(name)s") % {"name": name},
            cause=_("There are: %(known)s.") % {"known": known}
            if known
            else _("The standard templates are made by the first tilisilta serve."),
            remedy=_("Make user templates on the page User templates."),
        )
    return template


def _read_password(*, reads_input: bool) -> str:
    """Return the new password, from standard input, the environment or the terminal."""
    if reads_input:
        return sys.stdin.readline().rstrip("\n")
    if os.environ.get(PASSWORD_VARIABLE):
        return os.environ[PASSWORD_VARIABLE]
    if not sys.stdin.isatty():
        raise Refused(
            _("There is no password"),
            cause=_("There is no terminal to ask for it."),
            remedy=_("Give --password - and the password on standard input."),
        )
    password = getpass(_("Password: "))
    if getpass(_("Once more: ")) != password:
        raise Refused(_("The two passwords differ"), remedy=_("Give the command again."))
    return password
