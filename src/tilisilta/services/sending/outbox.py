"""The outbox: committed sendings that a worker has to take up."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from tilisilta.models import Export, Sending
from tilisilta.services.sending.asking import look_anew

LONGEST_PAUSE = timedelta(hours=1)
MOST_DOUBLINGS = 6
MOST_AT_ONCE = 500
CLOCKS_APART = timedelta(minutes=1)
"""The clocks of two machines may differ by so much."""
SEEN_FOR_EACH = 8
"""So many due sendings are seen for each that is taken up, as companies may be busy."""


def due_sendings(now: datetime, *, at_most: int = MOST_AT_ONCE) -> list[Sending]:
    """Return up to ``at_most`` sendings to be taken up now, in the order they were asked for.

    A sending that is due further ahead than ``LONGEST_PAUSE`` allows was put off by a clock that
    ran ahead, and counts as due.
    """
    # Limited, as a sweep runs four times a second; the rest follows with the next ones.
    wanted = _due(now).only("journal", "run_count").order_by("due_at", "journal")
    return list(wanted[:at_most])


def stranded_sendings(now: datetime) -> list[Sending]:
    """Return the sendings that were due over ten minutes ago and that no worker has taken up."""
    return due_sendings(now - timedelta(minutes=10))


def _due(now: datetime) -> QuerySet[Sending]:
    due = Q(due_at__lte=now) | Q(due_at__gt=now + 2 * LONGEST_PAUSE)
    return Sending.objects.filter(due, finished_at__isnull=True, enqueued_at__isnull=True)


def _under_way() -> QuerySet[Sending]:
    return Sending.objects.filter(finished_at__isnull=True, enqueued_at__isnull=False)


def writers_of(sendings: Collection[Sending]) -> dict[int, int]:
    """Return the Procountor company of each journal; only one sending of each runs at a time."""
    books = (
        Export.objects.filter(journal__in=[one.journal_id for one in sendings])
        .order_by("-pk")
        .values_list("journal", "link__procountor_account__procountor_company_id")
    )
    # Of the oldest receipt, should a journal have some in other books.
    known = {journal_id: company_id or 0 for journal_id, company_id in books}
    return {one.journal_id: known.get(one.journal_id, 0) for one in sendings}


def take_up(now: datetime, *, worker: str, at_most: int) -> Iterator[Sending]:
    """Take up to ``at_most`` due sendings out of the outbox, one for each Procountor company.

    ``worker`` claims them. A company of which one is under way has to wait, and does not hold up
    the others. Each is yielded as soon as it is claimed.
    """
    due = due_sendings(now, at_most=SEEN_FOR_EACH * at_most) if at_most > 0 else []
    if not due:
        return
    writers = writers_of(due)
    busy = set(_under_way().values_list("writer", flat=True))
    left = at_most
    for sending in due:
        writer = writers[sending.journal_id]
        if left <= 0 or writer in busy:
            continue
        if mark_enqueued(sending, now, worker=worker, writer=writer):
            left -= 1
            busy.add(writer)
            yield sending


def is_turn_of(sending: Sending, run_id: str) -> bool:
    """Return whether that turn is still the one that ``sending`` is taken up for."""
    return sending.enqueued_at is not None and sending.run_id == run_id


def mark_enqueued(sending: Sending, now: datetime, *, worker: str, writer: int) -> bool:
    """Mark ``sending`` as taken up by ``worker``, to write to the Procountor company ``writer``.

    ``False`` if another worker was faster, also in its company, or if ``worker`` has no row: it was
    taken for dead, and claims nothing until it is heard of again.
    """
    waiting = Sending.objects.filter(
        # Only this turn: it may have ended already, and its successor is another one.
        pk=sending.pk,
        run_count=sending.run_count,
        enqueued_at__isnull=True,
        finished_at__isnull=True,
    )
    try:
        with transaction.atomic():
            return waiting.update(enqueued_at=now, claimed_by=worker, writer=writer) == 1
    except IntegrityError:
        return False


def put_off(sending_id: UUID, *, due_at: datetime, run_id: str | None = None) -> None:
    """End a turn and make the sending due again at ``due_at``; until then others pass it.

    The next turn looks for its queued receipts again, whatever this one has seen: a backup may be
    restored in between. With ``run_id`` only that turn is ended.
    """
    with transaction.atomic():
        unfinished = Sending.objects.filter(pk=sending_id, finished_at__isnull=True)
        sending = unfinished.select_related("journal").select_for_update(of=("self",)).first()
        if sending is None or run_id not in {None, sending.run_id}:
            return
        # The count makes a new id of the turn: whoever is at this one still, stops.
        unfinished.update(
            enqueued_at=None, claimed_by=None, due_at=due_at, run_count=F("run_count") + 1
        )
        look_anew(sending.journal)


def enqueued_sendings(before: datetime) -> list[Sending]:
    """Return unfinished sendings that were enqueued before that moment, the earliest first.

    The earliest are the first to be worked on, and so the first to be lost with a worker. One that
    lies far ahead was enqueued before the clock was set back, which would hide it for as long.
    """
    wanted = Q(enqueued_at__lt=before) | Q(enqueued_at__gt=before + CLOCKS_APART)
    enqueued = Sending.objects.filter(wanted, finished_at__isnull=True)
    return list(enqueued.order_by("enqueued_at")[:500])


def lost_sendings(worker: str, *, under_way: Collection[str], before: datetime) -> list[Sending]:
    """Return what was taken up before that moment and nobody works on.

    That is what a dead worker had claimed, whose row is gone, and what ``worker`` has claimed but
    has not ``under_way``, the ids of its turns.
    """
    return [
        one
        for one in enqueued_sendings(before)
        if one.claimed_by_id is None
        or (one.claimed_by_id == worker and one.run_id not in under_way)
    ]


def put_back(sendings: Collection[Sending], *, now: datetime) -> None:
    """Make sendings whose turn was lost due again, the later the more turns they had.

    Turns also end for a long wait, so the pause stays at a minute at most.
    """
    for sending in sendings:
        doubled = 2 ** min(sending.run_count, MOST_DOUBLINGS) - 1
        # That turn alone: it may have ended regularly meanwhile.
        put_off(sending.pk, due_at=now + timedelta(seconds=doubled), run_id=sending.run_id)
