"""Repeated content: a journal pasted again, or a second one under headers of its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clients.files.samples import (
    codes,
    journal_xml,
    noted,
    question,
    read,
    refusal,
    report,
    report_item,
    xml_line,
)

HEADERS = "Pvm;Tili;Selite;Summa"
BLOCK = ("5010;Palkat;42,00", "6110;TyEL;7,00", "2961;Velka;-42,00", "2931;TyEL;-7,00")
HIGHEST = 10**6


def table(*rows: str, headers: str = HEADERS) -> str:
    return "\n".join([headers, *(f"31.7.2026;{row}" for row in rows)]) + "\n"


class TestRepeatedLines:
    @pytest.mark.parametrize("times", [2, 3])
    def test_are_refused_as_a_block(self, times: int) -> None:
        findings = refusal(table(*BLOCK * times), name="july.csv")

        assert codes(findings) == [("F29", 6)]
        assert findings[0].facts == {"block": "4", "count": str(times)}

    def test_are_refused_after_blank_rows(self) -> None:
        content = table(*BLOCK) + ";;;\n\n" + table(*BLOCK).partition("\n")[2]

        assert codes(refusal(content, name="july.csv")) == [("F29", 8)]

    def test_are_refused_with_other_row_numbers(self) -> None:
        rows = [f"{row};{number}" for number, row in enumerate(BLOCK * 2)]

        findings = refusal(table(*rows, headers=f"{HEADERS};Rivi"), name="july.csv")

        assert codes(findings) == [("F29", 6)]

    def test_are_refused_in_a_journal_of_nmbrs(self) -> None:
        block = (
            xml_line("5010", "42.00"),
            xml_line("6110", "7.00"),
            xml_line("2961", "42.00", "credit"),
            xml_line("2931", "7.00", "credit"),
        )

        findings = refusal(journal_xml(*block, *block), name="july.xml")

        assert [finding.code for finding in findings] == ["F29"]

    def test_are_a_warning_where_the_block_is_short(self) -> None:
        journal = read(
            table("5010;a;5,00", "2961;b;-5,00", "5010;a;5,00", "2961;b;-5,00"), name="a"
        )

        assert noted(journal) == ["N44"]
        assert journal.notes[0].facts == (("block", "2"), ("count", "2"))

    def test_are_a_warning_in_another_order(self) -> None:
        assert noted(read(table(*sorted(BLOCK * 2)), name="july.csv")) == ["N44"]

    def test_are_a_warning_where_they_are_too_many_to_be_pasted(self) -> None:
        assert noted(read(table(*BLOCK * 5), name="july.csv")) == ["N44"]

    def test_are_distinguished_by_a_column_that_is_not_read(self) -> None:
        rows = [f"{row};{name}" for name in ("1", "2") for row in BLOCK]

        journal = read(table(*rows, headers=f"{HEADERS};Henkilönumero"), name="july.csv")

        assert noted(journal) == []

    def test_are_distinguished_by_the_employees_of_a_report(self) -> None:
        items = [
            report_item("5010", "42,00"),
            report_item("6110", "7,00"),
            report_item("2961", "", "42,00"),
            report_item("2931", "", "7,00"),
        ]
        others = [item.replace("Aino Keksitty", "Eino Keksitty") for item in items]

        assert noted(read(report(*items, *others), name="report.xml")) == []
        assert codes(refusal(report(*items, *items), name="report.xml")) == [("F29", 7)]

    def test_are_no_problem_in_a_journal_with_equal_lines(self) -> None:
        content = table("5010;a;5,00", "5010;a;5,00", "2961;b;-10,00")

        assert noted(read(content, name="july.csv")) == []

    @given(
        st.lists(st.integers(min_value=1, max_value=HIGHEST), min_size=4, max_size=9, unique=True)
    )
    def test_never_get_into_a_journal_twice(self, amounts: list[int]) -> None:
        rows = [f"5010;line;{amount}" for amount in amounts] + [f"2961;net;{-sum(amounts)}"]

        findings = refusal(table(*rows, *rows), name="july.csv")

        assert "F29" in {finding.code for finding in findings}


class TestRepeatedHeaders:
    @pytest.mark.parametrize(
        "again",
        [HEADERS, "pvm;TILI;selite;summa", "Date;Account;Description;Amount", "Tili;Selite;Debet"],
    )
    def test_are_refused(self, again: str) -> None:
        content = table(*BLOCK) + table(*BLOCK, headers=again)

        findings = refusal(content, name="july.csv")

        assert codes(findings) == [("F28", 6)]


class TestTwoPayrolls:
    @staticmethod
    def months(*factors: int) -> str:
        rows = [
            f"28.{month}.2026;{account};Palkat;{amount * factor}"
            for month, factor in enumerate(factors, 6)
            for account, amount in (("5010", 42), ("6110", 7), ("2961", -42), ("2931", -7))
        ]
        return "\n".join([HEADERS, *rows]) + "\n"

    @pytest.mark.parametrize("factors", [(10, 10), (10, 15), (10, 6), (1, 8, 10)])
    def test_are_a_warning(self, factors: tuple[int, ...]) -> None:
        journal = read(self.months(*factors), name="july.csv")

        assert noted(journal) == ["N45"]
        assert journal.notes[0].fact("period") == f"2026-0{4 + len(factors)}"

    @pytest.mark.parametrize("factors", [(1, 10), (3, 10), (1, 1, 10), (10,)])
    def test_are_distinguished_from_corrections(self, factors: tuple[int, ...]) -> None:
        assert noted(read(self.months(*factors), name="july.csv")) == []


class TestAmountsInTwoWays:
    def test_are_a_question_for_a_person(self) -> None:
        content = table("5010;5,00;5,00;", headers="Pvm;Tili;Summa;Debet;Kredit")

        assert question(content, name="july.csv").guess.lacks == ("amount",)
