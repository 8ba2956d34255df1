"""Sending by rule: whether it is stopped as a whole, and what waits for its rule."""

from typing import Any

from django.db import models

from tilisilta.models.journals import Journal
from tilisilta.models.users import User


class RuleBrake(models.Model):
    """Whether journals are sent by rule at all. There is one row, and a sweep locks it.

    Whoever stops all rules waits for a sweep under way, and the next one finds them stopped.
    Without a user a command did it, run by the ``system_user``.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    is_stopped = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True, default="")
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    system_user = models.CharField(max_length=100, blank=True, default="")
    swept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_brake_for_all_rules")
        ]

    def __str__(self) -> str:
        return "stopped" if self.is_stopped else "not stopped"

    @property
    def changed_by_name(self) -> str:
        user = self.changed_by
        return self.system_user if user is None else user.get_full_name() or user.get_username()


class RuledJournal(models.Model):
    """A journal that was ready when a link sends by rule: since when it waits, and what holds it.

    ``seen`` is the digest of what would be sent and ``locked_at`` when its run was found locked:
    with another one of either, the hours begin again. ``holds`` are the reasons that were found
    when a sweep looked at it last, at ``looked_at``. ``left_at`` is when a person said that the
    rule must not send it, which is for good, and ``asked_at`` when the rule did: it never does so
    twice.
    """

    journal = models.OneToOneField(
        Journal, primary_key=True, on_delete=models.CASCADE, related_name="ruled"
    )
    seen = models.CharField(max_length=64, blank=True, default="")
    locked_at = models.DateTimeField(null=True, blank=True)
    waits_since = models.DateTimeField(null=True, blank=True)
    holds: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.journal)
