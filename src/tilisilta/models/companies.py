"""Debtors and companies as payroll knows them."""

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from tilisilta.models.users import User


class DebtorQuerySet(models.QuerySet["Debtor"]):
    """Debtors, narrowed to what somebody may see."""

    def visible_to(self, user: "User") -> Self:
        """The debtors ``user`` may see: all, or the ones chosen for them."""
        ids = list(user.debtors.values_list("pk", flat=True))
        return self.filter(pk__in=ids) if ids else self


class Debtor(models.Model):
    """A client of the bureau. A blocked debtor's journals are never sent."""

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=200)
    is_blocked = models.BooleanField(default=False)

    objects = DebtorQuerySet.as_manager()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class CompanyQuerySet(models.QuerySet["Company"]):
    """Companies, narrowed to what somebody may see."""

    def visible_to(self, user: "User") -> Self:
        """The companies of the debtors ``user`` may see."""
        ids = list(user.debtors.values_list("pk", flat=True))
        return self.filter(debtor__in=ids) if ids else self


class Company(models.Model):
    """A payroll employer: runs and journals belong to it. A test company never sends any.

    ``number`` is the company's own in Nmbrs and unique in the bureau.
    """

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=200)
    debtor = models.ForeignKey(Debtor, on_delete=models.PROTECT, related_name="companies")
    is_test = models.BooleanField(default=False)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
