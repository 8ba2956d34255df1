"""Payment files of a month, and what a person has ticked off as paid, per company."""

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.db import models

from tilisilta.domain.payment_files import PaymentMessage, PaymentSum
from tilisilta.models.companies import Company
from tilisilta.models.users import User


class PaymentFileQuerySet(models.QuerySet["PaymentFile"]):
    """Payment files, narrowed to what a user may see."""

    def visible_to(self, user: User) -> Self:
        return self.filter(user.rows_of_debtors("company__debtor"))


class PaymentFile(models.Model):
    """What is stored of a payment file: sums and numbers, and nothing of people.

    ``message_digest`` tells it from others by the id that its maker gave it: each counts once per
    company. ``sums`` are its payments per day and currency.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="payment_files")
    month = models.DateField(help_text="The first day of the month whose net pay it pays.")
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    message_digest = models.CharField(max_length=64)
    version = models.CharField(max_length=20, blank=True, default="")
    sums: "models.JSONField[Any, Any]" = models.JSONField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    added_by_name = models.CharField(max_length=150, blank=True, default="")

    objects = PaymentFileQuerySet.as_manager()

    class Meta:
        ordering = ["month", "added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "message_digest"], name="one_payment_file_per_message"
            )
        ]
        indexes = [models.Index(fields=["company", "month"], name="payment_files_by_month")]

    def __str__(self) -> str:
        return f"{self.company.number} {self.month:%Y-%m}: {self.file_name}"

    def message(self) -> PaymentMessage:
        """Return this file as a value of the domain."""
        return PaymentMessage(
            message_digest=self.message_digest,
            version=self.version,
            sums=tuple(
                PaymentSum(
                    day=date.fromisoformat(one["day"]),
                    currency=one["currency"],
                    payments=one["payments"],
                    amount=Decimal(one["amount"]),
                )
                for one in self.sums
            ),
        )


class PaidByHand(models.Model):
    """A person's word that the net pay of a month was paid: this very sum, and no other."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="paid_by_hand")
    month = models.DateField(help_text="Its first day.")
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    currency = models.CharField(max_length=3)
    ticked_at = models.DateTimeField()
    ticked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ticked_by_name = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        ordering = ["month", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["company", "month"], name="one_tick_per_month")
        ]

    def __str__(self) -> str:
        return f"{self.company.number} {self.month:%Y-%m}: {self.amount}"
