"""The part of a worker that works on claimed rows in a few threads: set-ups, links, webhooks.

It needs no durable engine: what is left when a worker dies is claimed again after a while.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Generic, TypeVar

from django.conf import settings
from django.db import connections
from django.db.models import Model
from django.utils import timezone

from tilisilta.models import Link, OnboardingRow, Webhook
from tilisilta.services.link_drift import check_claimed, claim_link
from tilisilta.services.onboarding.rows import claim_row, release, work_on
from tilisilta.services.pace import wait_below_sending
from tilisilta.services.webhooks.delivering import claim_webhook, send_due

logger = logging.getLogger("tilisilta.claimed_work")
_Row = TypeVar("_Row", bound=Model)


class ClaimedWork(Generic[_Row]):
    """Claims rows of one kind and works on them until none is due or ``stopping`` is set."""

    def __init__(
        self,
        stopping: threading.Event,
        *,
        claim: Callable[[datetime], _Row | None],
        work: Callable[[_Row], None],
    ) -> None:
        self._stopping = stopping
        self._claim = claim
        self._work = work

    def take_up_due(self, _now: datetime) -> None:
        """Work on all rows that are due. Only one thread at a time may call this."""
        first = self._claim(timezone.now())
        if first is None:
            return
        at_once = settings.VERIFICATIONS_AT_ONCE
        with ThreadPoolExecutor(at_once, thread_name_prefix="tilisilta-claimed") as pool:
            pool.submit(self._work_on_all, first)
            for _thread in range(at_once - 1):
                pool.submit(self._work_on_all, None)

    def _work_on_all(self, first: _Row | None) -> None:
        try:
            row = first or self._claim(timezone.now())
            while row is not None:
                self._work_on(row)
                row = None if self._stopping.is_set() else self._claim(timezone.now())
        finally:
            # The thread ends here, and nothing else closes its connections.
            connections.close_all()

    def _work_on(self, row: _Row) -> None:
        try:
            self._work(row)
        except Exception:  # a fault of ours with one row must not stop the others
            logger.exception("Work on %s %s failed.", type(row).__name__, row.pk)
            if isinstance(row, OnboardingRow):
                release(row)


def setting_up(stopping: threading.Event) -> ClaimedWork[OnboardingRow]:
    """Return the work on lists of companies. A person waits for it, so it takes its turn."""
    return ClaimedWork(stopping, claim=claim_row, work=lambda row: work_on(row, now=timezone.now()))


def checking_links(stopping: threading.Event) -> ClaimedWork[Link]:
    """Return the nightly check of links, which lets everything more urgent go first."""

    def pace() -> None:
        wait_below_sending(is_stopping=stopping.is_set)

    return ClaimedWork(
        stopping,
        claim=claim_link,
        work=lambda link: check_claimed(link, now=timezone.now(), pace=pace),
    )


def sending_to_webhooks(stopping: threading.Event) -> ClaimedWork[Webhook]:
    """Return what sends messages to webhooks, one webhook beside the other."""

    def send(webhook: Webhook) -> None:
        send_due(webhook, is_stopping=stopping.is_set)

    return ClaimedWork(stopping, claim=claim_webhook, work=send)
