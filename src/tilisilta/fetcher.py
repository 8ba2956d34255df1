"""The part of a worker that fetches from Nmbrs: takes up what is due, in a few threads.

It needs no durable engine, unlike sending: see ``services.fetching.queue``.
"""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from tilisilta.models import NmbrsCompany
from tilisilta.services.fetching import queue as fetch_queue
from tilisilta.services.fetching import synchronisations
from tilisilta.services.fetching.call_counts import store_calls

POLL_SECONDS = 0.5

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
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="tilisilta-fetch")
        self._freed = threading.Event()
        # By the key of the company. Only the thread of take_up_due() changes it.
        self._under_way: dict[int, Future[None]] = {}
        self._lists_failed_at: datetime | None = None

    def take_up_due(self, now: datetime) -> None:
        """Begin automatic synchronisations, and take up all that is due.

        Only one thread at a time may call this.
        """
        self._release_lost()
        synchronisations.begin_by_itself(now)
        self._read_lists(now)
        synchronisations.finish_abandoned(now)
        while not self._stopping.is_set() and self._take_up_companies():
            store_calls(is_due=False)
        store_calls(is_due=False)

    def stop(self) -> None:
        """Finish the companies under way; the rest stays wanted."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        store_calls()

    def _release_lost(self) -> None:
        """Release what this worker has claimed and no thread is fetching: its end was not noted."""
        self._under_way = {
            pk: fetching for pk, fetching in self._under_way.items() if not fetching.done()
        }
        fetch_queue.release_lost(
            self._executor_id, under_way=self._under_way.keys(), now=timezone.now()
        )
        synchronisations.release_lists(self._executor_id)

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
        free = 0
        while self._free.acquire(blocking=False):
            free += 1
        if not free:
            self._freed.wait(POLL_SECONDS)
            self._freed.clear()
            return True
        unused = free
        try:
            for nmbrs_company in fetch_queue.claim_companies(
                self._executor_id, free, now=timezone.now()
            ):
                fetching = self._pool.submit(self._fetch, nmbrs_company)
                unused -= 1
                self._under_way[nmbrs_company.pk] = fetching
                fetching.add_done_callback(self._let_next)
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

    def _let_next(self, _done: "Future[None]") -> None:
        self._free.release()
        self._freed.set()
