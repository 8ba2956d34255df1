"""The shared pace of our requests to Procountor."""

import time

from django.conf import settings
from django.db import transaction

from tilisilta.models import ApiPace


def wait_for_slot() -> None:
    """Wait until this process may send one request.

    All processes together take their slots from one row, so that the API client as a whole stays
    under Procountor's limit, however many of us there are.
    """
    wait_seconds = reserve_slot(time.time())
    if wait_seconds > 0:
        time.sleep(wait_seconds)


def reserve_slot(now: float) -> float:
    """Take the next free instant and return how many seconds away it is."""
    gap = 1 / settings.PROCOUNTOR_REQUESTS_PER_SECOND
    client_id = settings.PROCOUNTOR_CLIENT_ID or "none"
    with transaction.atomic():
        pace, _ = ApiPace.objects.select_for_update().get_or_create(client_id=client_id)
        slot = max(now, pace.next_free_at)
        pace.next_free_at = slot + gap
        pace.save(update_fields=["next_free_at"])
    return slot - now
