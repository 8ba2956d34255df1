"""The part of a worker that compares payroll with the ledger each night, in a few threads.

It needs no durable engine: what is left when a worker dies is due again.
"""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.conf import settings
from django.db import connections
from django.utils import timezone

from tilisilta.models import Company
from tilisilta.services.asked_payments import fetch_and_verify
from tilisilta.services.pace import wait_below_sending
from tilisilta.services.verifying.night import claim_company

logger = logging.getLogger("tilisilta.verifier")


class Verifier:
    """Compares the companies that are due. It takes up nothing more once ``stopping`` is set."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping

    def take_up_due(self, _now: datetime) -> None:
        """Compare all companies that are due. Only one thread at a time may call this."""
        first = claim_company(timezone.now())
        if first is None:
            return
        at_once = settings.VERIFICATIONS_AT_ONCE
        with ThreadPoolExecutor(at_once, thread_name_prefix="tilisilta-verify") as pool:
            pool.submit(self._compare_all, first)
            for _thread in range(at_once - 1):
                pool.submit(self._compare_all, None)

    def _pace(self) -> None:
        wait_below_sending(is_stopping=self._stopping.is_set)

    def _compare_all(self, first: Company | None) -> None:
        """Compare one company after the other until none is due."""
        try:
            company = first or claim_company(timezone.now())
            while company is not None:
                self._compare(company)
                company = None if self._stopping.is_set() else claim_company(timezone.now())
        finally:
            # The thread ends here, and nothing else closes its connections.
            connections.close_all()

    def _compare(self, company: Company) -> None:
        try:
            fetch_and_verify(company, now=timezone.now(), pace=self._pace)
        except Exception:  # a fault of ours with one company must not stop the others
            logger.exception("Comparing company %s with the ledger failed.", company.number)
