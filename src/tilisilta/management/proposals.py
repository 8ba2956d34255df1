"""What is proposed at the command line, and stopping what was asked for together.

A command runs as a system user, without a log-in: it proposes and takes back, and never releases.
"""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.management.journals import find_journal, journal_document
from tilisilta.management.output import Answer, Refused, Status, amount, shown_moment, table
from tilisilta.models import JointSending, Proposal
from tilisilta.services.sending.ending_proposals import take_back_proposal
from tilisilta.services.sending.stopping import stop_joint
from tilisilta.services.sending.two_persons import with_journals
from tilisilta.services.sending_rules.words import name_of_asker


def list_proposals(options: Namespace) -> Answer:
    """List what waits for another person."""
    proposals = list(with_journals(Proposal.objects.open()).order_by("journal__company__number"))
    headers = (_("Journal"), _("Company"), _("Debit"), _("Proposed by"), _("Proposed at"))
    rows = [
        (
            one.journal.reference,
            one.journal.company.name,
            amount(one.journal.debit_total),
            name_of_asker(one.proposer),
            shown_moment(one.proposed_at),
        )
        for one in proposals
    ]
    return Answer(
        document={"proposals": [proposal_document(one) for one in proposals]},
        text=table(headers, rows) if rows else _("Nothing is proposed."),
    )


def take_back(options: Namespace) -> Answer:
    """Take back a proposal that the same system user has made."""
    journal = find_journal(options.journal)
    proposal = with_journals(journal.proposals.open()).first()
    if proposal is None:
        raise Refused(
            _("%(reference)s is not proposed") % {"reference": journal.reference},
            remedy=_("See tilisilta proposal list."),
        )
    take_back_proposal(proposal, user=None, now=timezone.now())
    return Answer(
        document=journal_document(journal),
        text=_("%(reference)s is no longer proposed.") % {"reference": journal.reference},
    )


def stop(options: Namespace) -> Answer:
    """Stop what of a sending is not begun."""
    asked = _uuid(options.stop)
    joint = JointSending.objects.filter(pk=asked).first() if asked else None
    if joint is None:
        raise Refused(
            _("There is no sending of this number"),
            remedy=_("Its number is in the answer of tilisilta send --all, as together."),
        )
    stopped = stop_joint(joint, user=None, now=timezone.now())
    text = ngettext(
        "%(count)s journal is stopped and ready again.",
        "%(count)s journals are stopped and ready again.",
        stopped.stopped,
    )
    lines = [text % {"count": stopped.stopped}]
    if stopped.going_on:
        text = ngettext(
            "%(count)s is begun and goes on.", "%(count)s are begun and go on.", stopped.going_on
        )
        lines.append(text % {"count": stopped.going_on})
    return Answer(
        document={"stopped": stopped.stopped, "going_on": stopped.going_on},
        text="\n".join(lines),
        status=Status.DONE,
    )


def proposal_document(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal for the JSON document, with its journal."""
    return {
        **journal_document(proposal.journal),
        "digest": proposal.digest,
        "is_difference": proposal.is_difference,
        "reason": proposal.reason or None,
        "proposed_by": name_of_asker(proposal.proposer),
        "proposed_at": proposal.proposed_at,
    }


def proposed_lines(proposals: Sequence[Proposal]) -> Iterator[str]:
    for one in proposals:
        told = _("%(reference)s  proposed; another person has to release it")
        yield told % {"reference": one.journal.reference}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
