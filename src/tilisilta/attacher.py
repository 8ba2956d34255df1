"""The part of a worker that attaches files to receipts in Procountor, where links say so.

It needs no durable engine: each try is stored before it, and what is left is due again.
"""

import logging
import threading
from datetime import datetime

from django.utils import timezone

from tilisilta.services.archiving.attaching import attach, due_files
from tilisilta.services.pace import wait_below_sending

logger = logging.getLogger("tilisilta.attacher")


class Attacher:
    """Attaches the files that are due. It takes up nothing more once ``stopping`` is set."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping

    def take_up_due(self, now: datetime) -> None:
        for due in due_files(now):
            if self._stopping.is_set():
                return
            try:
                attach(due, now=timezone.now(), pace=self._pace)
            except Exception:  # a fault of ours with one receipt must not stop the others
                logger.exception("Attaching %s failed.", due.name)

    def _pace(self) -> None:
        wait_below_sending(is_stopping=self._stopping.is_set)
