"""What the first page offers for each journal that waits: the way to its remedy, or sending it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, prefetch_related_objects

from tilisilta.domain.standing import ExportState, JournalState
from tilisilta.models import Area, Export, Journal, Right, User, preview_digest
from tilisilta.services.overview import Need
from tilisilta.web.journal_fixes import Fix, fix_for


@dataclass(frozen=True, kw_only=True)
class Ready:
    """What the button that sends a ready journal needs to know of it."""

    can_be_sent: bool
    seen: str
    needs_release: bool


@dataclass(frozen=True, kw_only=True)
class ShownNeed:
    """A row of the list: what happened, and the click that goes on from there."""

    need: Need
    fix: Fix | None
    ready: Ready | None

    @property
    def alike_count(self) -> int:
        return len(self.need.alike)


def needs_of(needs: Iterable[Need], *, user: User) -> tuple[ShownNeed, ...]:
    """Return ``needs`` with what ``user`` can do about each: one query at most."""
    needs = tuple(needs)
    ready = _ready([need.journal for need in needs], user=user)
    return tuple(
        ShownNeed(need=need, fix=_fix(need, user), ready=ready.get(need.journal.pk))
        for need in needs
    )


def _fix(need: Need, user: User) -> Fix | None:
    # Only what stops: a journal that is booked or ready is opened, not put right.
    if need.problem is None or not need.problem.stops:
        return None
    return fix_for(need.problem, need, user)


def _ready(journals: Iterable[Journal], *, user: User) -> dict[int, Ready]:
    ready = [journal for journal in journals if journal.state == JournalState.READY]
    if not ready or not user.can(Right.WRITE, Area.JOURNAL_EXPORTS):
        return {}
    exports = Export.objects.select_related("link").defer("payload")
    prefetch_related_objects(ready, Prefetch("exports", exports))
    return {journal.pk: _as_ready(journal) for journal in ready}


def _as_ready(journal: Journal) -> Ready:
    exports = list(journal.exports.all())
    standing = journal.standing(export.standing() for export in exports)
    return Ready(
        can_be_sent=standing.can_be_sent,
        seen=preview_digest(exports),
        needs_release=any(
            one.link.needs_release for one in exports if one.state == ExportState.READY
        ),
    )
