"""A booked receipt is invalidated where that is possible, else reversed to the cent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import calendar_year
from tests.domain.test_receipt_dates import days, fiscal_years

from tilisilta.domain.administrations import FiscalYear
from tilisilta.domain.identity import MOST_NAME_CHARACTERS, receipt_token
from tilisilta.domain.receipt_dates import can_book_on
from tilisilta.domain.receipt_words import words_in
from tilisilta.domain.receipts import BookedReceipt, DimensionValue, ReceiptBody, Transaction
from tilisilta.domain.recognition import tokens_in
from tilisilta.domain.withdrawals import (
    MOST_NOTES_CHARACTERS,
    Reason,
    Step,
    Way,
    WayBack,
    can_become_final,
    has_happened,
    next_step,
    reversing_receipt,
    swapped,
    takes_back,
    way_back,
)

JUNE = date(2026, 6, 30)
TOKEN = receipt_token(
    procountor_company_id=50101,
    company_number=1001,
    run_year=2026,
    run_number="6",
    revision=1,
    booking_date=JUNE,
)
STATUSES = ("UNFINISHED", "APPROVED", "INVALIDATED")

amounts = st.integers(min_value=-10_000_00, max_value=10_000_00).map(lambda one: Decimal(one) / 100)


@st.composite
def bodies(draw: st.DrawFn) -> ReceiptBody:
    """A receipt that balances, as people may have edited it: rows of 0.00, split dimensions."""
    drawn = draw(st.lists(st.tuples(st.sampled_from(["5010", "2961"]), amounts), max_size=6))
    rows = [
        Transaction(
            account=account,
            accounting_value=value,
            description=draw(st.sampled_from(["Palkat", "Łódź", ""])),
            dimension_values=tuple(_values(draw, value)),
        )
        for account, value in drawn
    ]
    rest = -sum((value for _, value in drawn), Decimal(0))
    rows.append(Transaction(account="1910", accounting_value=rest, description="Rest"))
    return ReceiptBody(
        name=draw(st.text(max_size=90)) + f" #{TOKEN}",
        receipt_date=draw(days),
        accountants_notes=f"Tilisilta {TOKEN}",
        transactions=tuple(rows),
    )


def _values(draw: st.DrawFn, value: Decimal) -> Sequence[DimensionValue]:
    if not value or not draw(st.booleans()):
        return []
    part = draw(amounts)
    parts = [part, value - part]
    return [
        DimensionValue(dimension_id=1, item_id=item, value=one) for item, one in enumerate(parts, 1)
    ]


def a_receipt(
    status: str = "UNFINISHED", *, body: ReceiptBody | None = None, is_final: bool = False
) -> BookedReceipt:
    rows = (
        Transaction(account="5010", accounting_value=Decimal("10.00"), description="Palkat"),
        Transaction(account="2961", accounting_value=Decimal("-10.00"), description="Palkat"),
    )
    named = ReceiptBody(
        name=f"Palkat 2026-06 ajo 6 #{TOKEN}",
        receipt_date=JUNE,
        accountants_notes=f"Tilisilta {TOKEN} · Nmbrs 1001",
        transactions=rows,
    )
    return BookedReceipt(
        ledger_receipt_id=700001,
        receipt_number=20503,
        invoice_number=1001,
        status=status,
        version="2026-07-01T10:00:00.000",
        body=body or named,
        is_final=is_final,
    )


def reversal(receipt: BookedReceipt, reason: str = "Wrong agreement") -> tuple[str, ReceiptBody]:
    return reversing_receipt(
        receipt,
        first_token=TOKEN,
        procountor_company_id=50101,
        reverse_on=date(2026, 7, 1),
        reason=reason,
        words=words_in("fi"),
    )


OPEN = (calendar_year(2026),)
JUNE_CLOSED = (calendar_year(2026, closed=(6,)),)
YEAR_CLOSED = (calendar_year(2026, is_open=False),)


class TestWayBack:
    @pytest.mark.parametrize(
        ("status", "years", "is_final", "expected"),
        [
            ("UNFINISHED", OPEN, False, WayBack(way=Way.INVALIDATE)),
            ("APPROVED", OPEN, False, WayBack(way=Way.UNFINISH)),
            ("INVALIDATED", OPEN, False, WayBack(way=Way.NOTHING)),
            ("INVALIDATED", YEAR_CLOSED, True, WayBack(way=Way.NOTHING)),
            (
                "UNFINISHED",
                JUNE_CLOSED,
                False,
                WayBack(way=Way.REVERSE, reverse_on=date(2026, 7, 1), reason=Reason.CLOSED),
            ),
            (
                "APPROVED",
                (*YEAR_CLOSED, calendar_year(2027, closed=(1,))),
                True,
                WayBack(way=Way.REVERSE, reverse_on=date(2027, 2, 1), reason=Reason.FINAL),
            ),
            # Its year was opened again: the number stays, and so does the receipt.
            (
                "APPROVED",
                OPEN,
                True,
                WayBack(way=Way.REVERSE, reverse_on=JUNE, reason=Reason.FINAL),
            ),
            ("APPROVED", YEAR_CLOSED, False, WayBack(way=Way.NONE, reason=Reason.NO_OPEN_DAY)),
        ],
    )
    def test_depends_on_status_period_and_serial_number(
        self, status: str, years: tuple[FiscalYear, ...], is_final: bool, expected: WayBack
    ) -> None:
        assert way_back(a_receipt(status, is_final=is_final), years) == expected

    def test_is_none_for_a_receipt_that_is_gone(self) -> None:
        assert way_back(None, OPEN) == WayBack(way=Way.NONE, reason=Reason.GONE)

    def test_is_none_for_a_closed_one_whose_rows_do_not_balance(self) -> None:
        row = Transaction(account="5010", accounting_value=Decimal("1.00"), description="")
        body = replace(a_receipt().body, transactions=(row,))

        found = way_back(a_receipt(body=body), JUNE_CLOSED)

        assert found == WayBack(way=Way.NONE, reason=Reason.NOT_BALANCED)

    @given(
        body=bodies(),
        status=st.sampled_from(STATUSES),
        is_final=st.booleans(),
        years=st.lists(fiscal_years(), max_size=2),
    )
    def test_never_changes_a_closed_period_nor_a_final_receipt(
        self, body: ReceiptBody, status: str, is_final: bool, years: list[FiscalYear]
    ) -> None:
        receipt = a_receipt(status, body=body, is_final=is_final)

        found = way_back(receipt, years)

        if found.way in {Way.INVALIDATE, Way.UNFINISH}:
            assert not is_final
            assert can_book_on(body.receipt_date, years)
        assert (found.way is Way.REVERSE) == (found.reverse_on is not None)
        if found.reverse_on is not None:
            assert can_book_on(found.reverse_on, years)
            assert found.reverse_on >= body.receipt_date
        assert (found.way is Way.NOTHING) == (status == "INVALIDATED")


class TestSteps:
    def test_make_an_approved_receipt_unfinished_before_it_is_invalidated(self) -> None:
        assert next_step(a_receipt("APPROVED")) is Step.UNFINISH
        assert next_step(a_receipt("UNFINISHED")) is Step.INVALIDATE
        assert next_step(a_receipt("INVALIDATED")) is None

    @pytest.mark.parametrize("step", Step)
    @pytest.mark.parametrize("status", STATUSES)
    def test_that_have_happened_are_not_the_next_one(self, step: Step, status: str) -> None:
        receipt = a_receipt(status)

        assert has_happened(step, receipt) is not (
            next_step(receipt) is step
            or (step is Step.INVALIDATE and next_step(receipt) is Step.UNFINISH)
        )


class TestReversingReceipt:
    def test_swaps_the_sides_and_names_the_first_by_its_number(self) -> None:
        token, body = reversal(a_receipt())

        assert body.name == f"Palkat 2026-06 ajo 6, kumoaa tositteen 20503 #{token}"
        assert body.accountants_notes == (
            f"Tilisilta {token} · kumoaa tositteen 20503, 2026-06-30: Wrong agreement"
        )
        assert [row.accounting_value for row in body.transactions] == [
            Decimal("-10.00"),
            Decimal("10.00"),
        ]

    @given(body=bodies(), reason=st.text(max_size=300) | st.just(f"again: #{TOKEN.lower()}"))
    def test_takes_back_every_amount_and_carries_its_own_token_only(
        self, body: ReceiptBody, reason: str
    ) -> None:
        token, made = reversal(a_receipt(body=body), reason)

        assert takes_back(made, body)
        assert all(row.accounting_value for row in made.transactions)
        tokens = tokens_in(made.name, made.accountants_notes)
        assert token in tokens
        assert TOKEN not in tokens
        assert token != TOKEN
        assert len(made.name) <= MOST_NAME_CHARACTERS
        assert len(made.accountants_notes) <= MOST_NOTES_CHARACTERS

    @given(body=bodies(), more=amounts.filter(bool), at=st.integers(min_value=0, max_value=20))
    def test_does_not_take_back_what_was_edited_since(
        self, body: ReceiptBody, more: Decimal, at: int
    ) -> None:
        rows = list(body.transactions)
        row = rows[at % len(rows)]
        rows[at % len(rows)] = replace(row, accounting_value=row.accounting_value + more)

        edited = replace(body, transactions=tuple(rows))

        assert not takes_back(reversal(a_receipt(body=body))[1], edited)

    @given(body=bodies())
    def test_of_a_reversal_is_the_first_again(self, body: ReceiptBody) -> None:
        rows = swapped(swapped(body.transactions))

        kept = [row for row in body.transactions if row.accounting_value]
        assert [(row.account, row.accounting_value, row.dimension_values) for row in rows] == [
            (row.account, row.accounting_value, row.dimension_values) for row in kept
        ]

    def test_has_the_same_token_whatever_the_receipt_says_by_now(self) -> None:
        renamed = replace(a_receipt().body, name="Renamed", receipt_date=date(2026, 5, 1))

        assert reversal(a_receipt())[0] == reversal(a_receipt(body=renamed), "Other")[0]


class TestCanBecomeFinal:
    @pytest.mark.parametrize(
        ("country", "expected"),
        [("SWEDEN", True), ("denmark ", True), ("FINLAND", False), ("", False)],
    )
    def test_holds_in_sweden_and_denmark(self, country: str, expected: bool) -> None:
        assert can_become_final(country) is expected
