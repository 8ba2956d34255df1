"""The part of a worker that fetches from Nmbrs: looks for what is due, in a few threads.

It needs no durable engine, unlike sending: see ``services.fetch_queue``.
"""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from tilisilta.models import NmbrsCompany
from tilisilta.services import fetch_queue, synchronisations

LOOK_SECONDS = 0.5

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

    def look(self, now: datetime) -> None:
        """Begin what nobody has to ask for, and take up all that is due."""
        synchronisations.begin_by_itself(now)
        while (found := synchronisations.claim_lists(self._executor_id)) is not None:
            synchronisations.read_lists(found, now=timezone.now())
        synchronisations.finish_abandoned(now)
        while not self._stopping.is_set() and self._take_up():
            pass

    def stop(self) -> None:
        """End after the companies under way; the rest stays wanted."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _take_up(self) -> bool:
        """Claim as many companies as there are free threads; ``False`` when none is due."""
        free = 0
        while self._free.acquire(blocking=False):
            free += 1
        if not free:
            self._freed.wait(LOOK_SECONDS)
            self._freed.clear()
            return True
        claimed = fetch_queue.claim_companies(self._executor_id, free, now=timezone.now())
        for _unused in range(free - len(claimed)):
            self._free.release()
        for found in claimed:
            self._pool.submit(self._fetch, found).add_done_callback(self._let_next)
        return bool(claimed)

    def _fetch(self, found: NmbrsCompany) -> None:
        try:
            fetch_queue.fetch_claimed(found, now=timezone.now())
        finally:
            # This thread is not a request: nobody else closes its connection once it is of no use.
            close_old_connections()

    def _let_next(self, _done: "Future[None]") -> None:
        self._free.release()
        self._freed.set()
