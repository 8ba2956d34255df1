"""Files that were attached to ledger receipts in Procountor, and each try at it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tilisilta.models.exports import Export
from tilisilta.models.signatures import MonthSignature


class ReceiptFile(models.Model):
    """One file for one receipt. Whatever becomes of it, the receipt stays booked as it is.

    The row is stored before the request leaves; without a known outcome nothing is tried again
    until the receipt was looked at. ``signature`` is that below the reconciliation, if it is one.
    """

    class State(models.TextChoices):
        """How it stands, as far as we know."""

        OPEN = "open", _("under way")
        WAITING = "waiting", pgettext_lazy("file", "waiting")
        UNKNOWN = "unknown", _("no known outcome")
        ATTACHED = "attached", pgettext_lazy("file", "attached")
        REFUSED = "refused", pgettext_lazy("file", "refused")

    export = models.ForeignKey(Export, on_delete=models.PROTECT, related_name="files")
    signature = models.ForeignKey(
        MonthSignature, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    tried_at = models.DateTimeField()
    attached_at = models.DateTimeField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    detail = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["export", "name"]
        constraints = [
            models.UniqueConstraint(fields=["export", "name"], name="one_file_per_receipt_and_name")
        ]

    def __str__(self) -> str:
        return f"{self.export}: {self.name}"
