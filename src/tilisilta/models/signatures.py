"""Signatures of a company's months: by whom, when, and of which comparison."""

from typing import Self

from django.db import models
from django.db.models import Q

from tilisilta.models.companies import Company
from tilisilta.models.reconciliations import OUTCOMES
from tilisilta.models.users import User


class MonthSignatureQuerySet(models.QuerySet["MonthSignature"]):
    """Signatures, narrowed to what a user may see or to those that hold."""

    def visible_to(self, user: User) -> Self:
        return self.filter(user.rows_of_debtors("company__debtor"))

    def in_force(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class MonthSignature(models.Model):
    """A signature below a month of a company. It is never changed, only withdrawn.

    ``digest`` is that of the comparison with the ledger as it was signed. A difference is signed
    with a ``reason``. Without a user a command did it, run by the ``system_user``.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="signatures")
    month = models.DateField(help_text="Its first day.")
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    system_user = models.CharField(max_length=100, blank=True, default="")
    outcome = models.CharField(max_length=9, choices=OUTCOMES)
    difference = models.DecimalField(max_digits=16, decimal_places=2)
    digest = models.CharField(max_length=64)
    net_pay = models.CharField(
        max_length=25, blank=True, default="", help_text="How the net pay stood."
    )
    net_pay_digest = models.CharField(max_length=64, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdraw_reason = models.CharField(max_length=500, blank=True, default="")

    objects = MonthSignatureQuerySet.as_manager()

    class Meta:
        ordering = ["company__number", "month", "signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "month"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_signature_per_month",
            )
        ]
        indexes = [models.Index(fields=["month"], name="signature_by_month")]

    def __str__(self) -> str:
        return f"{self.company.number} {self.month:%Y-%m}"

    @property
    def signer(self) -> str:
        """The full name of who signed, else the user name; for a command who ran it."""
        user = self.signed_by
        return self.system_user if user is None else user.get_full_name() or user.get_username()
