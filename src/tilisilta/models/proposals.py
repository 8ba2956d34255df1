"""What one person proposed to send, for another to release."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tilisilta.models.exports import Sending
from tilisilta.models.joint_sendings import JointSending
from tilisilta.models.journals import Journal
from tilisilta.models.links import Link
from tilisilta.models.users import User


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Proposals, narrowed to those that are open or that a user may see."""

    def open(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        return self.filter(user.rows_of_debtors("journal__company__debtor"))


class Proposal(models.Model):
    """A journal, or its difference, that one person wants sent and another has to release.

    ``digest`` is what the first one has seen: exactly that is released, or nothing. ``reason`` is
    that of a difference. An ended proposal stays, with who ended it and why.
    """

    class Outcome(models.TextChoices):
        """How a proposal ended."""

        RELEASED = "released", _("released")
        RETURNED = "returned", _("sent back")
        TAKEN_BACK = "taken_back", _("taken back")
        VOID = "void", _("no longer valid")

    class Change(models.TextChoices):
        """What makes a proposal void."""

        REVISION = "revision", _("A newer revision of the run has come in.")
        LINK = "link", _("The link has been changed or has ended.")
        RECEIPTS = "receipts", _("Other receipts would be sent than those that were proposed.")
        STOPPED = "stopped", _("Something stands in its way now.")
        SENT = "sent", _("It was sent meanwhile, as no second person was demanded any more.")
        PROPOSER = "proposer", _("The person who proposed it may not send it any more.")

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="proposals")
    link = models.ForeignKey(
        Link, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    digest = models.CharField(max_length=64)
    is_difference = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True, default="")
    joint = models.ForeignKey(
        JointSending,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="proposals",
        help_text="What it was proposed with.",
    )
    proposed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    system_user = models.CharField(
        max_length=100, blank=True, default="", help_text="Who proposed it by a command."
    )
    proposed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="")
    change = models.CharField(max_length=10, choices=Change, blank=True, default="")
    end_reason = models.CharField(
        max_length=200, blank=True, default="", help_text="Why it was sent back."
    )
    sending = models.OneToOneField(
        Sending, null=True, blank=True, on_delete=models.PROTECT, related_name="proposal"
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["journal"],
                condition=Q(ended_at__isnull=True),
                name="one_open_proposal_per_journal",
            )
        ]

    def __str__(self) -> str:
        return str(self.journal)

    @property
    def proposer(self) -> str:
        """Return the name of who proposed it, also where it was a command."""
        person = self.proposed_by
        return person.get_full_name() or person.get_username() if person else self.system_user
