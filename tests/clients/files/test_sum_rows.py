"""Rows that add up other rows: never booked, whatever they are called."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clients.files.samples import (
    Finding,
    codes,
    noted,
    read,
    refusal,
    report,
    report_item,
    workbook,
)

HEADERS = "Pvm;Tili;Selite;Summa"


def table(*rows: str, headers: str = HEADERS) -> str:
    return "\n".join([headers, *(f"31.7.2026;{row}" for row in rows)]) + "\n"


def with_sums(text: str) -> str:
    """A ledger report with a row of that text under each account: lines 4 and 6 of the file."""
    return table(
        "5010;Kuukausipalkat;4200,00",
        "5010;Lisät;300,00",
        f"5010;{text};4500,00",
        "2961;Maksettavat palkat;-4500,00",
        f"2961;{text};-4500,00",
    )


def facts_of(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(one.facts["column"], one.facts["reason"]) for one in findings}


class TestWordsForASum:
    @pytest.mark.parametrize(
        "text",
        [
            "Yhteensä",
            "YHTEENSÄ:",
            "*** Yhteensä ***",
            "Yht.",
            "Tili yhteensä",
            "Tilin 5010 summa",
            "Kaikki yhteensä",
            "Loppusumma",
            "Välisumma",
            "Summa",
            "Summa konto 5010",
            "Konto totalt",
            "Delsumma",
            "Slutsumma",
            "Totalsumma",
            "Total",
            "Subtotal",
            "Sub-total",
            "Grand Total",
            "Total for account 5010",
            "5010 Total",
            "Sum of account",
            "Totaal",
            "Subtotaal",
            "Eindtotaal",
            "Totaal rekening 5010",
            "Zwischensumme",
            "I alt",
            "Tot.",
            "Kontosumma",
            "Tilisumma",
            "Lönesumma",
        ],
    )
    def test_are_recognised_in_the_description(self, text: str) -> None:
        findings = refusal(with_sums(text), name="july.csv")

        assert codes(findings) == [("F12", 4), ("F12", 6)]
        assert facts_of(findings) == {("Selite", "sum")}

    @pytest.mark.parametrize(
        "text",
        ["Palkat yhteensä", "Summa löner", "Total wages", "Totaal lonen", "Yhteensä 5010 Palkat"],
    )
    def test_count_among_other_words_where_the_amounts_add_up(self, text: str) -> None:
        findings = refusal(with_sums(text), name="july.csv")

        assert codes(findings) == [("F12", 4), ("F12", 6)]

    @pytest.mark.parametrize(
        "text",
        [
            "Alkusaldo",
            "Loppusaldo",
            "Saldo",
            "Ingående balans",
            "UB",
            "Opening balance",
            "Closing balance",
            "Balance brought forward",
            "Eindsaldo",
            "Saldo 31.7.2026",
        ],
    )
    def test_are_distinguished_from_words_for_a_balance(self, text: str) -> None:
        findings = refusal(with_sums(text), name="july.csv")

        assert codes(findings) == [("F12", 4), ("F12", 6)]
        assert facts_of(findings) == {("Selite", "balance")}

    @pytest.mark.parametrize(
        ("header", "column"),
        [
            ("Kustannuspaikka", "Kustannuspaikka"),
            ("Kustannusyksikkö", "Kustannusyksikkö"),
            ("Tilin nimi", "Tilin nimi"),
            ("Työntekijä", "Työntekijä"),
            ("Rivi", "Rivi"),
        ],
    )
    def test_are_recognised_in_every_column(self, header: str, column: str) -> None:
        content = table(
            "5010;a;100;4200,00",
            "5010;b;210;300,00",
            "5010;;Yhteensä;4500,00",
            "2961;c;;-4500,00",
            "2961;;Yhteensä;-4500,00",
            headers=f"Pvm;Tili;Selite;{header};Summa",
        )

        findings = refusal(content, name="july.csv")

        assert codes(findings) == [("F12", 4), ("F12", 6)]
        assert facts_of(findings) == {(column, "sum")}

    def test_are_recognised_above_the_lines_they_add_up(self) -> None:
        content = table(
            "5010;Palkat yhteensä;4500,00",
            "5010;Kuukausipalkat;4200,00",
            "5010;Lisät;300,00",
            "2961;Velat yhteensä;-4500,00",
            "2961;Velka;-4500,00",
        )

        assert codes(refusal(content, name="july.csv")) == [("F12", 2), ("F12", 5)]

    def test_are_recognised_at_the_end_of_both_sides(self) -> None:
        content = table(
            "5010;a;4200,00;",
            "2961;b;;4200,00",
            ";Grand Total;4200,00;4200,00",
            headers="Pvm;Tili;Selite;Debet;Kredit",
        )

        findings = refusal(content, name="july.csv")

        assert codes(findings) == [("F12", 4)]
        assert findings[0].facts["reason"] == "sum"

    @pytest.mark.parametrize(
        "row", ["Yhteensä;;;0,00", ";;;Yhteensä", "Tili 5010 yhteensä;;;4200,00"]
    )
    def test_are_recognised_in_place_of_a_date_or_an_amount(self, row: str) -> None:
        content = table("5010;Palkat;4200,00", "2961;Velka;-4200,00") + f"{row}\n"

        findings = refusal(content, name="july.csv")

        assert codes(findings) == [("F12", 4)]
        assert findings[0].facts["reason"] == "sum"

    def test_are_recognised_in_a_workbook(self) -> None:
        content = workbook(
            [
                ("Account", "Description", "Amount", "Period"),
                (5010, "Wages", 4200, "2026-07"),
                (2961, "Payable", -4200, "2026-07"),
                ("Grand Total", "", 0, "2026-07"),
            ]
        )

        assert codes(refusal(content, name="july.xlsx")) == [("F12", 4)]

    def test_are_recognised_in_a_report_without_naming_the_employee(self) -> None:
        total = report_item(debit="10,00").replace("Aino Keksitty", "Totaal")
        debt = report_item(account="2961", debit="", credit="10,00")
        content = report(
            report_item(debit="10,00"), total, debt, debt.replace("Aino Keksitty", "Totaal")
        )

        findings = refusal(content, name="report.xml")

        assert codes(findings) == [("F12", 4), ("F12", 6)]
        assert findings[0].facts["element"] == "EmployeeName"


class TestInnocentWords:
    @pytest.mark.parametrize(
        "rows",
        [
            ("5010;Summa lön;4200,00", "6110;TyEL;730,80", "2961;Netto;-4930,80"),
            ("5010;Palkat;4200,00", "6110;TyEL;730,80", "2961;Yhteensä;-4930,80"),
            ("5010;Palkat;4200,00", "2961;Maksetaan yhteensä;-4200,00"),
            ("5010;Total wages;4200,00", "6110;Total pension;50,00", "2961;Net;-4250,00"),
            ("5010;Yhteensä;4200,00", "2961;Yhteensä;-4200,00"),
            ("5010;Totalpension AB;100,00", "6110;Summary fee;50,00", "2961;x;-150,00"),
            ("5010;Saldovapaa;100,00", "2961;Time balance paid out;-100,00"),
            ("5010;Palkat;4200,00", "2961;Som Chai;-4200,00"),
        ],
    )
    def test_are_texts_of_lines(self, rows: tuple[str, ...]) -> None:
        journal = read(table(*rows), name="july.csv")

        assert len(journal.lines) == len(rows)
        assert noted(journal) == []

    def test_may_be_on_equal_lines_of_two_cost_centers(self) -> None:
        content = table(
            "5010;Palkat yhteensä;100;1000,00",
            "5010;Palkat yhteensä;210;1000,00",
            "2961;Velka;;-2000,00",
            headers="Pvm;Tili;Selite;Kustannuspaikka;Summa",
        )

        assert len(read(content, name="july.csv").lines) == 3


class TestSumsWithoutAWord:
    def test_are_certain_where_their_text_sets_them_apart(self) -> None:
        assert codes(refusal(with_sums(""), name="july.csv")) == [("F12", 4), ("F12", 6)]

    def test_are_certain_without_text_and_cost_center_beside_departments(self) -> None:
        content = table(
            *(
                f"{account};{row}"
                for account, sign in (("5010", ""), ("2961", "-"))
                for row in (f"a;1;{sign}2000,00", f"b;2;{sign}3000,00", f";;{sign}5000,00")
            ),
            headers="Pvm;Tili;Selite;KP;Summa",
        )

        assert codes(refusal(content, name="july.csv")) == [("F12", 4), ("F12", 7)]

    def test_are_certain_where_they_alone_have_a_text(self) -> None:
        content = table(
            *(
                f"{account};{row}"
                for account, sign in (("5010", ""), ("2961", "-"))
                for row in (f";{sign}2000,00", f";{sign}3000,00", f"Rivit;{sign}5000,00")
            )
        )

        assert codes(refusal(content, name="july.csv")) == [("F12", 4), ("F12", 7)]

    @pytest.mark.parametrize(
        ("with_code", "texts"),
        [
            ("KP", ("Tuotanto", "Myynti", "Hallinto")),
            ("Kustannusyksikkö", ("Tuotanto", "Myynti", "Hallinto")),
            ("", ("Tuotanto", "Myynti", "Hallinto")),
            ("KP", ("", "", "Hallinto")),
        ],
    )
    @pytest.mark.parametrize("places", [(0, 1, 2), (2, 0, 1)])
    def test_are_a_warning_where_a_department_is_as_large_as_the_others(
        self, with_code: str, texts: tuple[str, ...], places: tuple[int, ...]
    ) -> None:
        departments = [(texts[at], (2000, 3000, 5000)[at], at + 1) for at in places]
        rows = [
            f"{account};{text};{sign}{amount},00" + (f";{code}" if with_code else "")
            for account, sign in (("5010", ""), ("2961", "-"))
            for text, amount, code in departments
        ]
        content = table(*rows, headers=f"{HEADERS};{with_code}" if with_code else HEADERS)

        journal = read(content, name="july.csv")

        assert len(journal.lines) == len(rows)
        assert noted(journal) == ["N43"]

    def test_are_a_warning_where_no_text_sets_them_apart(self) -> None:
        content = table(
            "5010;4200,00",
            "5010;300,00",
            "5010;4500,00",
            "2961;-4500,00",
            "2961;-4500,00",
            headers="Pvm;Tili;Summa",
        )

        journal = read(content, name="july.csv")

        assert noted(journal) == ["N43"]
        assert journal.notes[0].line == 3

    def test_are_not_suspected_where_two_employees_earn_the_same(self) -> None:
        content = table("5010;a;5,00", "5010;b;5,00", "2961;a;-5,00", "2961;b;-5,00")

        assert noted(read(content, name="july.csv")) == []

    def test_are_not_suspected_where_only_one_account_adds_up(self) -> None:
        content = table("5010;a;1,00", "5010;b;2,00", "5010;c;3,00", "2961;a;-2,00", "2961;b;-4,00")

        assert noted(read(content, name="july.csv")) == []

    @given(
        st.lists(
            st.lists(st.integers(min_value=1, max_value=10**7), min_size=2, max_size=5),
            min_size=1,
            max_size=4,
        )
    )
    def test_never_get_into_a_balanced_journal(self, accounts: list[list[int]]) -> None:
        rows = []
        for number, amounts in enumerate(accounts, start=5010):
            rows += [f"{number};line;{Decimal(one) / 100:.2f}" for one in amounts]
            rows.append(f"{number};;{Decimal(sum(amounts)) / 100:.2f}")
        total = Decimal(sum(map(sum, accounts))) / 100
        rows += [f"2961;line;{-total:.2f}", f"2961;;{-total:.2f}"]

        findings = refusal(table(*rows), name="july.csv")

        assert {finding.code for finding in findings} == {"F12"}
        assert len(findings) == len(accounts) + 1
