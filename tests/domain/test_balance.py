from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.domain.samples import JUNE, line

from tilisilta.domain.balance import check_balance, clearing_row, needs_clearing
from tilisilta.domain.corrections import JournalPart, split_corrections
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity

MAY = date(2026, 5, 31)


def parts(*amounts: tuple[date, str]) -> tuple[JournalPart, ...]:
    """One part per date, of a line per amount."""
    return split_corrections(
        line(number, "5010", amount, booking_date=day)
        for number, (day, amount) in enumerate(amounts, 1)
    )


OFFSET = parts((MAY, "7.00"), (JUNE, "-7.00"))


class TestCheckBalance:
    def test_finds_nothing_where_each_date_sums_to_zero(self) -> None:
        balanced = parts((MAY, "1.00"), (MAY, "-1.00"), (JUNE, "2.50"), (JUNE, "-2.50"))

        assert check_balance(balanced, clearing_account="") == ()

    def test_names_the_receipt_and_the_difference_of_the_only_date(self) -> None:
        broken = parts((MAY, "1.00"), (MAY, "-1.00"), (JUNE, "2.50"), (JUNE, "-2.49"))

        problem = Problem(
            code=ProblemCode.NOT_BALANCED,
            screen=Screen.JOURNAL,
            booking_date=JUNE,
            facts=(("difference", "0.01"), ("dates", "2026-06-30 0.01")),
        )
        # No clearing account can repair a journal that is wrong at its source.
        assert check_balance(broken, clearing_account="") == (problem,)
        assert check_balance(broken, clearing_account="2990") == (problem,)

    def test_names_all_dates_of_several_and_no_receipt(self) -> None:
        (problem,) = check_balance(parts((MAY, "7.00"), (JUNE, "-7.01")), clearing_account="")

        assert problem.booking_date is None
        assert problem.fact("dates") == "2026-05-31 7.00, 2026-06-30 -7.01"

    @pytest.mark.parametrize(("count", "end"), [(12, "12-01 1.00"), (13, "+1"), (15, "+3")])
    def test_counts_the_dates_beyond_the_first_twelve(self, count: int, end: str) -> None:
        dates = [date(2025 + number // 12, 1 + number % 12, 1) for number in range(count)]

        (problem,) = check_balance(parts(*((day, "1.00") for day in dates)), clearing_account="")

        assert problem.fact("difference") == f"{count}.00"
        assert problem.fact("dates").count(", ") == min(count - 1, 12)
        assert problem.fact("dates").endswith(end)

    def test_stops_at_each_period_that_no_account_clears(self) -> None:
        unbalanced = Problem(
            code=ProblemCode.PERIOD_NOT_BALANCED,
            screen=Screen.LINK,
            booking_date=MAY,
            facts=(("date", "2026-05-31"), ("period", "2026-05"), ("difference", "7.00")),
        )

        assert check_balance(OFFSET, clearing_account="") == (
            unbalanced,
            replace(
                unbalanced,
                booking_date=JUNE,
                facts=(("date", "2026-06-30"), ("period", "2026-06"), ("difference", "-7.00")),
            ),
        )

    def test_warns_of_the_row_that_clears_a_period(self) -> None:
        cleared = check_balance(OFFSET, clearing_account="2990")

        assert cleared[0] == Problem(
            code=ProblemCode.CLEARING_ROWS,
            severity=Severity.WARNING,
            screen=Screen.LINK,
            booking_date=MAY,
            facts=(
                ("date", "2026-05-31"),
                ("period", "2026-05"),
                ("account", "2990"),
                ("amount", "-7.00"),
            ),
        )
        assert [one.fact("amount") for one in cleared] == ["-7.00", "7.00"]


class TestNeedsClearing:
    def test_is_so_only_where_periods_are_unbalanced_and_the_journal_is_not(self) -> None:
        assert needs_clearing(OFFSET)
        assert not needs_clearing(parts((JUNE, "1.00"), (JUNE, "-1.00")))
        assert not needs_clearing(parts((MAY, "7.00"), (JUNE, "-7.01")))


class TestClearingRow:
    def test_brings_the_receipt_to_zero(self) -> None:
        row = clearing_row(OFFSET[0], clearing_account="2990", description="Selvittely")

        assert (row.account, row.accounting_value) == ("2990", Decimal("-7.00"))
        assert (row.description, row.positions) == ("Selvittely", ())
