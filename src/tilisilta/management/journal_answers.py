"""A person's answers about a journal, at the command line: its run, unwanted, another payroll."""

from argparse import Namespace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.management.journals import (
    find_journal,
    journal_document,
    problems_text,
    run_of,
)
from tilisilta.management.output import Answer, WrongUse
from tilisilta.models import Journal
from tilisilta.services.journals.answers import discard, say_surely_another, tell_run


def change_run(options: Namespace) -> Answer:
    """Give a journal from a file the run that a person names."""
    run = run_of(options)
    if run is None and options.revision_of is None and not options.another_run:
        raise WrongUse(
            _("It is not said which run the journal is of"),
            remedy=_("Give --run with --year, --revision-of, or --another-run."),
        )
    journal = find_journal(options.journal)
    before = journal.reference
    known = find_journal(options.revision_of) if options.revision_of is not None else None
    renumbered = tell_run(journal, user=None, run=run, revision_of=known)
    if renumbered.reference == before:
        text = _("Journal %(reference)s keeps its number.") % {"reference": before}
    else:
        text = _("Journal %(before)s is %(reference)s now.") % {
            "before": before,
            "reference": renumbered.reference,
        }
    document = {"before": before, **journal_document(renumbered)}
    return Answer(document=document, text=_with_problems(text, renumbered))


def discard_journal(options: Namespace) -> Answer:
    """Discard a journal from a file of which nothing was ever sent."""
    journal = find_journal(options.journal)
    gone = discard(journal, reason=options.reason, user=None, now=timezone.now())
    text = _("Journal %(reference)s is discarded: %(reason)s") % {
        "reference": gone.reference,
        "reason": gone.discard_reason,
    }
    document: dict[str, Any] = {
        **journal_document(gone),
        "discarded_at": gone.discarded_at,
        "reason": gone.discard_reason,
    }
    return Answer(document=document, text=text)


def another_payroll(options: Namespace) -> Answer:
    """Confirm that a journal is another payroll than the one it resembles."""
    journal = find_journal(options.journal)
    journal = say_surely_another(journal, user=None, now=timezone.now())
    text = _("Journal %(reference)s counts as another payroll: %(state)s") % {
        "reference": journal.reference,
        "state": journal.get_state_display(),
    }
    return Answer(document=journal_document(journal), text=_with_problems(text, journal))


def _with_problems(text: str, journal: Journal) -> str:
    return "\n".join([text, *problems_text(journal)])
