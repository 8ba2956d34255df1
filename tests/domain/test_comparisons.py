from dataclasses import replace
from datetime import date
from decimal import Decimal

from tests.domain.samples import journal, line

from tilisilta.domain.comparisons import ChangeKind, SumChange, compare_journals

MAY = date(2026, 5, 31)
FIRST = journal(
    line(1, "5010", "60.00", cost_center="210"),
    line(2, "5010", "40.00", cost_center="220"),
    line(3, "2961", "-100.00"),
)


class TestCompareJournals:
    def test_finds_nothing_between_equal_ones(self) -> None:
        assert compare_journals(FIRST, replace(FIRST, revision=2)).kind is ChangeKind.NOTHING

    def test_recognises_another_order(self) -> None:
        second = replace(FIRST, lines=FIRST.lines[::-1])

        assert compare_journals(FIRST, second).kind is ChangeKind.ORDER

    def test_recognises_other_texts(self) -> None:
        lines = tuple(replace(one, description="Palkka") for one in FIRST.lines)

        assert compare_journals(FIRST, replace(FIRST, lines=lines)).kind is ChangeKind.TEXTS

    def test_recognises_the_same_sums_of_other_lines(self) -> None:
        second = journal(
            line(1, "5010", "50.00", cost_center="210"),
            line(2, "5010", "10.00", cost_center="210"),
            *FIRST.lines[1:],
        )

        comparison = compare_journals(FIRST, second)

        assert (comparison.kind, comparison.changes) == (ChangeKind.ROWS, ())

    def test_shows_no_sum_for_lines_that_cancel_each_other(self) -> None:
        second = journal(*FIRST.lines, line(4, "5030", "9.00"), line(5, "5030", "-9.00"))

        comparisons = [compare_journals(FIRST, second), compare_journals(second, FIRST)]

        assert [one.kind for one in comparisons] == [ChangeKind.ROWS, ChangeKind.ROWS]
        assert [one.changes for one in comparisons] == [(), ()]

    def test_shows_each_sum_that_differs_oldest_date_first(self) -> None:
        second = journal(
            line(1, "5010", "65.00", cost_center="210"),
            line(2, "5010", "40.00", cost_center="220"),
            line(3, "2961", "-105.00"),
            line(4, "5030", "9.00", booking_date=MAY),
            line(5, "2961", "-9.00", booking_date=MAY),
        )

        comparison = compare_journals(FIRST, second)

        assert comparison.kind is ChangeKind.SUMS
        assert [
            (
                change.booking_date.month,
                change.ledger_account,
                change.cost_center,
                change.difference,
            )
            for change in comparison.changes
        ] == [
            (5, "2961", "", Decimal("-9.00")),
            (5, "5030", "", Decimal("9.00")),
            (6, "2961", "", Decimal("-5.00")),
            (6, "5010", "210", Decimal("5.00")),
        ]

    def test_shows_a_sum_that_moved_to_another_cost_center_twice(self) -> None:
        second = journal(line(1, "5010", "100.00", cost_center="210"), line(2, "2961", "-100.00"))

        changes = compare_journals(FIRST, second).changes

        assert changes == (
            SumChange(
                booking_date=date(2026, 6, 30),
                ledger_account="5010",
                cost_center="210",
                cost_unit="",
                before=Decimal("60.00"),
                after=Decimal("100.00"),
            ),
            SumChange(
                booking_date=date(2026, 6, 30),
                ledger_account="5010",
                cost_center="220",
                cost_unit="",
                before=Decimal("40.00"),
                after=Decimal("0.00"),
            ),
        )

    def test_recognises_another_currency(self) -> None:
        assert compare_journals(FIRST, replace(FIRST, currency="SEK")).is_currency_changed
