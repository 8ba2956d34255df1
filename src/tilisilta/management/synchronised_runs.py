"""Payroll runs of Nmbrs, and how far fetching them is, as JSON documents."""

from typing import Any

from tilisilta.management.output import problem_document
from tilisilta.models import Run
from tilisilta.services.fetching.progress import FetchProgress


def run_document(run: Run) -> dict[str, Any]:
    return {
        "company": run.company.number,
        "year": run.year,
        "number": run.number,
        "description": run.description,
        "period_start": run.period_start,
        "period_end": run.period_end,
        "run_at": run.run_at,
        "type": run.run_type,
        "is_locked": run.is_locked,
        "journal_read_at": run.journal_read_at,
        "gone_at": run.gone_at,
        "trouble": [problem_document(problem) for problem in run.trouble],
    }


def progress_document(progress: FetchProgress) -> dict[str, Any]:
    """Return the latest synchronisation with the counts of ``sync``; before the first all are 0."""
    latest = progress.latest
    # The counts of all debtors' journals are not for those who see some of them.
    told = None if progress.is_limited else latest
    return {
        "asked_at": latest.requested_at if latest else None,
        "is_finished": not progress.is_under_way,
        "company_count": progress.company_count,
        "waiting_count": progress.waiting_count,
        "failed_count": progress.failed_count,
        "new_journal_count": told.journal_count if told else None,
        "changed_journal_count": told.revision_count if told else None,
    }
