"""Consents to read Nmbrs by REST: asked for, given and used; and our calls, night by night."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from tilisilta.models.connections import NmbrsConnection
from tilisilta.models.encryption import UnreadableSecret
from tilisilta.models.fields import EncryptedTextField, ProblemsField

LIFETIME = timedelta(days=30)
"""A refresh token that is not used for so long ends, by Nmbrs' documentation."""
RENEWAL = timedelta(minutes=2)
"""A renewal takes no longer, with all its time-outs; one that began earlier got no answer."""


class NmbrsGrant(models.Model):
    """A consent to read by REST, with the tokens it gave. Both are encrypted at rest.

    A refresh token serves once. ``renewal_began_at`` is committed before one is sent and cleared
    when its outcome is known: while it is recent others wait, and an old one means that the answer
    was lost. ``renewed_at`` is when the refresh token was given. ``debtors`` are those that the
    consent covers, as they were last listed, and after them those that an earlier one covered; each
    has ``id``, ``number``, ``name`` and ``is_covered``. ``trouble`` holds the problems of that.
    """

    class State(models.TextChoices):
        """Whether Nmbrs accepts the consent."""

        GIVEN = "given", _("Consent given")
        LOST = "lost", _("Renewal without an answer")
        ENDED = "ended_at_nmbrs", _("Consent ended")
        WITHDRAWN = "withdrawn_here", _("Disconnected")

    connection = models.OneToOneField(
        NmbrsConnection, on_delete=models.PROTECT, related_name="grant"
    )
    state = models.CharField(max_length=14, choices=State, default=State.GIVEN)
    access_token = EncryptedTextField(blank=True, default="")
    refresh_token = EncryptedTextField(blank=True, default="")
    access_token_expires_at = models.DateTimeField(null=True, blank=True)
    renewal_began_at = models.DateTimeField(null=True, blank=True)
    renewed_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    scopes_asked: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    scopes_granted: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    consented_at = models.DateTimeField()
    consented_by = models.ForeignKey(
        "tilisilta.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    login_email = models.CharField(
        max_length=200, blank=True, default="", help_text="The log-in in Nmbrs that consented."
    )
    debtors: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    debtors_read_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    trouble = ProblemsField()

    class Meta:
        ordering = ["connection__name"]

    def __str__(self) -> str:
        return str(self.connection)

    @property
    def is_unreadable(self) -> bool:
        """Return whether the tokens were encrypted with a key that we do not have."""
        return isinstance(self.refresh_token, UnreadableSecret)

    @property
    def ends_at(self) -> datetime:
        """Return when the consent ends unless it is used."""
        return self.renewed_at + LIFETIME

    def is_being_renewed(self, now: datetime) -> bool:
        # A beginning that lies ahead was written by a machine whose clock runs ahead a little.
        return self.renewal_began_at is not None and abs(now - self.renewal_began_at) <= RENEWAL

    def has_lost_renewal(self, now: datetime) -> bool:
        """Return whether a renewal began and its outcome will not be known any more."""
        if self.state == self.State.LOST:
            return True
        is_given = self.state == self.State.GIVEN and self.renewal_began_at is not None
        return is_given and not self.is_being_renewed(now)


class ConsentRequest(models.Model):
    """One walk to Nmbrs' identity service and back, for a new connection or for ``connection``.

    Its state in the address serves once, and only its digest is stored. ``answered_at`` is set by
    the first answer, so that a second click exchanges no code again. A request without a user was
    made at the command line. ``outcome`` is the connection that came of it.
    """

    state_digest = models.CharField(max_length=64, unique=True)
    connection = models.ForeignKey(
        NmbrsConnection, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=80, blank=True, default="")
    domain = models.CharField(max_length=100, blank=True, default="")
    first_year = models.PositiveSmallIntegerField(null=True, blank=True)
    user = models.ForeignKey(
        "tilisilta.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(db_index=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome = models.ForeignKey(
        NmbrsConnection, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.name} {self.asked_at:%Y-%m-%d %H:%M}"


class NightCalls(models.Model):
    """How many calls a connection made by one API since the hour of the nightly fetching."""

    connection = models.ForeignKey(
        NmbrsConnection, on_delete=models.CASCADE, related_name="night_calls"
    )
    night = models.DateField()
    api = models.CharField(max_length=4, choices=NmbrsConnection.Api)
    consent = models.PositiveIntegerField(default=0, help_text="Log-ins, consent and its renewal.")
    lists = models.PositiveIntegerField(default=0, help_text="Debtors and companies.")
    runs = models.PositiveIntegerField(default=0)
    journals = models.PositiveIntegerField(default=0, help_text="Asked for, and collected.")
    cost_objects = models.PositiveIntegerField(default=0)
    slowed = models.PositiveIntegerField(default=0, help_text="Answers that asked to slow down.")

    class Meta:
        ordering = ["-night", "api"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "night", "api"], name="one_count_of_calls_per_night"
            )
        ]

    def __str__(self) -> str:
        return f"{self.connection} {self.night} {self.api}"

    @property
    def total(self) -> int:
        return self.consent + self.lists + self.runs + self.journals + self.cost_objects
