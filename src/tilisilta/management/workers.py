"""How a command works where no worker does."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.conf import settings
from django.db import connections
from django.utils import timezone

from tilisilta.services.workers import living_workers


@contextmanager
def running_worker() -> Iterator[None]:
    """Work with a worker: one that is alive already, else this process, also if that one dies."""
    if living_workers(timezone.now()):
        with _standing_by():
            yield
        return
    with _working():
        yield


@contextmanager
def _standing_by() -> Iterator[None]:
    """Work as soon as no worker is alive any more: it may have died just before it was seen."""
    ending = Event()
    thread = Thread(target=_work_if_none_does, args=(ending,), name="standing-by")
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def _work_if_none_does(ending: Event) -> None:
    try:
        # One that was alive just now can be known to be dead only after this time.
        while not ending.wait(settings.WORKER_TIMEOUT_SECONDS):
            if not living_workers(timezone.now()):
                with _working():
                    ending.wait()
                return
    finally:
        connections.close_all()


@contextmanager
def _working() -> Iterator[None]:
    # Importing it takes seconds, which a command that does no work itself should not spend.
    from tilisilta.engine import Engine  # noqa: PLC0415

    # Another worker may start meanwhile. That does no harm: one alone takes up each piece of work.
    engine = Engine()
    engine.start()
    try:
        yield
    finally:
        engine.stop()
