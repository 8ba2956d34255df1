"""Webhooks: where notices are sent, what is sent, and what came of it."""

import uuid
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from tilisilta import languages
from tilisilta.domain.receivers import Receiver, parse_receiver
from tilisilta.models.encryption import UnreadableSecret
from tilisilta.models.fields import EncryptedTextField
from tilisilta.models.notices import Notice
from tilisilta.models.users import User


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Webhooks, narrowed to what a user may see or to those in use."""

    def visible_to(self, user: User) -> Self:
        """Return the webhooks that tell of nothing but the debtors that ``user`` may see."""
        if not user.is_limited:
            return self
        chosen = self.model.debtors.through.objects.filter(webhook=OuterRef("pk"))
        others = chosen.exclude(debtor__in=user.chosen_debtor_ids)
        return self.filter(Exists(chosen), ~Exists(others), sees_all_debtors=False)

    def not_ended(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def in_use(self) -> Self:
        return self.not_ended().filter(is_active=True)


class Webhook(models.Model):
    """A receiver that notices of ``kinds`` are sent to, from ``starts_at`` on.

    ``address`` is a secret as a whole, as those of Slack and Teams have a token in it. What is sent
    to a program is signed with ``secret``, and until ``former_secret_until`` with the former one.

    While the receiver fails it is left alone until ``paused_until``; one worker at a time sends to
    it, until ``claimed_until`` at the latest.
    """

    class Format(models.TextChoices):
        """The form of what is sent."""

        OWN = "json", _("JSON for a program, signed")
        SLACK = "slack", _("Slack message")
        TEAMS = "teams", _("Teams message")

    class End(models.TextChoices):
        """Why a webhook has ended."""

        ENDED = "ended", _("Ended by a user")
        GONE = "gone", _("The receiver answered that it is gone for good (410)")

    name = models.CharField(max_length=80)
    format = models.CharField(max_length=5, choices=Format)
    address = EncryptedTextField()
    secret = EncryptedTextField(blank=True, default="")
    former_secret = EncryptedTextField(blank=True, default="")
    former_secret_until = models.DateTimeField(null=True, blank=True)
    kinds: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    language = models.CharField(max_length=2, default=languages.SOURCE_LANGUAGE.code)
    sees_all_debtors = models.BooleanField(
        default=True, help_text="Also those that are yet to come; otherwise only the chosen ones."
    )
    debtors = models.ManyToManyField("tilisilta.Debtor", blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    starts_at = models.DateTimeField(help_text="Nothing that was raised before is sent.")
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=5, choices=End, blank=True, default="")
    claimed_until = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    failure_count = models.PositiveIntegerField(default=0, help_text="So many in a row.")

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(ended_at__isnull=True), name="one_webhook_per_name"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_signed(self) -> bool:
        return self.format == self.Format.OWN

    @property
    def is_unreadable(self) -> bool:
        """Return whether the address was encrypted with a key that we do not have."""
        return isinstance(self.address, UnreadableSecret)

    @property
    def shown_address(self) -> str:
        """Return what may be shown of the address; nothing where no key opens it."""
        receiver = None if self.is_unreadable else parse_receiver(self.address)
        return receiver.shown if isinstance(receiver, Receiver) else ""

    def secrets_in_force(self, now: datetime) -> tuple[str, ...]:
        """Return the secrets to sign with, the newest first."""
        until = self.former_secret_until
        former = self.former_secret if until is not None and now < until else ""
        return tuple(secret for secret in (self.secret, former) if secret)


class Delivery(models.Model):
    """A message to a receiver. Its id goes along with each try, and so does the same body."""

    class State(models.TextChoices):
        """How far a message has come."""

        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        REFUSED = "refused", _("Refused by the receiver")
        GIVEN_UP = "given_up", _("Given up after 24 hours")
        FAILED = "failed", _("Did not arrive")
        DROPPED = "dropped", _("Not sent: it was over, or the webhook tells of it no more")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries")
    notices = models.ManyToManyField(Notice, through="ToldNotice", related_name="+")
    is_test = models.BooleanField(default=False)
    notice_count = models.PositiveIntegerField(default=0)
    body = models.TextField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    made_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    try_count = models.PositiveSmallIntegerField(default=0)
    refusal_count = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Of the last answer; none without one."
    )
    trouble = models.CharField(
        max_length=40, blank=True, default="", help_text="Why there was no answer, in our own word."
    )

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(
                fields=["webhook", "next_try_at"],
                condition=Q(state="waiting"),
                name="deliveries_to_make",
            ),
            models.Index(fields=["webhook", "made_at"], name="deliveries_of_webhook"),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def message_id(self) -> str:
        return f"msg_{self.pk.hex}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING


class ToldNotice(models.Model):
    """That a webhook has told a notice, or is about to: each at most once."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="+")
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="+")
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "notice"], name="one_message_per_notice")
        ]

    def __str__(self) -> str:
        return f"{self.webhook_id}: {self.notice_id}"
