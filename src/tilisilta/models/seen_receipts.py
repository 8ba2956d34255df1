"""What was read of the ledger receipts in Procountor, and what people answered about them."""

from django.db import models


class SeenReceipt(models.Model):
    """A ledger receipt as it was last read. It only spares reading it again.

    No texts and amounts are stored: of name and notes only what looks like a token, of the rows
    only digests of what they book. A row counts as long as Procountor lists the receipt with the
    very same ``version``, so a row of the past, or of a future that a backup has undone, hides
    nothing.
    """

    procountor_company_id = models.IntegerField()
    ledger_receipt_id = models.IntegerField()
    version = models.CharField(max_length=40, blank=True, default="")
    read_at = models.DateTimeField()
    receipt_date = models.DateField()
    status = models.CharField(max_length=40, blank=True, default="")
    tokens = models.TextField(
        blank=True, default="", help_text="What looks like a token in name and notes."
    )
    digest = models.CharField(max_length=64, blank=True, default="")
    plain_digest = models.CharField(
        max_length=64, blank=True, default="", help_text="The digest without dimensions."
    )

    class Meta:
        ordering = ["procountor_company_id", "ledger_receipt_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["procountor_company_id", "ledger_receipt_id"],
                name="one_row_per_seen_receipt",
            )
        ]

    def __str__(self) -> str:
        return f"{self.procountor_company_id}/{self.ledger_receipt_id}"


class AnotherReceipt(models.Model):
    """A person's answer that a ledger receipt is another than the one with that token.

    The token is stored and not the export, as an export that was never tried may be made anew.
    """

    token = models.CharField(max_length=12)
    procountor_company_id = models.IntegerField()
    ledger_receipt_id = models.IntegerField()
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(
        "tilisilta.User",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        ordering = ["token", "ledger_receipt_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["token", "procountor_company_id", "ledger_receipt_id"],
                name="said_once_of_a_receipt",
            )
        ]

    def __str__(self) -> str:
        return f"{self.token}: {self.procountor_company_id}/{self.ledger_receipt_id}"
