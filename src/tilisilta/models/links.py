"""Which company goes to which administration, and how."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.links import ClosedPeriodPolicy, LinkRules, LinkSpan, span_for
from tilisilta.domain.sending_rules import (
    LEAST_HOURS,
    MOST_HOURS,
    MOST_PERCENT,
    SendingRule,
)
from tilisilta.domain.variances import Threshold
from tilisilta.languages import LANGUAGES, SOURCE_LANGUAGE
from tilisilta.models.companies import Company
from tilisilta.models.connections import ProcountorAccount
from tilisilta.models.fields import ProblemsField
from tilisilta.models.profiles import Profile
from tilisilta.models.users import User

ledger_account_number = RegexValidator(r"^[0-9A-Za-z]{1,20}$", _("Digits and letters only."))

FIRST_YEAR, LAST_YEAR = 2000, 2099
MOST_NET_PAY_CHARACTERS = 200
MOST_VARIANCE_PERCENT = 1000
MOST_VARIANCE_AMOUNT = 1_000_000


class LinkQuerySet(models.QuerySet["Link"]):
    """Links, narrowed to what a user may see or to those in force."""

    def visible_to(self, user: User) -> Self:
        return self.filter(user.rows_of_debtors("company__debtor"))

    def open(self) -> Self:
        return self.filter(ends_on__isnull=True)

    def booking(self, period: BookingPeriod, *, company_id: int) -> "Link | None":
        """Return the link of a company that books ``period``; else the next to begin, if any."""
        return self.booking_of_each(period, company_ids=[company_id]).get(company_id)

    def booking_of_each(
        self, period: BookingPeriod, *, company_ids: Collection[int]
    ) -> "dict[int, Link]":
        """Return the same for each of the companies that have any link, by their ids."""
        of_companies = self.select_related("procountor_account", "company")
        links: dict[int, list[Link]] = {}
        for link in of_companies.filter(company__in=company_ids).order_by("start_month", "pk"):
            links.setdefault(link.company_id, []).append(link)
        places = {pk: span_for(period, [one.span() for one in own]) for pk, own in links.items()}
        return {pk: links[pk][place] for pk, place in places.items() if place is not None}


class Link(models.Model):
    """The link of one company to one administration, for the months it is in force.

    It books what belongs to ``start_month`` and later, and nothing that is dated ``ends_on`` or
    later. A company has at most one open link, and so has an account. An ended link stays as the
    trail of what was sent through it, beside its successor.
    """

    class Attaches(models.TextChoices):
        """What is attached to the receipts, so that it is found from there."""

        NOTHING = "", _("Nothing")
        JOURNAL = "journal", _("The journal as a workbook, once it is booked")
        REPORT = "report", _("The reconciliation as PDF, once the month is signed")

    class Policy(models.TextChoices):
        """What to do with a correction for a closed period."""

        STOP = ClosedPeriodPolicy.STOP.value, _("Stop the journal")
        NEXT_OPEN = ClosedPeriodPolicy.NEXT_OPEN.value, _("Book on the first open day after it")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="links")
    procountor_account = models.ForeignKey(
        ProcountorAccount, on_delete=models.PROTECT, related_name="links"
    )
    profile = models.ForeignKey(
        Profile, null=True, blank=True, on_delete=models.PROTECT, related_name="links"
    )
    start_month = models.DateField(help_text="The first day of the first month it books.")
    ends_on = models.DateField(
        null=True, blank=True, help_text="From this booking date on nothing goes through it."
    )
    end_reason = models.CharField(max_length=200, blank=True, default="")
    confirmed_pair = models.CharField(
        max_length=64,
        blank=True,
        default="",
        help_text="A digest of company and administration as a person confirmed them.",
    )
    uses_cost_centers = models.BooleanField(default=False)
    cost_center_dimension = models.CharField(max_length=255, blank=True, default="")
    uses_cost_units = models.BooleanField(default=False)
    cost_unit_dimension = models.CharField(max_length=255, blank=True, default="")
    creates_missing_items = models.BooleanField(default=False)
    sums_equal_lines = models.BooleanField(default=False)
    closed_period_policy = models.CharField(max_length=10, choices=Policy, default=Policy.STOP)
    clearing_account = models.CharField(
        max_length=20, blank=True, default="", validators=[ledger_account_number]
    )
    fallback_account = models.CharField(
        max_length=20, blank=True, default="", validators=[ledger_account_number]
    )
    dimension_accounts = models.CharField(max_length=200, blank=True, default="")
    receipt_title = models.CharField(max_length=30, default="Payroll")
    receipt_language = models.CharField(
        max_length=2,
        choices=[(one.code, one.own_name) for one in LANGUAGES],
        default=SOURCE_LANGUAGE.code,
        help_text="The language of the books: of all words that we write into receipts.",
    )
    approves_receipts = models.BooleanField(default=False)
    attaches = models.CharField(
        max_length=10,
        choices=Attaches,
        blank=True,
        default=Attaches.NOTHING,
        help_text="What is attached to each receipt in Procountor.",
    )
    variance_percent = models.PositiveSmallIntegerField(
        default=20,
        validators=[MaxValueValidator(MOST_VARIANCE_PERCENT)],
        help_text="A ledger account that differs more from last month is pointed out.",
    )
    variance_amount = models.PositiveIntegerField(
        default=100,
        validators=[MaxValueValidator(MOST_VARIANCE_AMOUNT)],
        help_text="In whole units of the currency: smaller differences are not.",
    )
    is_verify_only = models.BooleanField(
        default=False, help_text="It compares payroll with the ledger, and never sends."
    )
    needs_release = models.BooleanField(
        default=False, help_text="One person proposes what is sent, and another releases it."
    )
    release_off_at = models.DateTimeField(
        null=True, blank=True, help_text="Since then no second person is demanded any more."
    )
    net_pay_accounts = models.CharField(
        max_length=MOST_NET_PAY_CHARACTERS,
        blank=True,
        default="",
        help_text="Codes in Procountor, with commas between; empty: nobody has named them.",
    )
    sends_by_rule = models.BooleanField(
        default=False, help_text="What is as every month is sent with no person looking."
    )
    rule_hours = models.PositiveSmallIntegerField(
        default=24,
        validators=[MinValueValidator(LEAST_HOURS), MaxValueValidator(MOST_HOURS)],
        help_text="So long a journal is ready, its run locked, before its rule sends it.",
    )
    rule_percent = models.PositiveSmallIntegerField(
        default=10,
        validators=[MaxValueValidator(MOST_PERCENT)],
        help_text="So far its total may be from that of each of the last three months.",
    )
    rule_since = models.DateTimeField(
        null=True, blank=True, help_text="Only what came later is sent by rule."
    )
    books_otherwise_since = models.DateTimeField(
        null=True,
        blank=True,
        help_text="What it books, or how, was last changed: a person sends the next journal.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        ordering = ["company__number", "start_month", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company"],
                condition=models.Q(ends_on__isnull=True),
                name="one_open_link_per_company",
            ),
            # A grant of Procountor acts in one company, so an account serves one (R4).
            models.UniqueConstraint(
                fields=["procountor_account"],
                condition=models.Q(ends_on__isnull=True),
                name="one_open_link_per_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company} → {self.procountor_account}"

    def clean(self) -> None:
        """Raise ``ValidationError`` for a start that no month of ours can be, as of 0206."""
        if self.start_month is not None and not FIRST_YEAR <= self.start_month.year <= LAST_YEAR:
            raise ValidationError({"start_month": _("Choose a month from 2000 to 2099.")})

    @property
    def is_open(self) -> bool:
        return self.ends_on is None

    @property
    def is_confirmed(self) -> bool:
        """Return whether company and administration agree, or a person confirmed that they do.

        Either may get another name or business ID after the link was made.
        """
        account = self.procountor_account
        is_as_confirmed = self.confirmed_pair == self.company.pair_with(account)
        return is_as_confirmed or self.company.match_with(account).is_equal

    @property
    def named_net_pay_accounts(self) -> tuple[str, ...]:
        return tuple(filter(None, self.net_pay_accounts.split(",")))

    def variance_threshold(self) -> Threshold:
        return Threshold(percent=self.variance_percent, amount=Decimal(self.variance_amount))

    def span(self) -> LinkSpan:
        return LinkSpan(start_month=self.start_month, ends_on=self.ends_on)

    def covers(self, period: BookingPeriod) -> bool:
        return self.span().covers(period)

    def dimension_name(self, kind: DimensionKind) -> str:
        """Return the dimension that ``kind`` goes to; empty when its box is not ticked."""
        if kind == DimensionKind.COST_CENTER:
            return self.cost_center_dimension if self.uses_cost_centers else ""
        return self.cost_unit_dimension if self.uses_cost_units else ""

    def sending_rule(self) -> SendingRule:
        """Return the rule by which its journals are sent; it is no part of how they are booked."""
        return SendingRule(
            is_on=self.sends_by_rule,
            hours=self.rule_hours,
            percent=self.rule_percent,
            since=self.rule_since,
        )

    def rules(self) -> LinkRules:
        """Return this link as a value of the domain. The account must have been authorised once."""
        return LinkRules(
            procountor_company_id=self.procountor_account.procountor_company_id or 0,
            cost_center_dimension=self.cost_center_dimension if self.uses_cost_centers else None,
            cost_unit_dimension=self.cost_unit_dimension if self.uses_cost_units else None,
            creates_missing_items=self.creates_missing_items,
            sums_equal_lines=self.sums_equal_lines,
            closed_period_policy=ClosedPeriodPolicy(self.closed_period_policy),
            clearing_account=self.clearing_account,
            fallback_account=self.fallback_account,
            account_mappings=tuple(
                (mapping.journal_account, mapping.procountor_account_code)
                for mapping in self.account_mappings.all()
            ),
            dimension_accounts=self.dimension_accounts,
            start_date=max(self.start_month, self.company.start_date or self.start_month),
            receipt_title=self.receipt_title,
            receipt_language=self.receipt_language,
        )


class CheckedLink(models.Model):
    """When what a link names was last compared with Procountor, and what is not there any more.

    ``claimed_until`` keeps other workers off while one compares it, and ``is_wanted`` is set until
    what somebody asked for is done.
    """

    link = models.OneToOneField(
        Link, primary_key=True, on_delete=models.CASCADE, related_name="checked"
    )
    tried_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    is_wanted = models.BooleanField(default=False)
    is_well = models.BooleanField(default=True)
    problems = ProblemsField()

    class Meta:
        indexes = [
            # Most links are well, and these few are counted on the first page.
            models.Index(
                fields=["link"], condition=models.Q(is_well=False), name="links_that_drifted"
            )
        ]

    def __str__(self) -> str:
        return str(self.link)


class LinkSettings(models.Model):
    """The choices of a link as they made a ledger receipt, kept once for all that are equal.

    A row never changes: another choice is another row.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    choices: "models.JSONField[Any, Any]" = models.JSONField()

    def __str__(self) -> str:
        return self.digest[:12]

    @classmethod
    def of(cls, rules: LinkRules) -> Self:
        """Return the row for ``rules``, which is made where it is not there yet."""
        choices = cls._choices_of(rules)
        return cls.objects.get_or_create(
            digest=cls.digest_of(rules), defaults={"choices": json.loads(choices)}
        )[0]

    @classmethod
    def digest_of(cls, rules: LinkRules) -> str:
        return hashlib.sha256(cls._choices_of(rules).encode()).hexdigest()

    @staticmethod
    def _choices_of(rules: LinkRules) -> str:
        return json.dumps(asdict(rules), sort_keys=True, default=str)


class AccountMapping(models.Model):
    """One ledger account of the journal that has another number in Procountor."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="account_mappings")
    journal_account = models.CharField(max_length=20, validators=[ledger_account_number])
    procountor_account_code = models.CharField(max_length=20, validators=[ledger_account_number])

    class Meta:
        ordering = ["journal_account"]
        constraints = [
            models.UniqueConstraint(
                fields=["link", "journal_account"], name="one_mapping_per_journal_account"
            )
        ]

    def __str__(self) -> str:
        return f"{self.journal_account} → {self.procountor_account_code}"
