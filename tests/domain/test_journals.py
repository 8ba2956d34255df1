from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import journal, line

from tilisilta.domain.journals import BookingPeriod, is_whole_cents, plain_run_number


class TestJournalLine:
    @pytest.mark.parametrize(
        "amount", ["0.001", "1.005", "NaN", "sNaN", "Infinity", "-Infinity", "1000000000000"]
    )
    def test_cannot_hold_what_is_no_number_of_cents(self, amount: str) -> None:
        with pytest.raises(ValueError, match="line 7 is not a number of cents"):
            line(7, "5010", amount)

    @pytest.mark.parametrize("amount", ["0", "-0.00", "1E+2", "1.500", "999999999999.99", "-0.01"])
    def test_holds_every_number_of_cents(self, amount: str) -> None:
        held = line(1, "5010", amount)

        assert held.amount == Decimal(amount)

    @pytest.mark.parametrize("account", ["", "  "])
    def test_cannot_be_without_ledger_account(self, account: str) -> None:
        with pytest.raises(ValueError, match="has no ledger account"):
            line(1, account, "1.00")

    def test_does_not_show_the_amount_in_the_message(self) -> None:
        with pytest.raises(ValueError, match="not a number of cents") as refusal:
            line(1, "5010", "3210.987")

        assert "3210" not in str(refusal.value)


class TestIsWholeCents:
    @given(st.integers(min_value=-(10**14) + 1, max_value=10**14 - 1))
    def test_holds_for_cents(self, cents: int) -> None:
        assert is_whole_cents(Decimal(cents).scaleb(-2))

    @given(st.integers(), st.integers(min_value=3, max_value=60))
    def test_fails_for_every_further_decimal(self, digits: int, places: int) -> None:
        amount = Decimal((0, (*map(int, str(abs(digits))), 1), -places))

        assert not is_whole_cents(amount)


class TestPlainRunNumber:
    @pytest.mark.parametrize(
        ("written", "plain"),
        [
            ("6", "6"),
            (" 06 ", "6"),
            ("10", "10"),
            ("000", "0"),
            ("03b", "03b"),
            ("X06", "X06"),
            ("", ""),
        ],
    )
    def test_has_no_zeros_before_a_number(self, written: str, plain: str) -> None:
        assert plain_run_number(written) == plain


class TestRunPeriod:
    def test_is_the_latest_period_booked_on(self) -> None:
        corrected = journal(
            line(1, "5010", "1.00", booking_date=date(2026, 5, 31)),
            line(2, "5010", "1.00", booking_date=date(2026, 6, 15)),
        )

        assert str(corrected.run_period) == "2026-06"

    def test_ends_on_the_last_day_also_in_a_leap_year(self) -> None:
        assert BookingPeriod(year=2028, month=2).last_day == date(2028, 2, 29)
