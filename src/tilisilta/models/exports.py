"""Our promises to book ledger receipts, each attempt at one, and the requests to send journals."""

import hashlib
import uuid
from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tilisilta.domain.standing import BOOKED_EXPORTS, ExportStanding, ExportState
from tilisilta.models.connections import Worker
from tilisilta.models.fields import ItemsToMakeField, LooksField, ProblemsField
from tilisilta.models.joint_sendings import JointSending
from tilisilta.models.journals import Journal
from tilisilta.models.links import Link, LinkSettings

EXPORT_STATES = [
    (ExportState.READY.value, _("Ready")),
    (ExportState.QUEUED.value, _("Queued")),
    (ExportState.POSTING.value, _("Sending")),
    (ExportState.UNCERTAIN.value, _("Uncertain")),
    (ExportState.REJECTED.value, _("Rejected")),
    (ExportState.POSTED.value, _("Sent")),
    (ExportState.APPROVED.value, _("Approved")),
    (ExportState.WITHDRAWING.value, _("Being withdrawn")),
    (ExportState.NOT_WITHDRAWN.value, _("Not withdrawn")),
    (ExportState.WITHDRAWN.value, _("Withdrawn")),
]
"""The states of an export with their words."""


class _WithoutTrail(models.Manager["Export"]):
    """Leaves out what books nothing of its journal: in other books than today's, or a reversal.

    It is the default manager, so that no sum can count the trail by mistake.
    """

    def get_queryset(self) -> "models.QuerySet[Export]":
        return super().get_queryset().filter(is_trail=False)


class Export(models.Model):
    """Our promise to book one ledger receipt, once.

    ``payload`` is what a person saw and what is sent, letter by letter. The token ends the
    receipt's name in Procountor; by it a receipt with a lost answer is found again. ``is_trail``
    says that it books nothing of its journal in today's books: the link it was sent through has
    ended and the journal goes to another administration, or it ``reverses`` another export.
    ``objects`` and ``journal.exports`` leave it out, ``with_trail`` has it. ``way_back`` is how a
    receipt is withdrawn, as a person has confirmed it. ``is_difference`` is the receipt that books
    what its journal changes in what was booked of its run before.
    """

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="exports")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="exports")
    booking_date = models.DateField()
    receipt_date = models.DateField()
    # Part of the token (R8): what is sent again after it was withdrawn has the next one.
    epoch = models.PositiveSmallIntegerField(default=0)
    token = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=80)
    payload = models.TextField()
    payload_sha256 = models.CharField(max_length=64)
    row_count = models.PositiveIntegerField()
    debit_total = models.DecimalField(max_digits=16, decimal_places=2)
    program_version = models.CharField(
        max_length=40, blank=True, default="", help_text="The version that made the payload."
    )
    link_settings = models.ForeignKey(
        LinkSettings,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The choices of the link that made the payload.",
    )
    items_to_make = ItemsToMakeField(
        help_text="Dimension items to be made before it is sent, with their stand-in ids.",
    )

    state = models.CharField(max_length=14, choices=EXPORT_STATES, default=ExportState.READY.value)
    ledger_receipt_id = models.IntegerField(null=True, blank=True)
    receipt_number = models.IntegerField(null=True, blank=True)
    invoice_number = models.IntegerField(null=True, blank=True)
    version = models.CharField(max_length=40, blank=True, default="")
    posted_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    problems = ProblemsField()
    is_looked_for = models.BooleanField(
        default=False, help_text="Procountor was asked for the token since the export was queued."
    )
    absent_look_count = models.PositiveSmallIntegerField(default=0)
    empty_looks = LooksField(help_text="Each look since the last attempt that did not find it.")
    look_at = models.DateTimeField(null=True, blank=True, help_text="Not before this moment.")
    is_trail = models.BooleanField(default=False)
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversal"
    )
    is_difference = models.BooleanField(default=False)
    way_back = models.CharField(max_length=10, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = _WithoutTrail()
    with_trail: "models.Manager[Export]" = models.Manager()

    class Meta:
        ordering = ["booking_date", "epoch"]
        constraints = [
            # Checks lock the journal. If two still plan the same receipt, the second fails.
            models.UniqueConstraint(
                fields=["link", "journal", "booking_date", "epoch", "is_difference"],
                condition=Q(reverses__isnull=True),
                name="one_export_per_receipt_and_epoch",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[
                        ExportState.POSTED.value,
                        ExportState.APPROVED.value,
                        ExportState.WITHDRAWING.value,
                        ExportState.NOT_WITHDRAWN.value,
                    ]
                )
                | Q(ledger_receipt_id__isnull=False),
                name="a_booked_export_knows_its_receipt",
            ),
        ]
        indexes = [
            models.Index(fields=["state"], name="export_state"),
            # So that what was booked since a comparison is found without reading any payload.
            models.Index(fields=["journal", "posted_at"], name="export_by_posting"),
            models.Index(fields=["receipt_number"], name="export_receipt_number"),
            models.Index(fields=["invoice_number"], name="export_invoice_number"),
            models.Index(fields=["ledger_receipt_id"], name="export_ledger_receipt_id"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def was_taken_back(self) -> bool:
        """Return whether it was booked and then withdrawn, so that its token is used up."""
        return self.withdrawn_at is not None

    @property
    def is_on_journals_page(self) -> bool:
        """Return whether the journal's page shows it: not if it went through an ended link."""
        return not self.is_trail or self.reverses_id is not None

    @property
    def shown_number(self) -> int | None:
        """The number by which people know the receipt in Procountor, if it has one.

        The number of the receipt was formerly that of bank statements only, and users see that of
        the journal as an invoice; it may be empty as long as the receipt is not approved.
        """
        return self.receipt_number or self.invoice_number

    def standing(self) -> ExportStanding:
        return ExportStanding(state=ExportState(self.state), problems=self.problems)


def preview_digest(exports: Iterable[Export]) -> str:
    """Return a digest of everything that would be sent now, down to each byte.

    The links count as well: the same receipts in other books are something else.
    """
    return digest_of_receipts(
        (export.link_id, export.payload_sha256)
        for export in sorted(exports, key=lambda export: export.booking_date)
        if export.state not in BOOKED_EXPORTS and export.state != ExportState.WITHDRAWN
    )


def digest_of_receipts(receipts: Iterable[tuple[int, str]]) -> str:
    """Return a digest of ``receipts``, each given by its link and the digest of its payload."""
    digests = (f"{link_id}:{payload_sha256}" for link_id, payload_sha256 in receipts)
    return hashlib.sha256("".join(digests).encode()).hexdigest()


class Attempt(models.Model):
    """One try at an export, committed before the request leaves: to book it, or to take it back."""

    class Kind(models.TextChoices):
        """What was tried."""

        POST = "post", _("to book it")
        UNFINISH = "unfinish", _("to make it unfinished")
        INVALIDATE = "invalidate", _("to invalidate it")

    class Outcome(models.TextChoices):
        """How the try ended, as far as we know."""

        OPEN = "open", _("under way")
        POSTED = "posted", _("booked")
        REJECTED = "rejected", _("rejected")
        NOT_SENT = "not_sent", _("not sent")
        UNKNOWN = "unknown", _("no known outcome")
        FOUND = "found", _("found in Procountor")
        ABSENT = "absent", _("surely not booked")
        DONE = "done", _("done")
        NOT_DONE = "not_done", _("surely not done")

    export = models.ForeignKey(Export, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.POST)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    detail = models.CharField(max_length=500, blank=True, default="")
    program_version = models.CharField(
        max_length=40, blank=True, default="", help_text="The version that sent it."
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["export", "number"], name="one_attempt_per_number"),
            # The last line of defence against a second request while one is on its way.
            models.UniqueConstraint(
                fields=["export"], condition=Q(outcome="open"), name="one_open_attempt_per_export"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.export}: {self.number}"


class Withdrawal(models.Model):
    """A person's wish to take back all booked receipts of a journal, with the reason.

    It is unfinished until each of them is withdrawn. The sendings of its journal carry it out until
    then, so that a journal is never sent and withdrawn at the same time.
    """

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="withdrawals")
    reason = models.CharField(max_length=200)
    requested_by = models.ForeignKey(
        "tilisilta.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    system_user = models.CharField(max_length=100, blank=True, default="")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["journal"],
                condition=Q(finished_at__isnull=True),
                name="one_unfinished_withdrawal_per_journal",
            )
        ]

    def __str__(self) -> str:
        return f"{self.journal}: {self.reason}"


class Sending(models.Model):
    """A request to send a journal, or to take it back while a withdrawal of it is unfinished.

    One worker at a time takes it up (the outbox). ``claimed_by`` is emptied when that worker dies;
    what is under way and claimed by nobody is lost, and put back.
    """

    class AskedFor(models.TextChoices):
        """What a person, or a rule, has asked for."""

        SENDING = "sending"
        LOOK = "look"
        """To look once more for uncertain receipts: it sends nothing new."""
        WITHDRAWAL = "withdrawal"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="sendings")
    asked_for = models.CharField(max_length=10, choices=AskedFor, default=AskedFor.SENDING)
    requested_by = models.ForeignKey(
        "tilisilta.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    system_user = models.CharField(
        max_length=100, blank=True, default="", help_text="Who asked for it by a command."
    )
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="A worker takes it up at this moment.")
    run_count = models.PositiveIntegerField(default=0, help_text="How often it was taken up.")
    enqueued_at = models.DateTimeField(
        null=True, blank=True, help_text="It was taken up; empty: it waits in the outbox."
    )
    claimed_by = models.ForeignKey(
        Worker, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    writer = models.IntegerField(
        null=True, blank=True, help_text="The Procountor company it writes to, once it is taken up."
    )
    source_asked_at = models.DateTimeField(
        null=True, blank=True, help_text="Nmbrs was asked whether the journal is still the same."
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    joint = models.ForeignKey(
        JointSending,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sendings",
        help_text="What it was asked for with.",
    )
    seen = models.CharField(
        max_length=64,
        blank=True,
        default="",
        help_text="The preview a person confirmed, for the worker to check; empty: checked before.",
    )
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text="The worker found what was confirmed unchanged."
    )
    is_refused = models.BooleanField(
        default=False, help_text="It was not begun; ``refusal`` says why."
    )
    refusal = ProblemsField()
    release_off_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Sent by one person, as since then no second one was demanded any more.",
    )

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            # Two clicks in the same instant: the second gets the sending of the first.
            models.UniqueConstraint(
                fields=["journal"],
                condition=Q(finished_at__isnull=True),
                name="one_unfinished_sending_per_journal",
            ),
            # Two that write to one company at once could each find the other's receipt missing.
            models.UniqueConstraint(
                fields=["writer"],
                condition=Q(finished_at__isnull=True, enqueued_at__isnull=False),
                name="one_sending_at_a_time_per_company",
            ),
        ]
        indexes = [models.Index(fields=["finished_at", "enqueued_at"], name="sending_unfinished")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_unchecked(self) -> bool:
        """Return whether the worker has yet to check what a person confirmed."""
        return bool(self.seen) and self.checked_at is None

    @property
    def run_id(self) -> str:
        """The id of this turn of the sending: a new one each time it is taken up."""
        return f"{self.id}.{self.run_count}"
