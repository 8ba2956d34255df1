"""Settling at the command line: a receipt that may be a journal's, or a journal as a whole."""

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.management.journals import find_journal, journal_document
from tilisilta.management.output import Answer, Refused, WrongUse
from tilisilta.management.settlements import settle_journal
from tilisilta.models import Export, Journal
from tilisilta.services.sending.perhaps_ours import say_another, take_over
from tilisilta.services.sending.receipts_in_question import Doubt, doubts_about


def settle(options: Namespace) -> Answer:
    """Settle whether a receipt in question is the journal's, or the journal as a whole."""
    if not (options.ours or options.another):
        return settle_journal(options)
    _must_go_together(options)
    journal = find_journal(options.journal)
    doubt = _doubt(journal, options.receipt)
    export = Export.with_trail.select_related("link__procountor_account", "journal__company").get(
        token=doubt.token
    )
    act = take_over if options.ours else say_another
    settled = act(export, doubt.ledger_receipt_id, user=None, now=timezone.now())
    journal.refresh_from_db()
    return Answer(
        document=settled_document(journal, settled, doubt),
        text="\n".join(_lines(journal, doubt, is_ours=options.ours)),
    )


def _must_go_together(options: Namespace) -> None:
    if options.receipt is None:
        raise WrongUse(
            _("--ours and --another need --receipt"),
            remedy=_("Give the number that the problem names, as in --receipt 88."),
        )
    if options.reason is not None:
        raise WrongUse(
            _("--reason belongs to --by-hand, --as-sent and --undo"), remedy=_("Leave it out.")
        )


def _doubt(journal: Journal, number: str) -> Doubt:
    """Return the doubt about the receipt with that number, or else with that id of Procountor's."""
    asked = tuple(doubts_about(journal))
    by_number = [one for one in asked if one.number == number]
    by_id = [one for one in asked if str(one.ledger_receipt_id) == number]
    matches = by_number or by_id
    if matches:
        return matches[0]
    numbers = ", ".join(one.number for one in asked)
    raise Refused(
        _("Receipt %(number)s is not in question") % {"number": number},
        cause=_("In question of this journal: %(numbers)s.") % {"numbers": numbers}
        if numbers
        else _("No receipt is in question of this journal."),
        remedy=_("See tilisilta preview %(reference)s.") % {"reference": journal.reference},
    )


def settled_document(journal: Journal, export: Export, doubt: Doubt) -> dict[str, Any]:
    """Return the journal with the receipt that was settled and what is still in question."""
    return {
        **journal_document(journal),
        "receipt": {
            "name": export.name,
            "state": export.state,
            "ledger_receipt_id": export.ledger_receipt_id,
            "receipt_number": export.shown_number,
        },
        "settled": {
            "ledger_receipt_id": doubt.ledger_receipt_id,
            "number": doubt.number,
        },
        "in_question": [
            {"ledger_receipt_id": one.ledger_receipt_id, "number": one.number}
            for one in doubts_about(journal)
        ],
    }


def doubt_document(doubt: Doubt) -> dict[str, Any]:
    return {
        "ledger_receipt_id": doubt.ledger_receipt_id,
        "number": doubt.number,
        "token": doubt.token,
        "code": doubt.code.value,
        "can_be_ours": doubt.can_be_ours,
    }


def _lines(journal: Journal, doubt: Doubt, *, is_ours: bool) -> Iterator[str]:
    names = {"number": doubt.number, "reference": journal.reference}
    if is_ours:
        yield _("Receipt %(number)s is the one of %(reference)s. It is not sent again.") % names
    else:
        yield _("Receipt %(number)s is another than the one of %(reference)s.") % names
    left = ", ".join(one.number for one in doubts_about(journal))
    if left:
        yield _("Still in question: %(numbers)s") % {"numbers": left}
    elif not is_ours and not journal.sendings.filter(finished_at__isnull=True).exists():
        yield _("Send it with tilisilta send %(reference)s.") % names
