"""Gives journals another run number, as long as none of their tokens may be in Procountor."""

from django.db.models import QuerySet

from tilisilta.domain import journals as domain
from tilisilta.domain.standing import ExportState, JournalState
from tilisilta.models import Export, Journal
from tilisilta.services import audit
from tilisilta.services.journals.keeping import free_run, was_ever_sent


def can_give_way(taken: Journal) -> bool:
    return taken.is_run_guessed and not any(was_ever_sent(one) for one in _versions_of(taken))


def give_way(taken: Journal | None) -> tuple[Journal, ...]:
    """Give a journal with a guessed number another one, unless anything of it was ever sent."""
    if taken is None or not can_give_way(taken):
        return ()
    own = domain.Run(
        year=taken.run_year, number=taken.run_number, description=taken.run_description
    )
    return give_number(taken, free_run(taken.company, own))


def give_number(journal: Journal, run: domain.Run) -> tuple[Journal, ...]:
    """Give all versions of the run of ``journal`` another number, unless anything was ever sent.

    Exports that were ready contain the former number; the next check plans them anew. Returns the
    journals to be checked, none if the number cannot change.
    """
    # Locked before it is asked whether anything was sent: sending locks the journal too.
    versions = list(_versions_of(journal).select_for_update(of=("self",)))
    is_taken = Journal.objects.filter(
        company_id=journal.company_id, run_year=run.year, run_number=run.number
    ).exclude(pk__in=[one.pk for one in versions])
    if is_taken.exists() or any(was_ever_sent(one) for one in versions):
        return ()
    Export.objects.filter(journal__in=versions, state=ExportState.READY).delete()
    for one in versions:
        before = one.reference
        one.run_year, one.run_number = run.year, run.number
        one.save(update_fields=["run_year", "run_number"])
        audit.record(
            audit.Action.JOURNAL_RENUMBERED,
            user=None,
            company=one.company,
            about=one,
            before=before,
            reference=one.reference,
        )
    return tuple(one for one in versions if one.state != JournalState.DISCARDED)


def _versions_of(journal: Journal) -> QuerySet[Journal]:
    return Journal.objects.filter(
        company_id=journal.company_id, run_year=journal.run_year, run_number=journal.run_number
    ).select_related("company")
