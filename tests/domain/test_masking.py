"""A masked text is gone wherever it stands, and no mask is taken for a change."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.journals import JournalLine
from tilisilta.domain.masking import (
    TextMask,
    lines_as_masked,
    may_have_said,
    receipt_as_masked,
)
from tilisilta.domain.receipts import ReceiptBody, Transaction
from tilisilta.domain.row_changes import row_changes
from tilisilta.domain.texts import clean_text

NAME = "Łucja Meikäläinen"
TEXTS = ("Salary", f"Salary {NAME}", f"{NAME}, bonus", "Tax", NAME)
amounts = st.integers(1, 3).map(lambda cents: Decimal(cents) / 100)


def line(description: str, amount: Decimal = Decimal("1.00")) -> JournalLine:
    return JournalLine(
        position=1,
        ledger_account="5010",
        description=description,
        amount=amount,
        booking_date=date(2026, 6, 30),
    )


@st.composite
def rows(draw: st.DrawFn) -> tuple[Transaction, ...]:
    drawn = st.tuples(st.sampled_from(("5010", "5020")), amounts, st.sampled_from(TEXTS))
    return tuple(
        Transaction(account=account, accounting_value=amount, description=text)
        for account, amount, text in draw(st.lists(drawn, max_size=6))
    )


def receipt(transactions: tuple[Transaction, ...]) -> ReceiptBody:
    return ReceiptBody(
        name=f"Payroll, {NAME} #R0ZV3VK5",
        receipt_date=date(2026, 6, 30),
        accountants_notes="Tilisilta R0ZV3VK5",
        transactions=transactions,
    )


class TestTextMask:
    @pytest.mark.parametrize(
        ("text", "masked"),
        [
            ("Salary Łucja  MEIKÄLÄINEN, June", "Salary ***, June"),
            # As Procountor stores it, and in the decomposed letters of a Mac.
            ("Salary Lucja Meikäläinen", "Salary ***"),
            ("Salary Łucja Meika\u0308la\u0308inen", "Salary ***"),
            (
                "A long text that ends with Łucja Mei\N{HORIZONTAL ELLIPSIS}",
                "A long text that ends with ***",
            ),
            ("Salary Maija", "Salary Maija"),
        ],
    )
    def test_hides_the_text_in_every_form(self, text: str, masked: str) -> None:
        assert TextMask(NAME).applied(text) == masked

    def test_leaves_another_text_letter_by_letter(self) -> None:
        decomposed = "Salary Meika\u0308"

        assert TextMask(NAME).applied(decomposed) == decomposed

    def test_is_not_for_what_stands_everywhere(self) -> None:
        assert not TextMask(" -a.b").is_long_enough


class TestComparing:
    @given(rows(), st.randoms(use_true_random=False))
    def test_never_takes_a_mask_for_a_change(self, sent: tuple[Transaction, ...], chance) -> None:  # type: ignore[no-untyped-def]
        written = tuple(replace(row, description=clean_text(row.description).text) for row in sent)
        masked = TextMask(NAME).applied_to_receipt(receipt(written))
        booked = list(written)
        chance.shuffle(booked)

        now = receipt_as_masked(receipt(tuple(booked)), masked)

        assert row_changes(masked.transactions, now.transactions) == ()
        assert now.name == masked.name
        assert "Meik" not in str(now)

    @given(rows().filter(bool), st.integers(0, 5), st.sampled_from(["account", "amount"]))
    def test_finds_what_was_edited_and_names_nobody(
        self, sent: tuple[Transaction, ...], place: int, what: str
    ) -> None:
        place %= len(sent)
        edited = (
            replace(sent[place], account="9999")
            if what == "account"
            else replace(sent[place], accounting_value=Decimal("77.00"))
        )
        masked = TextMask(NAME).applied_to_receipt(receipt(sent))
        booked = receipt((*sent[:place], edited, *sent[place + 1 :]))

        changes = row_changes(masked.transactions, receipt_as_masked(booked, masked).transactions)

        assert any(change.changes_books for change in changes)
        assert "Meik" not in str(changes)

    def test_finds_a_text_that_was_edited_beside_the_masked_part(self) -> None:
        sent = receipt(
            (Transaction(account="5010", accounting_value=Decimal(1), description="Salary ***"),)
        )
        booked = replace(sent.transactions[0], description="Bonus Łucja")

        now = receipt_as_masked(receipt((booked,)), sent)

        assert len(row_changes(sent.transactions, now.transactions)) == 1

    def test_compares_lines_of_a_journal_with_what_is_not_masked_first(self) -> None:
        here = (line("***"), line("Tax"), line("Salary ***"))
        now = (line("Tax"), line(f"Salary {NAME}"), line(NAME))

        told = [one.description for one in lines_as_masked(now, here)]

        assert told == ["Tax", "Salary ***", "***"]

    def test_says_what_a_masked_text_may_have_been(self) -> None:
        assert may_have_said("Salary ***, June", f"Salary  {NAME}, June")
        assert not may_have_said("Salary ***, June", f"Salary {NAME}, July")
