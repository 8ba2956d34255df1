"""Business IDs: mistyped ones are noticed, those of other countries are accepted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.business_ids import is_mistyped


class TestIsMistyped:
    @pytest.mark.parametrize(
        "right", ["9901010-1", "0112038-9", "112038-9", "FI01120389", "9901008-0", ""]
    )
    def test_accepts_a_right_check_digit(self, right: str) -> None:
        assert not is_mistyped(right)

    @pytest.mark.parametrize("wrong", ["9901010-2", "0112083-9", "112038-8", "fi01120380"])
    def test_notices_a_wrong_or_exchanged_digit(self, wrong: str) -> None:
        assert is_mistyped(wrong)

    @pytest.mark.parametrize(
        "foreign", ["556012-3456", "SE556012345601", "12345678", "NL001234567B01", "HRB 12345"]
    )
    def test_accepts_numbers_of_other_countries(self, foreign: str) -> None:
        assert not is_mistyped(foreign)

    @given(st.integers(min_value=0, max_value=9_999_999), st.integers(0, 9), st.integers(1, 9))
    def test_accepts_one_check_digit_for_a_number(self, number: int, digit: int, step: int) -> None:
        other = (digit + step) % 10

        taken = [one for one in (digit, other) if not is_mistyped(f"{number:07}-{one}")]

        assert len(taken) <= 1
