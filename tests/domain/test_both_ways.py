"""One run by SOAP and by REST: equal, or what differs."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import line

from tilisilta.domain.both_ways import (
    MOST_DIFFERENT_LINES,
    BooksAs,
    Finding,
    Way,
    compare_journals,
    runs_of_one,
)

LINES = (
    line(1, "6110", "1204.18", cost_center="110"),
    line(2, "6110", "311.40"),
    line(3, "6110", "890.02", cost_center="120"),
    line(4, "6110", "890.02", cost_center="120"),
    line(5, "2961", "-3295.62"),
)


class TestCompareJournals:
    @given(st.permutations(LINES))
    def test_does_not_mind_the_order(self, lines: list) -> None:  # type: ignore[type-arg]
        found = compare_journals("6/2026", soap=LINES, rest=lines)

        assert (found.finding, found.equal_count) == (Finding.EQUAL, 5)

    def test_does_not_mind_white_space_and_lines_of_nothing(self) -> None:
        spaced = [replace(one, description=f" {one.description}  ") for one in LINES]

        found = compare_journals("6/2026", soap=LINES, rest=[*spaced, line(6, "1", "0.00")])

        assert found.is_equal

    def test_puts_the_lines_of_one_place_beside_each_other(self) -> None:
        other = (
            LINES[0],
            replace(LINES[2], amount=Decimal("1201.42")),
            LINES[3],
            LINES[4],
        )

        found = compare_journals("6/2026", soap=LINES, rest=other)

        assert found.equal_count == 3
        assert [
            (one.cost_center, one.soap_sum, one.rest_sum, one.difference) for one in found.lines
        ] == [
            ("", Decimal("311.40"), None, Decimal("-311.40")),
            ("120", Decimal("890.02"), Decimal("1201.42"), Decimal("311.40")),
        ]
        assert found.books_as is BooksAs.OTHER_DIMENSIONS

    def test_counts_equal_lines(self) -> None:
        found = compare_journals("6/2026", soap=LINES, rest=(*LINES[:3], LINES[4]))

        assert [(one.by_soap, one.by_rest) for one in found.lines] == [((Decimal("890.02"),), ())]
        assert found.books_as is BooksAs.OTHER_SUMS

    def test_says_that_another_text_books_the_same(self) -> None:
        other = (replace(LINES[0], description="Lön"), *LINES[1:])

        found = compare_journals("6/2026", soap=LINES, rest=other)

        assert (found.finding, found.books_as) == (Finding.LINES, BooksAs.SAME)
        assert {one.description for one in found.lines} == {LINES[0].description, "Lön"}

    @pytest.mark.parametrize(
        ("soap", "rest", "finding", "way"),
        [
            (None, None, Finding.NO_JOURNAL, None),
            (LINES, None, Finding.ONE_JOURNAL, Way.SOAP),
            (None, LINES, Finding.ONE_JOURNAL, Way.REST),
        ],
    )
    def test_tells_no_journal_from_one(self, soap, rest, finding, way) -> None:  # type: ignore[no-untyped-def]
        found = compare_journals("6/2026", soap=soap, rest=rest)

        assert (found.finding, found.way) == (finding, way)

    def test_keeps_a_limited_number_of_rows(self) -> None:
        many = [line(at, str(at), "1.00") for at in range(1, MOST_DIFFERENT_LINES + 6)]

        found = compare_journals("6/2026", soap=many, rest=LINES)

        assert len(found.lines) == MOST_DIFFERENT_LINES
        assert found.more_count == 5 + 4


def test_runs_of_one_tells_who_lists_a_run_and_how_often() -> None:
    found = runs_of_one([(2026, "1"), (2026, "2"), (2026, "2")], [(2026, "2"), (2026, "3")])

    assert [(one.run, one.way) for one in found] == [
        ("1/2026", Way.SOAP),
        ("2/2026", Way.SOAP),
        ("3/2026", Way.REST),
    ]
