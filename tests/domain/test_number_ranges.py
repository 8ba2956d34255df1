"""Numbers as people write them."""

import pytest

from tilisilta.domain.number_ranges import written_ranges


class TestWrittenRanges:
    @pytest.mark.parametrize(
        ("numbers", "written"),
        [
            ((), ""),
            ((7,), "7"),
            ((7, 8), "7, 8"),
            ((1, 2, 3, 4, 5, 6), "1–6"),
            ((9, 3, 1, 2, 10), "1–3, 9, 10"),
            ((5, 5, 6, 7), "5–7"),
        ],
    )
    def test_joins_three_or_more_in_a_row(self, numbers: tuple[int, ...], written: str) -> None:
        assert written_ranges(numbers) == written

    def test_writes_so_many_parts_and_says_that_there_are_more(self) -> None:
        assert written_ranges((1, 3, 5, 7), most=2) == "1, 3, …"
        assert written_ranges((1, 3), most=2) == "1, 3"
