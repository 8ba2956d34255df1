"""Journals as they came in, and their state."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Self

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from tilisilta.domain import journals as domain
from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.standing import (
    SENT_JOURNALS,
    ExportStanding,
    ExportState,
    JournalState,
    SettledAs,
    Standing,
    standing_of,
)
from tilisilta.models.companies import Company, Run
from tilisilta.models.fields import ProblemsField
from tilisilta.models.users import User

JOURNAL_STATES = [
    (JournalState.READY.value, _("Ready")),
    (JournalState.PROBLEM.value, _("Problem")),
    (JournalState.BEFORE_START.value, _("Before start")),
    (JournalState.OFF.value, _("Never sent")),
    (JournalState.REPLACED.value, _("Replaced")),
    (JournalState.DISCARDED.value, _("Discarded")),
    (JournalState.CHANGED.value, _("Changed after sending")),
    (JournalState.QUEUED.value, _("Queued")),
    (JournalState.SENDING.value, _("Sending")),
    (JournalState.UNCERTAIN.value, _("Uncertain")),
    (JournalState.REJECTED.value, _("Rejected")),
    (JournalState.PARTLY_SENT.value, _("Partly sent")),
    (JournalState.SENT.value, _("Sent")),
    (JournalState.APPROVED.value, _("Approved")),
    (JournalState.WITHDRAWING.value, _("Being withdrawn")),
    (JournalState.WITHDRAWAL_STOPPED.value, _("Withdrawal stopped")),
    (JournalState.WITHDRAWN.value, _("Withdrawn")),
    (JournalState.MARKED_SENT.value, _("Marked as sent")),
    (JournalState.SETTLED.value, _("Settled")),
]
"""The states of a journal with their words."""


class JournalQuerySet(models.QuerySet["Journal"]):
    """Journals, narrowed to what a user may see or wants."""

    def visible_to(self, user: User) -> Self:
        return self.filter(user.rows_of_debtors("company__debtor"))

    def not_discarded(self) -> Self:
        return self.exclude(state=JournalState.DISCARDED)


class Journal(models.Model):
    """What Nmbrs made of one run: a snapshot. A changed one is a new revision beside it.

    The lines, the run and the source never change after they came in, except that a text in them
    may be masked. A currency that the file did not name follows the administration, once there is
    one. ``state``, ``problems`` and
    ``checked_at`` are the result of the last check. The lines of a discarded journal are deleted,
    and its digests stay.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="journals")
    run_year = models.PositiveSmallIntegerField()
    run_number = models.CharField(max_length=20)
    run_description = models.CharField(max_length=200, blank=True, default="")
    revision = models.PositiveSmallIntegerField()
    period = models.DateField(help_text="The first day of the run's own period.")
    first_period = models.DateField(help_text="The first day of the earliest period booked on.")
    currency = models.CharField(max_length=3)
    is_currency_assumed = models.BooleanField(
        default=False, help_text="Nobody named it: it is that of the administration."
    )
    source = models.CharField(max_length=20)
    file_name = models.CharField(max_length=255, blank=True, default="")
    file_sha256 = models.CharField(max_length=64, db_index=True)
    content_sha256 = models.CharField(max_length=64)
    payroll_sha256 = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_index=True,
        help_text="What it would book: equal for the same payroll in another shape.",
    )
    accounts_sha256 = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_index=True,
        help_text="The same without dimensions.",
    )
    line_count = models.PositiveIntegerField()
    debit_total = models.DecimalField(max_digits=16, decimal_places=2)
    came_at = models.DateTimeField()
    came_by = models.ForeignKey(
        "tilisilta.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    run = models.ForeignKey(
        Run,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="journals",
        help_text="The run in Nmbrs it was fetched of; none for a file.",
    )
    split = models.CharField(max_length=11, choices=Run.Split, blank=True, default="")
    is_run_guessed = models.BooleanField(
        default=False, help_text="Nobody named its run: the number is that of its month."
    )
    is_deleted_at_source = models.BooleanField(default=False)
    needs_look = models.BooleanField(
        default=False,
        help_text="Probably wrong though it balances: sent by itself, not with others.",
    )
    is_surely_another = models.BooleanField(
        default=False, help_text="A person said that it is no other journal's payroll again."
    )

    discarded_at = models.DateTimeField(null=True, blank=True)
    discarded_by = models.ForeignKey(
        "tilisilta.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    discard_reason = models.CharField(max_length=200, blank=True, default="")

    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="All that was booked is taken back; nothing is sent."
    )

    masked_at = models.DateTimeField(
        null=True, blank=True, help_text="A text of its run was masked since it came in."
    )
    settled_as = models.CharField(
        max_length=8,
        blank=True,
        default="",
        help_text="A person says that nothing is left to be sent; the settlements have the reason.",
    )

    state = models.CharField(
        max_length=18, choices=JOURNAL_STATES, default=JournalState.PROBLEM.value
    )
    problems = ProblemsField()
    reader_notes = ProblemsField(
        help_text="Warnings of reading the file; every check shows them again.",
    )
    zero_line_count = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True, blank=True)

    objects = JournalQuerySet.as_manager()

    class Meta:
        ordering = ["-period", "-run_number", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "run_year", "run_number", "revision"],
                name="one_journal_per_run_and_revision",
            )
        ]
        indexes = [
            models.Index(fields=["company", "period"], name="journal_by_period"),
            models.Index(fields=["period", "state"], name="journal_by_state"),
            models.Index(fields=["state", "currency", "debit_total"], name="journal_sums"),
        ]

    def __str__(self) -> str:
        return f"{self.company.number} {self.run_number}/{self.run_year} rev {self.revision}"

    @property
    def reference(self) -> str:
        """A short name a person can type: company-year-run-revision."""
        return f"{self.company.number}-{self.run_year}-{self.run_number}-{self.revision}"

    @property
    def booking_period(self) -> domain.BookingPeriod:
        return domain.BookingPeriod.containing(self.period)

    def standing(self, exports: Iterable[ExportStanding] | None = None) -> Standing:
        """Return where it stands by the stored rows; ``exports`` are its exports, if known."""
        return standing_of(
            tuple(self.export_standings() if exports is None else exports),
            self.problems,
            is_discarded=self.discarded_at is not None,
            is_withdrawn=self.withdrawn_at is not None,
            settled_as=SettledAs(self.settled_as) if self.settled_as else None,
        )

    def export_standings(self) -> list[ExportStanding]:
        """Return where its exports stand by the stored rows."""
        rows = self.exports.values_list("state", "problems")
        return [ExportStanding(state=ExportState(state), problems=found) for state, found in rows]

    def store_state(self) -> None:
        """Work out its state from its exports and problems as they are now, and store it."""
        with transaction.atomic():
            # Locked before the exports are read: otherwise a slower process could store a state
            # that it worked out from older exports.
            locked = (
                Journal.objects.select_for_update()
                .only("problems", "state", "discarded_at", "withdrawn_at", "settled_as")
                .get(pk=self.pk)
            )
            locked.store_state_locked()
        self.state = locked.state
        if self.state in SENT_JOURNALS:
            self.problems = locked.problems

    def store_state_locked(self, exports: Iterable[ExportStanding] | None = None) -> None:
        """Do what ``store_state`` does with a row that is locked and has not changed since."""
        state = self.standing(exports).state
        if self.state != state:
            self.state = state
            self.save(update_fields=["state"])
        if state in SENT_JOURNALS:
            self.forget_change()

    def forget_change(self) -> None:
        """Drop that its run was changed after sending: its difference is booked by now."""
        left = [one for one in self.problems if one.code != ProblemCode.EARLIER_REVISION_SENT]
        if len(left) < len(self.problems):
            self.problems = left
            self.save(update_fields=["problems"])

    def content(self) -> domain.Journal:
        # Plain columns, as there may be very many.
        rows = self.lines.order_by("position").values_list(
            "position",
            "ledger_account",
            "description",
            "amount",
            "cost_center",
            "cost_unit",
            "booking_date",
        )
        lines = tuple(_line_content(*row) for row in rows.iterator())
        return replace(self.content_without_lines(), lines=lines)

    def content_without_lines(self) -> domain.Journal:
        """Return the same for rules that need no line."""
        return domain.Journal(
            company_number=self.company.number,
            run=domain.Run(
                year=self.run_year, number=self.run_number, description=self.run_description
            ),
            revision=self.revision,
            currency=self.currency,
            lines=(),
        )


def _line_content(  # the columns of a line
    position: int,
    ledger_account: str,
    description: str,
    amount: Decimal,
    cost_center: str,
    cost_unit: str,
    booking_date: date,
) -> domain.JournalLine:
    return domain.JournalLine(
        position=position,
        ledger_account=ledger_account,
        description=description,
        amount=amount,
        cost_center=cost_center,
        cost_unit=cost_unit,
        booking_date=booking_date,
    )


class JournalLine(models.Model):
    """One row of a journal, as it came in. ``amount``: debit positive, credit negative."""

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    ledger_account = models.CharField(max_length=20)
    description = models.CharField(max_length=1000, blank=True, default="")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    cost_center = models.CharField(max_length=100, blank=True, default="")
    cost_unit = models.CharField(max_length=100, blank=True, default="")
    booking_date = models.DateField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["journal", "position"], name="one_line_per_position")
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.ledger_account}"

    def content(self) -> domain.JournalLine:
        """Return this line as a value of the domain."""
        return _line_content(
            self.position,
            self.ledger_account,
            self.description,
            self.amount,
            self.cost_center,
            self.cost_unit,
            self.booking_date,
        )
