"""What a journal's page shows of receipts that are or were withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from tilisilta.domain.standing import BOOKED_EXPORTS, EXPORTS_GOING_BACK
from tilisilta.models import Export, Journal


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """A receipt that was or is being withdrawn, and the one that reverses it, if any."""

    export: Export
    reversal: Export | None


def taken_back(journal: Journal, exports: Sequence[Export]) -> tuple[TakenBack, ...]:
    """Return what of ``exports`` is or was withdrawn, with the receipts that reverse them."""
    going = [one for one in exports if one.was_taken_back or one.state in EXPORTS_GOING_BACK]
    if not going:
        return ()
    reversals = Export.with_trail.filter(journal=journal, reverses__in=[one.pk for one in going])
    by_first = {one.reverses_id: one for one in reversals.defer("payload")}
    return tuple(TakenBack(export=one, reversal=by_first.get(one.pk)) for one in going)


def can_be_withdrawn(exports: Sequence[Export], *, is_under_way: bool) -> bool:
    """Return whether something of ``exports`` is in the books and nothing is on its way."""
    booked = BOOKED_EXPORTS | EXPORTS_GOING_BACK
    return not is_under_way and any(one.state in booked for one in exports)
