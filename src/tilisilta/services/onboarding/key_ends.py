"""The end of API keys that a list brought along: those of a list that is not carried out."""

import logging
from datetime import datetime, timedelta

from tilisilta.models import Onboarding, OnboardingRow

KEPT = timedelta(days=7)
"""So long the keys of a list wait for their companies to be linked."""
logger = logging.getLogger("tilisilta.onboarding")
State = OnboardingRow.State


def keys_end_at(onboarding: Onboarding) -> datetime:
    """Return from when on the keys of a list are deleted."""
    return onboarding.read_at + KEPT


def delete_old_keys(now: datetime) -> int:
    """Delete the API keys of lists that were read long ago, and return how many.

    A worker looks again into their companies: the list then says that these have no key. What a
    person has just asked to be linked keeps its key until that is done.
    """
    # What lies far ahead was read by a clock that ran ahead.
    old = OnboardingRow.objects.exclude(
        onboarding__read_at__range=(now - KEPT, now + KEPT),
    ).exclude(state=State.ASKED)
    count = old.exclude(api_key="").update(api_key="", state=State.WAITING, claimed_until=None)
    if count:
        logger.info("Deleted %s API keys of lists that were not carried out.", count)
    return count
