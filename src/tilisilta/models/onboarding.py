"""Lists of companies that are set up together, and what was found out about each."""

from typing import Any, Self

from django.db import models

from tilisilta.models.companies import Company
from tilisilta.models.fields import EncryptedTextField, ProblemsField
from tilisilta.models.links import Link
from tilisilta.models.users import User


class OnboardingQuerySet(models.QuerySet["Onboarding"]):
    """Lists, narrowed to what a user may see."""

    def visible_to(self, user: User) -> Self:
        """Return the lists of ``user``; all of them for a user who sees all debtors."""
        return self.filter(read_by=user) if user.is_limited else self


class Onboarding(models.Model):
    """A file of companies that are to be linked."""

    file_name = models.CharField(max_length=255)
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OnboardingQuerySet.as_manager()

    class Meta:
        ordering = ["-read_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name


class OnboardingRow(models.Model):
    """One company of a list, from its line in the file to its link.

    ``wanted`` is what the file says, without the API key. The key is stored encrypted until the
    company is linked or the list removed, for a week at most. ``found`` is what looking has shown:
    nothing is written in Procountor or here before a person has asked for the link. ``confirmed``
    is the pair that a person has confirmed though it differs.
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"
        EXAMINED = "examined"
        ASKED = "asked"
        LINKED = "linked"

    onboarding = models.ForeignKey(Onboarding, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(help_text="Of the file.")
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    wanted: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    api_key = EncryptedTextField(blank=True, default="")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    match = models.CharField(max_length=16, blank=True, default="")
    found: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    problems = ProblemsField()
    confirmed = models.CharField(max_length=64, blank=True, default="")
    asked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    examined_at = models.DateTimeField(null=True, blank=True)
    link = models.ForeignKey(
        Link, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["onboarding", "line"]
        constraints = [
            models.UniqueConstraint(fields=["onboarding", "line"], name="one_row_per_line")
        ]
        indexes = [models.Index(fields=["state", "claimed_until"], name="onboarding_work")]

    def __str__(self) -> str:
        return f"{self.onboarding}, {self.line}"
