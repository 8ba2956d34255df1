"""Amounts with reversed signs, for files whose debits are negative."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clients.files.samples import codes, journal_xml, read, refusal, xml_line


def amounts(content: str, *, debit_negative: bool) -> list[Decimal]:
    journal = read(content, name="a.csv", debit_negative=debit_negative)
    return [line.amount for line in journal.lines]


class TestDebitNegative:
    def test_reverses_the_sign_of_every_amount(self) -> None:
        content = "Tili;Summa;Kausi\n5010;-42,00;2026-07\n2961;42,00;2026-07\n1910;0;2026-07\n"

        assert amounts(content, debit_negative=True) == [Decimal(42), Decimal(-42), Decimal(0)]
        assert str(amounts(content, debit_negative=True)[2]) == "0"

    @given(st.lists(st.decimals(-(10**6), 10**6, places=2), min_size=1, max_size=5, unique=True))
    def test_is_the_opposite_of_the_file_as_it_is(self, values: list[Decimal]) -> None:
        rows = "".join(f"5010;{value};2026-07\n" for value in values)
        content = f"Tili;Summa;Kausi\n{rows}2961;1.00;2026-07\n"

        turned = amounts(content, debit_negative=True)

        assert turned == [-amount for amount in amounts(content, debit_negative=False)]

    @pytest.mark.parametrize(
        "content",
        [
            "Tili;Debet;Kredit;Kausi\n5010;1,00;;2026-07\n",
            "Tili;Summa;D/K;Kausi\n5010;1,00;D;2026-07\n",
            journal_xml(xml_line()),
        ],
    )
    def test_is_refused_where_the_file_gives_the_side_itself(self, content: str) -> None:
        name = "a.xml" if content.startswith("<") else "a.csv"

        findings = refusal(content, name=name, debit_negative=True)

        assert codes(findings) == [("F27", None)]
