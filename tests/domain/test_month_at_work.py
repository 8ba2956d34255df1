"""Which month a bureau works on."""

import random
from collections.abc import Iterator
from datetime import date

import pytest

from tilisilta.domain.month_at_work import MonthWork, first_compared, month_at_work
from tilisilta.domain.month_end import month_before

TODAY = date(2026, 7, 2)
APRIL, MAY, JUNE, JULY = (date(2026, month, 1) for month in (4, 5, 6, 7))


def work(companies: int, waiting: int = 0) -> MonthWork:
    return MonthWork(companies=companies, waiting=waiting)


def bureaus(count: int = 300) -> Iterator[dict[date, MonthWork]]:
    chance = random.Random(7)  # noqa: S311  # a seed for tests
    for _ in range(count):
        some: dict[date, MonthWork] = {}
        for month in chance.sample([date(2026, number, 1) for number in range(1, 13)], 5):
            companies = chance.randrange(1, 300)
            some[month] = work(companies, chance.randrange(companies + 1))
        yield some


class TestMonthAtWork:
    @pytest.mark.parametrize(
        ("given", "month"),
        [
            ({}, None),
            ({JUNE: work(300, 300)}, JUNE),
            # One early run, whatever is left of June.
            ({JUNE: work(300, 290), JULY: work(1, 1)}, JUNE),
            ({JUNE: work(300), JULY: work(1, 1)}, JUNE),
            ({JUNE: work(2), JULY: work(1, 1)}, JUNE),
            # Most are here, and more is left of it.
            ({JUNE: work(300, 2), JULY: work(290, 250)}, JULY),
            ({JUNE: work(300, 280), JULY: work(290, 250)}, JUNE),
            ({JUNE: work(300), JULY: work(290)}, JULY),
            # The last of June are not forgotten once July is done.
            ({JUNE: work(300, 2), JULY: work(290)}, JUNE),
            # What lies two months back is.
            ({MAY: work(300, 90), JUNE: work(300, 2), JULY: work(290)}, JUNE),
            ({JUNE: work(1, 1), JULY: work(1, 1)}, JULY),
            ({date(2026, 9, 1): work(300, 300)}, None),
            ({date(2025, 6, 1): work(300, 300)}, None),
        ],
    )
    def test_is(self, given: dict[date, MonthWork], month: date | None) -> None:
        assert month_at_work(given, today=TODAY) == month

    def test_is_never_in_the_future_and_has_journals(self) -> None:
        for given in bureaus():
            month = month_at_work(given, today=TODAY)

            assert month is None or (month in given and APRIL <= month <= JULY)

    def test_is_moved_on_by_no_single_run(self) -> None:
        for given in bureaus():
            before = {month: one for month, one in given.items() if APRIL <= month < JULY}
            month = month_at_work(before, today=TODAY)
            if month is None or max(one.companies for one in before.values()) < 2:
                continue

            assert month_at_work({**before, JULY: work(1, 1)}, today=TODAY) == month

    def test_has_as_much_work_as_the_latest_that_is_mostly_here(self) -> None:
        for given in bureaus():
            month = month_at_work(given, today=TODAY)
            fullest = max(
                (given[one].companies for one in given if APRIL <= one <= JULY), default=0
            )
            here = [
                one for one in given if APRIL <= one <= JULY and given[one].companies * 2 > fullest
            ]
            if month is not None:
                assert given[month].waiting >= given[max(here)].waiting

    def test_compares_four_months_across_a_year(self) -> None:
        assert first_compared(date(2026, 2, 28)) == date(2025, 11, 1)
        assert month_before(first_compared(TODAY)) == date(2026, 3, 1)
