"""What a person decides about a journal: another payroll, another run, or discarded."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tilisilta.domain import journals as domain
from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.standing import ExportState, JournalState
from tilisilta.errors import NeedsAttention
from tilisilta.models import Export, Journal, JournalLine, User
from tilisilta.services import audit
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.journals.importing import recheck_company, recheck_strangers
from tilisilta.services.journals.keeping import (
    free_run,
    journals_of_run,
    lock_company,
    next_revision,
    was_ever_sent,
)
from tilisilta.services.journals.run_refusals import NotOfTheCompany, RunTaken

__all__ = [
    "CannotDiscard",
    "CannotRenumber",
    "NotOfTheCompany",
    "RunTaken",
    "discard",
    "is_open_to_answers",
    "say_surely_another",
    "tell_run",
]


class CannotDiscard(NeedsAttention):
    """The journal did not come from a file, or something of it was sent."""

    code = ProblemCode.CANNOT_DISCARD

    def __init__(self, journal: Journal) -> None:
        super().__init__(f"Journal {journal.reference} cannot be discarded.")
        self.facts = {"journal": journal.reference}


class CannotRenumber(NeedsAttention):
    """Something of the journal was sent under its number, or Nmbrs gives its run."""

    code = ProblemCode.CANNOT_RENUMBER

    def __init__(self, journal: Journal) -> None:
        super().__init__(f"Journal {journal.reference} cannot become another run.")
        self.facts = {"journal": journal.reference}


def say_surely_another(journal: Journal, *, user: User | None, now: datetime) -> Journal:
    """Note that ``journal`` is not another journal's payroll again, so that it may be sent.

    Safe to repeat: the audit log has it once. A discarded journal stays as it is.
    """
    with transaction.atomic():
        waiting = Journal.objects.filter(
            pk=journal.pk, is_surely_another=False, discarded_at__isnull=True
        )
        if waiting.update(is_surely_another=True):
            audit.record(
                audit.Action.JOURNAL_NOT_TWICE,
                user=user,
                company=journal.company,
                about=journal,
                reference=journal.reference,
            )
    return check_journal(journal, now=now)


def is_open_to_answers(journal: Journal, *, was_tried: bool | None = None) -> bool:
    """Return whether ``journal`` may still become another run, or be discarded.

    That is so if it came from a file and nothing of it was ever sent or tried. ``was_tried`` is
    whether a receipt was, where that is known already.
    """
    if journal.run_id is not None or journal.discarded_at is not None:
        return False
    return not (was_ever_sent(journal) if was_tried is None else was_tried or journal.settled_as)


def tell_run(
    journal: Journal,
    *,
    user: User | None,
    run: domain.Run | None = None,
    revision_of: Journal | None = None,
) -> Journal:
    """Give ``journal`` the run ``run``, that of ``revision_of``, or one of its own.

    With neither it becomes a run of its own, under a free number. All journals of the company are
    checked again, as others may now be replaced, or no longer be. Raises ``CannotRenumber``,
    ``RunTaken`` or ``NotOfTheCompany``.
    """
    with transaction.atomic():
        journal = _locked(journal)
        before = journal.reference
        if not is_open_to_answers(journal):
            raise CannotRenumber(journal)
        if revision_of is not None and revision_of.company_id != journal.company_id:
            raise NotOfTheCompany(revision_of)
        wanted = _wanted_run(journal, run, revision_of)
        is_guessed = run is None if revision_of is None else revision_of.is_run_guessed
        if (wanted.year, wanted.number) != (journal.run_year, journal.run_number):
            journal.revision = next_revision(journal.company, wanted)
            journal.run_year, journal.run_number = wanted.year, wanted.number
        elif is_guessed or not journal.is_run_guessed:
            # Answered before: a second click changes nothing.
            return journal
        journal.is_run_guessed = is_guessed
        # Their names and tokens contain the former number; the check below makes new ones.
        Export.objects.filter(journal=journal, state=ExportState.READY).delete()
        journal.save(update_fields=["run_year", "run_number", "revision", "is_run_guessed"])
        audit.record(
            audit.Action.JOURNAL_RENUMBERED,
            user=user,
            company=journal.company,
            about=journal,
            before=before,
            reference=journal.reference,
        )
    recheck_company(journal.company, includes_at_rest=True)
    return Journal.objects.select_related("company__debtor").get(pk=journal.pk)


def discard(journal: Journal, *, reason: str, user: User | None, now: datetime) -> Journal:
    """Discard a journal that came from a file and of which nothing was ever sent.

    Its lines are deleted and its digests stay, so that the same file is recognised. Raises
    ``CannotDiscard``, and Django's ``ValidationError`` without a reason. A journal that is
    discarded already stays as it is.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Say why the journal is discarded.")})
    with transaction.atomic():
        journal = _locked(journal)
        if journal.discarded_at is not None:
            return journal
        if journal.run_id is not None or was_ever_sent(journal):
            raise CannotDiscard(journal)
        Export.with_trail.filter(journal=journal).delete()
        JournalLine.objects.filter(journal=journal).delete()
        journal.discarded_at, journal.discarded_by = now, user
        journal.discard_reason = reason[:200]
        journal.state, journal.problems = JournalState.DISCARDED, []
        journal.save(
            update_fields=[
                "discarded_at",
                "discarded_by",
                "discard_reason",
                "state",
                "problems",
            ]
        )
        audit.record(
            audit.Action.JOURNAL_DISCARDED,
            user=user,
            company=journal.company,
            about=journal,
            reference=journal.reference,
            reason=journal.discard_reason,
        )
    recheck_company(journal.company, includes_at_rest=True)
    recheck_strangers(journal)
    return journal


def _locked(journal: Journal) -> Journal:
    """Return the journal as it is now, locked after its company, in the order of imports.

    Sending locks the journal too: it must not lose its number or its lines at the same moment, as
    its tokens are made of the number.
    """
    lock_company(journal.company)
    locked = Journal.objects.select_for_update(of=("self",))
    return locked.select_related("company__debtor").get(pk=journal.pk)


def _wanted_run(
    journal: Journal, run: domain.Run | None, revision_of: Journal | None
) -> domain.Run:
    own = domain.Run(year=journal.run_year, number=journal.run_number)
    if revision_of is not None:
        return domain.Run(year=revision_of.run_year, number=revision_of.run_number)
    if run is None:
        others = journals_of_run(journal.company, own).exclude(pk=journal.pk)
        return free_run(journal.company, own) if others.exists() else own
    wanted = domain.Run(year=run.year, number=domain.plain_run_number(run.number))
    taken = journals_of_run(journal.company, wanted).exclude(pk=journal.pk).first()
    if taken is not None and (wanted.year, wanted.number) != (own.year, own.number):
        raise RunTaken(taken)
    return wanted
