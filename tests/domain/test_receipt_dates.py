from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import calendar_year

from tilisilta.domain.administrations import FiscalYear, TrackingPeriod, TrackingPeriodStatus
from tilisilta.domain.links import ClosedPeriodPolicy
from tilisilta.domain.problems import ProblemCode, Screen, Severity
from tilisilta.domain.receipt_dates import can_book_on, first_open_day_after, place_date

STOP, NEXT_OPEN = ClosedPeriodPolicy.STOP, ClosedPeriodPolicy.NEXT_OPEN
CLOSED_TO_MARCH = (calendar_year(2026, closed=(1, 2, 3)), calendar_year(2025, is_open=False))
FIRST = date(2026, 1, 1)

days = st.integers(min_value=0, max_value=60).map(lambda count: FIRST + timedelta(days=count))


@st.composite
def spans(draw: st.DrawFn) -> tuple[date, date]:
    start, end = sorted([draw(days), draw(days)])
    return start, end


@st.composite
def fiscal_years(draw: st.DrawFn) -> FiscalYear:
    start, end = draw(spans())
    periods = draw(st.lists(st.tuples(spans(), st.sampled_from(TrackingPeriodStatus)), max_size=3))
    return FiscalYear(
        start_date=start,
        end_date=end,
        is_open=draw(st.booleans()),
        tracking_periods=tuple(
            TrackingPeriod(start_date=first, end_date=last, status=status)
            for (first, last), status in periods
        ),
    )


class TestWhyClosed:
    @pytest.mark.parametrize(
        ("day", "reason"),
        [
            (date(2025, 1, 1), "fiscal-year"),
            (date(2025, 12, 31), "fiscal-year"),
            (date(2024, 12, 31), "no-fiscal-year"),
            (date(2026, 1, 1), "tracking-period"),
            (date(2027, 1, 1), "no-fiscal-year"),
        ],
    )
    def test_is_told_on_the_first_and_last_day_of_a_year_too(self, day: date, reason: str) -> None:
        placing = place_date(day, fiscal_years=CLOSED_TO_MARCH, policy=STOP)

        assert placing.problem is not None
        assert placing.problem.fact("reason") == reason


class TestCanBookOn:
    def test_needs_an_open_tracking_period(self) -> None:
        assert not can_book_on(date(2026, 3, 31), CLOSED_TO_MARCH)
        assert can_book_on(date(2026, 4, 1), CLOSED_TO_MARCH)

    def test_needs_an_open_fiscal_year(self) -> None:
        assert not can_book_on(date(2025, 12, 31), CLOSED_TO_MARCH)

    def test_counts_a_day_in_no_fiscal_year_as_closed(self) -> None:
        assert not can_book_on(date(2027, 1, 1), CLOSED_TO_MARCH)

    def test_counts_a_period_that_waits_to_be_closed_as_open(self) -> None:
        assert can_book_on(date(2026, 5, 31), [calendar_year(2026, pending=(5,))])

    def test_needs_no_tracking_periods_at_all(self) -> None:
        year = FiscalYear(
            start_date=FIRST, end_date=date(2026, 12, 31), is_open=True, tracking_periods=()
        )

        assert can_book_on(date(2026, 12, 31), [year])


class TestFirstOpenDayAfter:
    def test_is_never_the_day_itself(self) -> None:
        assert first_open_day_after(FIRST, [calendar_year(2026)]) == date(2026, 1, 2)

    @given(st.lists(fiscal_years(), max_size=3), days)
    def test_is_open_and_has_no_open_day_before_it(
        self, years: list[FiscalYear], day: date
    ) -> None:
        first_open = first_open_day_after(day, years)

        later = (day + timedelta(days=count) for count in range(1, 70))
        assert first_open == next((one for one in later if can_book_on(one, years)), None)

    def test_skips_to_the_next_fiscal_year(self) -> None:
        years = (calendar_year(2027), calendar_year(2026, closed=tuple(range(1, 13))))

        assert first_open_day_after(date(2026, 11, 30), years) == date(2027, 1, 1)

    def test_stops_at_the_end_of_the_calendar(self) -> None:
        endless = FiscalYear(
            start_date=FIRST, end_date=date.max, is_open=False, tracking_periods=()
        )

        assert first_open_day_after(date.max, [endless]) is None


class TestPlaceDate:
    def test_leaves_an_open_day_alone(self) -> None:
        placing = place_date(date(2026, 4, 30), NEXT_OPEN, CLOSED_TO_MARCH)

        assert placing.receipt_date == date(2026, 4, 30)
        assert placing.problem is None

    def test_stops_on_a_closed_day_by_default(self) -> None:
        placing = place_date(date(2026, 1, 31), STOP, CLOSED_TO_MARCH)

        assert placing.problem
        assert placing.problem.code is ProblemCode.PERIOD_CLOSED
        assert placing.problem.screen is Screen.PROCOUNTOR
        assert placing.problem.booking_date == date(2026, 1, 31)
        assert placing.problem.fact("reason") == "tracking-period"

    def test_moves_to_the_first_open_day_with_a_warning(self) -> None:
        placing = place_date(date(2026, 1, 31), NEXT_OPEN, CLOSED_TO_MARCH)

        assert placing.receipt_date == date(2026, 4, 1)
        assert placing.problem
        assert placing.problem.code is ProblemCode.MOVED_TO_OPEN_DAY
        assert placing.problem.severity is Severity.WARNING
        assert placing.problem.screen is Screen.LINK
        assert placing.problem.fact("moved_to") == "2026-04-01"

    def test_stops_when_nothing_open_follows(self) -> None:
        placing = place_date(date(2026, 12, 31), NEXT_OPEN, [calendar_year(2025)])

        assert placing.receipt_date == date(2026, 12, 31)
        assert placing.problem
        assert placing.problem.code is ProblemCode.PERIOD_CLOSED
        assert placing.problem.fact("reason") == "no-fiscal-year"

    def test_reports_that_the_whole_year_is_closed(self) -> None:
        placing = place_date(date(2025, 12, 31), STOP, CLOSED_TO_MARCH)

        assert placing.problem
        assert placing.problem.fact("reason") == "fiscal-year"
