"""Asks Nmbrs, right before a journal is sent, whether its run still has the same journal."""

import logging
from datetime import datetime

from django.db.models import F
from django.utils import timezone

from tilisilta.clients.nmbrs.errors import NmbrsUnavailable
from tilisilta.errors import TilisiltaError
from tilisilta.models import Journal, NmbrsCompany, NmbrsConnection, Run, Sending
from tilisilta.services import audit
from tilisilta.services.fetching.client import nmbrs
from tilisilta.services.fetching.companies import read_run_again
from tilisilta.services.fetching.queue import SILENT
from tilisilta.services.sending.by_rule import asked_since, is_by_rule

logger = logging.getLogger("tilisilta.sending")


def has_changed_in_nmbrs(sending: Sending, *, now: datetime) -> bool:
    """Return whether Nmbrs has another journal now than the one to be sent, or no run of it.

    One call for each sending, and none for a journal from a file, or one that was read since
    somebody asked for it to be sent. What has changed is stored as any fetch would. Where Nmbrs
    gives no answer the journal goes as the person saw it: it is not worth holding up the month.
    What a rule asked for is held then (``sending.by_rule``), its run is listed again as well, and
    it is asked about anew after each longer wait.
    """
    if _is_asked(sending, now=now) or sending.journal.run_id is None:
        return False
    changed = _ask(sending, now=now)
    # Afterwards, so that a worker that dies in between leaves the question to its successor.
    Sending.objects.filter(pk=sending.pk).update(source_asked_at=now)
    sending.source_asked_at = now
    if changed:
        audit.record(
            audit.Action.SENDING_HELD,
            user=sending.requested_by,
            company=sending.journal.company,
            reference=sending.journal.reference,
        )
    return changed


def _is_asked(sending: Sending, *, now: datetime) -> bool:
    asked_at = sending.source_asked_at
    if asked_at is None or not is_by_rule(sending):
        return asked_at is not None
    return asked_at >= asked_since(sending, now=now)


def _ask(sending: Sending, *, now: datetime) -> bool:
    run = sending.journal.run
    if run is None:
        return False
    if run.gone_at is not None:
        # A person who sends the journal of a deleted run has seen the warning, unless it came
        # later: what waits for its account may leave days after the click.
        return run.gone_at > sending.requested_at
    if run.journal_read_at is None or run.journal_read_at < asked_since(sending, now=now):
        nmbrs_company = _fetchable(sending.journal)
        if nmbrs_company is None:
            return False
        before = run.trouble
        _read(run, nmbrs_company, now=now, lists=is_by_rule(sending))
        run = Run.objects.get(pk=run.pk)
        is_new_trouble = bool(run.trouble) and run.trouble != before
        if run.gone_at is not None or is_new_trouble:
            return True
    return _has_newer_revision(sending.journal)


def _fetchable(journal: Journal) -> NmbrsCompany | None:
    """Return the company as Nmbrs has it, unless it cannot be fetched or Nmbrs seems down."""
    return (
        NmbrsCompany.objects.fetchable()
        .filter(company=journal.company_id, connection__silent_count__lt=SILENT)
        .select_related("company", "connection")
        .first()
    )


def _read(run: Run, nmbrs_company: NmbrsCompany, *, now: datetime, lists: bool) -> None:
    connection = nmbrs_company.connection
    try:
        # Asked once: all other sendings of the company wait behind this one.
        with nmbrs(connection, retry_pauses=()) as source:
            today = timezone.localdate(now)
            read_run_again(run, nmbrs_company, source, now=now, today=today, lists=lists)
    except NmbrsUnavailable:
        NmbrsConnection.objects.filter(pk=connection.pk).update(silent_count=F("silent_count") + 1)
    except TilisiltaError as error:
        # Nmbrs refuses the call and not the run, which says nothing about the journal.
        logger.warning("Run %s was not read before it was sent: %s", run, error)
    except Exception:
        # A fault of ours in reading must not leave the journal queued for ever, without a word.
        logger.exception("Reading run %s before it was sent failed.", run)


def _has_newer_revision(journal: Journal) -> bool:
    revisions = Journal.objects.not_discarded().filter(
        company=journal.company_id,
        run_year=journal.run_year,
        run_number=journal.run_number,
        revision__gt=journal.revision,
    )
    return revisions.exists()
