"""Which days can be booked on, and where a receipt goes whose period is closed (R7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tilisilta.domain.administrations import FiscalYear, TrackingPeriodStatus
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.links import ClosedPeriodPolicy
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class DatePlacing:
    """The date of a receipt, and the problem with its booking date if there is one."""

    receipt_date: date
    problem: Problem | None = None


def place_date(
    booking_date: date, policy: ClosedPeriodPolicy, fiscal_years: Iterable[FiscalYear]
) -> DatePlacing:
    """Return the date of a receipt: its booking date, or where the link's policy moves it.

    Where no open day follows, the receipt stays where it is and is a problem under either policy.
    """
    years = tuple(fiscal_years)
    if can_book_on(booking_date, years):
        return DatePlacing(receipt_date=booking_date)
    moved_to = None
    if policy is ClosedPeriodPolicy.NEXT_OPEN:
        moved_to = first_open_day_after(booking_date, years)
    closed = facts(date=booking_date, period=str(BookingPeriod.containing(booking_date)))
    closed += facts(reason=_why_closed(booking_date, years))
    if moved_to is None:
        problem = Problem(
            code=ProblemCode.PERIOD_CLOSED,
            screen=Screen.PROCOUNTOR,
            booking_date=booking_date,
            facts=closed,
        )
        return DatePlacing(receipt_date=booking_date, problem=problem)
    problem = Problem(
        code=ProblemCode.MOVED_TO_OPEN_DAY,
        severity=Severity.WARNING,
        screen=Screen.LINK,
        booking_date=booking_date,
        facts=closed + facts(moved_to=moved_to),
    )
    return DatePlacing(receipt_date=moved_to, problem=problem)


def can_book_on(day: date, fiscal_years: Iterable[FiscalYear]) -> bool:
    """Return whether Procountor would accept a ledger receipt dated ``day``.

    A day in no known fiscal year counts as closed. A tracking period that waits to be closed
    still takes receipts, and so does a day of an open year in no tracking period.
    """
    return any(_is_open_on(day, year) for year in fiscal_years)


def first_open_day_after(day: date, fiscal_years: Iterable[FiscalYear]) -> date | None:
    """Return the first day after ``day`` that can be booked on, if there is one."""
    years = tuple(fiscal_years)
    candidates = sorted({later for later in _days_that_may_open(day, years) if later > day})
    return next((later for later in candidates if can_book_on(later, years)), None)


def _days_that_may_open(day: date, fiscal_years: Iterable[FiscalYear]) -> Iterator[date]:
    """Return the next day, and each day on which an open stretch can begin."""
    # Only these can be the first open day, so that no calendar is walked through day by day.
    yield from _day_after(day)
    for year in fiscal_years:
        yield year.start_date
        for period in year.tracking_periods:
            yield from _day_after(period.end_date)


def _day_after(day: date) -> Iterator[date]:
    if day < date.max:
        yield day + ONE_DAY


def _is_open_on(day: date, year: FiscalYear) -> bool:
    return (
        year.is_open
        and year.start_date <= day <= year.end_date
        # Procountor does not document whether a PENDING period refuses receipts. If it does, the
        # receipt is refused when it is posted and nothing is booked.
        and not any(
            period.start_date <= day <= period.end_date
            for period in year.tracking_periods
            if period.status is TrackingPeriodStatus.CLOSED
        )
    )


def _why_closed(day: date, fiscal_years: Iterable[FiscalYear]) -> str:
    around = [year for year in fiscal_years if year.start_date <= day <= year.end_date]
    if not around:
        return "no-fiscal-year"
    return "tracking-period" if any(year.is_open for year in around) else "fiscal-year"
