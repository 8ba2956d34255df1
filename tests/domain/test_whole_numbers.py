"""Numbers from addresses, forms and the command line."""

import pytest

from tilisilta.domain.whole_numbers import whole_number


class TestWholeNumber:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            *(("7", 7), ("007", 7), ("9" * 18, 10**18 - 1), ("", None), ("-1", None)),
            *(("1.0", None), ("\u0663", None), ("²", None), ("9" * 19, None), ("9" * 5000, None)),
        ],
    )
    def test_is_read_from_digits_alone(self, text: str, number: int | None) -> None:
        assert whole_number(text) == number
