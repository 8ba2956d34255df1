"""What counts as a revision of a run, and what as another run."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import line

from tilisilta.domain.run_identity import RunDoubt, another_number, doubt_about

WAGES = (
    line(1, "5010", "4200.00", description="Kuukausipalkat"),
    line(2, "2961", "-4200.00", description="Maksettavat palkat"),
)
RECALCULATED = (
    line(1, "5010", "4300.00", description="Kuukausipalkat"),
    line(2, "2961", "-4300.00", description="Maksettavat palkat"),
)
HOLIDAY_PAY = (
    line(1, "5110", "2100.00", description="Lomarahat"),
    line(2, "2961", "-2100.00", description="Maksettavat lomarahat"),
)
NEXT_MONTH = tuple(replace(one, booking_date=date(2026, 7, 31)) for one in WAGES)


class TestDoubtAbout:
    def test_is_none_for_a_named_run_that_was_recalculated(self) -> None:
        assert doubt_about(RECALCULATED, WAGES, is_named=True) is None

    def test_asks_when_the_run_was_not_named(self) -> None:
        assert doubt_about(RECALCULATED, WAGES, is_named=False) is RunDoubt.GUESSED

    def test_asks_when_the_month_is_another(self) -> None:
        assert doubt_about(NEXT_MONTH, WAGES, is_named=True) is RunDoubt.MONTH

    def test_asks_when_no_line_is_the_same(self) -> None:
        assert doubt_about(HOLIDAY_PAY, WAGES, is_named=True) is RunDoubt.LINES

    def test_is_not_misled_by_corrections_of_earlier_months(self) -> None:
        corrected = (*RECALCULATED, line(3, "5010", "0.01", booking_date=date(2026, 5, 31)))

        assert doubt_about(corrected, WAGES, is_named=True) is None


class TestAnotherNumber:
    def test_takes_a_number_that_is_free(self) -> None:
        assert another_number("81", {"8", "8b"}) == "81"

    def test_adds_a_letter_to_one_that_is_taken(self) -> None:
        assert another_number("8", {"8"}) == "8b"
        assert another_number("8", {"8", "8b", "8c"}) == "8d"

    @given(st.integers(0, 700))
    def test_finds_a_free_number_however_many_are_taken(self, count: int) -> None:
        taken: set[str] = set()
        for _ in range(count % 400):
            taken.add(another_number("8", taken))

        number = another_number("8", taken)

        assert number not in taken
        assert number.startswith("8")
        assert len(taken) == count % 400
