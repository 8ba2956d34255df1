"""Which workers are alive, told from when they were last heard of."""

from datetime import datetime, timedelta

from django.conf import settings

from tilisilta.models import Worker


def living_workers(now: datetime) -> list[Worker]:
    """The workers heard of within the time after which one is taken for dead."""
    limit = now - timedelta(seconds=settings.WORKER_TIMEOUT_SECONDS)
    return list(Worker.objects.filter(heard_at__gte=limit).order_by("started_at"))
