"""The shared pace of our requests to Procountor."""

import time

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Greatest

from tilisilta.models import ApiPace

MOST_WAITING = 1000


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
    paces = ApiPace.objects.filter(client_id=client_id)
    # So many never wait at once: a clock that ran ahead has left a slot no one can wait for.
    is_absurd = When(next_free_at__gt=now + MOST_WAITING * gap, then=Value(now))
    next_free_at = Case(is_absurd, default=Greatest(F("next_free_at"), now)) + gap
    with transaction.atomic():
        # The update locks the row, and only then is it read: nobody gets the same slot.
        taken = paces.update(next_free_at=next_free_at)
        if not taken:
            ApiPace.objects.get_or_create(client_id=client_id)
            paces.update(next_free_at=next_free_at)
        slot = paces.values_list("next_free_at", flat=True).get() - gap
    return max(0.0, slot - now)
