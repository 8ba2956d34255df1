"""Withdrawing at the command line: say what becomes of each receipt, ask for it, wait for it."""

import time
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.domain.standing import JournalState
from tilisilta.management.exports import wait_for
from tilisilta.management.journals import find_journal, journal_document
from tilisilta.management.output import Answer, Status, problem_document, problem_text, refusal_of
from tilisilta.management.workers import running_worker
from tilisilta.models import Export, Journal
from tilisilta.services.explanations.ways_back import way_text
from tilisilta.services.sending.withdrawals import (
    PlannedReceipt,
    WithdrawalPlan,
    ask_to_withdraw,
    plan_withdrawal,
)
from tilisilta.services.workers import living_workers


def withdraw(options: Namespace) -> Answer:
    """Take back what is booked of a journal, or only say how that would be done."""
    journal = find_journal(options.journal)
    if options.plan:
        return _plan(plan_withdrawal(journal, now=timezone.now()))
    try:
        sending = ask_to_withdraw(journal, reason=options.reason, user=None, now=timezone.now())
    except ValidationError as error:
        raise refusal_of(error) from error
    if options.wait:
        with running_worker():
            wait_for([sending], give_up_at=time.monotonic() + options.timeout)
    journal = Journal.objects.select_related("company").get(pk=journal.pk)
    return Answer(
        document=withdrawal_document(journal),
        text="\n".join(_lines(journal, waited=options.wait)),
        status=_status(journal, waited=options.wait),
    )


def withdrawal_document(journal: Journal) -> dict[str, Any]:
    """Return for the JSON document how far the withdrawal of ``journal`` is."""
    return {
        **journal_document(journal),
        "receipts": [_receipt_document(one) for one in _receipts(journal)],
    }


def plan_document(plan: WithdrawalPlan) -> dict[str, Any]:
    """Return for the JSON document what a withdrawal would do; ``digest`` is that of it all."""
    return {
        **journal_document(plan.journal),
        "can_be_withdrawn": plan.is_possible,
        "can_become_final": plan.can_become_final,
        "digest": plan.digest,
        "receipts": [_planned_document(one) for one in plan.receipts],
    }


def _plan(plan: WithdrawalPlan) -> Answer:
    return Answer(
        document=plan_document(plan),
        text="\n".join(_planned_line(one) for one in plan.receipts),
        status=Status.DONE if plan.is_possible else Status.REFUSED,
    )


def _planned_document(planned: PlannedReceipt) -> dict[str, Any]:
    return {
        "name": planned.export.name,
        "ledger_receipt_id": planned.export.ledger_receipt_id,
        "receipt_number": planned.export.shown_number,
        "receipt_date": planned.export.receipt_date,
        "status": planned.status,
        "way": planned.way.way.value,
        "reason": planned.way.reason.value if planned.way.reason else None,
        "reverse_on": planned.way.reverse_on,
        "payload": planned.payload or None,
    }


def _planned_line(planned: PlannedReceipt) -> str:
    export = planned.export
    number = export.shown_number or export.ledger_receipt_id
    return f"  {export.receipt_date}  {number}  {way_text(planned.way)}"


def _receipts(journal: Journal) -> list[Export]:
    """Return what was booked of the journal, each with the receipt that reverses it."""
    booked = Export.objects.filter(journal=journal, ledger_receipt_id__isnull=False)
    return list(booked.select_related("reversal").order_by("booking_date", "epoch"))


def _receipt_document(export: Export) -> dict[str, Any]:
    reversal = getattr(export, "reversal", None)
    return {
        "name": export.name,
        "receipt_date": export.receipt_date,
        "state": export.state,
        "ledger_receipt_id": export.ledger_receipt_id,
        "receipt_number": export.shown_number,
        "way": export.way_back or None,
        "withdrawn_at": export.withdrawn_at,
        "reversed_by": {
            "name": reversal.name,
            "state": reversal.state,
            "receipt_date": reversal.receipt_date,
            "ledger_receipt_id": reversal.ledger_receipt_id,
            "receipt_number": reversal.shown_number,
        }
        if reversal is not None
        else None,
        "problems": [problem_document(problem) for problem in export.problems],
    }


def _lines(journal: Journal, *, waited: bool) -> Iterator[str]:
    yield f"{journal.reference}  {journal.get_state_display()}"
    for export in _receipts(journal):
        reversal = getattr(export, "reversal", None)
        number = export.shown_number or ""
        line = f"  {export.receipt_date}  {export.get_state_display()}  {number}  {export.name}"
        yield line
        if reversal is not None and reversal.ledger_receipt_id is not None:
            shown = reversal.shown_number or reversal.ledger_receipt_id
            told = {"number": shown, "date": reversal.receipt_date}
            yield "    " + _("Reversed by receipt %(number)s of %(date)s") % told
        yield from (problem_text(problem) for problem in export.problems)
    if not waited and not living_workers(timezone.now()):
        yield _("No worker is running: they are taken back as soon as one does.")


def _status(journal: Journal, *, waited: bool) -> Status:
    if journal.state == JournalState.WITHDRAWN or not waited:
        return Status.DONE
    if journal.state == JournalState.WITHDRAWING:
        return Status.UNCERTAIN
    return Status.REFUSED
