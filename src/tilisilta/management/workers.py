"""Which workers are alive, by their last heartbeat, and how a command works without one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from tilisilta.models import Worker


def living_workers(now: datetime) -> list[Worker]:
    limit = now - timedelta(seconds=settings.WORKER_TIMEOUT_SECONDS)
    return list(Worker.objects.filter(heard_at__gte=limit).order_by("started_at"))


@contextmanager
def running_worker() -> Iterator[None]:
    """Work with a worker: one that is alive already, else this process."""
    if living_workers(timezone.now()):
        yield
        return
    # Importing it takes seconds, which a command that does no work itself should not spend.
    from tilisilta.engine import Engine  # noqa: PLC0415

    # Another worker may start meanwhile. That does no harm: one alone takes up each piece of work.
    engine = Engine()
    engine.start()
    try:
        yield
    finally:
        engine.stop()
