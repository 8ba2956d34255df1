"""Compares the notices with what stands, again and again: one worker at a time."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tilisilta.domain.notices import (
    RAISED_AGAIN_WITHIN,
    NoticeChanges,
    changes_between,
)
from tilisilta.models import Notice, NoticeRound
from tilisilta.services.notices.standing import latest_month, months_to_look_at, present_matters

EVERY = timedelta(minutes=3)
LEASE = timedelta(minutes=10)
"""So long a round is left to the worker that claimed it; it never takes so long."""
OLD_AFTER = timedelta(hours=1)
"""As after all workers were down: nothing is told before notices are compared again."""
KEPT = timedelta(days=90)
"""So long a notice that has passed is stored."""
_OVERLAP = timedelta(hours=1)
"""What was committed late, after the last round had begun, is seen by the next one."""
_AT_ONCE = 500
_T = TypeVar("_T")


def claim_round(now: datetime) -> bool:
    """Claim the next round; ``False`` if none is due or another worker has it."""
    NoticeRound.objects.get_or_create(name="notices")
    # What lies far ahead was written by a clock that ran ahead.
    is_held = Q(claimed_until__range=(now, now + 2 * LEASE))
    is_recent = Q(compared_at__range=(now - EVERY, now))
    free = NoticeRound.objects.filter(Q(claimed_until__isnull=True) | ~is_held)
    due = free.filter(Q(compared_at__isnull=True) | ~is_recent)
    return bool(due.update(claimed_until=now + LEASE))


def give_back_round(now: datetime) -> None:
    """Note that a round was made: the next is due after a while."""
    NoticeRound.objects.update(claimed_until=None, compared_at=now)


def are_out_of_date(now: datetime) -> bool:
    """Return whether the notices were compared so long ago that what they say may be over."""
    return NoticeRound.objects.filter(compared_at__lt=now - OLD_AFTER).exists()


def compare_notices(now: datetime) -> NoticeChanges:
    """Raise what is new, and let pass what is over."""
    today = timezone.localtime(now).date()
    before = NoticeRound.objects.values_list("compared_at", flat=True).first()
    since = before - _OVERLAP if before is not None else None
    months = months_to_look_at(since=since, today=today)
    matters = present_matters(months, now=now)
    recent = Q(passed_at__isnull=True) | Q(passed_at__gt=now - RAISED_AGAIN_WITHIN)
    # Of months that are not looked at nothing is known: they stay as they were found.
    at_rest = Q(month__lte=latest_month(today)) & ~Q(month__in=months)
    raised = [one.as_raised() for one in Notice.objects.filter(recent).exclude(at_rest)]
    changes = changes_between(matters, raised, now=now)
    with transaction.atomic():
        _store(changes, now=now)
        Notice.objects.filter(passed_at__lt=now - KEPT).delete()
    return changes


def _store(changes: NoticeChanges, *, now: datetime) -> None:
    # In this order: one that passes makes room for none of the others, as their keys differ.
    for pks in _in_parts(changes.passed):
        Notice.objects.filter(pk__in=pks).update(passed_at=now)
    for pks in _in_parts(changes.again):
        Notice.objects.filter(pk__in=pks).update(passed_at=None)
    moved = [
        Notice(
            pk=pk,
            company_id=matter.company_id,
            debtor_id=matter.debtor_id,
            ends_on=matter.ends_on,
        )
        for pk, matter in changes.moved.items()
    ]
    Notice.objects.bulk_update(moved, ["company", "debtor", "ends_on"], batch_size=_AT_ONCE)
    new = [Notice.about(matter, raised_at=now) for matter in changes.new]
    # Another worker may have raised one since, if this one was held up for very long.
    Notice.objects.bulk_create(new, ignore_conflicts=True, batch_size=_AT_ONCE)


def _in_parts(rows: Iterable[_T]) -> Iterator[Sequence[_T]]:
    left = iter(rows)
    while part := list(islice(left, _AT_ONCE)):
        yield part
