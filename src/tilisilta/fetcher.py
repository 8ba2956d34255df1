"""The part of a worker that fetches from Nmbrs: takes up what is due, in a few threads.

It needs no durable engine, unlike sending: see ``services.fetching.queue``.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from tilisilta.models import ApiComparison, ComparedCompany, NmbrsCompany
from tilisilta.services.fetching import queue as fetch_queue
from tilisilta.services.fetching import synchronisations
from tilisilta.services.fetching.call_counts import store_calls
from tilisilta.services.fetching.moving import turns
from tilisilta.services.fetching.moving.comparisons import end_what_cannot_go_on

POLL_SECONDS = 1.0

_Row = TypeVar("_Row", NmbrsCompany, ApiComparison, ComparedCompany)

logger = logging.getLogger("tilisilta.fetcher")


class Fetcher:
    """Takes up synchronisations and companies for the worker with ``executor_id``.

    It takes up nothing more once ``stopping`` is set.
    """

    def __init__(self, executor_id: str, stopping: threading.Event) -> None:
        self._executor_id = executor_id
        self._stopping = stopping
        at_once = settings.NMBRS_FETCHES_AT_ONCE
        self._free = threading.Semaphore(at_once)
        # A journal may take two minutes to be made: comparing leaves threads for fetching.
        self._most_comparing = max(1, at_once // 2)
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="tilisilta-fetch")
        self._freed = threading.Event()
        # By the key of the company. Only the thread of take_up_due() changes it.
        self._under_way: dict[int, Future[None]] = {}
        # By the key of the comparison, and of the compared company.
        self._listing: dict[int, Future[None]] = {}
        self._comparing: dict[int, Future[None]] = {}
        self._lists_failed_at: datetime | None = None

    def take_up_due(self, now: datetime) -> None:
        """Begin automatic synchronisations, and take up all that is due.

        Only one thread at a time may call this.
        """
        self._release_lost()
        synchronisations.begin_by_itself(now)
        self._read_lists(now)
        synchronisations.finish_abandoned(now)
        end_what_cannot_go_on(now=now)
        # Comparing waits for fetching, but what is due of it is begun before the next turn.
        while not self._stopping.is_set() and (
            self._take_up_companies() or self._take_up_comparisons()
        ):
            store_calls(is_due=False)
        store_calls(is_due=False)

    def stop(self) -> None:
        """Finish the companies under way; the rest stays wanted."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        store_calls()

    def _release_lost(self) -> None:
        """Release what this worker has claimed and no thread is fetching: its end was not noted."""
        self._under_way = _not_done(self._under_way)
        self._listing = _not_done(self._listing)
        self._comparing = _not_done(self._comparing)
        fetch_queue.release_lost(
            self._executor_id, under_way=self._under_way.keys(), now=timezone.now()
        )
        synchronisations.release_lists(self._executor_id)
        turns.release_compared(
            self._executor_id,
            lists_under_way=self._listing.keys(),
            companies_under_way=self._comparing.keys(),
            now=timezone.now(),
        )

    def _read_lists(self, now: datetime) -> None:
        """Read the lists of waiting synchronisations; after a fault of ours pause first."""
        failed_at = self._lists_failed_at
        if failed_at is not None and timedelta() <= now - failed_at < fetch_queue.PAUSE:
            return
        while (synchronisation := synchronisations.claim_lists(self._executor_id)) is not None:
            try:
                synchronisations.read_lists(synchronisation, now=timezone.now())
            except Exception:  # companies known already can be fetched all the same
                logger.exception("Reading the lists failed; it is tried again.")
                self._lists_failed_at = timezone.now()
                synchronisations.release_lists(self._executor_id)
                return

    def _take_up_companies(self) -> bool:
        """Claim as many companies as there are free threads; ``False`` when none is due."""
        return self._take_up(
            lambda free: fetch_queue.claim_companies(self._executor_id, free, now=timezone.now()),
            self._fetch,
            self._under_way,
        )

    def _take_up_comparisons(self) -> bool:
        """Claim what is to be compared for the free threads; ``False`` when there is nothing."""
        return self._take_up(self._claim_lists, self._list, self._listing) or self._take_up(
            self._claim_compared,
            self._compare,
            self._comparing,
        )

    def _take_up(
        self,
        claim: Callable[[int], Sequence[_Row]],
        work: Callable[[_Row], None],
        under_way: "dict[int, Future[None]]",
    ) -> bool:
        free = 0
        while self._free.acquire(blocking=False):
            free += 1
        if not free:
            self._freed.wait(POLL_SECONDS)
            self._freed.clear()
            return True
        unused = free
        try:
            for row in claim(free):
                doing = self._pool.submit(work, row)
                unused -= 1
                under_way[row.pk] = doing
                doing.add_done_callback(self._let_next)
        finally:
            # Also when claiming failed: a permit that is not returned is lost until a restart.
            for _thread in range(unused):
                self._free.release()
        return unused < free

    def _fetch(self, nmbrs_company: NmbrsCompany) -> None:
        try:
            fetch_queue.fetch_claimed(nmbrs_company, now=timezone.now())
        except Exception:  # the future's result is never read, so it would be lost
            logger.exception("What came of company %s was not noted.", nmbrs_company.company.number)
            fetch_queue.release(nmbrs_company, now=timezone.now())
        finally:
            # Django closes stale connections at the end of a request, and this thread has none.
            close_old_connections()

    def _claim_lists(self, _free: int) -> Sequence[ApiComparison]:
        claimed = turns.claim_comparison(self._executor_id, now=timezone.now())
        return () if claimed is None else (claimed,)

    def _claim_compared(self, free: int) -> Sequence[ComparedCompany]:
        room = self._most_comparing - len(_not_done(self._comparing))
        if room <= 0:
            return ()
        return turns.claim_compared(self._executor_id, min(free, room), now=timezone.now())

    def _list(self, comparison: ApiComparison) -> None:
        try:
            turns.list_claimed(comparison, now=timezone.now())
        except Exception:  # as above; its claim is released by the next take_up_due()
            logger.exception("The lists of comparison %s were not noted.", comparison.pk)
        finally:
            close_old_connections()

    def _compare(self, compared: ComparedCompany) -> None:
        try:
            turns.compare_claimed(compared, now=timezone.now())
        except Exception:  # as above
            logger.exception("What came of comparing %s was not noted.", compared.pk)
        finally:
            close_old_connections()

    def _let_next(self, _done: "Future[None]") -> None:
        self._free.release()
        self._freed.set()


def _not_done(under_way: "dict[int, Future[None]]") -> "dict[int, Future[None]]":
    return {pk: doing for pk, doing in under_way.items() if not doing.done()}
