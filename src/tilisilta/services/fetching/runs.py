"""Stores the runs of a company as Nmbrs lists them: new, run again, gone, and back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from tilisilta.domain.audit_chain import MASKED
from tilisilta.domain.journals import plain_run_number
from tilisilta.domain.masking import may_have_said
from tilisilta.domain.nmbrs_ids import Known, Listed, recognise
from tilisilta.domain.payroll import PayrollRun
from tilisilta.models import Company, Run
from tilisilta.services import audit
from tilisilta.services.fetching.recognising import missing_ids
from tilisilta.services.journals.checks import check_journal


def keep_runs(
    company: Company, listed: Sequence[PayrollRun], *, year: int, now: datetime
) -> Sequence[PayrollRun]:
    """Store the runs that Nmbrs lists for ``year``, and return those that are in doubt.

    Runs of the year that it no longer lists are marked as gone, with their journals. The mark is
    removed when they are back. A run in doubt may be one of several that are here: it is left.
    """
    known = {run.pk: run for run in company.runs.filter(_of_year(year, listed))}
    found = recognise(
        [Listed(id=one.id, marks=(_mark(one),)) for one in listed],
        [
            Known(
                key=run.pk,
                id=run.id_in_nmbrs,
                marks=(_mark(run),),
                is_gone=run.gone_at is not None,
            )
            for run in known.values()
        ],
    )
    Run.objects.bulk_create(
        Run(
            company=company,
            nmbrs_run_id=listed[at].id.number,
            nmbrs_guid=listed[at].id.guid,
            locked_at=now if listed[at].is_locked else None,
            **_columns(listed[at]),
        )
        for at in found.new
    )
    for at, key in found.same.items():
        _renew(known[key], listed[at], company=company, now=now)
    for key in known.keys() - set(found.same.values()) - found.doubted:
        if known[key].gone_at is None:
            _set_gone(known[key], company=company, is_gone=True, now=now)
    return [listed[at] for at in found.doubts]


def numbered_twice(listed: Iterable[PayrollRun]) -> Sequence[Sequence[PayrollRun]]:
    """Return the runs that share their number, those of one number together.

    None of them is fetched: a journal names its run by the number only.
    """
    by_number: dict[tuple[int, str], list[PayrollRun]] = defaultdict(list)
    for one in listed:
        by_number[one.year, one.number].append(one)
    return [runs for runs in by_number.values() if len(runs) > 1]


def _of_year(year: int, listed: Sequence[PayrollRun]) -> Q:
    # By id too: a run may have moved to this year from another one.
    numbers = [one.id.number for one in listed if one.id.number is not None]
    guids = [one.id.guid for one in listed if one.id.guid is not None]
    return Q(year=year) | Q(nmbrs_run_id__in=numbers) | Q(nmbrs_guid__in=guids)


def _mark(run: Run | PayrollRun) -> tuple[int, str]:
    return run.year, plain_run_number(run.number)


def _renew(run: Run, one: PayrollRun, *, company: Company, now: datetime) -> None:
    if run.gone_at is not None:
        _set_gone(run, company=company, is_gone=False, now=now)
    values = _columns(one)
    if MASKED in run.description and may_have_said(run.description, one.description):
        # Otherwise each fetch would bring back what was masked.
        del values["description"]
    changes = {name: value for name, value in values.items() if getattr(run, name) != value}
    changes |= missing_ids(run.id_in_nmbrs, one.id, number="nmbrs_run_id")
    if one.is_locked != (run.locked_at is not None) or "is_locked" in changes:
        # Nmbrs does not say when a run was locked: it is when we first find it so.
        changes["locked_at"] = now if one.is_locked else None
    if not changes:
        return
    if changes.keys() & {"run_at", "is_locked", "number"} or (
        # Where it was not said before, that it is said now does not mean that the run was repeated.
        run.nmbrs_created_at and "nmbrs_created_at" in changes
    ):
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
    """Return a run as a row of our table, without its ids and without what the source leaves out.

    The one API says when a run was run, the other when it was created: what is known stays.
    """
    said = {
        "run_at": one.run_at,
        "nmbrs_created_at": one.created_at[:40],
        "run_type": one.run_type[:40],
    }
    return {
        "year": one.year,
        "number": one.number,
        "description": one.description,
        "period_start": one.period_start,
        "period_end": one.period_end,
        "is_locked": one.is_locked,
        **{name: value for name, value in said.items() if value},
    }


def run_as_asked(run: Run) -> PayrollRun:
    return PayrollRun(
        id=run.id_in_nmbrs,
        year=run.year,
        number=run.number,
        period_start=run.period_start,
        period_end=run.period_end,
        description=run.description,
        run_at=run.run_at,
        is_locked=run.is_locked,
    )
