"""The mail server at the command line: how it stands, and a test of it."""

from argparse import Namespace
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.management.output import Answer, Refused, Status, refusal_of, shown_moment, table
from tilisilta.management.users import find_user
from tilisilta.models import NoticeChoice, NoticeMail
from tilisilta.services.notices.choosing import checked_address, choice_of
from tilisilta.services.notices.confirming import confirm_address
from tilisilta.services.notices.delivery import send_test
from tilisilta.services.notices.mail_server import (
    MailStanding,
    failed_mails,
    failure_words,
    mail_standing,
    outcome_words,
    unconfirmed_choices,
)


def show(_options: Namespace) -> Answer:
    """Show whether mails go, and which failed lately."""
    now = timezone.now()
    standing, failed = mail_standing(now), list(failed_mails(now))
    lines = mail_lines(standing) or [_("Mails go.")]
    if failed:
        headers = (_("User"), _("Mail address"), _("Made"), _("Reason"))
        rows = [
            (one.user.username, one.address, shown_moment(one.made_at), failure_words(one.failure))
            for one in failed
        ]
        lines += ["", table(headers, rows)]
    unconfirmed = list(unconfirmed_choices())
    if unconfirmed:
        lines += ["", _unconfirmed_table(unconfirmed)]
    return Answer(
        document={
            **mail_document(standing),
            "server": f"{settings.MAIL_HOST}:{settings.MAIL_PORT}" if settings.MAIL_HOST else None,
            "security": settings.MAIL_SECURITY,
            "sender": settings.MAIL_FROM or None,
            "failed": [_failed_document(one) for one in failed],
            "unconfirmed": [_unconfirmed_document(one) for one in unconfirmed],
        },
        text="\n".join(lines),
    )


def confirm(options: Namespace) -> Answer:
    """Confirm the mail address of a user, for whoever knows that it is theirs."""
    user = find_user(options.user)
    choice = choice_of(user)
    if choice is None or not choice.address:
        raise Refused(
            _("%(name)s has given no mail address") % {"name": user.username},
            remedy=_("Users give their own, on the page of their notices."),
        )
    # One that is confirmed already stays as it is.
    confirm_address(choice, user=None, now=timezone.now())
    text = _("The mail address %(address)s of %(name)s is confirmed.")
    facts = {"address": choice.address, "name": user.username}
    document = {"user": user.username, "address": choice.address}
    return Answer(document=document, text=text % facts)


def test(options: Namespace) -> Answer:
    """Send a test mail, and refuse where the mail server does not take it."""
    try:
        address = checked_address(options.address)
    except ValidationError as error:
        raise refusal_of(error) from error
    outcome = send_test(address, now=timezone.now())
    if outcome is None:
        raise Refused(
            _("No mail server is set up"),
            cause=_("The setting %(name)s is empty.") % {"name": "TILISILTA_MAIL_HOST"},
            remedy=_("Set it as docs/self-hosting.md says, and start Tilisilta again."),
        )
    document = {"address": address, "failure": outcome.failure, "reply": outcome.reply}
    if outcome.failure is not None:
        return Answer(document=document, text=outcome_words(outcome), status=Status.REFUSED)
    text = _("The mail server took a test mail to %(address)s. See whether it arrives.")
    return Answer(document=document, text=text % {"address": address})


def mail_document(standing: MailStanding) -> dict[str, Any]:
    """Return how mail stands, for the JSON document."""
    return {
        "is_configured": standing.is_configured,
        "failing_since": standing.failing_since,
        "failure": standing.failure or None,
        "reply": standing.reply,
        "waiting_count": standing.waiting_count,
        "failed_count": standing.failed_count,
        "unconfirmed_count": standing.unconfirmed_count,
    }


def mail_lines(standing: MailStanding) -> list[str]:
    """Return what a person should know of mail; nothing where it works or is not set up at all."""
    if not standing.is_configured:
        return []
    lines = []
    if standing.failing_since is not None:
        text = _("No mail goes since %(moment)s: %(what)s. Mails that wait: %(count)s")
        lines.append(
            text
            % {
                "moment": shown_moment(standing.failing_since),
                "what": standing.failure_words,
                "count": standing.waiting_count,
            }
        )
        lines.append(standing.remedy)
    if standing.failed_count:
        text = _("Mails of the last 30 days that failed: %(count)s. See tilisilta mail show.")
        lines.append(text % {"count": standing.failed_count})
    if standing.unconfirmed_count:
        text = _("Mail addresses that are not confirmed: %(count)s. See tilisilta mail show.")
        lines.append(text % {"count": standing.unconfirmed_count})
    return lines


def _unconfirmed_table(choices: Iterable[NoticeChoice]) -> str:
    headers = (_("User"), _("Address that is not confirmed"), _("Notices go there until"))
    rows = [
        (one.user.username, one.address, shown_moment(one.told_unconfirmed_until))
        for one in choices
    ]
    return table(headers, rows)


def _unconfirmed_document(choice: NoticeChoice) -> dict[str, Any]:
    return {
        "user": choice.user.username,
        "address": choice.address,
        "told_until": choice.told_unconfirmed_until,
    }


def _failed_document(mail: NoticeMail) -> dict[str, Any]:
    return {
        "user": mail.user.username,
        "address": mail.address,
        "made_at": mail.made_at,
        "failure": mail.failure,
        "reply": mail.reply,
    }
