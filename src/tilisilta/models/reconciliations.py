"""What comparing payroll with the ledger has shown, per company and month."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tilisilta.domain.reconciliation import Outcome
from tilisilta.models.companies import Company
from tilisilta.models.fields import ProblemsField
from tilisilta.models.users import User

OUTCOMES = [
    (Outcome.NOTHING.value, _("No run")),
    (Outcome.EQUAL.value, pgettext_lazy("month", "Equal")),
    (Outcome.NOTED.value, _("Equal, with changes")),
    (Outcome.DIFFERENT.value, pgettext_lazy("month", "Different")),
]
"""How a month compares, with its words."""


class ReconciledMonthQuerySet(models.QuerySet["ReconciledMonth"]):
    """Reconciled months, narrowed to what a user may see."""

    def visible_to(self, user: User) -> Self:
        return self.filter(user.rows_of_debtors("company__debtor"))


class ReconciledMonth(models.Model):
    """A month of a company as it was last compared with the ledger.

    ``document`` is the whole result, as commands print it and pages show it. ``difference`` is the
    larger side of what the ledger has more or less than payroll, over all ledger accounts.
    ``digest`` is that of what was found, whenever and however often it was compared. ``receipts``
    are the ledger receipts that book its runs, as they were read then. How its net pay stands
    follows every change of that too: ``net_pay_difference`` is what is paid too much.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="reconciled_months")
    month = models.DateField(help_text="Its first day.")
    outcome = models.CharField(max_length=9, choices=OUTCOMES)
    difference = models.DecimalField(max_digits=16, decimal_places=2)
    compared_at = models.DateTimeField()
    digest = models.CharField(max_length=64, blank=True, default="")
    net_pay = models.CharField(max_length=25, blank=True, default="")
    net_pay_difference = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    net_pay_digest = models.CharField(max_length=64, blank=True, default="")
    document: "models.JSONField[Any, Any]" = models.JSONField()
    receipts: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)

    objects = ReconciledMonthQuerySet.as_manager()

    class Meta:
        ordering = ["company__number", "month"]
        constraints = [
            models.UniqueConstraint(fields=["company", "month"], name="one_result_per_month")
        ]
        indexes = [models.Index(fields=["month", "outcome"], name="reconciled_by_outcome")]

    def __str__(self) -> str:
        return f"{self.company.number} {self.month:%Y-%m}: {self.outcome}"


class VerifiedCompany(models.Model):
    """When a company was last compared with the ledger, and what hindered it.

    ``claimed_until`` keeps other workers off while one compares it. ``wanted_month`` is the first
    day of a month that somebody asked to have compared, until that is done. ``awaited_month`` is
    one that a person waits for on its page: it comes before all others, and along with what other
    receipts book.
    """

    company = models.OneToOneField(Company, on_delete=models.PROTECT, related_name="verified")
    tried_at = models.DateTimeField(null=True, blank=True)
    compared_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    wanted_month = models.DateField(null=True, blank=True, db_index=True)
    awaited_month = models.DateField(null=True, blank=True, db_index=True)
    trouble = ProblemsField()

    def __str__(self) -> str:
        return str(self.company)
