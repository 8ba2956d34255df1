"""The same payroll is recognised in every other form, and another one is not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import line

from tilisilta.domain.journals import JournalLine
from tilisilta.domain.receipts import DimensionValue, ReceiptBody, Transaction
from tilisilta.domain.sameness import (
    have_most_lines_in_common,
    payroll_digest,
    payroll_sums,
    receipt_digest,
    receipt_sums,
    sums_on_any_day,
)

LINES = (
    line(1, "5010", "4200.00", cost_center="410"),
    line(2, "5010", "300.00", cost_center="410"),
    line(3, "2961", "-4500.00"),
)

TAGS = tuple(
    DimensionValue(dimension_id=number, item_id=number * 10, value=Decimal("60.00"))
    for number in (2, 1)
)
RECEIPT = ReceiptBody(
    name="Payroll 2026-06 run 6 #R0ZV3VK5",
    receipt_date=date(2026, 6, 30),
    accountants_notes="",
    transactions=tuple(
        Transaction(
            account=account,
            accounting_value=Decimal(amount),
            description="",
            dimension_values=tags,
        )
        for account, amount, tags in (
            ("5010", "60.00", TAGS),
            ("5010 ", "0.60", TAGS[::-1]),
            ("5010", "39.50", ()),
            ("5010", "-0.10", ()),
            ("2961", "-100.00", ()),
            ("2962", "0.00", ()),
        )
    ),
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


class TestDigestsThatAreStored:
    """Digests are compared for years: in another form, a payroll would not be known again."""

    @pytest.mark.parametrize(
        ("with_dimensions", "digest"),
        [
            (True, "77fe0596a5a4ead2a13028c3976c7a21e877d4932a462724b8a0694d10eeac7b"),
            (False, "f669a96f9d4a08b664d45c13ca380d1d65419c44b5ec352bae4b1a1f90f5146a"),
        ],
    )
    def test_of_a_payroll_are_what_they_have_always_been(
        self, with_dimensions: bool, digest: str
    ) -> None:
        lines = [
            line(1, "5010", "4200.00", cost_center="410", cost_unit="P-108"),
            line(2, "5010", "0.60", cost_center="410", cost_unit="P-108"),
            line(3, "5010", "-0.10", cost_center="410", cost_unit="P-108"),
            line(4, "2961", "-4200.50"),
        ]

        assert payroll_digest(lines, with_dimensions=with_dimensions) == digest

    @pytest.mark.parametrize(
        ("with_dimensions", "digest"),
        [
            (True, "ea8b38bca229978c21450430fcdda77fd08d4f309da2654832643f236d77608c"),
            (False, "e2d8f916819443cdd1743cf8193696a2e183ebe73142614191261dfeef743ebf"),
        ],
    )
    def test_of_a_receipt_are_what_they_have_always_been(
        self, with_dimensions: bool, digest: str
    ) -> None:
        assert receipt_digest(RECEIPT, with_dimensions=with_dimensions) == digest


class TestReceiptSums:
    def test_are_per_day_account_items_and_side(self) -> None:
        assert receipt_sums(RECEIPT) == {
            ("2026-06-30", "5010", ((1, 10), (2, 20)), True): Decimal("60.60"),
            ("2026-06-30", "5010", (), True): Decimal("39.50"),
            ("2026-06-30", "5010", (), False): Decimal("-0.10"),
            ("2026-06-30", "2961", (), False): Decimal("-100.00"),
        }

    def test_leave_out_only_items_without_dimensions(self) -> None:
        assert receipt_sums(RECEIPT, with_dimensions=False) == {
            ("2026-06-30", "5010", (), True): Decimal("100.10"),
            ("2026-06-30", "5010", (), False): Decimal("-0.10"),
            ("2026-06-30", "2961", (), False): Decimal("-100.00"),
        }


class TestSumsOnAnyDay:
    @pytest.mark.parametrize("with_dimensions", [True, False])
    def test_are_those_of_the_payroll_without_its_days(self, with_dimensions: bool) -> None:
        later = [replace(one, booking_date=date(2026, 7, 15)) for one in LINES]

        sums = sums_on_any_day(later, with_dimensions=with_dimensions)

        assert sums == sums_on_any_day(LINES, with_dimensions=with_dimensions)
        assert sums == {
            key[1:]: amount
            for key, amount in payroll_sums(LINES, with_dimensions=with_dimensions).items()
        }

    def test_include_cost_centers_and_units(self) -> None:
        moved = [replace(one, cost_center="420") for one in LINES]

        assert sums_on_any_day(moved) != sums_on_any_day(LINES)


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
        assert have_most_lines_in_common((*bonuses, wages[0]), wages)

    @pytest.mark.parametrize(("others", "is_alike"), [(2, True), (3, False)])
    def test_allows_for_three_lines_merged_into_one(self, others: int, is_alike: bool) -> None:
        one = line(1, "5010", "4200.00")
        rest = [line(2 + n, f"60{n}0", "7.00", description=f"{'x' * n}") for n in range(others)]

        assert have_most_lines_in_common([one], [one, *rest]) is is_alike
        assert have_most_lines_in_common([one, *rest], [one]) is is_alike

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

    def test_ignores_a_number_that_the_other_text_does_not_have(self) -> None:
        before = [line(1, "5010", "4200.00", description="Palkat")]
        after = [line(1, "5010", "5600.00", description="Palkat 7")]

        assert have_most_lines_in_common(before, after)

    def test_fails_for_another_text_and_another_amount(self) -> None:
        wages = [line(1, "5010", "4200.00", description="Palkat")]
        bonuses = [line(1, "5010", "900.00", description="Tulospalkkiot")]

        assert not have_most_lines_in_common(wages, bonuses)
