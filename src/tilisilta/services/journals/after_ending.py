"""Checks ready journals again by itself once the authorisation of their account has ended."""

from datetime import datetime

from tilisilta.domain.standing import ExportState, JournalState
from tilisilta.models import Journal, ProcountorAccount
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.procountor.administrations import ANY_AGE

MOST_JOURNALS = 200


def recheck_after_ending(now: datetime) -> int:
    """Check the journals that wait to be sent by an ended authorisation; return how many.

    They stop then, and are listed with the others that a person has to put right, instead of being
    found at the moment of sending. What is queued already waits where it is.
    """
    ended = ProcountorAccount.objects.filter(state=ProcountorAccount.State.ENDED)
    waiting = Journal.objects.filter(
        state=JournalState.READY,
        exports__state=ExportState.READY,
        exports__link__procountor_account__in=ended,
    ).distinct()
    journals = list(waiting.order_by("pk")[:MOST_JOURNALS])
    for journal in journals:
        # Only the authorisation has changed, and there is nothing to read it with.
        check_journal(journal, now=now, age_limit=ANY_AGE)
    return len(journals)
