"""What a journal's page offers once its run has changed after sending, or was booked by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

from tilisilta.domain.standing import (
    MARKABLE_JOURNALS,
    SENT_JOURNALS,
    JournalState,
    is_changed,
    is_lost,
)
from tilisilta.models import Difference, Export, Journal, Settlement

_IN_THE_BOOKS = SENT_JOURNALS | {JournalState.PARTLY_SENT, JournalState.WITHDRAWAL_STOPPED}


@dataclass(frozen=True, kw_only=True)
class WaysOn:
    """The ways on from a journal, and what was said of it.

    ``to_withdraw`` is the journal whose withdrawal is one of the ways: an earlier revision, or the
    journal itself if its run was deleted. ``settlement`` is the one in force.
    """

    is_changed: bool = False
    is_lost: bool = False
    can_be_marked: bool = False
    to_withdraw: Journal | None = None
    settlement: Settlement | None = None
    settlements: tuple[Settlement, ...] = ()
    difference: Difference | None = None

    @property
    def are_offered(self) -> bool:
        return self.is_changed or self.is_lost


def ways_on(
    journal: Journal,
    exports: Sequence[Export],
    revisions: Sequence[Journal],
    *,
    may_send: bool,
    has_settlements: bool,
) -> WaysOn:
    """Return the ways on that a reader who ``may_send`` has, and what anybody may read of them.

    Hardly any journal ``has_settlements``: of the others nothing is asked.
    """
    said = journal.settlements.select_related("settled_by", "undone_by")
    settlements = tuple(said) if has_settlements else ()
    in_force = next((one for one in settlements if one.undone_at is None), None)
    own = [one for one in exports if one.is_difference]
    state = JournalState(journal.state)
    changed = may_send and is_changed(state, has_difference=bool(own))
    lost = may_send and is_lost(state, is_deleted=journal.is_deleted_at_source)
    earlier = [one for one in revisions if one.revision < journal.revision]
    booked = next((one for one in reversed(earlier) if _is_in_the_books(one)), None)
    return WaysOn(
        is_changed=changed,
        is_lost=lost,
        can_be_marked=may_send and not changed and not lost and state in MARKABLE_JOURNALS,
        to_withdraw=booked if changed else (journal if lost else None),
        settlement=in_force,
        settlements=settlements,
        difference=journal.differences.last() if own else None,
    )


def _is_in_the_books(journal: Journal) -> bool:
    return journal.state in _IN_THE_BOOKS and not journal.settled_as
