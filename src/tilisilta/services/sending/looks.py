"""Looks in Procountor for receipts of ours: before the first post, and after a lost answer."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q

from tilisilta.clients.procountor.client import ProcountorClient, ReceiptWindow
from tilisilta.clients.procountor.errors import ProcountorUnavailable
from tilisilta.clients.procountor.wire import decode_receipt
from tilisilta.domain.booked import has_something_in_common
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.looks import EmptyLook
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.domain.receipts import BookedReceipt
from tilisilta.domain.recognition import (
    INVALIDATED,
    JournalReceipt,
    Recognised,
    recognise,
)
from tilisilta.domain.sameness import receipt_digest
from tilisilta.domain.standing import ExportState
from tilisilta.models import AnotherReceipt, Attempt, Export, Link, Sending
from tilisilta.services.procountor.administrations import note_company, was_company_seen
from tilisilta.services.procountor.client import procountor
from tilisilta.services.procountor.seen_receipts import promised_with, read_receipts
from tilisilta.services.sending.booked_another_way import booking_another_way
from tilisilta.services.sending.lost_answers import may_arrive_for
from tilisilta.services.sending.other_revisions import tokens_of_other_revisions
from tilisilta.services.sending.postings import accept
from tilisilta.services.sending.receipts_in_question import doubt_problems

LOOKS_TO_BE_SURE = 3
"""So many looks must miss a receipt: a new one may take a moment to show in the list."""
MOST_LOOKS_KEPT = 20
MOST_DAYS_AHEAD = timedelta(days=62)
"""The first open day may lie this far ahead of today, where periods are closed early."""
DAYS_AROUND_A_MONTH = timedelta(days=15)
"""A forgotten receipt is looked for this far outside its month: wages may be dated on payday."""

_NOT_SURE = (Attempt.Outcome.OPEN, Attempt.Outcome.UNKNOWN, Attempt.Outcome.ABSENT)


def look_for(
    sending: Sending, exports: Sequence[Export], *, now: datetime, is_just_read: bool = False
) -> float:
    """Look for ``exports``, all of one company, in Procountor; return the seconds to wait.

    A single receipt with the token in name or notes is ours and is taken over. A person has to
    decide if there are several, or if it is invalidated or books nothing of what we would send.
    Without such a receipt a queued export may be posted, and has ``is_looked_for``, unless another
    receipt books the same or a forgotten revision of the run was sent. An uncertain export is
    looked for again, with growing pauses, until its receipt is surely absent. ``is_just_read`` is
    as ``procountor`` takes it.
    """
    account = exports[0].link.procountor_account
    company_id = account.procountor_company_id or 0
    with procountor(account, is_just_read=is_just_read) as client:
        # Nothing found in another company proves nothing, and the post would land in its books.
        if not was_company_seen(account, now=now):
            chosen = client.get_session()
            if not note_company(account, chosen.company_id, now=now):
                _stop_all(exports, ProblemCode.WRONG_COMPANY, name=chosen.company_name)
                return 0.0
        # Read together for all exports of the journal, whose months mostly overlap.
        windows = [window for export in exports for window in _windows(export, now)]
        receipts = read_receipts(client, company_id, _joined(windows), now=now)
        siblings = _siblings(exports, receipts, company_id)
        matches = {
            export.pk: _recognised(
                export, receipts, company_id, siblings.get(export.booking_date, frozenset())
            )
            for export in exports
        }
        booked = _read(client, matches)
    return max(
        _note_result(sending, export, matches[export.pk], booked, receipts=receipts, now=now)
        for export in exports
    )


def _siblings(
    exports: Sequence[Export], receipts: Sequence[JournalReceipt], company_id: int
) -> Mapping[date, frozenset[str]]:
    if exports[0].reverses_id is not None:
        # What takes a receipt back may stand beside whatever revisions of the run there are.
        return {}
    return tokens_of_other_revisions(exports, receipts, company_id)


def _windows(export: Export, now: datetime) -> tuple[ReceiptWindow, ...]:
    """Return where the receipt may lie, whatever people have done with it since.

    After a lost answer the receipt was created after the attempt began and is found by that,
    whatever its date is now. A past that a restored backup has forgotten gives no such time: then
    the months around its dates are searched. Where closed periods are moved, periods may have been
    closed or reopened since: the receipt lies on its booking date or on a day that was open then.
    """
    first = min(export.receipt_date, export.booking_date)
    last = export.receipt_date
    if export.state == ExportState.UNCERTAIN:
        by_date = ReceiptWindow(first=first, last=last)
        unsure = export.attempts.filter(outcome__in=_NOT_SURE)
        tried_since = unsure.aggregate(at=Min("started_at"))["at"]
        return (by_date, ReceiptWindow(created_since=tried_since)) if tried_since else (by_date,)
    if export.link.closed_period_policy == Link.Policy.NEXT_OPEN:
        last = max(last, now.date() + MOST_DAYS_AHEAD)
    return (
        ReceiptWindow(
            first=first.replace(day=1) - DAYS_AROUND_A_MONTH,
            last=BookingPeriod.containing(last).last_day + DAYS_AROUND_A_MONTH,
        ),
    )


def _joined(windows: Sequence[ReceiptWindow]) -> Iterable[ReceiptWindow]:
    """Return the windows with overlapping dates merged, so that nothing is listed twice."""
    dated = [(one.first, one.last) for one in windows if one.first and one.last]
    joined: list[tuple[date, date]] = []
    for first, last in sorted(dated):
        if joined and first <= joined[-1][1] + timedelta(days=1):
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    yield from (ReceiptWindow(first=first, last=last) for first, last in joined)
    yield from (one for one in windows if one.created_since)


def _recognised(
    export: Export,
    receipts: Sequence[JournalReceipt],
    procountor_company_id: int,
    siblings: Collection[str],
) -> Recognised:
    if not receipts:
        return Recognised()
    plain_digest = receipt_digest(decode_receipt(export.payload.encode()), with_dimensions=False)
    # Only of receipts that may stop the export: each token costs the decoding of a payload.
    tokens = {
        token
        for one in receipts
        if one.plain_digest == plain_digest or export.token in one.tokens
        for token in one.tokens
    }
    others = AnotherReceipt.objects.filter(
        token=export.token,
        procountor_company_id=procountor_company_id,
    )
    return recognise(
        receipts,
        token=export.token,
        plain_digest=plain_digest,
        promised=promised_with(
            Export.with_trail.filter(
                Q(is_trail=False) | Q(reverses__isnull=False), token__in=tokens
            )
        ),
        siblings=siblings,
        others=set(others.values_list("ledger_receipt_id", flat=True)),
    )


def _read(client: ProcountorClient, matches: Mapping[int, Recognised]) -> dict[int, BookedReceipt]:
    ids = [one.valid[0].ledger_receipt_id for one in matches.values() if len(one.valid) == 1]
    receipts = client.get_ledger_receipts(ids) if ids else ()
    return {receipt.ledger_receipt_id: receipt for receipt in receipts}


def _note_result(
    sending: Sending,
    export: Export,
    match: Recognised,
    booked: Mapping[int, BookedReceipt],
    *,
    receipts: Sequence[JournalReceipt],
    now: datetime,
) -> float:
    doubts = _doubts(export, match, booked)
    if doubts:
        _stop(export, doubts)
        return 0.0
    if match.valid:
        receipt = _taken_over(match.valid[0], booked)
        accept(sending, export, receipt, outcome=Attempt.Outcome.FOUND, now=now)
        return 0.0
    perhaps = [
        *doubt_problems(ProblemCode.PERHAPS_BOOKED, export, match.perhaps),
        *doubt_problems(ProblemCode.PERHAPS_BOOKED, export, match.copied, same="copied"),
        *doubt_problems(ProblemCode.PERHAPS_BOOKED, export, match.revisions, same="revision"),
    ]
    asked = {one.ledger_receipt_id for one in (*match.perhaps, *match.copied, *match.revisions)}
    another_way = [
        one for one in booking_another_way(export, receipts) if one.ledger_receipt_id not in asked
    ]
    perhaps += doubt_problems(ProblemCode.PERHAPS_BOOKED, export, another_way, same="part")
    # An uncertain export asks about S09 only once its token is surely absent: its own receipt may
    # just not be in the list yet.
    if export.state != ExportState.QUEUED:
        return _note_absence(export, perhaps, read_count=len(receipts), now=now)
    if perhaps:
        _stop(export, perhaps)
    else:
        # It may have been taken back while Procountor was asked, and queued with other content,
        # which was not what was looked for.
        queued = Export.with_trail.filter(
            pk=export.pk, state=ExportState.QUEUED, payload_sha256=export.payload_sha256
        )
        export.is_looked_for = queued.update(is_looked_for=True) == 1
    return 0.0


def _doubts(
    export: Export, match: Recognised, booked: Mapping[int, BookedReceipt]
) -> list[Problem]:
    """Return what a person must decide about the receipts with the token; another look will not."""
    if len(match.valid) > 1:
        return doubt_problems(ProblemCode.FOUND_SEVERAL_TIMES, export, match.valid)
    if match.mixed:
        return doubt_problems(ProblemCode.SEVERAL_TOKENS, export, match.mixed)
    if not match.valid:
        return doubt_problems(ProblemCode.INVALIDATED_BY_PERSON, export, match.invalidated)
    if not _may_be_ours(export, match.valid[0], booked):
        return doubt_problems(ProblemCode.PERHAPS_BOOKED, export, match.valid, same="token")
    return []


def _may_be_ours(export: Export, seen: JournalReceipt, booked: Mapping[int, BookedReceipt]) -> bool:
    """Return whether a receipt with the token books anything of ours: anybody can type a token."""
    if seen.sent_as == export.token:
        return True
    receipt = _taken_over(seen, booked)
    return has_something_in_common(decode_receipt(export.payload.encode()), receipt.body)


def _taken_over(seen: JournalReceipt, booked: Mapping[int, BookedReceipt]) -> BookedReceipt:
    """Return the receipt as it was read to be taken over."""
    receipt = booked.get(seen.ledger_receipt_id)
    if receipt is None or receipt.status == INVALIDATED:
        # Deleted or invalidated since it was listed a moment ago; the next look will know.
        raise ProcountorUnavailable("A ledger receipt that was listed cannot be taken over.")
    return receipt


def _note_absence(
    export: Export, perhaps: Sequence[Problem], *, read_count: int, now: datetime
) -> float:
    """Note that no receipt carries the token of an uncertain export.

    It is posted again only if its receipt is surely absent and ``perhaps`` is empty.
    """
    with transaction.atomic():
        # A person may have taken a receipt over for it while Procountor was read.
        locked = Export.with_trail.select_for_update().get(pk=export.pk)
        if locked.state != ExportState.UNCERTAIN:
            return 0.0
        locked.absent_look_count += 1
        empty_look = EmptyLook(at=now, read_count=read_count)
        locked.empty_looks = (*locked.empty_looks, empty_look)[-MOST_LOOKS_KEPT:]
        attempt = locked.attempts.order_by("-number").first()
        # Both: the list may lag behind, and until then the request itself may still arrive.
        is_lost = attempt is None or not may_arrive_for(attempt, now=now)
        is_sure = locked.absent_look_count >= LOOKS_TO_BE_SURE and is_lost
        if is_sure and perhaps:
            locked.problems = perhaps
            locked.look_at = None
        elif is_sure:
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
    seconds = settings.UNCERTAIN_PAUSE_SECONDS * 2 ** (look_count - 1)
    return timedelta(seconds=min(seconds, 1800))


def _stop_all(exports: Sequence[Export], code: ProblemCode, **values: str) -> None:
    for export in exports:
        problem = Problem(
            code=code,
            screen=Screen.PROCOUNTOR,
            booking_date=export.booking_date,
            facts=facts(**values),
        )
        _stop(export, [problem])


def _stop(export: Export, problems: Sequence[Problem]) -> None:
    """Leave the export to a person, unless a receipt was noted for it meanwhile."""
    Export.with_trail.filter(pk=export.pk, ledger_receipt_id__isnull=True).update(
        problems=problems, look_at=None
    )
