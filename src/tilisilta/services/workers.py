"""Which workers are alive, by their last heartbeat."""

from datetime import datetime, timedelta

from django.conf import settings

from tilisilta.models import Worker


def living_workers(now: datetime) -> list[Worker]:
    limit = now - timedelta(seconds=settings.WORKER_TIMEOUT_SECONDS)
    return list(Worker.objects.filter(heard_at__gte=limit).order_by("started_at"))
