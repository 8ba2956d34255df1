"""The mail server of the settings: whether there is one, whether it works, and a test of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.clients.smtp import Failure, MailServer, Outcome, Security
from tilisilta.models import NoticeChoice, NoticeMail, NoticeRound

State = NoticeMail.State
SHOWN_FOR = timedelta(days=30)
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))
"""The pauses after a mail server that failed; the last one again and again, as nothing is lost."""

_REMEDIES: Mapping[str, Promise] = {
    Failure.UNREACHABLE: gettext_lazy(
        "Check TILISILTA_MAIL_HOST and TILISILTA_MAIL_PORT, and whether this machine may connect "
        "there."
    ),
    Failure.UNTRUSTED: gettext_lazy(
        "TILISILTA_MAIL_HOST must be the name in the certificate. Name the issuer by "
        "TILISILTA_MAIL_CA_FILE if it is the bureau itself."
    ),
    Failure.NO_TLS: gettext_lazy(
        "Check TILISILTA_MAIL_PORT, or set TILISILTA_MAIL_SECURITY to tls; none only for a server "
        "on the same machine."
    ),
    Failure.LOGIN_REFUSED: gettext_lazy("Check TILISILTA_MAIL_USER and TILISILTA_MAIL_PASSWORD."),
    Failure.SENDER_REFUSED: gettext_lazy(
        "Set TILISILTA_MAIL_FROM to an address from which the mail server lets this user send."
    ),
    Failure.RECIPIENT_REFUSED: gettext_lazy(
        "Check the address; if every address is refused, the settings of the mail server."
    ),
    Failure.MESSAGE_REFUSED: gettext_lazy(
        "Ask those who look after the mail server why it refuses mails of Tilisilta."
    ),
    Failure.BUSY: gettext_lazy(
        "Try again in a few minutes; notices are tried again by themselves."
    ),
    Failure.NO_ANSWER: gettext_lazy("See whether the mail has arrived before you try again."),
}


@dataclass(frozen=True, kw_only=True)
class MailStanding:
    """How mail stands: ``failing_since`` is set while the mail server takes none at all."""

    is_configured: bool
    failing_since: datetime | None
    failure: str
    reply: int | None
    waiting_count: int
    failed_count: int
    unconfirmed_count: int

    @property
    def failure_words(self) -> str:
        return failure_words(self.failure)

    @property
    def remedy(self) -> str:
        return remedy_words(self.failure)


def mail_server() -> MailServer | None:
    """Return the mail server of the settings; ``None`` where there is none."""
    if not settings.MAIL_HOST:
        return None
    return MailServer(
        host=settings.MAIL_HOST,
        port=settings.MAIL_PORT,
        security=Security(settings.MAIL_SECURITY),
        user=settings.MAIL_USER,
        password=settings.MAIL_PASSWORD,
        ca_file=settings.MAIL_CA_FILE,
        timeout_seconds=settings.MAIL_TIMEOUT_SECONDS,
        limit_seconds=3 * settings.MAIL_TIMEOUT_SECONDS,
    )


def mail_standing(now: datetime) -> MailStanding:
    row = NoticeRound.objects.first()
    return MailStanding(
        is_configured=bool(settings.MAIL_HOST),
        failing_since=row.mail_failing_since if row is not None else None,
        failure=row.mail_failure if row is not None else "",
        reply=row.mail_reply if row is not None else None,
        waiting_count=NoticeMail.objects.filter(state__in=(State.WAITING, State.SENDING)).count(),
        failed_count=failed_mails(now).count(),
        unconfirmed_count=unconfirmed_choices().count(),
    )


def failed_mails(now: datetime) -> QuerySet[NoticeMail]:
    """Return the mails that failed for good lately, the last one first."""
    failed = NoticeMail.objects.filter(state=State.FAILED, made_at__gt=now - SHOWN_FOR)
    return failed.select_related("user").order_by("-pk")


def failure_words(failure: str) -> str:
    """Return why a mail did not go, in the active language."""
    return str(dict(NoticeMail.Failure.choices).get(failure, failure))


def outcome_words(outcome: Outcome) -> str:
    """Return why a mail did not go, the number of the server's answer if any, and what to do."""
    failure = outcome.failure or ""
    words = failure_words(failure)
    if outcome.reply is not None:
        words = _("%(what)s (answer %(reply)s)") % {"what": words, "reply": outcome.reply}
    return f"{words}. {remedy_words(failure)}"


def remedy_words(failure: str) -> str:
    """Return what to do about a mail that did not go, in the active language."""
    return str(_REMEDIES.get(failure, ""))


def refused_choices() -> QuerySet[NoticeChoice]:
    """Return the users whose address was refused for good, so that nothing goes there."""
    return NoticeChoice.objects.exclude(refused_at=None).select_related("user")


def unconfirmed_choices() -> QuerySet[NoticeChoice]:
    """Return the users who gave an address and have not confirmed it."""
    unconfirmed = NoticeChoice.objects.unconfirmed().filter(user__is_active=True)
    return unconfirmed.select_related("user")


def is_paused(now: datetime) -> bool:
    """Return whether the mail server failed so lately that it is not tried yet."""
    # A next time that lies far ahead was planned by a clock that ran ahead.
    return NoticeRound.objects.filter(
        mail_next_try_at__gt=now, mail_next_try_at__lt=now + 2 * PAUSES[-1]
    ).exists()


def note_server(outcome: Outcome, *, now: datetime) -> None:
    """Remember that the mail server works, or that it takes no mail and when to try again."""
    row, _made = NoticeRound.objects.get_or_create(name="notices")
    if not outcome.is_of_server:
        if row.mail_failing_since is not None:
            NoticeRound.objects.update(
                mail_failing_since=None,
                mail_failure="",
                mail_reply=None,
                mail_next_try_at=None,
                mail_failure_count=0,
            )
        return
    pause = PAUSES[min(row.mail_failure_count, len(PAUSES) - 1)]
    NoticeRound.objects.update(
        mail_failing_since=row.mail_failing_since or now,
        mail_failure=outcome.failure or "",
        mail_reply=outcome.reply,
        mail_next_try_at=now + pause,
        mail_failure_count=row.mail_failure_count + 1,
    )
