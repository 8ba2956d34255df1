"""The same payroll is recognised in every other form, and another one is not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import line

from tilisilta.domain.journals import JournalLine
from tilisilta.domain.sameness import have_most_lines_in_common, payroll_digest

LINES = (
    line(1, "5010", "4200.00", cost_center="410"),
    line(2, "5010", "300.00", cost_center="410"),
    line(3, "2961", "-4500.00"),
)


def _split(one: JournalLine) -> tuple[JournalLine, JournalLine]:
    half = (one.amount / 2).quantize(Decimal("0.01"))
    return replace(one, amount=half), replace(one, amount=one.amount - half)


class TestPayrollDigest:
    @given(st.permutations(LINES))
    def test_does_not_depend_on_order(self, lines: list[JournalLine]) -> None:
        assert payroll_digest(lines) == payroll_digest(LINES)

    def test_does_not_depend_on_merging_texts_or_zero_lines(self) -> None:
        pieces = [replace(part, description="x") for one in LINES for part in _split(one)]
        zero = replace(LINES[0], amount=Decimal("0.00"), ledger_account="9999")

        assert payroll_digest([*pieces, zero]) == payroll_digest(LINES)

    def test_depends_on_dates_accounts_dimensions_sides_and_cents(self) -> None:
        first = LINES[0]
        others = (
            replace(first, booking_date=date(2025, 1, 1)),
            replace(first, ledger_account="5011"),
            replace(first, cost_center="420"),
            replace(first, cost_unit="A"),
            replace(first, amount=-first.amount),
            replace(first, amount=first.amount + Decimal("0.01")),
        )

        digests = {payroll_digest([other, *LINES[1:]]) for other in others}

        assert len(digests) == len(others)
        assert payroll_digest(LINES) not in digests

    def test_leaves_out_only_dimensions_without_them(self) -> None:
        moved = [replace(LINES[0], cost_center="420"), *LINES[1:]]

        assert payroll_digest(moved) != payroll_digest(LINES)
        assert payroll_digest(moved, with_dimensions=False) == payroll_digest(
            LINES, with_dimensions=False
        )

    def test_is_empty_with_nothing_to_book(self) -> None:
        assert payroll_digest([]) == ""
        assert payroll_digest([replace(LINES[0], amount=Decimal("0.00"))]) == ""


class TestHaveMostLinesInCommon:
    def test_holds_for_a_recalculated_run(self) -> None:
        recalculated = [replace(one, amount=one.amount * 2) for one in LINES]

        assert have_most_lines_in_common(LINES, recalculated)

    def test_holds_for_an_amount_under_another_text(self) -> None:
        renamed = [replace(one, description="Lön") for one in LINES]

        assert have_most_lines_in_common(LINES, renamed)

    def test_fails_for_another_payroll_of_the_month(self) -> None:
        wages = (
            line(1, "5010", "4200.00", description="Kuukausipalkat"),
            line(2, "2961", "-4200.00", description="Maksettavat palkat"),
        )
        holiday_pay = (
            line(1, "5110", "2100.00", description="Lomarahat"),
            line(2, "2961", "-2100.00", description="Maksettavat lomarahat"),
        )

        assert not have_most_lines_in_common(wages, holiday_pay)

    def test_needs_more_than_the_line_that_every_payroll_has(self) -> None:
        net_pay = "Maksettavat palkat"
        wages = (
            line(1, "5010", "4200.00", description="Kuukausipalkat"),
            line(2, "2961", "-4200.00", description=net_pay),
        )
        bonuses = (
            line(1, "5190", "900.00", description="Tulospalkkiot"),
            line(2, "2961", "-900.00", description=net_pay),
        )

        assert not have_most_lines_in_common(wages, bonuses)
        assert have_most_lines_in_common(wages, (*bonuses, wages[0]))

    def test_fails_for_the_same_wages_of_another_cost_center(self) -> None:
        tampere, oulu = (
            [line(1, "5010", "4200.00", cost_center=code), line(2, "2961", "-4200.00")]
            for code in ("210", "220")
        )

        assert not have_most_lines_in_common(tampere, [oulu[0]])

    def test_compares_without_dimensions_what_has_none_on_one_side(self) -> None:
        tagged = [line(1, "5010", "4200.00", cost_center="210")]

        assert have_most_lines_in_common(tagged, [line(1, "5010", "4200.00")])

    def test_knows_a_cost_unit_alone_as_a_dimension(self) -> None:
        crane, dock = ([line(1, "5010", "4200.00", cost_unit=code)] for code in ("P-108", "P-114"))

        assert have_most_lines_in_common(crane, crane)
        assert not have_most_lines_in_common(crane, dock)

    def test_ignores_numbers_in_texts_that_count_people_or_hours(self) -> None:
        before = [line(1, "5010", "4200.00", description="Palkat, 3 henkilöä")]
        after = [line(1, "5010", "5600.00", description="palkat,  4  henkilöä")]

        assert have_most_lines_in_common(before, after)

    def test_fails_for_another_text_and_another_amount(self) -> None:
        wages = [line(1, "5010", "4200.00", description="Palkat")]
        bonuses = [line(1, "5010", "900.00", description="Tulospalkkiot")]

        assert not have_most_lines_in_common(wages, bonuses)
