"""Booking the difference of a changed run at the command line: show it, ask for it, wait for it."""

import time
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.clients.procountor.wire import encode_receipt
from tilisilta.domain.receipts import LedgerReceipt
from tilisilta.domain.standing import SENT_JOURNALS, JournalState
from tilisilta.management.exports import send as send_journals
from tilisilta.management.exports import wait_for
from tilisilta.management.journals import find_journal, journal_document
from tilisilta.management.output import (
    Answer,
    Status,
    WrongUse,
    problem_document,
    problem_text,
    refusal_of,
)
from tilisilta.management.proposals import proposal_document, proposed_lines, stop
from tilisilta.management.workers import running_worker
from tilisilta.models import Export, Journal, Proposal
from tilisilta.services.sending.difference_plans import PlannedDifference
from tilisilta.services.sending.differences import plan_difference_of
from tilisilta.services.sending.proposing_differences import book_or_propose_difference
from tilisilta.services.workers import living_workers


def send(options: Namespace) -> Answer:
    """Send journals, or with ``--difference`` what one changes in what is booked of its run."""
    if options.stop:
        _must_stop_alone(options)
        return stop(options)
    if options.difference:
        return _send_difference(options)
    if options.plan:
        raise WrongUse(
            _("--plan belongs to --difference"),
            remedy=_("See tilisilta preview for what would be sent of a journal."),
        )
    return send_journals(options)


def _must_stop_alone(options: Namespace) -> None:
    if options.journals or options.all_ready or options.difference or options.again:
        raise WrongUse(
            _("--stop goes with nothing else"), remedy=_("Give only the number of the sending.")
        )


def _send_difference(options: Namespace) -> Answer:
    if len(options.journals) != 1 or options.all_ready or options.again:
        raise WrongUse(
            _("--difference is for one journal at a time"),
            remedy=_("Name one journal, the newest of its run, and leave the other choices out."),
        )
    if bool(options.reason) == options.plan:
        raise WrongUse(
            _("--difference needs a reason, or --plan"),
            remedy=_("Give --reason to book it, or --plan to only see what would be booked."),
        )
    journal = find_journal(options.journals[0])
    if options.plan:
        return _plan(plan_difference_of(journal, now=timezone.now()))
    return _book(journal, options)


def _plan(planned: PlannedDifference) -> Answer:
    plan = planned.plan
    return Answer(
        document=planned_difference_document(planned),
        text="\n".join(_planned_lines(planned)),
        status=Status.DONE if plan.can_be_booked or plan.is_nothing else Status.REFUSED,
    )


def planned_difference_document(planned: PlannedDifference) -> dict[str, Any]:
    """Return what would be booked; ``digest`` is that of all of it."""
    plan = planned.plan
    return {
        **journal_document(planned.journal),
        "can_be_booked": plan.can_be_booked,
        "is_nothing": plan.is_nothing,
        "digest": planned.digest,
        "receipts": [_planned_document(one) for one in plan.receipts],
        "problems": [problem_document(problem) for problem in plan.problems],
    }


def _planned_document(receipt: LedgerReceipt) -> dict[str, Any]:
    values = [row.accounting_value for row in receipt.body.transactions]
    return {
        "name": receipt.body.name,
        "booking_date": receipt.booking_date,
        "receipt_date": receipt.body.receipt_date,
        "debit": sum(value for value in values if value > 0),
        "rows": [
            {
                "account": row.account,
                "amount": row.accounting_value,
                "description": row.description,
            }
            for row in receipt.body.transactions
        ],
        "payload": encode_receipt(receipt.body).decode(),
    }


def _planned_lines(planned: PlannedDifference) -> Iterator[str]:
    if planned.plan.is_nothing:
        yield _("The books hold what %(reference)s would book: there is nothing to book.") % {
            "reference": planned.journal.reference
        }
    for receipt in planned.plan.receipts:
        yield f"{receipt.body.receipt_date}  {receipt.body.name}"
        for row in receipt.body.transactions:
            yield f"  {row.account:<8}{row.accounting_value:>14.2f}  {row.description}"
    yield from (problem_text(problem) for problem in planned.plan.problems)


def _book(journal: Journal, options: Namespace) -> Answer:
    try:
        sending = book_or_propose_difference(
            journal, reason=options.reason, user=None, now=timezone.now()
        )
    except ValidationError as error:
        raise refusal_of(error) from error
    if isinstance(sending, Proposal):
        return Answer(
            document={**journal_document(journal), "proposed": proposal_document(sending)},
            text="\n".join(proposed_lines([sending])),
            status=Status.REFUSED if options.wait else Status.DONE,
        )
    if sending is not None and options.wait:
        with running_worker():
            wait_for([sending], give_up_at=time.monotonic() + options.timeout)
    journal = Journal.objects.select_related("company").get(pk=journal.pk)
    receipts = _receipts_of(journal)
    return Answer(
        document=booked_difference_document(journal),
        text="\n".join(_lines(journal, receipts, waited=options.wait)),
        status=_status(journal, waited=options.wait),
    )


def booked_difference_document(journal: Journal) -> dict[str, Any]:
    """Return how far booking the difference of ``journal`` is."""
    receipts = [_receipt_document(one) for one in _receipts_of(journal)]
    return {**journal_document(journal), "receipts": receipts}


def _receipts_of(journal: Journal) -> list[Export]:
    return list(journal.exports.filter(is_difference=True).exclude(state="withdrawn"))


def _receipt_document(export: Export) -> dict[str, Any]:
    return {
        "name": export.name,
        "booking_date": export.booking_date,
        "receipt_date": export.receipt_date,
        "state": export.state,
        "debit": export.debit_total,
        "ledger_receipt_id": export.ledger_receipt_id,
        "receipt_number": export.shown_number,
        "problems": [problem_document(problem) for problem in export.problems],
    }


def _lines(journal: Journal, receipts: list[Export], *, waited: bool) -> Iterator[str]:
    yield f"{journal.reference}  {journal.get_state_display()}"
    if journal.settled_as:
        yield _("The books hold what it would book: there was nothing to book.")
        return
    for export in receipts:
        number = export.shown_number or ""
        yield f"  {export.receipt_date}  {export.get_state_display()}  {number}  {export.name}"
        yield from (problem_text(problem) for problem in export.problems)
    if not waited and not living_workers(timezone.now()):
        yield _("No worker is running: it is booked as soon as one does.")


def _status(journal: Journal, *, waited: bool) -> Status:
    if journal.state == JournalState.UNCERTAIN:
        return Status.UNCERTAIN
    is_done = journal.state in SENT_JOURNALS or bool(journal.settled_as)
    return Status.DONE if is_done or not waited else Status.REFUSED
