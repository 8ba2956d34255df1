"""Looks in Procountor for receipts of ours: before the first post, and after a lost answer."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from tilisilta.clients.procountor.client import ListedReceipt, ProcountorClient
from tilisilta.clients.procountor.errors import ProcountorUnavailable
from tilisilta.domain.problems import Problem, ProblemCode, Screen
from tilisilta.domain.receipts import BookedReceipt
from tilisilta.domain.standing import ExportState
from tilisilta.models import Attempt, Export, Link, Sending
from tilisilta.services.checks import dump_problems
from tilisilta.services.postings import accept, settled_after
from tilisilta.services.procountor import procountor

LOOKS_TO_BE_SURE = 3
"""A new receipt may take a moment to show in the list; so often it must be missing from it."""
MOST_DAYS_AHEAD = timedelta(days=62)
"""So far ahead of today the first open day may have been, where periods are closed early."""


def look(sending: Sending, exports: Sequence[Export], *, now: datetime) -> float:
    """Look for the tokens of ``exports``, all of one company; return how long to wait.

    One match is ours: the receipt is taken over. Several stop the export until a person has
    looked. None lets a queued export be posted; an uncertain one is looked for again, with
    growing pauses, until it surely is not there.
    """
    account = exports[0].link.procountor_account
    with procountor(account) as client:
        chosen = client.get_session()
        if chosen.company_id != account.procountor_company_id:
            _stop(exports, ProblemCode.WRONG_COMPANY, facts=(("name", chosen.company_name),))
            return 0.0
        first, last = _days_to_search(exports, now)
        found = client.find_by_token([export.token for export in exports], first, last)
        booked = _read(client, found)
    return max(
        _settle(sending, export, found.get(export.token, ()), booked, now=now) for export in exports
    )


def _days_to_search(exports: Sequence[Export], now: datetime) -> tuple[date, date]:
    """The first and last day on which the receipts may lie.

    Where closed periods are moved, periods may have been closed or reopened since a forgotten past
    booked the receipt: then it lies on its booking date, or on a day that was open then.
    """
    first = min(min(export.receipt_date, export.booking_date) for export in exports)
    last = max(export.receipt_date for export in exports)
    moves = any(export.link.closed_period_policy == Link.Policy.NEXT_OPEN for export in exports)
    is_first_look = any(export.state == ExportState.QUEUED for export in exports)
    if moves and is_first_look:
        last = max(last, now.date() + MOST_DAYS_AHEAD)
    return first, last


def _read(
    client: ProcountorClient, found: Mapping[str, Sequence[ListedReceipt]]
) -> dict[int, BookedReceipt]:
    ids = [matches[0].ledger_receipt_id for matches in found.values() if len(matches) == 1]
    receipts = client.get_ledger_receipts(ids) if ids else ()
    return {receipt.ledger_receipt_id: receipt for receipt in receipts}


def _settle(
    sending: Sending,
    export: Export,
    matches: Sequence[ListedReceipt],
    booked: Mapping[int, BookedReceipt],
    *,
    now: datetime,
) -> float:
    if len(matches) > 1:
        numbers = ", ".join(str(match.receipt_number) for match in matches)
        _stop([export], ProblemCode.FOUND_SEVERAL_TIMES, facts=(("numbers", numbers),))
        return 0.0
    if matches:
        receipt = booked.get(matches[0].ledger_receipt_id)
        if receipt is None:
            raise ProcountorUnavailable("Procountor lists a ledger receipt that it does not give.")
        accept(sending, export, receipt, outcome=Attempt.Outcome.FOUND, now=now)
        return 0.0
    if export.state == ExportState.QUEUED:
        Export.objects.filter(pk=export.pk, state=ExportState.QUEUED).update(is_looked_for=True)
        return 0.0
    return _note_absence(export, now=now)


def _note_absence(export: Export, *, now: datetime) -> float:
    """Note that an uncertain receipt was not in the list; post again only if it surely is not."""
    with transaction.atomic():
        locked = Export.objects.select_for_update().get(pk=export.pk)
        if locked.state != ExportState.UNCERTAIN:
            return 0.0
        locked.absent_look_count += 1
        attempt = locked.attempts.order_by("-number").first()
        settled_at = attempt.started_at + settled_after() if attempt else now
        if locked.absent_look_count >= LOOKS_TO_BE_SURE and now >= settled_at:
            locked.state = ExportState.QUEUED
            locked.is_looked_for = True
            locked.look_at = None
            locked.attempts.filter(outcome=Attempt.Outcome.UNKNOWN).update(
                outcome=Attempt.Outcome.ABSENT
            )
        else:
            locked.look_at = now + _pause(locked.absent_look_count)
        locked.save()
    return 0.0


def _pause(look_count: int) -> timedelta:
    """The pause after so many looks: it doubles up to half an hour."""
    seconds = settings.UNCERTAIN_PAUSE_SECONDS * 2 ** (look_count - 1)
    return timedelta(seconds=min(seconds, 1800))


def _stop(
    exports: Sequence[Export], code: ProblemCode, *, facts: tuple[tuple[str, str], ...]
) -> None:
    for export in exports:
        problem = Problem(
            code=code, screen=Screen.PROCOUNTOR, booking_date=export.booking_date, facts=facts
        )
        Export.objects.filter(pk=export.pk).update(problems=dump_problems([problem]), look_at=None)
