"""Debtors, companies, runs and cost objects as payroll knows them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tilisilta.domain.company_match import CompanyMatch, compare_companies, pair_digest
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import JournalSplit
from tilisilta.models.connections import NmbrsConnection, ProcountorAccount
from tilisilta.models.fields import ProblemsField
from tilisilta.models.users import User

if TYPE_CHECKING:
    from tilisilta.models.links import Link


def _guid_field() -> "models.UUIDField[Any, Any]":
    return models.UUIDField(null=True, blank=True)


def _one_per_guid(*fields: str, name: str) -> models.UniqueConstraint:
    """Return the constraint that a GUID is that of one row.

    As a partial index: it is made without copying the table, and most rows may have no GUID yet.
    """
    return models.UniqueConstraint(
        fields=[*fields, "nmbrs_guid"], condition=models.Q(nmbrs_guid__isnull=False), name=name
    )


def _nmbrs_id(number: int | None, guid: Any) -> NmbrsId | None:
    return None if number is None and guid is None else NmbrsId(number=number, guid=guid)


class DebtorQuerySet(models.QuerySet["Debtor"]):
    """Debtors, narrowed to what a user may see."""

    def visible_to(self, user: User) -> Self:
        return self.filter(user.rows_of_debtors("pk"))


class Debtor(models.Model):
    """A client of the bureau. A blocked debtor's journals are never sent.

    ``number`` is unique in the bureau and mostly the debtor's own in Nmbrs; ``nmbrs_number`` is the
    one in Nmbrs. A debtor that was added by hand has no connection. ``is_blocked`` is only set
    here, as Nmbrs does not say which debtors are blocked.
    """

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=200)
    is_blocked = models.BooleanField(default=False)
    connection = models.ForeignKey(
        NmbrsConnection, null=True, blank=True, on_delete=models.PROTECT, related_name="debtors"
    )
    nmbrs_debtor_id = models.BigIntegerField(null=True, blank=True)
    nmbrs_guid = _guid_field()
    nmbrs_number = models.CharField(max_length=40, blank=True, default="")
    companies_read_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(
        null=True, blank=True, help_text="Nmbrs no longer lists it since this moment."
    )

    objects = DebtorQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "nmbrs_debtor_id"], name="one_debtor_per_nmbrs_id"
            ),
            _one_per_guid(name="one_debtor_per_guid"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def id_in_nmbrs(self) -> NmbrsId | None:
        return _nmbrs_id(self.nmbrs_debtor_id, self.nmbrs_guid)


class CompanyQuerySet(models.QuerySet["Company"]):
    """Companies, narrowed to what a user may see."""

    def visible_to(self, user: User) -> Self:
        return self.filter(user.rows_of_debtors("debtor"))

    def perhaps_of(self, debtors: Collection[int]) -> frozenset[int]:
        """Return the keys of the companies that may belong to one of ``debtors``."""
        asked = self.exclude(perhaps_of={}).values_list("pk", "perhaps_of")
        wanted = set(debtors)
        return frozenset(pk for pk, by in asked if not wanted.isdisjoint(_debtors_in(by)))


def _debtors_in(perhaps_of: Mapping[str, Iterable[int]]) -> frozenset[int]:
    return frozenset(one for debtors in perhaps_of.values() for one in debtors)


class Block(StrEnum):
    """Why nothing of a company may be sent."""

    DEBTOR = "debtor"
    LEFT = "left"
    PERHAPS = "perhaps"


class Company(models.Model):
    """A payroll employer: runs and journals belong to it. A test company never sends any.

    ``number`` is unique in the bureau and never changes: it is part of the token by which receipts
    are found. Mostly it is the company's own in Nmbrs. ``is_test`` is set here only, as Nmbrs does
    not say which companies are for tests. Nothing of a period before ``start_date`` is fetched or
    sent. ``business_id`` is compared with that of the administration it is linked to.
    ``responsible`` is the user who closes its months, and ``stand_in`` does so in their absence.
    One with ``stays_blocked`` has left a blocked debtor, and no person has freed it yet.
    ``perhaps_of`` are the keys of the debtors that it may have, by the connection to Nmbrs that
    nobody has answered.
    """

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=200)
    debtor = models.ForeignKey(Debtor, on_delete=models.PROTECT, related_name="companies")
    business_id = models.CharField(max_length=20, blank=True, default="")
    is_test = models.BooleanField(default=False)
    stays_blocked = models.BooleanField(default=False)
    perhaps_of: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    start_date = models.DateField(null=True, blank=True)
    responsible = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    stand_in = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def block(self) -> Block | None:
        """Why nothing of it may be sent, as far as debtors are concerned.

        The debtors that it may have are asked for now: one may have been blocked since.
        """
        if self.debtor.is_blocked:
            return Block.DEBTOR
        if self.stays_blocked:
            return Block.LEFT
        perhaps = _debtors_in(self.perhaps_of)
        blocked = Debtor.objects.filter(pk__in=perhaps, is_blocked=True)
        return Block.PERHAPS if perhaps and blocked.exists() else None

    def open_link(self) -> "Link | None":
        return next((link for link in self.links.all() if link.is_open), None)

    @property
    def link(self) -> "Link":
        """The open link. Raises ``Link.DoesNotExist``, which templates show as nothing."""
        link = self.open_link()
        if link is None:
            raise self.links.model.DoesNotExist(f"{self} has no open link.")
        return link

    @property
    def period_type(self) -> str:
        """Nmbrs' word for the company's pay periods; empty if Nmbrs does not list it."""
        listed = NmbrsCompany.objects.filter(company=self).only("period_type").first()
        return listed.period_type if listed is not None else ""

    def match_with(self, account: ProcountorAccount) -> CompanyMatch:
        """Compare name and business ID with those of the account's administration."""
        return compare_companies(
            name=self.name,
            business_id=self.business_id,
            other_name=account.company_name,
            other_business_id=account.business_id,
        )

    def pair_with(self, account: ProcountorAccount) -> str:
        """Return a digest of the two as they are now, to notice a later change."""
        return pair_digest(
            name=self.name,
            business_id=self.business_id,
            other_name=account.company_name,
            other_business_id=account.business_id,
        )


class NmbrsCompanyQuerySet(models.QuerySet["NmbrsCompany"]):
    """Companies in Nmbrs, and the wish to have them fetched."""

    def visible_to(self, user: User) -> Self:
        return self.filter(user.rows_of_debtors("company__debtor"))

    def fetchable(self) -> Self:
        """Return those that Nmbrs lists, of connections that work."""
        return self.filter(connection__state=NmbrsConnection.State.WORKING, gone_at__isnull=True)

    def want(self, now: datetime, **more: Any) -> int:
        return self.update(wanted_at=now, due_at=now, tries=0, **more)


class NmbrsCompany(models.Model):
    """A company as it is in Nmbrs, and the state of fetching its runs.

    ``wanted_at`` and ``due_at`` are set while it waits to be fetched, and ``claimed_by`` while a
    worker fetches it; a dead worker's claim goes with the worker's row. ``trouble`` holds the
    problems of the last time. It has the integer or the GUID of Nmbrs, or both.
    """

    company = models.OneToOneField(
        Company, primary_key=True, on_delete=models.PROTECT, related_name="nmbrs"
    )
    connection = models.ForeignKey(
        NmbrsConnection, on_delete=models.PROTECT, related_name="companies"
    )
    nmbrs_company_id = models.BigIntegerField(null=True, blank=True)
    nmbrs_guid = _guid_field()
    nmbrs_number = models.BigIntegerField()
    period_type = models.CharField(max_length=20, blank=True, default="")
    gone_at = models.DateTimeField(
        null=True, blank=True, help_text="Nmbrs no longer lists it since this moment."
    )
    listed_from = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="All years from this one on have been looked at once."
    )
    ids_read_at = models.DateTimeField(
        null=True, blank=True, help_text="Both ids of it and of what it has were asked for then."
    )
    cost_centers_read_at = models.DateTimeField(null=True, blank=True)
    cost_units_read_at = models.DateTimeField(null=True, blank=True)
    wanted_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(
        null=True, blank=True, db_index=True, help_text="It may be taken up from then on."
    )
    tries = models.PositiveSmallIntegerField(default=0)
    wanted_by = models.ForeignKey(
        "tilisilta.Synchronisation",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="waiting",
    )
    wants_all_journals = models.BooleanField(default=False)
    # SET_NULL: deleting the row of a dead worker releases its claims.
    claimed_by = models.ForeignKey(
        "tilisilta.Worker", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    tried_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    trouble = ProblemsField()

    objects = NmbrsCompanyQuerySet.as_manager()

    class Meta:
        ordering = ["company__number"]
        verbose_name_plural = "companies in Nmbrs"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "nmbrs_company_id"], name="one_company_per_nmbrs_id"
            ),
            _one_per_guid(name="one_company_per_guid"),
        ]

    def __str__(self) -> str:
        return f"{self.company} in {self.connection}"

    @property
    def id_in_nmbrs(self) -> NmbrsId:
        return NmbrsId(number=self.nmbrs_company_id, guid=self.nmbrs_guid)


class Run(models.Model):
    """A payroll run as Nmbrs lists it. ``split`` is how finely its journal was last fetched.

    It has the integer or the GUID of Nmbrs, or both. ``nmbrs_created_at`` is text as it came and is
    only compared.
    """

    class Split(models.TextChoices):
        """How finely the lines of a journal are told apart."""

        COMPANY = JournalSplit.COMPANY.value, _("by company")
        COST_CENTER = JournalSplit.COST_CENTER.value, _("by cost center")
        COST_UNIT = JournalSplit.COST_UNIT.value, _("by cost center and cost unit")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="runs")
    nmbrs_run_id = models.BigIntegerField(null=True, blank=True)
    nmbrs_guid = _guid_field()
    year = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=20)
    description = models.CharField(max_length=200, blank=True, default="")
    period_start = models.PositiveSmallIntegerField()
    period_end = models.PositiveSmallIntegerField()
    run_at = models.DateTimeField(null=True, blank=True)
    nmbrs_created_at = models.CharField(max_length=40, blank=True, default="")
    run_type = models.CharField(max_length=40, blank=True, default="")
    is_locked = models.BooleanField(default=False)
    locked_at = models.DateTimeField(
        null=True, blank=True, help_text="It was first found locked then, as it still is."
    )
    split = models.CharField(max_length=11, choices=Split, blank=True, default="")
    journal_read_at = models.DateTimeField(null=True, blank=True)
    trouble = ProblemsField()
    gone_at = models.DateTimeField(
        null=True, blank=True, help_text="Nmbrs no longer lists it since this moment."
    )

    class Meta:
        ordering = ["-year", "-period_end", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "nmbrs_run_id"], name="one_run_per_nmbrs_id"
            ),
            _one_per_guid("company", name="one_run_per_guid"),
        ]

    def __str__(self) -> str:
        return f"{self.number}/{self.year}"

    @property
    def id_in_nmbrs(self) -> NmbrsId:
        return NmbrsId(number=self.nmbrs_run_id, guid=self.nmbrs_guid)


class CostObject(models.Model):
    """A cost center or a cost unit of a company: what journal lines carry the codes of.

    A ``nmbrs_id`` below zero stands for one that Nmbrs leaves out.
    """

    class Kind(models.TextChoices):
        """The two tags of a journal line."""

        COST_CENTER = DimensionKind.COST_CENTER.value, _("cost center")
        COST_UNIT = DimensionKind.COST_UNIT.value, _("cost unit")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="cost_objects")
    kind = models.CharField(max_length=11, choices=Kind)
    nmbrs_id = models.BigIntegerField(null=True, blank=True)
    nmbrs_guid = _guid_field()
    code = models.CharField(max_length=100)
    description = models.CharField(max_length=200, blank=True, default="")
    gone_at = models.DateTimeField(
        null=True, blank=True, help_text="Nmbrs no longer lists it since this moment."
    )

    class Meta:
        ordering = ["kind", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "nmbrs_id"], name="one_cost_object_per_nmbrs_id"
            ),
            _one_per_guid("company", "kind", name="one_cost_object_per_guid"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.description}"

    @property
    def id_in_nmbrs(self) -> NmbrsId | None:
        number = self.nmbrs_id if self.nmbrs_id is not None and self.nmbrs_id >= 0 else None
        return _nmbrs_id(number, self.nmbrs_guid)
