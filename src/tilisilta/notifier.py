"""The part of a worker that tells people what needs them: finds it, makes mails, and sends them.

It needs no durable engine: what is left when a worker dies is claimed again after a while.
"""

import logging
import threading
from datetime import datetime

from tilisilta.services.notices.confirming import ask_all
from tilisilta.services.notices.delivery import send_due_mails, tidy_mails
from tilisilta.services.notices.making import make_mails
from tilisilta.services.notices.rounds import (
    are_out_of_date,
    claim_round,
    compare_notices,
    give_back_round,
)
from tilisilta.services.onboarding.key_ends import delete_old_keys

logger = logging.getLogger("tilisilta.notifier")


class Notifier:
    """Makes rounds and sends what is due. It takes up nothing more once ``stopping`` is set."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping

    def take_up_due(self, now: datetime) -> None:
        """Make a round if one is due, then send the mails that are. Only one thread may call it."""
        if claim_round(now):
            try:
                compare_notices(now)
                ask_all(now)
                make_mails(now)
                tidy_mails(now)
                # Here, as a round comes every few minutes and one worker makes it.
                delete_old_keys(now)
                give_back_round(now)
            except Exception:  # a fault of ours must not keep mails that are made from going
                # The claim stays, so that a fault is not repeated at once.
                logger.exception("Looking for what needs a person failed.")
        if not are_out_of_date(now):
            send_due_mails(is_stopping=self._stopping.is_set)
