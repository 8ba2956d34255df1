"""What a file and a known journal have in common, and which answer that supports."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tilisilta.domain.journals import BookingPeriod, JournalLine
from tilisilta.domain.run_comparisons import Proposal, RunSide, compare_runs

AUGUST, SEPTEMBER = date(2026, 8, 31), date(2026, 9, 30)


def lines(*amounts: str, day: date = AUGUST, account: int = 5010) -> tuple[JournalLine, ...]:
    """Lines of one amount each, on accounts that follow each other."""
    return tuple(
        JournalLine(
            position=number,
            ledger_account=str(account + number),
            description=f"Palkkalaji {account + number}",
            amount=Decimal(amount),
            booking_date=day,
        )
        for number, amount in enumerate(amounts, 1)
    )


class TestCompareRuns:
    def test_counts_equal_lines_once_each(self) -> None:
        twice = (*lines("10.00"), *lines("10.00"))

        compared = compare_runs(twice, lines("10.00", "20.00"))

        assert compared.equal_lines == 1
        assert compared.common_accounts == 1
        assert compared.changed_sums == 2
        assert compared.difference == Decimal("-10.00")

    def test_shows_how_much_each_of_the_two_contains(self) -> None:
        file = (*lines("10.00", "0.50", "-3.00"), *lines("5.00"))

        compared = compare_runs(file, lines("10.00", day=SEPTEMBER))

        assert compared.file == RunSide(
            period=BookingPeriod(year=2026, month=8),
            line_count=4,
            account_count=3,
            sum_count=3,
            debit=Decimal("15.50"),
        )
        assert (compared.known.sum_count, compared.known.debit) == (1, Decimal("10.00"))

    def test_counts_only_the_sums_that_changed(self) -> None:
        compared = compare_runs(lines("10.00", "20.00"), lines("10.00", "21.00"))

        assert compared.changed_sums == 1

    def test_counts_a_sum_that_moved_to_another_cost_center_on_both_sides(self) -> None:
        (known,) = lines("10.00")

        assert compare_runs([replace(known, cost_center="210")], [known]).changed_sums == 2

    @pytest.mark.parametrize(
        ("file", "known", "proposal"),
        [
            (lines("1", "2", "3"), lines("1", "2", "4"), Proposal.REVISION),
            # Half is not most, and a changed amount may be another person's.
            (lines("1", "2"), lines("1", "3"), None),
            (lines("1", "2"), lines("3", "4"), None),
            (lines("1", "2"), lines("3", "4", account=6010), Proposal.ANOTHER_RUN),
            # The same amounts a month later are the next payroll.
            (lines("1", "2", day=SEPTEMBER), lines("1", "2"), Proposal.ANOTHER_RUN),
            ((*lines("1", "2"), *lines("3", day=SEPTEMBER)), lines("1", "2"), None),
        ],
    )
    def test_proposes_only_what_is_clear(
        self,
        file: tuple[JournalLine, ...],
        known: tuple[JournalLine, ...],
        proposal: Proposal | None,
    ) -> None:
        assert compare_runs(file, known).proposal == proposal
