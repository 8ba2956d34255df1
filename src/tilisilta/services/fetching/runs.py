"""Stores the runs of a company as Nmbrs lists them: new, run again, gone, and back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from tilisilta.domain.payroll import PayrollRun
from tilisilta.models import Company, Run
from tilisilta.services import audit
from tilisilta.services.journals.checks import check_journal


def keep_runs(company: Company, listed: Sequence[PayrollRun], *, year: int, now: datetime) -> None:
    """Store the runs that Nmbrs lists for ``year``.

    Runs of the year that it no longer lists are marked as gone, with their journals. The mark is
    removed when they are back.
    """
    ids = {one.nmbrs_run_id for one in listed}
    # By id too: a run may have moved to this year from another one.
    of_year = Q(year=year) | Q(nmbrs_run_id__in=ids)
    known = {run.nmbrs_run_id: run for run in company.runs.filter(of_year)}
    Run.objects.bulk_create(
        Run(company=company, nmbrs_run_id=one.nmbrs_run_id, **_columns(one))
        for one in listed
        if one.nmbrs_run_id not in known
    )
    for one in listed:
        if one.nmbrs_run_id in known:
            _renew(known[one.nmbrs_run_id], one, company=company, now=now)
    for run in known.values():
        if run.nmbrs_run_id not in ids and run.gone_at is None:
            _set_gone(run, company=company, is_gone=True, now=now)


def numbered_twice(listed: Iterable[PayrollRun]) -> Sequence[Sequence[PayrollRun]]:
    """Return the runs that share their number, those of one number together.

    None of them is fetched: a journal names its run by the number only.
    """
    by_number: dict[tuple[int, str], list[PayrollRun]] = defaultdict(list)
    for one in listed:
        by_number[one.year, one.number].append(one)
    return [runs for runs in by_number.values() if len(runs) > 1]


def _renew(run: Run, one: PayrollRun, *, company: Company, now: datetime) -> None:
    if run.gone_at is not None:
        _set_gone(run, company=company, is_gone=False, now=now)
    values = _columns(one)
    changes = {name: value for name, value in values.items() if getattr(run, name) != value}
    if not changes:
        return
    if changes.keys() & {"run_at", "is_locked", "number"}:
        # It was run again, closed or renumbered: its journal may differ now, so fetch it again.
        changes["journal_read_at"] = None
    Run.objects.filter(pk=run.pk).update(**changes)


def _set_gone(run: Run, *, company: Company, is_gone: bool, now: datetime) -> None:
    """Mark a run and its journals as gone, or remove the mark."""
    action = audit.Action.RUN_GONE if is_gone else audit.Action.RUN_BACK
    with transaction.atomic():
        Run.objects.filter(pk=run.pk).update(gone_at=now if is_gone else None)
        run.journals.update(is_deleted_at_source=is_gone)
        audit.record(action, user=None, company=company, name=str(company), run=str(run))
    for journal in run.journals.all():
        check_journal(journal, now=now, age_limit=timedelta.max)


def _columns(one: PayrollRun) -> dict[str, Any]:
    """Return a run as a row of our table, without its id."""
    return {
        "year": one.year,
        "number": one.number,
        "description": one.description,
        "period_start": one.period_start,
        "period_end": one.period_end,
        "run_at": one.run_at,
        "is_locked": one.is_locked,
    }
