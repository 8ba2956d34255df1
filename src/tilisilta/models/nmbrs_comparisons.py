"""What SOAP and REST give of the companies of one connection, compared before it is switched."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tilisilta.models.companies import Company
from tilisilta.models.connections import NmbrsConnection, Worker
from tilisilta.models.fields import ComparedRunsField, ProblemsField
from tilisilta.models.users import User


class ApiComparison(models.Model):
    """The newest comparison of both APIs for one connection, and its state.

    Workers first read the lists of companies by both (``listed_at``), then each company.
    ``lone_companies`` are those that only one API lists and that are not known here: each has
    ``number``, ``name`` and ``way``. ``trouble`` is why it ended early, or waits.
    """

    connection = models.OneToOneField(
        NmbrsConnection, on_delete=models.CASCADE, related_name="comparison"
    )
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        "tilisilta.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_of_all = models.BooleanField(
        default=True, help_text="Not only of what was not equal the last time."
    )
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="The lists may be read from then on."
    )
    tries = models.PositiveSmallIntegerField(default=0)
    # SET_NULL: deleting the row of a dead worker releases its claims.
    claimed_by = models.ForeignKey(
        Worker, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    listed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    silent_count = models.PositiveIntegerField(
        default=0, help_text="So many calls in a row got no answer."
    )
    lone_companies: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    trouble = ProblemsField()
    trouble_way = models.CharField(
        max_length=4,
        choices=NmbrsConnection.Api,
        blank=True,
        default="",
        help_text="The API that it is about.",
    )

    def __str__(self) -> str:
        return f"{self.connection} {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_under_way(self) -> bool:
        return self.finished_at is None


class ComparedCompanyQuerySet(models.QuerySet["ComparedCompany"]):
    """Compared companies, narrowed to what a user may see or must decide."""

    def visible_to(self, user: User) -> Self:
        return self.filter(user.rows_of_debtors("company__debtor"))

    def not_equal(self) -> Self:
        """Return those that a person has to look at, accepted ones among them."""
        return self.filter(state__in=ComparedCompany.NOT_EQUAL)

    def open(self) -> Self:
        """Return those for which the connection cannot be switched."""
        return self.not_equal().filter(accepted_at__isnull=True)


class ComparedCompany(models.Model):
    """What came of comparing one company; a person may accept that it is not equal.

    ``rest_guid`` is its GUID in the lists of REST. ``runs`` are those that were compared, and those
    that only one API lists.
    """

    class State(models.TextChoices):
        """What came of it."""

        WAITING = "waiting", _("Waiting")
        EQUAL = "equal", _("Equal")
        UNEQUAL = "unequal", _("Not equal")
        UNREAD = "unread", _("Not read")
        ONLY_SOAP = "only_soap", _("Only by SOAP")
        ONLY_REST = "only_rest", _("Only by REST")
        GONE = "gone", _("In neither list")

    NOT_EQUAL = (State.UNEQUAL, State.UNREAD, State.ONLY_SOAP)

    comparison = models.ForeignKey(
        ApiComparison, on_delete=models.CASCADE, related_name="companies"
    )
    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="compared")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    rest_guid = models.UUIDField(null=True, blank=True)
    runs = ComparedRunsField()
    trouble = ProblemsField()
    trouble_way = models.CharField(
        max_length=4,
        choices=NmbrsConnection.Api,
        blank=True,
        default="",
        help_text="The API that it is about.",
    )
    compared_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.ForeignKey(
        Worker, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        "tilisilta.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    accept_reason = models.CharField(max_length=200, blank=True, default="")

    objects = ComparedCompanyQuerySet.as_manager()

    class Meta:
        ordering = ["company__number"]
        verbose_name_plural = "compared companies"
        indexes = [models.Index(fields=["comparison", "state", "due_at"], name="compared_by_state")]

    def __str__(self) -> str:
        return f"{self.company} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in self.NOT_EQUAL and self.accepted_at is None
