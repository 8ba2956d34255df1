"""The one file that uses DBOS: takes up committed sendings and calls services for them.

A worker also fetches from Nmbrs (``fetcher.py``), compares payroll with the ledger
(``verifier.py``), sets companies up, checks links and sends to webhooks (``claimed_work.py``), and
tells people what needs them (``notifier.py``). These need no engine.

Our tables hold the truth. The engine only remembers which sendings are being worked on, runs one
at a time per Procountor company, and notices when a worker has died. What it repeats after a
crash does no harm: see ``docs/exactly-once.md``. Why DBOS, and its traps: ``docs/decisions``.
"""

import gc
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from dbos import DBOS, DBOSConfig, SetWorkflowID, WorkflowSerializationFormat
from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone

from tilisilta.attacher import Attacher
from tilisilta.claimed_work import checking_links, sending_to_webhooks, setting_up
from tilisilta.engine_database import give_old_sqlite_subseconds, use_write_ahead_log
from tilisilta.fetcher import POLL_SECONDS as FETCHER_SECONDS
from tilisilta.fetcher import Fetcher
from tilisilta.models import Sending, Worker
from tilisilta.notifier import Notifier
from tilisilta.services.audit_chain import seal_entries
from tilisilta.services.connections import check_unheard_accounts
from tilisilta.services.fetching.watching import watch_consents
from tilisilta.services.journals.after_ending import recheck_after_ending
from tilisilta.services.journals.after_silence import recheck_after_silence
from tilisilta.services.payroll_check import has_changed_in_nmbrs
from tilisilta.services.procountor.client import close_connections, keep_connections
from tilisilta.services.sending import outbox
from tilisilta.services.sending.delivery import advance
from tilisilta.services.sending.going_on import continue_waiting
from tilisilta.services.sending.releasing import void_outdated
from tilisilta.services.sending_rules.sweeping import sweep as send_by_rule
from tilisilta.services.webhooks.gathering import gather
from tilisilta.silences import Silences
from tilisilta.verifier import Verifier

# Raised by hand, only when the order of the steps below changes. By default it would be a hash of
# the code, and work begun before an upgrade would lie still after it.
APPLICATION_VERSION = "1"
DELIVER = "deliver"
SENDINGS_AT_ONCE = 16
# DBOS cannot begin a turn in our transaction, so a click waits for the next sweep: not for long.
SWEEP_SECONDS = 0.25
WATCH_SECONDS = 60.0
VERIFY_SECONDS = 2.0
"""A person may wait for a comparison."""
ATTACH_SECONDS = 10.0
NOTIFY_SECONDS = 15.0
SEAL_SECONDS = 2.0
GARBAGE_THRESHOLDS = (10_000, 20, 20)
TELL_SECONDS = 5.0
# A turn that only sleeps holds its place in the queue and blocks its company: not for longer.
SHORT_WAIT_SECONDS = 1.0
ALIVE = "PENDING"

logger = logging.getLogger("tilisilta.engine")

# The turns that this process has begun and not ended. Only the sweeper adds to them.
_own_turns: set[str] = set()


# Portable is JSON: a pickled input may not be readable after an upgrade.
@DBOS.workflow(name=DELIVER, serialization_type=WorkflowSerializationFormat.PORTABLE)
def deliver(sending_id: str) -> None:
    """Make the moves of one sending until it is finished or put off."""
    run_id = DBOS.workflow_id or ""
    try:
        while (wait_seconds := move_on(sending_id, run_id)) is not None:
            time.sleep(wait_seconds)
    finally:
        _own_turns.discard(run_id)


def move_on(sending_id: str, run_id: str | None = None) -> float | None:
    """Make moves until one has to wait, and return the seconds; ``None`` ends this turn.

    ``run_id`` is the turn. No step of the engine: our tables record each move, so that it need not
    remember any of them. What it repeats after a crash begins where the tables say. A long wait
    ends the turn: the sending goes back to the outbox until it is due, so that other sendings of
    the company do not wait behind it.
    """
    try:
        while True:
            result = advance(
                uuid.UUID(sending_id),
                now=timezone.now(),
                has_changed=has_changed_in_nmbrs,
                run_id=run_id,
            )
            if result.is_finished:
                return None
            if result.wait_seconds > SHORT_WAIT_SECONDS:
                due_at = timezone.now() + timedelta(seconds=result.wait_seconds)
                outbox.put_off(uuid.UUID(sending_id), due_at=due_at)
                return None
            if result.wait_seconds > 0:
                return result.wait_seconds
    finally:
        # Django closes stale connections at the end of a request, and this thread has none.
        close_old_connections()


class Engine:
    """A worker: takes up sendings, sends a heartbeat, and takes over from dead workers."""

    def __init__(self) -> None:
        # Never the default id: two processes with one id would run each other's work again.
        self.executor_id = f"{socket.gethostname()[:40]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        self._take_over_at = timezone.now()
        self._silences = Silences()
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
            self._thread("sweeper", self._sweep, seconds=SWEEP_SECONDS),
            # A thread of its own: waiting for Procountor must not delay the sweeper.
            self._thread("watcher", watch_procountor, seconds=WATCH_SECONDS),
            self._thread("watcher-of-nmbrs", watch_consents, seconds=WATCH_SECONDS),
            self._thread("fetcher", self._fetcher.take_up_due, seconds=FETCHER_SECONDS),
            self._thread("verifier", self._verifier.take_up_due, seconds=VERIFY_SECONDS),
            self._thread("attacher", self._attacher.take_up_due, seconds=ATTACH_SECONDS),
            self._thread("onboarder", onboarder.take_up_due, seconds=SHORT_WAIT_SECONDS),
            self._thread("rule-sender", send_by_rule, seconds=WATCH_SECONDS),
            self._thread("link-checker", link_checker.take_up_due, seconds=WATCH_SECONDS),
            self._thread("gatherer", gather, seconds=NOTIFY_SECONDS),
            self._thread("webhooks", webhooks.take_up_due, seconds=TELL_SECONDS),
            self._thread("notifier", notifier.take_up_due, seconds=NOTIFY_SECONDS),
            self._thread("sealer", seal_entries, seconds=SEAL_SECONDS),
        )

    def start(self) -> None:
        """Start to work, in threads of this process."""
        use_write_ahead_log(settings.ENGINE_DATABASE_URL)
        give_old_sqlite_subseconds()
        _note_alive(self.executor_id, timezone.now())
        keep_connections()
        config: DBOSConfig = {
            "name": "tilisilta",
            "system_database_url": settings.ENGINE_DATABASE_URL,
            "application_version": APPLICATION_VERSION,
            "executor_id": self.executor_id,
            # Each has a connection to the database. A turn that is given up may go on for a while.
            "max_executor_threads": 2 * SENDINGS_AT_ONCE,
            "console_log_level": "WARNING",
            "log_level": "WARNING",
        }
        DBOS(config=config)
        DBOS.launch()
        _keep_what_is_loaded()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish the moves under way and stop; the next worker takes up the rest."""
        self._stopping.set()
        heartbeat, *others = self._threads
        for thread in others:
            thread.join(timeout=10)
        self._fetcher.stop()
        DBOS.destroy(workflow_completion_timeout_sec=10)
        self._stopped.set()
        heartbeat.join(timeout=10)
        Worker.objects.filter(executor_id=self.executor_id).delete()
        close_connections()
        connection.close()

    def _beat(self, now: datetime) -> None:
        _note_alive(self.executor_id, now)

    def _sweep(self, now: datetime) -> None:
        """Sweep the outbox, and every quarter of the worker timeout take over from dead workers."""
        # A next time that lies far ahead was planned before the clock was set back.
        if now >= self._take_over_at or self._take_over_at - now > _worker_timeout():
            take_over(self.executor_id, self._silences, now)
            self._take_over_at = now + _worker_timeout() / 4
        sweep(now)

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
                    logger.exception("The engine's %s failed; it tries again.", name)
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


def sweep(now: datetime) -> int:
    """Take up the sendings that are due, as far as there is room, and return how many.

    Safe to repeat, and for several workers at once: each sending is taken up by one of them, and
    none while another one writes to its company. What this process has no room for stays in the
    outbox, where it is seen to wait, can be stopped, and any worker with room takes it up.
    """
    count = 0
    for sending in outbox.take_up(now, at_most=SENDINGS_AT_ONCE - len(_own_turns)):
        # After a crash before this the sending is found lost, and put back.
        _own_turns.add(sending.run_id)
        with SetWorkflowID(sending.run_id):
            DBOS.start_workflow(deliver, str(sending.id))
        count += 1
    return count


def take_over(executor_id: str, silences: Silences, now: datetime) -> None:
    """Take over from dead workers, and put lost turns back."""
    others = Worker.objects.exclude(executor_id=executor_id)
    heard = dict(others.values_list("executor_id", "heard_at"))
    for dead in silences.dead(heard, now=now, moment=time.monotonic(), timeout=_worker_timeout()):
        # Not if it was heard of just now.
        others.filter(executor_id=dead, heard_at=heard[dead]).delete()
    # In this order: without its row a worker counts as dead, its turns are cancelled, and only then
    # are they found lost and put back.
    _cancel_turns_of_the_dead(executor_id)
    outbox.put_back(_lost(outbox.enqueued_sendings(now - timedelta(seconds=2))), now=now)
    continue_waiting(now)
    void_outdated(now=now)


def stranded(now: datetime) -> list[Sending]:
    """Return the sendings that were due over ten minutes ago and that no worker has taken up."""
    return outbox.due_sendings(now - timedelta(minutes=10))


def _cancel_turns_of_the_dead(executor_id: str) -> None:
    """Cancel the turns of dead workers, which would block their Procountor companies.

    Open-source DBOS takes over only what its own executor id began. The cancelled turns are
    found lost right after and are taken up again by any free worker.
    """
    under_way = DBOS.list_workflows(status=ALIVE, name=DELIVER, load_input=False, load_output=False)
    # A turn whose id the engine knew was never begun: an older backup of our tables is back.
    _own_turns.intersection_update(
        turn.workflow_id for turn in under_way if turn.executor_id == executor_id
    )
    # Only now: a worker that begins while we look is heard of before it takes anything up.
    living = set(Worker.objects.values_list("executor_id", flat=True))
    orphans = [turn.workflow_id for turn in under_way if turn.executor_id not in living]
    if orphans:
        logger.warning("Taking over %d sendings of workers that have died.", len(orphans))
        DBOS.cancel_workflows(orphans)


def _lost(sendings: list[Sending]) -> list[Sending]:
    """Return the ``sendings`` whose turn the engine has ended by a fault or does not know."""
    if not sendings:
        return []
    turns = DBOS.list_workflows(
        workflow_ids=[sending.run_id for sending in sendings],
        status=ALIVE,
        load_input=False,
        load_output=False,
    )
    alive = {turn.workflow_id for turn in turns}
    return [sending for sending in sendings if sending.run_id not in alive]


def _note_alive(executor_id: str, now: datetime) -> None:
    Worker.objects.update_or_create(
        executor_id=executor_id,
        defaults={"heard_at": now},
        create_defaults={"heard_at": now, "started_at": now},
    )


def _beat_seconds() -> float:
    return _worker_timeout().total_seconds() / 6


def _worker_timeout() -> timedelta:
    return timedelta(seconds=settings.WORKER_TIMEOUT_SECONDS)
