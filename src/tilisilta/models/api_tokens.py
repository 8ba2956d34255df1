"""Tokens that let programs use the API for a user, and answers kept for requests that repeat."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tilisilta.models.users import User


class Scope(models.TextChoices):
    """What a token may be used for. It never allows what its user may not do."""

    READ = "read", _("Read everything that the user may read")
    VERIFY = "verify", _("Compare payroll with the ledger")
    IMPORT = "import", _("Import journals")
    SEND = "send", _("Check and send journals")
    WITHDRAW = "withdraw", _("Withdraw what was sent")
    SIGN = "sign", _("Sign months")
    SET_UP = (
        "set_up",
        _("Set companies up, change links, profiles and webhooks, and put reasons right"),
    )
    MASK = "mask", _("Mask a person in what is stored of a payroll run")


class ApiToken(models.Model):
    """A token of ``user``. The token itself is shown once: only its digest and its start are kept.

    ``last_used_at`` is written at most once an hour.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=80)
    start = models.CharField(max_length=20, help_text="Its first characters, to recognise it by.")
    digest = models.CharField(max_length=64, unique=True)
    scopes: "models.JSONField[Any, Any]" = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["user", "-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=models.Q(revoked_at__isnull=True),
                name="one_api_token_per_name",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"

    def allows(self, scope: Scope) -> bool:
        return scope.value in self.scopes

    @property
    def has_expired(self) -> bool:
        return timezone.now() >= self.expires_at


class KeyedRequest(models.Model):
    """A request with an idempotency key, and its answer once there is one.

    ``digest`` is that of what was asked for: the same key must not come with anything else.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_request_per_key")]

    def __str__(self) -> str:
        return f"{self.key}: {self.status or 'under way'}"
