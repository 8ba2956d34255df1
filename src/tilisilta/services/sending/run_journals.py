"""The journals of one run together: their order of locks, and what of them is left unsent."""

from collections.abc import Sequence

from django.db.models import QuerySet

from tilisilta.domain.standing import COMMITTED_EXPORTS, SettledAs
from tilisilta.models import Export, ExportState, Journal


def journals_of(journal: Journal) -> QuerySet[Journal]:
    """Return all journals of the run of ``journal``, the earliest revision first."""
    return Journal.objects.filter(
        company_id=journal.company_id,
        run_year=journal.run_year,
        run_number=journal.run_number,
    ).order_by("revision")


def lock_run(journal: Journal) -> list[Journal]:
    """Lock all journals of the run until the commit, always in the same order."""
    # Of the journals alone: checks and sendings lock them before links and exports, too.
    locked = journals_of(journal).select_for_update(of=("self",))
    return list(locked.select_related("company__debtor"))


def later_settled(journal: Journal) -> bool:
    """Return whether ``journal`` or a later one of its run is settled or marked as sent."""
    return journals_of(journal).filter(revision__gte=journal.revision, settled_as__gt="").exists()


def later_difference(journal: Journal) -> bool:
    """Return whether the difference of a later journal of the run is, or may be, in the books."""
    later = journals_of(journal).filter(revision__gt=journal.revision)
    return Export.objects.filter(
        journal__in=later, is_difference=True, state__in=COMMITTED_EXPORTS
    ).exists()


def is_settled_elsewhere(journals: Sequence[Journal]) -> bool:
    """Return whether a person says that something of ``journals`` was booked without Tilisilta."""
    return any(one.settled_as in {SettledAs.BY_HAND, SettledAs.SENT} for one in journals)


def drop_unsent(journals: Sequence[Journal], *, keeps: frozenset[str] = frozenset()) -> None:
    """Let go of the receipts that were not booked; those that were tried stay as the trail.

    ``keeps`` are the tokens of receipts that stay as they are.
    """
    unsent = Export.objects.filter(
        journal__in=journals, state__in=[ExportState.READY, ExportState.REJECTED]
    ).exclude(token__in=keeps)
    unsent.filter(attempts__isnull=True).delete()
    unsent.update(state=ExportState.WITHDRAWN, problems=[])
