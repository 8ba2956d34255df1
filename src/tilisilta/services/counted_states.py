"""The state in which a journal counts: what waits for nothing but a second person is told apart.

Lists, pages, commands and documents all take the state from here, so that none of them calls a
journal ready that another counts as proposed.
"""

from collections.abc import Collection, Mapping

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

from tilisilta.domain.standing import BY_URGENCY, PROPOSED, PROPOSED_JOURNALS, WAITING_JOURNALS
from tilisilta.models import Journal, Proposal
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


def counted_state(state: str, *, has_open_proposal: bool) -> str:
    """Return the state that a journal counts in whose own one is ``state``."""
    return PROPOSED if has_open_proposal and state in PROPOSED_JOURNALS else state


def counted_states_of(journals: Collection[Journal]) -> Mapping[int, str]:
    """Return the state that each of ``journals`` counts in, by its key, with one query at most."""
    asked = [one.pk for one in journals if one.state in PROPOSED_JOURNALS]
    proposals = Proposal.objects.open().filter(journal__in=asked)
    proposed = set(proposals.values_list("journal_id", flat=True)) if asked else set()
    return {
        one.pk: counted_state(one.state, has_open_proposal=one.pk in proposed) for one in journals
    }


def in_counted_state(journals: JournalQuerySet, state: str) -> JournalQuerySet:
    """Return those of ``journals`` that count as ``state``."""
    if state == PROPOSED:
        return journals.filter(IS_PROPOSED)
    of_state = journals.filter(state=state)
    return of_state.exclude(IS_PROPOSED) if state in PROPOSED_JOURNALS else of_state
