"""The state in which a journal counts: what waits for nothing but a second person is told apart."""

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

from tilisilta.domain.standing import BY_URGENCY, PROPOSED, PROPOSED_JOURNALS, WAITING_JOURNALS
from tilisilta.models import Proposal
from tilisilta.models.journals import JournalQuerySet

# The state first: only few journals have one in which a proposal can be looked for.
IS_PROPOSED = Q(state__in=PROPOSED_JOURNALS) & Q(
    Exists(Proposal.objects.open().filter(journal=OuterRef("pk")))
)
COUNTED_STATE = Case(When(IS_PROPOSED, then=Value(PROPOSED)), default=F("state"))
"""The state of a journal, or that it is proposed: each journal counts once."""

COUNTED_BY_URGENCY = (
    *WAITING_JOURNALS,
    PROPOSED,
    *(state for state in BY_URGENCY if state not in WAITING_JOURNALS),
)
"""What is proposed waits for another person: it comes behind all else that waits."""


def in_counted_state(journals: JournalQuerySet, state: str) -> JournalQuerySet:
    """Return those of ``journals`` that count as ``state``."""
    if state == PROPOSED:
        return journals.filter(IS_PROPOSED)
    of_state = journals.filter(state=state)
    return of_state.exclude(IS_PROPOSED) if state in PROPOSED_JOURNALS else of_state
