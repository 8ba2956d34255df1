"""What a person decides about a run that changed after sending: a difference, or nothing."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from tilisilta.domain.standing import SettledAs
from tilisilta.models.journals import Journal

SETTLED_AS = [
    (SettledAs.BY_HAND.value, _("Settled by hand")),
    (SettledAs.NOTHING.value, _("Nothing to book")),
    (SettledAs.SENT.value, _("Marked as sent")),
]


class Difference(models.Model):
    """A person's wish to book what a journal changes in what is booked of its run.

    ``basis`` are the receipts of the run as they were in Procountor when it was planned: the
    difference leads from them to the journal. Each has its ``ledger_receipt_id``, whether it
    ``is_booked`` (it is not once a person has invalidated it), and its ``payload``.
    """

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="differences")
    reason = models.CharField(max_length=200)
    basis: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    requested_by = models.ForeignKey(
        "tilisilta.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    system_user = models.CharField(max_length=100, blank=True, default="")
    requested_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.journal}: {self.reason}"


class Settlement(models.Model):
    """What a person has said of a journal: nothing of it is left to be sent. Stays once undone.

    ``receipt_number`` is that of the receipt which books it in Procountor, if the person gave one.
    """

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="settlements")
    settled_as = models.CharField(max_length=8, choices=SETTLED_AS)
    reason = models.CharField(max_length=200)
    receipt_number = models.CharField(max_length=40, blank=True, default="")
    settled_by = models.ForeignKey(
        "tilisilta.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    system_user = models.CharField(max_length=100, blank=True, default="")
    settled_at = models.DateTimeField()
    undone_by = models.ForeignKey(
        "tilisilta.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undo_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.journal}: {self.reason}"
