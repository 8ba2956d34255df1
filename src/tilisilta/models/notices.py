"""Notices that were raised, what each user wants to be told, and the mails that tell it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tilisilta.domain.notices import Cadence, Matter, NoticeKind, RaisedNotice
from tilisilta.models.companies import Company, Debtor
from tilisilta.models.connections import NmbrsConnection, ProcountorAccount
from tilisilta.models.users import User

NOTICE_KINDS = (
    (NoticeKind.NEEDS_PERSON.value, _("Something needs a person")),
    (NoticeKind.READY.value, _("A month is ready to be sent")),
    (NoticeKind.AUTHORISATION.value, _("An authorisation has ended or ends soon")),
    (NoticeKind.MISSING_RUN.value, _("An expected run is missing")),
    (NoticeKind.COMPLETE.value, _("A month is complete")),
    (NoticeKind.CHANGED.value, _("Something has changed after signing")),
)


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices, narrowed to those that still stand."""

    def open(self) -> Self:
        return self.filter(passed_at__isnull=True)


class Notice(models.Model):
    """Something that people should know of, from ``raised_at`` until it has passed.

    ``key`` says what it is about, see ``domain.notices.Matter``: one notice of it is open at most.
    ``debtor`` decides who may be told; without one it is for those who see all debtors.
    """

    kind = models.CharField(max_length=20, choices=NOTICE_KINDS)
    key = models.CharField(max_length=120)
    code = models.CharField(max_length=40, blank=True, default="")
    month = models.DateField(null=True, blank=True, help_text="Its first day.")
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    debtor = models.ForeignKey(
        Debtor, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    account = models.ForeignKey(
        ProcountorAccount, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    connection = models.ForeignKey(
        NmbrsConnection, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    ends_on = models.DateField(
        null=True, blank=True, help_text="The last day of what is about to end."
    )
    raised_at = models.DateTimeField(db_index=True)
    passed_at = models.DateTimeField(null=True, blank=True, db_index=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(passed_at__isnull=True), name="one_open_notice_per_key"
            )
        ]

    def __str__(self) -> str:
        return self.key

    @classmethod
    def about(cls, matter: Matter, *, raised_at: Any) -> "Notice":
        """Return a new notice of ``matter``, not yet stored."""
        return cls(
            kind=matter.kind.value,
            key=matter.key,
            code=matter.code,
            month=matter.month,
            company_id=matter.company_id,
            debtor_id=matter.debtor_id,
            account_id=matter.account_id,
            connection_id=matter.connection_id,
            ends_on=matter.ends_on,
            raised_at=raised_at,
        )

    def as_raised(self) -> RaisedNotice:
        return RaisedNotice(
            pk=self.pk,
            key=self.key,
            passed_at=self.passed_at,
            company_id=self.company_id,
            debtor_id=self.debtor_id,
            ends_on=self.ends_on,
        )


class NoticeRound(models.Model):
    """When the notices were last compared with what stands; the one row with the name ``notices``.

    One worker at a time does so, until ``claimed_until`` at the latest. ``mail_failing_since``,
    ``mail_failure`` and ``mail_reply`` say what is wrong with the mail server as a whole, which is
    tried again at ``mail_next_try_at``.
    """

    name = models.CharField(max_length=20, primary_key=True, default="notices")
    claimed_until = models.DateTimeField(null=True, blank=True)
    compared_at = models.DateTimeField(null=True, blank=True)
    mail_failing_since = models.DateTimeField(null=True, blank=True)
    mail_failure = models.CharField(max_length=20, blank=True, default="")
    mail_reply = models.PositiveSmallIntegerField(null=True, blank=True)
    mail_next_try_at = models.DateTimeField(null=True, blank=True)
    mail_failure_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class NoticeChoiceQuerySet(models.QuerySet["NoticeChoice"]):
    """Choices, narrowed by where mails may go."""

    def unconfirmed(self) -> Self:
        return self.exclude(address="").filter(confirmed_at=None)

    def reachable(self, now: datetime) -> Self:
        """Return those whose address may be told something: it is confirmed and not refused."""
        confirmed = Q(confirmed_at__isnull=False) | Q(told_unconfirmed_until__gt=now)
        return self.exclude(address="").filter(confirmed, refused_at=None)


class NoticeChoice(models.Model):
    """What a user wants to be told by mail, and of what they were told.

    ``cadences`` has a cadence by kind; a kind that is not there is never told. ``told`` are the ids
    of notices that a mail to this user has or had, as long as these may come back. ``refused_at``
    is set once the mail server refused the address for good: nothing more goes there.

    Notices go to ``address`` once the user has confirmed it; ``asked_at`` is when the last mail
    with the link for it was made.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="notice_choice")
    address = models.EmailField(blank=True, default="")
    cadences: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    chosen_at = models.DateTimeField()
    told: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    digest_on = models.DateField(null=True, blank=True, help_text="The day of the last digest.")
    refused_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    told_unconfirmed_until = models.DateTimeField(
        null=True, blank=True, help_text="Of an address from before addresses were confirmed."
    )

    objects = NoticeChoiceQuerySet.as_manager()

    class Meta:
        ordering = ["user__username"]

    def __str__(self) -> str:
        return str(self.user)

    def cadence_of(self, kind: NoticeKind) -> Cadence:
        stored: Mapping[str, str] = self.cadences
        return Cadence(stored.get(kind.value, Cadence.NEVER.value))

    @property
    def is_unconfirmed(self) -> bool:
        return bool(self.address) and self.confirmed_at is None

    @property
    def is_told_unconfirmed(self) -> bool:
        """Return whether mails go to the address for a while though it is not confirmed."""
        until = self.told_unconfirmed_until
        return self.is_unconfirmed and until is not None and timezone.now() < until


class NoticeMail(models.Model):
    """One mail of notices to one user. ``notices`` are their ids; its text is made when it goes.

    One that ``asks_to_confirm`` has the link that confirms the address instead.

    It is marked as ``SENDING`` before the mail server gets it. A mail of which the outcome is not
    known, as a worker died or the answer was lost, goes once more with the same ``message_id``.
    """

    class State(models.TextChoices):
        """How far a mail has come."""

        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        DROPPED = "dropped", _("Not sent: it was over by then")

    class Failure(models.TextChoices):
        """Why a mail did not go."""

        UNREACHABLE = "unreachable", _("The mail server cannot be reached")
        UNTRUSTED = "untrusted", _("The certificate of the mail server is not valid")
        NO_TLS = "no_tls", _("The mail server offers no encryption")
        LOGIN_REFUSED = "login_refused", _("The mail server refused user name or password")
        SENDER_REFUSED = "sender_refused", _("The mail server refused the sender")
        RECIPIENT_REFUSED = "recipient_refused", _("The mail server refused the address")
        MESSAGE_REFUSED = "message_refused", _("The mail server refused the mail")
        BUSY = "busy", _("The mail server asked to come back later")
        NO_ANSWER = "no_answer", _("No answer: the mail may have arrived")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notice_mails")
    address = models.EmailField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    is_digest = models.BooleanField(default=False)
    asks_to_confirm = models.BooleanField(default=False)
    notices: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    message_id = models.CharField(max_length=120, unique=True)
    made_at = models.DateTimeField(db_index=True)
    next_try_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    try_count = models.PositiveSmallIntegerField(default=0)
    unknown_count = models.PositiveSmallIntegerField(
        default=0, help_text="So often the outcome of a try was not known."
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=20, choices=Failure, blank=True, default="")
    reply = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The number with which the mail server answered."
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(state__in=("waiting", "sending")),
                name="mails_to_send",
            )
        ]

    def __str__(self) -> str:
        return self.message_id
