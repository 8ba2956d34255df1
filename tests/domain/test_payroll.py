from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.payroll import JournalSplit, is_before_start, last_day_of_run


class TestJournalSplit:
    @pytest.mark.parametrize(
        ("split", "served"),
        [
            (JournalSplit.COMPANY, {JournalSplit.COMPANY}),
            (JournalSplit.COST_CENTER, {JournalSplit.COMPANY, JournalSplit.COST_CENTER}),
            (JournalSplit.COST_UNIT, set(JournalSplit)),
        ],
    )
    def test_serves_what_is_told_apart_less(
        self, split: JournalSplit, served: set[JournalSplit]
    ) -> None:
        assert {needed for needed in JournalSplit if split.serves(needed)} == served


class TestLastDayOfRun:
    @pytest.mark.parametrize(
        ("period_type", "period", "last_day"),
        [
            ("Month", 2, date(2028, 2, 29)),
            ("Month", 12, date(2028, 12, 31)),
            ("Week4", 1, date(2028, 1, 28)),
            ("Week4", 13, date(2028, 12, 29)),
            ("Week", 1, date(2028, 1, 7)),
            ("Month6", 2, date(2028, 12, 31)),
            ("Year", 1, date(2028, 12, 31)),
        ],
    )
    def test_counts_periods_within_the_year(
        self, period_type: str, period: int, last_day: date
    ) -> None:
        assert last_day_of_run(period_type, 2028, period) == last_day

    @pytest.mark.parametrize("period", [0, 13, 14])
    def test_stays_in_the_year_whatever_period_a_month_claims_to_be(self, period: int) -> None:
        assert last_day_of_run("Month", 2026, period).year == 2026


class TestIsBeforeStart:
    def test_is_never_without_a_start(self) -> None:
        assert not is_before_start(None, period_type="Month", year=1990, period=1)

    def test_leaves_out_the_month_that_ends_before_it(self) -> None:
        start = date(2026, 6, 1)

        before = [
            is_before_start(start, period_type="Month", year=2026, period=period)
            for period in (4, 5, 6, 7)
        ]

        assert before == [True, True, False, False]

    def test_keeps_a_month_that_the_start_lies_in(self) -> None:
        start = date(2026, 6, 15)

        assert not is_before_start(start, period_type="Month", year=2026, period=6)

    @given(start=st.dates(date(2020, 1, 1), date(2030, 12, 31)), period=st.integers(1, 13))
    def test_never_leaves_out_weeks_that_may_reach_past_it(self, start: date, period: int) -> None:
        # Four-week periods may begin some days off New Year.
        last_day = last_day_of_run("Week4", start.year, period)

        if last_day + timedelta(days=7) >= start:
            assert not is_before_start(start, period_type="Week4", year=start.year, period=period)
