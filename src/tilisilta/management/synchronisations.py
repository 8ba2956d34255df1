"""Fetching from Nmbrs at the command line: ask for it, wait for it, report its outcome."""

import time
from argparse import Namespace
from collections.abc import Sequence

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.management.companies import find_company
from tilisilta.management.output import Answer, Refused, Status, shown_moment
from tilisilta.management.progress import ProgressLine, progress_line
from tilisilta.management.sync_outcomes import (
    Outcome,
    failed_companies,
    outcome_document,
    outcome_of,
    summary,
    trouble_lines,
)
from tilisilta.management.workers import running_worker
from tilisilta.models import Company, Journal, NmbrsCompany, Synchronisation
from tilisilta.services.fetching.progress import FetchProgress, fetch_progress_of
from tilisilta.services.fetching.synchronisations import ask_for_company, ask_for_everything
from tilisilta.services.workers import living_workers

POLL_SECONDS = 0.2


def sync(options: Namespace) -> Answer:
    """Ask for everything or one company to be fetched and, unless ``--no-wait``, wait for it."""
    if options.company is not None:
        outcome = _sync_company(find_company(options.company), options)
    else:
        outcome = _sync_everything(options)
    return Answer(
        document=outcome_document(outcome),
        text="\n".join(_lines(outcome, waited=options.wait)),
        status=_status(outcome, waited=options.wait),
    )


def progress_text(progress: FetchProgress) -> str:
    """Return in one line how far a synchronisation is, and which companies are under way."""
    if not progress.is_listed:
        return _("Reading the lists of debtors and companies …")
    text = _("%(done)s of %(total)s companies fetched, %(waiting)s left") % {
        "done": progress.done_count,
        "total": progress.company_count,
        "waiting": progress.waiting_count,
    }
    if not progress.current:
        return text
    return text + ": " + ", ".join(str(company) for company in progress.current)


def _sync_everything(options: Namespace) -> Outcome:
    asked = ask_for_everything(
        user=None, now=timezone.now(), wants_all_journals=options.all_journals
    )
    if options.all_journals and not asked.wants_all_journals:
        raise Refused(
            _("Fetching has been under way since %(moment)s, and not of all journals")
            % {"moment": shown_moment(asked.requested_at)},
            cause=_("Somebody asked for it before, and it is done once at a time."),
            remedy=_("Give the command again when that has finished: see tilisilta status."),
        )
    if options.wait:
        with running_worker(), progress_line() as line:
            _wait_for_everything(asked, line, give_up_at=time.monotonic() + options.timeout)
    return outcome_of(asked)


def _wait_for_everything(asked: Synchronisation, line: ProgressLine, *, give_up_at: float) -> None:
    while time.monotonic() < give_up_at:
        asked.refresh_from_db()
        if asked.finished_at is not None:
            return
        line.show(progress_text(fetch_progress_of(asked)))
        time.sleep(POLL_SECONDS)


def _sync_company(company: Company, options: Namespace) -> Outcome:
    # New journals are told apart by the order of their keys. Clocks of several machines differ.
    last = Journal.objects.aggregate(last=Max("pk"))["last"] or 0
    asked_at = timezone.now()
    asked = ask_for_company(company, user=None, now=asked_at)
    if options.wait:
        with running_worker(), progress_line() as line:
            line.show(_("Fetching %(company)s …") % {"company": company})
            _wait_for_company(asked, give_up_at=time.monotonic() + options.timeout)
    asked.refresh_from_db()
    is_waiting = asked.wanted_at is not None
    was_tried = asked.tried_at is not None and asked.tried_at >= asked_at
    has_failed = bool(asked.trouble) and (was_tried or not is_waiting)
    came = Journal.objects.filter(company=company, run__isnull=False, pk__gt=last)
    return Outcome(
        asked_at=asked_at,
        is_finished=not is_waiting,
        is_listed=True,
        company_count=1,
        failed_count=int(has_failed and not is_waiting),
        waiting_count=int(is_waiting),
        new_journal_count=came.filter(revision=1).count(),
        changed_journal_count=came.filter(revision__gt=1).count(),
        failed=failed_companies([asked]) if has_failed else (),
        connections=(),
    )


def _wait_for_company(asked: NmbrsCompany, *, give_up_at: float) -> None:
    wanted = NmbrsCompany.objects.filter(pk=asked.pk, wanted_at__isnull=False)
    while time.monotonic() < give_up_at and wanted.exists():
        time.sleep(POLL_SECONDS)


def _status(outcome: Outcome, *, waited: bool) -> Status:
    if not waited:
        return Status.DONE
    if not outcome.is_finished:
        return Status.UNCERTAIN
    return Status.DONE if outcome.is_well else Status.REFUSED


def _lines(outcome: Outcome, *, waited: bool) -> Sequence[str]:
    if outcome.is_finished:
        return [summary(outcome), *trouble_lines(outcome)]
    is_anyone_there = bool(living_workers(timezone.now()))
    who = [] if is_anyone_there else [_("No worker is running: it goes on as soon as one does.")]
    if not waited:
        return [_("It will be fetched."), *who]
    return [
        summary(outcome),
        _("It has not finished in the time given, and goes on without this command."),
        *who,
        *trouble_lines(outcome),
    ]
