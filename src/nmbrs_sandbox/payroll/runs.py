"""Ordinary monthly runs of a payroll."""

from datetime import datetime

from nmbrs_sandbox.payroll.months import month_after, month_name
from nmbrs_sandbox.payroll.world import Journal, Payroll, Run


def monthly_runs(
    payroll: Payroll, count: int, *, first_id: int, in_swedish: bool = False, year: int
) -> tuple[Run, ...]:
    """Return the runs of so many months from January on. Only the last one is not locked."""
    runs = []
    month = 1
    for number in range(1, count + 1):
        runs.append(
            month_run(
                payroll.journal(year, month),
                run_id=first_id + number - 1,
                number=month,
                year=year,
                in_swedish=in_swedish,
                is_locked=number < count,
            )
        )
        year, month = month_after(year, month)
    return tuple(runs)


def month_run(
    journal: Journal | None,
    *,
    run_id: int,
    number: int,
    year: int,
    in_swedish: bool,
    is_locked: bool,
) -> Run:
    """Return the run of the month that has the run's number."""
    return Run(
        run_id=run_id,
        number=number,
        year=year,
        period_start=number,
        period_end=number,
        description=month_name(year, number, in_swedish=in_swedish),
        run_at=datetime(year, number, 25, 10, 0),  # noqa: DTZ001  # the service writes no zone
        is_locked=is_locked,
        journal=journal,
    )


def first_run_id(company_id: int) -> int:
    """Return the id of a company's first run: no other company's runs come near it."""
    return company_id * 1000 + 1
