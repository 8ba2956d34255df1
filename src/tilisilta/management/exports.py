"""Sending at the command line: ask for it, wait for it, say what was booked."""

import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.errors import TilisiltaError
from tilisilta.management.journals import find_journal, journal_document
from tilisilta.management.output import (
    Answer,
    Status,
    WrongUse,
    coded,
    error_document,
    explanation_of,
    problem_document,
    problem_text,
)
from tilisilta.management.workers import living_workers, someone_working
from tilisilta.models import Export, Journal, JournalState, Sending
from tilisilta.services.checks import load_problems
from tilisilta.services.exports import (
    AlreadySent,
    CannotBeSent,
    PreviewChanged,
    send_all_ready,
    send_journal,
)

POLL_SECONDS = 0.2
SENT = frozenset({JournalState.SENT.value, JournalState.APPROVED.value})


@dataclass(frozen=True, kw_only=True)
class _Refusal:
    """A journal that was not taken up, and why."""

    journal: Journal
    error: TilisiltaError


def send(options: Namespace) -> Answer:
    """Ask for journals to be sent and, if told to, wait until they are."""
    if bool(options.journals) == options.all_ready:
        raise WrongUse(
            _("Name journals, or give --all-ready"), remedy=_("See tilisilta send --help.")
        )
    sendings, refused = _ask(options)
    if options.wait and sendings:
        with someone_working():
            _wait(sendings, give_up_at=time.monotonic() + options.timeout)
    journals = [Journal.objects.get(pk=sending.journal_id) for sending in sendings]
    return Answer(
        document=_document(journals, refused),
        text=_text(journals, refused, waited=options.wait),
        status=_status(journals, refused, waited=options.wait),
    )


def _ask(options: Namespace) -> tuple[list[Sending], list[_Refusal]]:
    now = timezone.now()
    if options.all_ready:
        asked = send_all_ready(user=None, now=now)
        errors = [_Refusal(journal=item, error=CannotBeSent(item)) for item in asked.refused]
        return list(asked.sendings), errors
    # All of them first: a mistyped reference should not be found after half are under way.
    journals = [find_journal(reference) for reference in dict.fromkeys(options.journals)]
    return _send_each(journals, now=now)


def _send_each(
    journals: Sequence[Journal], *, now: datetime
) -> tuple[list[Sending], list[_Refusal]]:
    sendings, refused = [], []
    for journal in journals:
        try:
            sendings.append(send_journal(journal, user=None, now=now))
        except (CannotBeSent, PreviewChanged, AlreadySent) as error:
            journal.refresh_from_db()
            refused.append(_Refusal(journal=journal, error=error))
    return sendings, refused


def _wait(sendings: Sequence[Sending], *, give_up_at: float) -> None:
    """Wait until the sendings are finished; what is uncertain is looked for until the end."""
    ids = [sending.pk for sending in sendings]
    while time.monotonic() < give_up_at:
        if not Sending.objects.filter(pk__in=ids, finished_at__isnull=True).exists():
            return
        time.sleep(POLL_SECONDS)


def _status(journals: Sequence[Journal], refused: Sequence[_Refusal], *, waited: bool) -> Status:
    if any(journal.state == JournalState.UNCERTAIN for journal in journals):
        return Status.UNCERTAIN
    if refused or (waited and any(journal.state not in SENT for journal in journals)):
        return Status.REFUSED
    return Status.DONE


def _document(journals: Sequence[Journal], refused: Sequence[_Refusal]) -> dict[str, Any]:
    return {
        "journals": [
            {
                **journal_document(journal),
                "receipts": [_receipt_document(export) for export in journal.exports.all()],
            }
            for journal in journals
        ],
        "refused": [
            {**journal_document(item.journal), "error": error_document(item.error)}
            for item in refused
        ],
    }


def _receipt_document(export: Export) -> dict[str, Any]:
    return {
        "name": export.name,
        "booking_date": export.booking_date,
        "receipt_date": export.receipt_date,
        "state": export.state,
        "debit": export.debit_total,
        "ledger_receipt_id": export.ledger_receipt_id,
        "receipt_number": export.receipt_number,
        "posted_at": export.posted_at,
        "problems": [problem_document(problem) for problem in load_problems(export.problems)],
    }


def _text(journals: Sequence[Journal], refused: Sequence[_Refusal], *, waited: bool) -> str:
    lines = [line for journal in journals for line in _journal_lines(journal)]
    for item in refused:
        explanation = explanation_of(item.error)
        lines.append(f"{item.journal.reference}  {coded(explanation)}")
        lines += [
            problem_text(problem)
            for problem in load_problems(item.journal.problems)
            if problem.stops
        ]
    if not journals and not refused:
        lines.append(_("No journal is ready."))
    if journals and not waited and not living_workers(timezone.now()):
        lines.append(_("No worker is running: they are sent as soon as one does."))
    return "\n".join(lines)


def _journal_lines(journal: Journal) -> Iterator[str]:
    exports = list(journal.exports.all())
    count = ngettext("%(count)s receipt", "%(count)s receipts", len(exports))
    shown = count % {"count": len(exports)}
    yield f"{journal.reference}  {journal.get_state_display()}  {shown}"
    for export in exports:
        number = export.receipt_number or ""
        yield f"  {export.receipt_date}  {export.get_state_display()}  {number}  {export.name}"
        yield from (problem_text(problem) for problem in load_problems(export.problems))
