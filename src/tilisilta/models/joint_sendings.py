"""The journals that one click or one command asked to send together."""

import uuid
from typing import Self

from django.db import models

from tilisilta.models.users import User


class JointSendingQuerySet(models.QuerySet["JointSending"]):
    """Joint sendings, narrowed to those with something that a user may see."""

    def visible_to(self, user: User) -> Self:
        if not user.is_limited:
            return self
        theirs = user.rows_of_debtors("sendings__journal__company__debtor")
        return self.filter(theirs).distinct()


class JointSending(models.Model):
    """A request to send several journals, with a ``Sending`` for each that was asked for.

    The id is made by the page that shows the list, so that a second click finds what the first one
    has asked for. ``left_out`` is how many of the list a person has unticked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requested_by = models.ForeignKey(
        "tilisilta.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    system_user = models.CharField(
        max_length=100, blank=True, default="", help_text="Who asked for it by a command."
    )
    requested_at = models.DateTimeField()
    period = models.DateField(
        null=True, blank=True, help_text="The first day of their month; none for several months."
    )
    left_out = models.PositiveIntegerField(default=0)
    rule = models.CharField(
        max_length=100,
        blank=True,
        default="",
        help_text="The rule that asked for it, with no person looking; empty: a person did.",
    )

    objects = JointSendingQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]

    def __str__(self) -> str:
        return str(self.id)
