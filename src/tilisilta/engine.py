"""A worker: the threads of one process that do what the pages and commands have committed.

It sends (``sender.py``), fetches from Nmbrs (``fetcher.py``), compares payroll with the ledger
(``verifier.py``), sets companies up, checks links and sends to webhooks (``claimed_work.py``),
attaches files (``attacher.py``) and tells people what needs them (``notifier.py``). Our tables hold
the truth, and everything here may stop at any moment: see ``docs/exactly-once.md``.
"""

import gc
import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import close_old_connections, connection
from django.utils import timezone

from tilisilta.attacher import Attacher
from tilisilta.claimed_work import checking_links, sending_to_webhooks, setting_up
from tilisilta.fetcher import POLL_SECONDS as FETCHER_SECONDS
from tilisilta.fetcher import Fetcher
from tilisilta.models import Worker
from tilisilta.notifier import Notifier
from tilisilta.sender import POLL_SECONDS as SENDER_SECONDS
from tilisilta.sender import Sender, worker_timeout
from tilisilta.services.audit_chain import seal_entries
from tilisilta.services.connections import check_unheard_accounts
from tilisilta.services.fetching.watching import watch_consents
from tilisilta.services.journals.after_ending import recheck_after_ending
from tilisilta.services.journals.after_silence import recheck_after_silence
from tilisilta.services.procountor.client import close_connections, keep_connections
from tilisilta.services.sending_rules.sweeping import sweep as send_by_rule
from tilisilta.services.webhooks.gathering import gather
from tilisilta.verifier import Verifier

WATCH_SECONDS = 60.0
VERIFY_SECONDS = 2.0
"""A person may wait for a comparison."""
ATTACH_SECONDS = 10.0
NOTIFY_SECONDS = 15.0
ONBOARD_SECONDS = 1.0
SEAL_SECONDS = 2.0
TELL_SECONDS = 5.0
GARBAGE_THRESHOLDS = (10_000, 20, 20)

logger = logging.getLogger("tilisilta.engine")


class Engine:
    """A worker: sends a heartbeat, and does all that is due, each kind in a thread of its own."""

    def __init__(self) -> None:
        # Of two processes with one id each would take the other's claims for its own.
        self.executor_id = f"{socket.gethostname()[:40]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        self._sender = Sender(self.executor_id, self._stopping)
        self._fetcher = Fetcher(self.executor_id, self._stopping)
        self._verifier = Verifier(self._stopping)
        self._attacher = Attacher(self._stopping)
        notifier = Notifier(self._stopping)
        onboarder = setting_up(self._stopping)
        webhooks = sending_to_webhooks(self._stopping)
        link_checker = checking_links(self._stopping)
        self._threads = (
            # In a thread that does nothing else: a worker with much to sweep, or one that finishes
            # its moves, must not be taken for dead.
            self._thread("heartbeat", self._beat, seconds=_beat_seconds(), until=self._stopped),
            self._thread("sender", self._sender.take_up_due, seconds=SENDER_SECONDS),
            # A thread of its own: waiting for Procountor must not delay the sender.
            self._thread("watcher", watch_procountor, seconds=WATCH_SECONDS),
            self._thread("watcher-of-nmbrs", watch_consents, seconds=WATCH_SECONDS),
            self._thread("fetcher", self._fetcher.take_up_due, seconds=FETCHER_SECONDS),
            self._thread("verifier", self._verifier.take_up_due, seconds=VERIFY_SECONDS),
            self._thread("attacher", self._attacher.take_up_due, seconds=ATTACH_SECONDS),
            self._thread("onboarder", onboarder.take_up_due, seconds=ONBOARD_SECONDS),
            self._thread("rule-sender", send_by_rule, seconds=WATCH_SECONDS),
            self._thread("link-checker", link_checker.take_up_due, seconds=WATCH_SECONDS),
            self._thread("gatherer", gather, seconds=NOTIFY_SECONDS),
            self._thread("webhooks", webhooks.take_up_due, seconds=TELL_SECONDS),
            self._thread("notifier", notifier.take_up_due, seconds=NOTIFY_SECONDS),
            self._thread("sealer", seal_entries, seconds=SEAL_SECONDS),
        )

    def start(self) -> None:
        """Start to work, in threads of this process."""
        _note_alive(self.executor_id, timezone.now())
        keep_connections()
        _keep_what_is_loaded()
        self._sender.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish the moves under way and stop; the next worker takes up the rest."""
        self._stopping.set()
        heartbeat, *others = self._threads
        for thread in others:
            thread.join(timeout=10)
        self._fetcher.stop()
        self._sender.stop()
        self._stopped.set()
        heartbeat.join(timeout=10)
        Worker.objects.filter(executor_id=self.executor_id).delete()
        close_connections()
        connection.close()

    def _beat(self, now: datetime) -> None:
        _note_alive(self.executor_id, now)

    def _thread(
        self,
        name: str,
        act: Callable[[datetime], object],
        *,
        seconds: float,
        until: threading.Event | None = None,
    ) -> threading.Thread:
        """Return a thread that calls ``act`` until the worker stops, ``seconds`` apart."""
        end = until or self._stopping

        def repeat() -> None:
            while not end.wait(seconds):
                try:
                    act(timezone.now())
                except Exception:  # the thread must outlive a short outage of the database
                    logger.exception("The worker's %s failed; it tries again.", name)
                finally:
                    close_old_connections()

        return threading.Thread(target=repeat, name=f"tilisilta-{name}", daemon=True)


def _keep_what_is_loaded() -> None:
    """Leave what is loaded out of later searches for garbage, and search less often.

    Hundreds of thousands of objects of modules and models would be looked through again and again:
    a tenth of the work of sending.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


def watch_procountor(now: datetime) -> None:
    """Ask what Procountor has not been asked for long, and again where it was silent."""
    check_unheard_accounts(now)
    recheck_after_ending(now)
    recheck_after_silence(now)


def _note_alive(executor_id: str, now: datetime) -> None:
    Worker.objects.update_or_create(
        executor_id=executor_id,
        defaults={"heard_at": now},
        create_defaults={"heard_at": now, "started_at": now},
    )


def _beat_seconds() -> float:
    return worker_timeout().total_seconds() / 6
