"""The companies that wait to be fetched: how workers claim them, and how a turn ends.

Fetching only reads from Nmbrs, and stores what it read one piece at a time. So the queue is nothing
but columns of the company: the claim of a dead worker goes with its row, and the next worker begins
anew.
"""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from tilisilta.clients.nmbrs.errors import (
    JournalNotReady,
    NmbrsIdUnknown,
    NmbrsLoginRefused,
    NmbrsUnavailable,
)
from tilisilta.domain.problems import Problem, ProblemCode, Screen
from tilisilta.errors import TilisiltaError, TryAgainLater
from tilisilta.models import NmbrsCompany, NmbrsConnection, Synchronisation, Worker
from tilisilta.services.fetching.client import nmbrs
from tilisilta.services.fetching.companies import Fetched, fetch_company
from tilisilta.services.fetching.problems import is_asked_about, problem_of
from tilisilta.services.fetching.synchronisations import finish_if_done

MOST_TRIES = 3
"""A company that gets no answer so often, while others do, has failed for now."""
SILENT = 8
"""After so many calls in a row without an answer Nmbrs itself seems down."""
PAUSE = timedelta(minutes=1)
LONG_PAUSE = timedelta(minutes=5)
MOST_TRIES_WHILE_DOWN = timedelta(hours=2) // LONG_PAUSE
"""The limit while no company gets an answer. It ends: a few faulty companies, left over when the
others are done, seem to be the same case, and would never be reported."""

State = NmbrsConnection.State

logger = logging.getLogger("tilisilta.fetching")


def claim_companies(executor_id: str, count: int, *, now: datetime) -> Sequence[NmbrsCompany]:
    """Claim up to ``count`` companies that are due, for the worker of that id alone.

    Companies that a person asked for go before those of a synchronisation. A worker that was taken
    for dead gets none until its row exists again: its claims would never be released.
    """
    free = (
        NmbrsCompany.objects.fetchable()
        .filter(wanted_at__isnull=False, claimed_by__isnull=True, due_at__lte=now)
        .order_by("due_at", "pk")
    )
    # Read before the transaction: on SQLite it blocks all other writers, and this runs twice a
    # second in every worker.
    if not free.exists() or not Worker.objects.filter(pk=executor_id).exists():
        return ()
    with transaction.atomic():
        # Rows that another worker has locked are skipped: two workers must not claim the same
        # company, nor wait for each other and then get nothing. SQLite has one writer anyway.
        locked = free.select_for_update(skip_locked=True, of=("self",))[:count]
        ids = [one.pk for one in locked]
        NmbrsCompany.objects.filter(pk__in=ids).update(claimed_by=executor_id)
    return list(
        NmbrsCompany.objects.filter(pk__in=ids)
        .select_related("company__debtor", "connection")
        .order_by("due_at", "pk")
    )


def release(nmbrs_company: NmbrsCompany, *, now: datetime) -> None:
    """Release a company that was claimed and whose turn did not end; it is due after a pause."""
    _release(
        NmbrsCompany.objects.filter(pk=nmbrs_company.pk, claimed_by=nmbrs_company.claimed_by_id),
        now=now,
    )


def release_lost(executor_id: str, *, under_way: Collection[int], now: datetime) -> None:
    """Release all that the worker of that id has claimed and is not fetching.

    ``under_way`` are the keys of those it is fetching.
    """
    claimed = NmbrsCompany.objects.filter(claimed_by=executor_id)
    ids = [pk for pk in claimed.values_list("pk", flat=True) if pk not in under_way]
    if ids:
        _release(claimed.filter(pk__in=ids), now=now)


def fetch_claimed(nmbrs_company: NmbrsCompany, *, now: datetime) -> None:
    """Fetch a company that was claimed, and note how its turn ended.

    Raises only when that cannot be noted.
    """
    # Counted also when a turn ends early: what came in until then is stored.
    fetched = Fetched()
    if is_asked_about(nmbrs_company.trouble):
        # Nobody knows under which id it goes on, so that Nmbrs cannot be asked for it.
        _note_end(nmbrs_company, fetched, nmbrs_company.trouble, now=now)
        return
    try:
        with nmbrs(nmbrs_company.connection) as source:
            fetch_company(
                nmbrs_company, source, now=now, today=timezone.localdate(now), into=fetched
            )
    except NmbrsUnavailable as error:
        _note_silence(nmbrs_company, fetched, error, now=now)
    except (JournalNotReady, NmbrsIdUnknown) as error:
        _put_off(nmbrs_company, fetched, error, now=now)
    except NmbrsLoginRefused as error:
        _note_end(nmbrs_company, fetched, (problem_of(error),), now=now)
        give_up(nmbrs_company.connection_id, (problem_of(error),), now=now)
    except TilisiltaError as error:
        _note_end(nmbrs_company, fetched, (problem_of(error),), now=now)
    except Exception:  # a fault of ours with one company must not stop the others
        logger.exception("Fetching company %s failed.", nmbrs_company.company.number)
        fault = Problem(code=ProblemCode.FETCHING_BROKE, screen=Screen.NMBRS)
        _note_end(nmbrs_company, fetched, [fault], now=now)
    else:
        _note_end(nmbrs_company, fetched, fetched.trouble, now=now, is_fetched=True)


def give_up(connection_id: int, trouble: Any, *, now: datetime) -> None:
    """Fail what waits for a connection that turned red: Nmbrs would refuse each company."""
    waiting = NmbrsCompany.objects.filter(
        connection=connection_id, wanted_at__isnull=False, claimed_by__isnull=True
    )
    for nmbrs_company in waiting.select_related("company"):
        _note_end(nmbrs_company, Fetched(), trouble, now=now)


def _release(claimed: QuerySet[NmbrsCompany], *, now: datetime) -> None:
    with transaction.atomic():
        claimed.filter(wanted_at__isnull=False).update(due_at=_later(now) + PAUSE)
        claimed.update(claimed_by=None)


def _later(now: datetime) -> datetime:
    """Return the real time if it is later: ``now`` is when the company was claimed."""
    return max(now, timezone.now())


def _note_end(
    nmbrs_company: NmbrsCompany,
    fetched: Fetched,
    trouble: Any,
    *,
    now: datetime,
    is_fetched: bool = False,
) -> None:
    """Note how a company's turn ended. One that was wanted again meanwhile stays wanted."""
    done = {"tried_at": now, "trouble": trouble, "tries": 0, "claimed_by": None}
    if is_fetched:
        done["fetched_at"] = now
    ended = {"wanted_at": None, "due_at": None, "wanted_by": None, "wants_all_journals": False}
    mine = NmbrsCompany.objects.filter(pk=nmbrs_company.pk)
    with transaction.atomic():
        # A synchronisation that was ended has counted the companies it waited for as failed.
        is_failed = bool(trouble) and mine.filter(wanted_by=nmbrs_company.wanted_by_id).exists()
        # By wanted_at: if it has changed, somebody asked again after this fetch had begun.
        is_ended = mine.filter(wanted_at=nmbrs_company.wanted_at).update(**done, **ended)
        if not is_ended:
            mine.update(**done)
        _count(nmbrs_company, fetched, is_failed=is_failed)
    if nmbrs_company.wanted_by_id is not None:
        finish_if_done(nmbrs_company.wanted_by_id, now=now)
    if is_fetched:
        NmbrsConnection.objects.filter(pk=nmbrs_company.connection_id, silent_count__gt=0).update(
            silent_count=0, trouble=[]
        )


def _count(nmbrs_company: NmbrsCompany, fetched: Fetched, *, is_failed: bool = False) -> None:
    """Add what a turn brought to the synchronisation that wanted it."""
    counts = (is_failed, fetched.journal_count, fetched.revision_count)
    if nmbrs_company.wanted_by_id is not None and any(counts):
        Synchronisation.objects.filter(pk=nmbrs_company.wanted_by_id).update(
            failed_count=F("failed_count") + int(is_failed),
            journal_count=F("journal_count") + fetched.journal_count,
            revision_count=F("revision_count") + fetched.revision_count,
        )


def _put_off(
    nmbrs_company: NmbrsCompany, fetched: Fetched, error: TryAgainLater, *, now: datetime
) -> None:
    """Put a company off for which Nmbrs needs more time. It answers, so that others go on."""
    trouble = (problem_of(error),)
    tries = nmbrs_company.tries + 1
    state = NmbrsConnection.objects.values_list("state", flat=True).get(
        pk=nmbrs_company.connection_id
    )
    if tries >= MOST_TRIES or state != State.WORKING:
        _note_end(nmbrs_company, fetched, trouble, now=now)
        return
    _count(nmbrs_company, fetched)
    NmbrsCompany.objects.filter(pk=nmbrs_company.pk).update(
        claimed_by=None, tries=tries, due_at=_later(now) + PAUSE, trouble=trouble, tried_at=now
    )


def _note_silence(
    nmbrs_company: NmbrsCompany, fetched: Fetched, error: NmbrsUnavailable, *, now: datetime
) -> None:
    """Put a company off that got no answer; if Nmbrs itself seems down, put all of them off.

    While no company gets an answer, this one is hardly at fault and gets more tries.
    """
    trouble = (problem_of(error),)
    connection = NmbrsConnection.objects.filter(pk=nmbrs_company.connection_id)
    connection.update(silent_count=F("silent_count") + 1)
    silent_count, state = connection.values_list("silent_count", "state").get()
    is_down = silent_count >= SILENT
    if is_down:
        connection.exclude(state=State.REMOVED).update(trouble=trouble)
    tries = nmbrs_company.tries + 1
    is_last = tries >= (MOST_TRIES_WHILE_DOWN if is_down else MOST_TRIES)
    if is_last or state != State.WORKING:
        # With a connection that turned red meanwhile it would never be tried again.
        _note_end(nmbrs_company, fetched, trouble, now=now)
    else:
        _count(nmbrs_company, fetched)
        NmbrsCompany.objects.filter(pk=nmbrs_company.pk).update(
            claimed_by=None, tries=tries, due_at=_later(now) + PAUSE, trouble=trouble, tried_at=now
        )
    if is_down:
        NmbrsCompany.objects.filter(
            connection=nmbrs_company.connection_id, wanted_at__isnull=False
        ).update(due_at=_later(now) + LONG_PAUSE)
