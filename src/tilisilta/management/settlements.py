"""Saying at the command line that nothing is left to be sent of a journal, and taking that back."""

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.management.journals import find_journal, journal_document
from tilisilta.management.output import Answer, WrongUse, refusal_of
from tilisilta.models import Journal, Settlement
from tilisilta.services.sending.settlements import (
    mark_as_sent,
    settle_by_hand,
    undo_settlement,
)


def settle_journal(options: Namespace) -> Answer:
    """Settle a journal by hand, mark it as sent, or take the last of these back."""
    if not options.reason:
        raise WrongUse(
            _("--by-hand, --as-sent and --undo need a reason"),
            remedy=_("Say why with --reason; it stands in the audit log."),
        )
    if options.undo and options.receipt:
        raise WrongUse(_("--receipt does not belong to --undo"), remedy=_("Leave the number out."))
    journal = find_journal(options.journal)
    said: dict[str, Any] = {"reason": options.reason, "user": None, "now": timezone.now()}
    try:
        if options.undo:
            journal = undo_settlement(journal, **said)
        else:
            act = settle_by_hand if options.by_hand else mark_as_sent
            journal = act(journal, receipt_number=options.receipt or "", **said)
    except ValidationError as error:
        raise refusal_of(error) from error
    settlement = journal.settlements.first()
    return Answer(
        document={**journal_document(journal), "settlement": settlement_document(settlement)},
        text="\n".join(_lines(journal, settlement)),
    )


def settlement_document(settlement: Settlement | None) -> dict[str, Any] | None:
    if settlement is None:
        return None
    return {
        "settled_as": settlement.settled_as,
        "reason": settlement.reason,
        "receipt_number": settlement.receipt_number,
        "settled_at": settlement.settled_at,
        "undone_at": settlement.undone_at,
        "undo_reason": settlement.undo_reason,
    }


def _lines(journal: Journal, settlement: Settlement | None) -> Iterator[str]:
    yield f"{journal.reference}  {journal.get_state_display()}"
    if settlement is not None and settlement.undone_at is None:
        yield _(
            "Nothing of it is sent. Take it back with tilisilta settle %(reference)s --undo."
        ) % {"reference": journal.reference}
