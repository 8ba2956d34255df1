"""Which workers are alive, told from when they were last heard of, and how to have one at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from tilisilta.models import Worker


def living_workers(now: datetime) -> list[Worker]:
    """The workers heard of within the time after which one is taken for dead."""
    limit = now - timedelta(seconds=settings.WORKER_TIMEOUT_SECONDS)
    return list(Worker.objects.filter(heard_at__gte=limit).order_by("started_at"))


@contextmanager
def running_worker() -> Iterator[None]:
    """Make sure that a worker is there: one that is alive already, else this very process."""
    if living_workers(timezone.now()):
        yield
        return
    # It takes seconds to import, which no command should wait for that does no work itself.
    from tilisilta.engine import Engine  # noqa: PLC0415

    engine = Engine()
    engine.start()
    try:
        yield
    finally:
        engine.stop()
