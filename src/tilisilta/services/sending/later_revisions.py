"""Later revisions of a run, which wait for what becomes of an earlier one."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef

from tilisilta.models import Journal
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.procountor.administrations import ANY_AGE
from tilisilta.services.sending.run_journals import journals_of


def check_later_revisions(journals: Iterable[Journal], *, now: datetime) -> None:
    """Check the runs of ``journals`` that have a later revision, which waited for the outcome."""
    later = Journal.objects.filter(
        company=OuterRef("company"),
        run_year=OuterRef("run_year"),
        run_number=OuterRef("run_number"),
        revision__gt=OuterRef("revision"),
    )
    revised = Journal.objects.filter(Exists(later), pk__in=[one.pk for one in journals])
    for journal in revised.only("company", "run_year", "run_number", "revision"):
        check_later_revisions_of(journal, now=now)


def check_later_revisions_of(journal: Journal, *, now: datetime) -> None:
    """Check the run of ``journal`` if it has a later revision, which waited for the outcome."""
    run = journals_of(journal)
    # Asked after each sending, and hardly ever there.
    if run.filter(revision__gt=journal.revision).exists():
        for revision in run.filter(revision__gte=journal.revision):
            check_journal(revision, now=now, age_limit=ANY_AGE)
