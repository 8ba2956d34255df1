"""Rows whose values moved by one column, because a value contained the delimiter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clients.files.samples import codes, noted, read, refusal


def csv(*rows: str) -> str:
    return "\n".join(rows) + "\n"


DESCRIBED = "Date,Account,Amount,Description"
TAGGED = "Date,Account,Amount,Cost center"


class TestAmountsCutByCommas:
    @pytest.mark.parametrize(
        "rows",
        [
            (DESCRIBED, "2026-07-31,5010,4200,50", "2026-07-31,2961,-4200,50"),
            (DESCRIBED, "2026-07-31,5010,4200,5", "2026-07-31,2961,-4200,5"),
            (DESCRIBED, "2026-07-31,5010,4200,00", "2026-07-31,2961,-4200,00"),
            (DESCRIBED, "2026-07-31,5010,4,200.50", "2026-07-31,2961,-4,200.50"),
            (DESCRIBED, "2026-07-31,5010,4,200", "2026-07-31,2961,-4,200"),
            (TAGGED, "2026-07-31,5010,4200,50", "2026-07-31,2961,-4200,50"),
            (f"{DESCRIBED},Cost center", "2026-07-31,5010,9,50,Pay", "2026-07-31,2961,-9,50,Net"),
            (f"{TAGGED},Cost unit", "2026-07-31,5010,4200,50", "2026-07-31,2961,-4200,50"),
            (
                "Account,Amount,Cost center,Cost unit,Date",
                "5010,4200,50,,2026-07-31",
                "2961,-4200,50,,2026-07-31",
            ),
            (f"sep=,\n{DESCRIBED}", "2026-07-31,5010,4200,50", "2026-07-31,2961,-4200,50"),
        ],
    )
    def test_are_refused_wherever_the_cents_went(self, rows: tuple[str, ...]) -> None:
        findings = refusal(csv(*rows), name="july.csv")

        assert [finding.code for finding in findings] == ["F13", "F13"]
        assert {finding.facts["reason"] for finding in findings} == {"cut-amounts"}

    @pytest.mark.parametrize("headers", [DESCRIBED, f"{DESCRIBED},Cost center", TAGGED])
    @pytest.mark.parametrize(
        ("wages", "net"),
        [
            ("4 200,50", "-4 200,50"),
            ("12 200,50", "-12 200,50"),
            ("4'200,50", "-4'200,50"),
            ("4\u2019200,50", "-4\u2019200,50"),
            ("4\u00a0200,50", "-4\u00a0200,50"),
            ("4\u2009200,50", "-4\u2009200,50"),
            ("4\u202f200,50", "\u22124\u202f200,50"),
            ("1 234 200,5", "\u20131 234 200,5"),
            ("1.234.200,50", "-1.234.200,50"),
            ("4 200,50", "4 200,50-"),
            ("4200,50", "4200,50\u2212"),
            ("4200,50", "4200,50 -"),
            ("4200,50 EUR", "-4200,50 EUR"),
            ("4 200,50 eur", "4 200,50- eur"),
            ("4200,50EUR", "4200,50EUR-"),
            ("4200,50 \u20ac", "-4200,50 \u20ac"),
            ("4200,50\u00a0\u20ac", "-4200,50\u00a0\u20ac"),
            ("4 200,50 kr", "-4 200,50 kr"),
            ("4200,50 kr.", "-4200,50 kr."),
            ("4200,50 SEK", "-4200,50 SEK"),
            ("4200,50 euroa", "-4200,50 euroa"),
            ("4200,50 e", "-4200,50 e"),
            ("4,200.50 EUR", "-4,200.50 EUR"),
        ],
    )
    def test_are_refused_however_the_amounts_are_written(
        self, headers: str, wages: str, net: str
    ) -> None:
        content = csv(headers, f"2026-07-31,5010,{wages}", f"2026-07-31,2961,{net}")

        findings = refusal(content, name="july.csv")

        assert codes(findings) == [("F13", 2), ("F13", 3)]
        assert {finding.facts["reason"] for finding in findings} == {"cut-amounts"}

    @pytest.mark.parametrize("headers", [DESCRIBED, TAGGED])
    @pytest.mark.parametrize(
        "amounts",
        [
            ("4 200,50", "300,25", "-4 500,75"),
            ("300,25", "4'200,50", "-4'500,75"),
            ("1.234.567,50", "4.200,25", "-1.238.767,75"),
            ("4 200,50", "0,50", "-4 201,00"),
            ("999,50 EUR", "1 000,50 EUR", "-2 000,00 EUR"),
            ("4 200,50", "1 000,00", "5 200,50-"),
        ],
    )
    def test_are_refused_beside_amounts_in_groups(
        self, headers: str, amounts: tuple[str, ...]
    ) -> None:
        content = csv(headers, *(f"2026-07-31,5010,{amount}" for amount in amounts))

        assert codes(refusal(content, name="july.csv")) == [("F13", 2), ("F13", 3), ("F13", 4)]

    def test_are_refused_with_a_currency_though_only_the_rest_balances(self) -> None:
        content = csv(TAGGED, "2026-07-31,5010,4200,50 EUR", "2026-07-31,2961,-4200,51 EUR")

        assert codes(refusal(content, name="july.csv")) == [("F13", 2), ("F13", 3)]

    @pytest.mark.parametrize(
        "amount", ["4 200,50", "4'200,50", "4\u2019200,50", "4\u00a0200,50", "4.200,50"]
    )
    @pytest.mark.parametrize(
        ("delimiter", "quote"), [(";", ""), ("\t", ""), ("|", ""), (",", '"'), (";", '"')]
    )
    def test_are_accepted_with_other_delimiters_or_in_quotes(
        self, amount: str, delimiter: str, quote: str
    ) -> None:
        content = csv(
            DESCRIBED.replace(",", delimiter),
            delimiter.join(("2026-07-31", "5010", f"{quote}{amount}{quote}", "50")),
            delimiter.join(("2026-07-31", "2961", f"{quote}-{amount}{quote}", "50")),
        )

        assert [str(line.amount) for line in read(content, name="july.csv").lines] == [
            "4200.50",
            "-4200.50",
        ]

    def test_are_refused_beside_amounts_without_cents(self) -> None:
        content = csv(
            DESCRIBED,
            "2026-07-31,5010,4200,50",
            "2026-07-31,6110,730",
            "2026-07-31,2961,-4200,50",
            "2026-07-31,2931,-730",
        )

        assert codes(refusal(content, name="july.csv")) == [("F13", 2), ("F13", 4)]

    def test_are_refused_where_only_the_cents_make_it_balance(self) -> None:
        content = csv(
            TAGGED,
            '2026-07-31,5010,"4200,50"',
            "2026-07-31,6110,730,80",
            '2026-07-31,2961,"-4931,30"',
        )

        assert codes(refusal(content, name="july.csv")) == [("F13", 3)]

    def test_are_refused_beside_cost_centers_where_only_the_cents_make_it_balance(self) -> None:
        content = csv(
            f"{TAGGED},Cost unit",
            "2026-07-31,5010,4200,50,410",
            "2026-07-31,6110,730,80",
            "2026-07-31,7030,100,410",
            "2026-07-31,1910,-100",
            "2026-07-31,2961,-4931,30",
        )

        assert codes(refusal(content, name="july.csv")) == [("F13", 2), ("F13", 3), ("F13", 6)]

    @pytest.mark.parametrize(
        ("headers", "rows", "lines"),
        [
            ("{},Cost center", ("4200,210", "730,80", "-4930,80"), (3, 4)),
            ("{},Cost unit", ("4200,P1", "730,80", "-4930,80"), (3, 4)),
            ("{},Cost center", ("4200,10", "800,A1", "-5000,10"), (2, 4)),
            ("{},Cost center", ("4200,210", "730,5", "-4930,5"), (3, 4)),
            ("{},Cost center", ("4200,210", "730,80", "100,40", "-5031,20"), (3, 4, 5)),
            ("{},Cost center", ("4200,210", "730,80", "4930,80-"), (3, 4)),
            ("{},Cost center", ("4200,Oulu", "730,80", "\u22124930,80"), (3, 4)),
            ("{},Cost center,Cost unit", ("4200,210,P1", "730,80,410", "-4930,80,410"), (3, 4)),
            ("{},Cost center", ("30.00,210", "4,200.50", "-4,200.50", "-30.00,210"), (3, 4)),
        ],
    )
    def test_are_refused_beside_codes_where_it_balances_with_cents_as_well(
        self, headers: str, rows: tuple[str, ...], lines: tuple[int, ...]
    ) -> None:
        content = csv(
            headers.format("Date,Account,Amount"), *(f"2026-07-31,5010,{row}" for row in rows)
        )

        assert codes(refusal(content, name="july.csv")) == [("F13", line) for line in lines]

    @pytest.mark.parametrize(
        ("headers", "rows"),
        [
            ("D/C,Amount,Cost center", ("D,4200,210", "D,730,80", "C,4930,80")),
            ("D/C,Amount,Cost unit", ("debet,4200,P1", "Debet,730,80", "Kredit,4930,80")),
            (
                "Debit,Cost center,Credit,Cost unit",
                ("4200,210", "730,80", ",,4200,P1", ",,730,80"),
            ),
        ],
    )
    def test_are_refused_beside_codes_however_the_side_is_given(
        self, headers: str, rows: tuple[str, ...]
    ) -> None:
        content = csv(f"Date,Account,{headers}", *(f"2026-07-31,5010,{row}" for row in rows))

        findings = refusal(content, name="july.csv")

        assert {finding.facts["reason"] for finding in findings} == {"cut-amounts"}
        assert [finding.line for finding in findings] == [3, len(rows) + 1]

    def test_are_distinguished_from_cost_centers_beside_debits_that_balance(self) -> None:
        content = csv(
            "Date,Account,Debit,Cost center,Credit",
            "2026-07-31,5010,4200,10,",
            "2026-07-31,5010,730,20,",
            "2026-07-31,2961,,,4930",
        )

        assert len(read(content, name="july.csv").lines) == 3

    @pytest.mark.parametrize(
        "rows",
        [
            ('5010,"4200,50",10', '2961,"-4200,50",10'),
            ("5010,4200.50,10", "2961,-4200.50,10"),
            ("5010,4200,410", "2961,-4200,410"),
            ("5010,100,410", "2961,-100,410"),
            ("5010,4200,10", "6110,800,20", "2961,-5000,"),
            ("5010,4200,10", "6110,800,A1", "2961,-4200,20", "2961,-800,"),
            ("5010,4200,", "2961,-4200,"),
            # The codes of these would balance as cents. Rows that end in blanks show that none is
            # too long; amounts with a point or in quotes show how the program writes cents.
            ("5010,4200,210", "5010,730,80", "2961,-730,80", "2961,-4200,"),
            ("5010,4200.50,210", "5010,730,80", "2961,-730,80", "2961,-4200.50,210"),
            ('5010,"4200,50",210', "5010,730,80", "2961,-730,80", '2961,"-4200,50",210'),
            # Amounts in groups, with cost centers of their own.
            ("5010,4 200.50,50", "2961,-4 200.50,50"),
            ("5010,4'200,410", "2961,-4'200,410"),
            ("5010,4 200,10", "6110,1 800,20", "2961,-6 000,"),
            ('5010,"4.200,50",10', '2961,"-4.200,50",10'),
            ('5010,"4,200.50",10', '2961,"-4,200.50",10'),
            ("5010,4200,10E", "2961,-4200,10E"),
            ("5010,4200,10 E", "6110,800,20 E", "2961,-5000,"),
            ("5010,4.20,10", "5010,4.200,20", "2961,-8.40,"),
            # Joined with the amounts they would not balance.
            ("5010,4200,210", "5010,730,80", "2961,-4930,81"),
        ],
    )
    def test_are_distinguished_from_cost_centers(self, rows: tuple[str, ...]) -> None:
        content = csv(TAGGED, *(f"2026-07-31,{row}" for row in rows))

        assert len(read(content, name="july.csv").lines) == len(rows)

    def test_are_distinguished_from_texts(self) -> None:
        content = csv(DESCRIBED, "2026-07-31,5010,4200,Wages", "2026-07-31,2961,-4200,Net")

        assert len(read(content, name="july.csv").lines) == 2

    @given(st.lists(st.integers(min_value=100, max_value=10**9), min_size=1, max_size=6))
    def test_never_lose_their_cents(self, cents: list[int]) -> None:
        rows = [f"2026-07-31,5010,{one // 100},{one % 100:02}" for one in cents]
        rows += [f"2026-07-31,2961,-{one // 100},{one % 100:02}" for one in cents]

        findings = refusal(csv(DESCRIBED, *rows), name="july.csv")

        assert {finding.code for finding in findings} == {"F13"}


class TestTextsCutByTheDelimiter:
    @pytest.mark.parametrize("text", ["Wages; bonus", "Wages;bonus"])
    @pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
    def test_are_refused_where_other_rows_show_the_number_of_cells(
        self, delimiter: str, text: str
    ) -> None:
        content = csv(
            "Date;Account;Amount;Description;Cost center;Cost unit",
            f"2026-07-31;5010;4200.00;{text};410",
            "2026-07-31;6110;100.00;Pension;410",
            "2026-07-31;2961;-4300.00;Net;",
        ).replace(";", delimiter)

        findings = refusal(content, name="july.csv")

        assert codes(findings) == [("F13", 2)]
        assert findings[0].facts == {"reason": "ragged"}

    def test_are_refused_where_only_blanks_follow_the_headers(self) -> None:
        content = csv(
            "Pvm;Tili;Summa;Selite;Kustannuspaikka;Kustannusyksikkö",
            "31.7.2026;5010;4200,00;Palkat;lisät;410;",
            "31.7.2026;6110;100,00;TyEL;410;",
            "31.7.2026;2961;-4300,00;Velka;;",
        )

        assert codes(refusal(content, name="july.csv")) == [("F13", 2)]

    @pytest.mark.parametrize(
        "rows",
        [
            # Rows without the blanks at their end.
            ("5010;4200,00;Palkat;410;P1", "6110;100,00;TyEL;410", "2961;-4300,00;Velka"),
            # The same number of blanks after every row.
            ("5010;1,00;Palkat;410;P1;;", "2961;-1,00;Velka;;;;"),
            # A blank after each delimiter.
            ("5010; 1,00; Palkat; 410; P1", "2961; -1,00; Velka; 410"),
            # Two rows do not show a number of cells.
            ("5010;1,00;", "2961;-1,00;Velka;410"),
        ],
    )
    def test_are_distinguished_from_rows_of_other_lengths(self, rows: tuple[str, ...]) -> None:
        content = csv(
            "Pvm;Tili;Summa;Selite;Kustannuspaikka;Kustannusyksikkö",
            *(f"31.7.2026;{row}" for row in rows),
        )

        journal = read(content, name="july.csv")

        assert len(journal.lines) == len(rows)
        assert noted(journal) == []
