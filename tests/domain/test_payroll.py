from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import line

from tilisilta.domain.payroll import (
    JournalSplit,
    SourceJournal,
    books_since,
    is_before_start,
    is_recent,
    last_day_of_run,
    may_book_since,
)


class TestJournalSplit:
    @pytest.mark.parametrize(
        ("split", "served"),
        [
            (JournalSplit.COMPANY, {JournalSplit.COMPANY}),
            (JournalSplit.COST_CENTER, {JournalSplit.COMPANY, JournalSplit.COST_CENTER}),
            (JournalSplit.COST_UNIT, set(JournalSplit)),
        ],
    )
    def test_serves_a_coarser_split(self, split: JournalSplit, served: set[JournalSplit]) -> None:
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

    def test_counts_months_where_the_period_type_is_not_known(self) -> None:
        assert last_day_of_run("Fortnight", 2026, 3) == date(2026, 3, 31)

    def test_begins_with_the_first_period(self) -> None:
        assert last_day_of_run("Month", 2026, 0) == date(2026, 1, 31)

    @pytest.mark.parametrize("period", [0, 13, 14])
    def test_stays_in_the_year_for_any_number_of_a_period(self, period: int) -> None:
        assert last_day_of_run("Month", 2026, period).year == 2026


class TestIsBeforeStart:
    def test_fails_without_a_start(self) -> None:
        assert not is_before_start(None, period_type="Month", year=1990, period=1)

    def test_leaves_out_the_month_that_ends_before_it(self) -> None:
        start = date(2026, 6, 1)

        before = [
            is_before_start(start, period_type="Month", year=2026, period=period)
            for period in (4, 5, 6, 7)
        ]

        assert before == [True, True, False, False]

    def test_includes_the_month_of_the_start(self) -> None:
        start = date(2026, 6, 15)

        assert not is_before_start(start, period_type="Month", year=2026, period=6)

    @pytest.mark.parametrize(
        ("start", "is_before"),
        [(date(2026, 6, 30), False), (date(2026, 7, 1), True)],
        ids=["last day", "day after"],
    )
    def test_includes_a_run_that_ends_on_the_very_day(self, start: date, is_before: bool) -> None:
        assert is_before_start(start, period_type="Month", year=2026, period=6) is is_before

    @pytest.mark.parametrize(("period", "is_before"), [(7, True), (8, False)])
    def test_counts_in_units_of_the_period_type(self, period: int, is_before: bool) -> None:
        # The seventh four weeks of 2026 end on 15 July, unlike the seventh month.
        start = date(2026, 7, 16)

        assert is_before_start(start, period_type="Week4", year=2026, period=period) is is_before


class TestMayBookSince:
    @pytest.mark.parametrize(("late", "may_book"), [(31, True), (32, False)])
    def test_ends_a_month_after_the_period(self, late: int, may_book: bool) -> None:
        start = date(2026, 6, 30) + timedelta(days=late)

        assert may_book_since(start, period_type="Month", year=2026, period=6) is may_book

    def test_counts_in_units_of_the_period_type(self) -> None:
        start = date(2026, 3, 1)

        assert not may_book_since(start, period_type="Week", year=2026, period=3)
        assert may_book_since(start, period_type="Month", year=2026, period=3)

    @given(
        start=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
        period_type=st.sampled_from(["Month", "Week4", "Week"]),
        period=st.integers(1, 12),
        late=st.integers(0, 31),
    )
    def test_leaves_out_no_run_that_is_booked_within_a_month_after_its_period(
        self, start: date, period_type: str, period: int, late: int
    ) -> None:
        booked_on = last_day_of_run(period_type, start.year, period) + timedelta(days=late)

        if booked_on >= start:
            assert may_book_since(start, period_type=period_type, year=start.year, period=period)

    def test_leaves_out_what_lies_long_before(self) -> None:
        start = date(2026, 6, 1)

        wanted = [
            may_book_since(start, period_type="Month", year=2026, period=period)
            for period in (3, 4, 5, 6)
        ]

        assert wanted == [False, False, True, True]


class TestBooksSince:
    def test_is_decided_by_the_latest_month_of_the_journal(self) -> None:
        days = (date(2026, 5, 31), date(2026, 6, 5))
        lines = tuple(line(1, "5010", "1.00", booking_date=day) for day in days)
        journal = SourceJournal(kind="nmbrs", lines=lines, sha256="")

        assert books_since(date(2026, 6, 30), journal)
        assert not books_since(date(2026, 7, 1), journal)


class TestIsRecent:
    @pytest.mark.parametrize(
        ("today", "year", "period", "expected"),
        [
            (date(2026, 7, 1), 2026, 6, True),
            (date(2026, 7, 31), 2026, 6, True),
            (date(2026, 7, 31), 2026, 7, True),
            (date(2026, 7, 31), 2026, 8, True),
            (date(2026, 7, 1), 2026, 5, False),
            (date(2027, 1, 15), 2026, 12, True),
            (date(2027, 1, 15), 2026, 11, False),
            (date(2026, 12, 15), 2027, 1, True),
        ],
    )
    def test_is_so_from_the_last_month_on(
        self, today: date, year: int, period: int, expected: bool
    ) -> None:
        assert is_recent(today, period_type="Month", year=year, period=period) is expected

    def test_counts_weeks_by_their_last_day(self) -> None:
        # The seventh period of four weeks ends in the middle of July.
        today = date(2026, 8, 31)

        assert is_recent(today, period_type="Week4", year=2026, period=7)
        assert not is_recent(today, period_type="Week4", year=2026, period=6)

    def test_includes_a_week_that_ends_on_the_first_day_of_the_last_month(self) -> None:
        today, week = date(2026, 5, 31), 13

        assert last_day_of_run("Week", 2026, week) == date(2026, 4, 1)
        assert is_recent(today, period_type="Week", year=2026, period=week)
        assert not is_recent(today, period_type="Week", year=2026, period=week - 1)
