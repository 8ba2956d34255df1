from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tilisilta.domain.booked import deviations, has_something_in_common
from tilisilta.domain.receipts import DimensionValue, ReceiptBody, Transaction

TAG = DimensionValue(dimension_id=1, item_id=10, value=Decimal("60.00"))
OTHER_TAG = DimensionValue(dimension_id=2, item_id=20, value=Decimal("60.00"))
WAGES = Transaction(
    account="5010",
    accounting_value=Decimal("60.00"),
    description="Palkat",
    dimension_values=(TAG, OTHER_TAG),
    positions=(1,),
)
OVERTIME = Transaction(account="5030", accounting_value=Decimal("40.00"), description="Ylityö")
NET = Transaction(account="2961", accounting_value=Decimal("-100.00"), description="Netto")
SENT = ReceiptBody(
    name="Payroll 2026-06 run 6 #R0ZV3VK5",
    receipt_date=date(2026, 6, 30),
    accountants_notes="Tilisilta R0ZV3VK5",
    transactions=(WAGES, OVERTIME, NET),
)


def booked(*rows: Transaction) -> ReceiptBody:
    return replace(SENT, transactions=rows)


def times(factor: str) -> tuple[Transaction, ...]:
    return tuple(
        replace(row, accounting_value=row.accounting_value * Decimal(factor))
        for row in SENT.transactions
    )


class TestDeviations:
    def test_are_none_when_procountor_booked_what_was_sent(self) -> None:
        unnumbered = replace(WAGES, positions=(), dimension_values=(OTHER_TAG, TAG))

        assert deviations(SENT, booked(unnumbered, OVERTIME, NET)) == ()

    def test_are_none_for_rows_that_changed_places(self) -> None:
        assert deviations(SENT, booked(NET, WAGES, OVERTIME)) == ()

    def test_ignore_how_many_zeros_an_amount_has(self) -> None:
        short = replace(NET, accounting_value=Decimal("-1E+2"))

        assert deviations(SENT, booked(WAGES, OVERTIME, short)) == ()

    def test_name_the_fields_of_the_heading_that_differ(self) -> None:
        other = replace(SENT, name="Payroll", receipt_date=date(2026, 7, 1), accountants_notes="")

        assert deviations(SENT, other) == ("name", "receipt_date", "accountants_notes")

    def test_name_each_field_of_a_row(self) -> None:
        changed = Transaction(account="5020", accounting_value=Decimal("60.01"), description="")

        assert deviations(SENT, booked(changed, OVERTIME, NET)) == (
            "row 1 account",
            "row 1 accounting_value",
            "row 1 description",
            "row 1 dimension_values",
        )

    def test_name_a_dimension_value_that_carries_another_amount(self) -> None:
        half = replace(WAGES, dimension_values=(replace(TAG, value=Decimal(30)), OTHER_TAG))

        assert deviations(SENT, booked(half, OVERTIME, NET)) == ("row 1 dimension_values",)

    def test_name_rows_that_are_missing_and_rows_that_were_not_sent(self) -> None:
        assert deviations(SENT, booked(WAGES, NET)) == ("row 2 missing",)
        assert deviations(SENT, booked(WAGES, OVERTIME, NET, NET)) == ("row 4 unexpected",)

    def test_count_equal_rows_one_by_one(self) -> None:
        sent = booked(WAGES, WAGES, NET)

        assert deviations(sent, booked(WAGES, NET)) == ("row 2 missing",)

    def test_name_the_changed_one_of_equal_rows_and_not_the_one_in_its_place(self) -> None:
        sent = booked(WAGES, NET, WAGES)
        changed = replace(WAGES, account="5020")

        assert deviations(sent, booked(changed, NET, WAGES)) == ("row 1 account",)


class TestHasSomethingInCommon:
    def test_holds_for_the_receipt_itself_with_any_heading(self) -> None:
        other = replace(SENT, name="Palkat", receipt_date=date(2026, 1, 1), accountants_notes="")

        assert has_something_in_common(SENT, other)

    @pytest.mark.parametrize(
        "rows",
        [
            (NET, OVERTIME, WAGES),
            (replace(WAGES, dimension_values=()), NET),
            (replace(WAGES, account="5020", description=""), replace(NET, account="2960")),
            (
                replace(WAGES, account="5020", description=""),
                replace(OVERTIME, account="5020", description=""),
                replace(NET, description="Maksettavat"),
            ),
            # The net wages, paid on two days, and the wages split more finely.
            (
                replace(NET, accounting_value=Decimal("-30.00"), description="Ennakko"),
                replace(NET, accounting_value=Decimal("-70.00"), description="Loppu"),
                replace(WAGES, account="5000", accounting_value=Decimal("100.00")),
            ),
        ],
    )
    def test_holds_for_a_receipt_of_ours_that_people_edited(
        self, rows: tuple[Transaction, ...]
    ) -> None:
        tidied = replace(booked(*rows), name="Palkat, vrt. #R0ZV3VK5", accountants_notes="")

        assert has_something_in_common(SENT, tidied)

    def test_holds_for_a_receipt_whose_amounts_were_all_corrected_a_little(self) -> None:
        corrected = booked(*times("1.01"))

        assert has_something_in_common(SENT, replace(corrected, name="Palkat"))
        assert has_something_in_common(SENT, replace(corrected, accountants_notes="ok"))

    @pytest.mark.parametrize(("wages", "is_near"), [("90.00", True), ("89.99", False)])
    def test_takes_a_sum_for_corrected_up_to_a_tenth_of_the_larger_one(
        self, wages: str, is_near: bool
    ) -> None:
        sent = booked(replace(WAGES, accounting_value=Decimal(wages)))
        corrected = booked(replace(WAGES, accounting_value=Decimal("100.00"), description=""))

        assert has_something_in_common(sent, corrected) is is_near

    def test_sums_debits_and_credits_of_an_account_apart_even_of_cents(self) -> None:
        sent = booked(
            replace(WAGES, accounting_value=Decimal("0.60")),
            replace(WAGES, accounting_value=Decimal("-0.10")),
        )
        foreign = booked(replace(WAGES, accounting_value=Decimal("0.50"), description=""))

        assert not has_something_in_common(sent, replace(foreign, name="", accountants_notes=""))

    @pytest.mark.parametrize(("amount", "text"), [("60.00", ""), ("0.00", "Palkat")])
    def test_fails_for_a_row_that_shares_only_its_amount_or_only_its_text(
        self, amount: str, text: str
    ) -> None:
        row = replace(WAGES, accounting_value=Decimal(amount), description=text)

        assert not has_something_in_common(booked(row), booked(replace(row, account="6100")))

    def test_fails_if_only_a_typed_token_supports_it(self) -> None:
        corrected = booked(*times("1.01"))
        typed = replace(corrected, name="Palkat, vrt. #R0ZV3VK5", accountants_notes="R0ZV3VK5")

        assert not has_something_in_common(SENT, typed)

    @pytest.mark.parametrize(
        "rows",
        [
            (),
            (replace(WAGES, account="6100", accounting_value=Decimal("10.00")),),
            # A reversal, and another payroll on the same accounts.
            tuple(
                replace(row, accounting_value=-row.accounting_value) for row in SENT.transactions
            ),
            tuple(
                replace(row, accounting_value=row.accounting_value / 2) for row in SENT.transactions
            ),
            # The same amounts of something else.
            tuple(
                replace(row, account=f"1{place}", description="Kone")
                for place, row in enumerate(SENT.transactions)
            ),
        ],
    )
    def test_fails_for_a_foreign_receipt_with_our_whole_heading(
        self, rows: tuple[Transaction, ...]
    ) -> None:
        assert not has_something_in_common(SENT, booked(*rows))
