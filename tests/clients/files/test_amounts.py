"""Amounts as people and programs write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.clients.files.amounts import read_amounts
from tilisilta.clients.files.raw import Fault


class TestReadAmounts:
    @pytest.mark.parametrize(
        ("written", "amount"),
        [
            ("12,50", "12.50"),
            ("12.50", "12.50"),
            ("1 234,50", "1234.50"),
            ("1\u00a0234,50", "1234.50"),
            ("1\u202f234\u202f567,5", "1234567.5"),
            ("1.234,50", "1234.50"),
            ("1,234.50", "1234.50"),
            ("1'234.50", "1234.50"),
            ("1.234.567", "1234567"),
            ("-12,50", "-12.50"),
            ("\u221212,50", "-12.50"),
            ("12,50-", "-12.50"),
            ("+12,50", "12.50"),
            ("12,500", "12.50"),
            ("0,500", "0.5"),
            ("0", "0"),
            ("999999999999.99", "999999999999.99"),
        ],
    )
    def test_reads_what_can_mean_one_thing_only(self, written: str, amount: str) -> None:
        read = read_amounts([written, "0,01"] if written == "12,500" else [written])

        assert read[written] == Decimal(amount)

    @pytest.mark.parametrize(
        ("written", "code", "reason"),
        [
            ("", "F08", "empty"),
            ("abc", "F08", "unreadable"),
            ("1,2,3", "F08", "unreadable"),
            ("12,50 €", "F08", "unreadable"),
            ("-12,50-", "F08", "unreadable"),
            ("12,", "F08", "unreadable"),
            ("1 23,50", "F08", "unreadable"),
            ("1.234 567,00", "F08", "unreadable"),
            ("١٢,50", "F08", "unreadable"),
            ("NaN", "F08", "unreadable"),
            ("1e3", "F08", "unreadable"),
            ("12,345", "F08", "ambiguous"),
            ("12,3456", "F09", ""),
            ("0,001", "F09", ""),
            ("1234,567", "F09", ""),
            ("1000000000000,00", "F08", "too-large"),
            ("1000000000000,001", "F08", "too-large"),
            ("9" * 60, "F08", "too-large"),
        ],
    )
    def test_reports_why_it_cannot_read(self, written: str, code: str, reason: str) -> None:
        read = read_amounts([written])

        assert read[written] == (code, reason)

    def test_uses_the_whole_file_to_distinguish_thousands_and_decimals(self) -> None:
        read = read_amounts(["1,234", "5.50"])

        assert read["1,234"] == Decimal(1234)

    def test_recognises_three_decimals_by_the_other_amounts(self) -> None:
        read = read_amounts(["1,234", "5,50"])

        assert read["1,234"] == ("F09", "")

    def test_reads_the_numbers_of_a_workbook_by_their_digits(self) -> None:
        read = read_amounts([Decimal("1.5"), Decimal("0.30000000000000004"), Decimal("Infinity")])

        assert read[Decimal("1.5")] == Decimal("1.5")
        assert read[Decimal("0.30000000000000004")] == ("F09", "")
        assert read[Decimal("Infinity")] == ("F08", "too-large")

    @given(
        cents=st.lists(st.integers(min_value=-(10**13), max_value=10**13), min_size=1),
        sign=st.sampled_from(",."),
        group=st.sampled_from(["", " ", "\u00a0", "'"]),
    )
    def test_reads_back_every_amount_with_cents(
        self, cents: list[int], sign: str, group: str
    ) -> None:
        amounts = [Decimal(number).scaleb(-2) for number in cents]
        written = [
            f"{amount:,.2f}".translate({ord(","): group, ord("."): sign}) for amount in amounts
        ]

        read = read_amounts(written)

        assert [read[text] for text in written] == amounts

    @given(st.text(max_size=12))
    def test_reads_or_refuses_whatever_a_cell_holds(self, text: str) -> None:
        read = read_amounts([text])

        assert isinstance(read[text], Decimal | Fault)
