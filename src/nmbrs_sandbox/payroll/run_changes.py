"""Orders about runs and their journals: delete, recalculate, add."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.payroll.world import (
    Company,
    JournalLine,
    Run,
    WrittenJournal,
    month_after,
    month_name,
)
from sandbox_parts.orders import OrderRefused

TEN_EUROS = Decimal("10.00")


def delete_run(bureau: Bureau, *, company_id: int, run_id: int) -> Run:
    """Delete a run: it is no longer listed and has no journal."""
    run = replace(bureau.known_run(company_id, run_id), is_deleted=True)
    return bureau.put_run(company_id, run)


def put_back_run(bureau: Bureau, *, company_id: int, run_id: int) -> Run:
    # A deleted run is only marked, so that it can come back with its id and its journal.
    run = replace(bureau.known_run(company_id, run_id), is_deleted=False)
    return bureau.put_run(company_id, run)


def recalculate_run(
    bureau: Bureau,
    *,
    company_id: int,
    run_id: int,
    euros: Decimal = TEN_EUROS,
    touch_run_at: bool = False,
    at: datetime | None = None,
) -> Run:
    """Make a run's first cost and its largest debt so much higher, or lower if negative.

    Only the part of the run's own period changes, and it stays in balance. The time of the run
    changes only with ``touch_run_at``.
    """
    run = bureau.known_run(company_id, run_id)
    rows = run.journal.lines() if run.journal else ()
    changed = replace(run, journal=WrittenJournal(rows=_shifted(rows, run, euros)))
    if touch_run_at and at is not None:
        changed = replace(changed, run_at=at)
    return bureau.put_run(company_id, changed)


def add_run(
    bureau: Bureau,
    *,
    company_id: int,
    year: int | None = None,
    period: int | None = None,
    description: str | None = None,
    has_journal: bool = True,
    at: datetime | None = None,
) -> Run:
    """Add the run of a month; without year and period, of the month after the last run.

    With ``has_journal`` false it has no journal until ``make_journal``.
    """
    company = bureau.known_company(company_id)
    year, period = _period(company, year, period)
    run = Run(
        run_id=bureau.next_run_id(),
        number=1 + max((one.number for one in company.runs_of(year)), default=0),
        year=year,
        period_start=period,
        period_end=period,
        description=description or month_name(year, period, in_swedish=company.in_swedish),
        run_at=at or datetime(year, period, 25),  # noqa: DTZ001  # the service writes no zone
        is_locked=False,
        journal=company.payroll.journal(year, period) if has_journal else None,
    )
    bureau.put_company(replace(company, runs=(*company.runs, run)))
    return run


def make_journal(bureau: Bureau, *, company_id: int, run_id: int) -> Run:
    """Make the journal of a run that has none yet."""
    run = bureau.known_run(company_id, run_id)
    if run.journal is not None:
        raise OrderRefused(f"run {run_id} has a journal already")
    payroll = bureau.known_company(company_id).payroll
    return bureau.put_run(
        company_id, replace(run, journal=payroll.journal(run.year, run.period_end))
    )


def set_active_year(bureau: Bureau, *, company_id: int, year: int) -> Company:
    # The year that journal calls without one mean. It can differ from the year of the newest run.
    return bureau.put_company(replace(bureau.known_company(company_id), active_year=year))


def next_period(company: Company) -> tuple[int, int]:
    """Return year and month after the last run of a company, deleted ones included."""
    last = max(((one.year, one.period_end) for one in company.runs), default=None)
    return (company.active_year, 1) if last is None else month_after(*last)


CHANGES = (delete_run, put_back_run, recalculate_run, add_run, make_journal, set_active_year)


def _period(company: Company, year: int | None, period: int | None) -> tuple[int, int]:
    if (year is None) != (period is None):
        raise OrderRefused("year and period go together")
    if year is None or period is None:
        year, period = next_period(company)
    if not (2000 <= year <= 2099 and 1 <= period <= 12):
        raise OrderRefused(f"{year}/{period} is no month")
    return year, period


def _shifted(rows: tuple[JournalLine, ...], run: Run, euros: Decimal) -> tuple[JournalLine, ...]:
    own = [one for one in rows if one.booking_date == run.booking_date]
    cost = next((one for one in own if one.amount > 0), None)
    debt = min((one for one in own if one.amount < 0), key=lambda one: one.amount, default=None)
    if cost is None or debt is None:
        raise OrderRefused(f"the journal of run {run.run_id} has no cost and debt to change")
    return tuple(
        replace(one, amount=one.amount + euros * ((one is cost) - (one is debt))) for one in rows
    )
