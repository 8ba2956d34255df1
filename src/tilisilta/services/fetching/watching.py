"""What a worker looks after by its own schedule, so that no consent dies unnoticed."""

from datetime import datetime, timedelta

from django.db.models import Q

from tilisilta.models import NmbrsConnection, NmbrsGrant
from tilisilta.services.fetching.call_counts import drop_old_counts
from tilisilta.services.fetching.connections import check_consent
from tilisilta.services.fetching.grants import keep_alive

CHECK_AGE = timedelta(hours=20)
"""Each consent is checked once a day: whether it works, and which debtors it covers."""
CHECK_RETRY_AGE = timedelta(hours=1)
MOST_CHECKS = 10


def watch_consents(now: datetime) -> int:
    """Renew consents before they end, find lost renewals, and check some; return how many."""
    keep_alive(now)
    drop_old_counts(now)
    due = Q(checked_at__isnull=True) | Q(checked_at__lt=now - CHECK_AGE)
    failed = ~Q(trouble=[]) & Q(checked_at__lt=now - CHECK_RETRY_AGE)
    grants = (
        NmbrsGrant.objects.filter(due | failed, state=NmbrsGrant.State.GIVEN)
        .exclude(connection__state=NmbrsConnection.State.REMOVED)
        .select_related("connection")
        .order_by("checked_at")[:MOST_CHECKS]
    )
    for grant in grants:
        check_consent(grant, now=now)
    return len(grants)
