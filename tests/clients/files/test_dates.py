"""Dates and periods as files write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.clients.files.dates import read_dates, read_periods
from tilisilta.clients.files.raw import Fault

JUNE = date(2026, 6, 30)


class TestReadDates:
    @pytest.mark.parametrize(
        "written",
        [
            "2026-06-30",
            "2026/6/30",
            "20260630",
            "30.6.2026",
            "30.06.2026",
            "30/06/2026",
            "6/30/2026",
            "30-6-2026",
            "2026-06-30 00:00:00",
            "2026-06-30T00:00",
            "30.6.2026 0:00",
            "30.6.2026 0.00.00",
            JUNE,
        ],
    )
    def test_reads_what_can_mean_one_day_only(self, written: str | date) -> None:
        assert read_dates([written])[written] == JUNE

    @pytest.mark.parametrize(
        ("written", "reason"),
        [
            ("", "empty"),
            ("2026-06-31", "unreadable"),
            ("30.6.2026 0:01", "unreadable"),
            ("2026-02-29", "unreadable"),
            ("30.6.26", "no-year"),
            ("1926-06-30", "unreadable"),
            ("2026-06-30 12:00", "unreadable"),
            ("2026-6/30", "unreadable"),
            ("June", "unreadable"),
            ("46203", "serial"),
            ("5/6/2026", "ambiguous"),
            (date(1926, 6, 30), "unreadable"),
        ],
    )
    def test_reports_why_it_cannot_read(self, written: str | date, reason: str) -> None:
        assert read_dates([written])[written] == ("F11", reason)

    def test_uses_the_whole_file_to_distinguish_day_and_month(self) -> None:
        read = read_dates(["5/6/2026", "13/6/2026"])

        assert read["5/6/2026"] == date(2026, 6, 5)

    def test_needs_no_order_when_day_and_month_are_equal(self) -> None:
        assert read_dates(["6/6/2026"])["6/6/2026"] == date(2026, 6, 6)

    def test_refuses_dates_in_two_orders(self) -> None:
        read = read_dates(["13/6/2026", "14/6/2026", "6/15/2026"])

        assert read["6/15/2026"] == ("F11", "mixed")

    @given(st.text(max_size=12))
    def test_reads_or_refuses_whatever_a_cell_holds(self, text: str) -> None:
        assert isinstance(read_dates([text])[text], date | Fault)


class TestReadPeriods:
    @pytest.mark.parametrize(
        ("period", "year"),
        [
            ("2026-06", ""),
            ("2026/6", "2026"),
            ("202606", ""),
            ("6/2026", ""),
            ("06.2026", ""),
            ("6", "2026"),
            (date(2026, 6, 3), ""),
        ],
    )
    def test_reads_the_last_day_of_the_month(self, period: str | date, year: str) -> None:
        assert read_periods([(period, year)])[period, year] == JUNE

    @pytest.mark.parametrize(
        ("period", "year", "reason"),
        [
            ("", "2026", "empty"),
            ("6", "", "unreadable"),
            ("6", "26", "unreadable"),
            ("0", "2026", "unreadable"),
            ("2026-00", "", "unreadable"),
            ("June", "2026", "unreadable"),
            ("6/2026", "2025", "mixed"),
        ],
    )
    def test_reports_why_it_cannot_read(self, period: str, year: str, reason: str) -> None:
        assert read_periods([(period, year)])[period, year] == ("F24", reason)

    @pytest.mark.parametrize(
        ("period", "year"),
        [
            ("13", "2026"),
            ("2026-13", ""),
            ("202653", ""),
            ("27/2026", ""),
            ("W31", "2026"),
            ("2026-W31", ""),
            ("vk 31", "2026"),
            ("viikko 31/2026", ""),
            ("vecka 31", ""),
            ("week 5", "2026"),
        ],
    )
    def test_recognises_weeks_and_four_week_periods(self, period: str, year: str) -> None:
        assert read_periods([(period, year)])[period, year] == ("F25", "number")
