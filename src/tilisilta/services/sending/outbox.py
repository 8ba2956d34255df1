"""The outbox: sendings that were committed and that the engine has to take up."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from tilisilta.models import Export, Sending
from tilisilta.services.sending.asking import look_anew

LONGEST_PAUSE = timedelta(hours=1)
MOST_DOUBLINGS = 6


def due_sendings(now: datetime) -> list[Sending]:
    """The sendings to be taken up now, those asked for first before the others.

    None is put off for longer than ``LONGEST_PAUSE``: what is due later than that was put off by a
    clock that ran ahead.
    """
    due = Q(due_at__lte=now) | Q(due_at__gt=now + 2 * LONGEST_PAUSE)
    waiting = Sending.objects.filter(due, finished_at__isnull=True, enqueued_at__isnull=True)
    return list(waiting.select_related("journal").order_by("due_at")[:500])


def writer_of(sending: Sending) -> str:
    """What the sendings of one Procountor company share: only one of them may run at a time."""
    books = (
        Export.objects.filter(journal_id=sending.journal_id)
        .order_by("pk")
        .values_list("link__procountor_account__procountor_company_id", flat=True)
    )
    return str(books.first() or 0)


def mark_enqueued(sending: Sending, now: datetime) -> None:
    """Note that the engine has taken this turn of the sending up."""
    Sending.objects.filter(pk=sending.pk, run_count=sending.run_count).update(enqueued_at=now)


def put_off(sending_id: UUID, *, due_at: datetime, run_count: int | None = None) -> None:
    """Let the sending be taken up anew at ``due_at``; until then it holds nobody up.

    The next turn looks for its queued receipts again, whatever this one has seen: who takes it up
    may live in a time that was restored from a backup. With ``run_count`` only that turn is ended.
    """
    unfinished = Sending.objects.filter(pk=sending_id, finished_at__isnull=True)
    if run_count is not None and not unfinished.filter(run_count=run_count).exists():
        return
    with transaction.atomic():
        unfinished.update(enqueued_at=None, due_at=due_at, run_count=F("run_count") + 1)
        for sending in unfinished.select_related("journal"):
            look_anew(sending.journal)


def enqueued_sendings(before: datetime) -> list[Sending]:
    """Unfinished sendings that the engine took up before that moment, the earliest first.

    Those are the first to be worked on, and so to be lost with a worker.
    """
    enqueued = Sending.objects.filter(finished_at__isnull=True, enqueued_at__lt=before)
    return list(enqueued.order_by("enqueued_at")[:500])


def put_back(sendings: Collection[Sending], *, now: datetime) -> None:
    """Let sendings whose turn was lost be taken up again, the later the more often it happened.

    Turns also end for a long wait, so their count says little: the pause stays at most a minute.
    """
    for sending in sendings:
        doubled = 2 ** min(sending.run_count, MOST_DOUBLINGS) - 1
        # It may have ended its turn by itself since we looked, and then waits as it should.
        put_off(sending.pk, due_at=now + timedelta(seconds=doubled), run_count=sending.run_count)
