"""Rows whose values moved over by a column, because a value held the delimiter."""

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
        "rows",
        [
            ('5010,"4200,50",10', '2961,"-4200,50",10'),
            ("5010,4200.50,10", "2961,-4200.50,10"),
            ("5010,4200,410", "2961,-4200,410"),
            ("5010,100,410", "2961,-100,410"),
            ("5010,4200,10", "6110,800,20", "2961,-5000,"),
            ("5010,4200,10", "6110,800,A1", "2961,-5000,10"),
            ("5010,4200,", "2961,-4200,"),
        ],
    )
    def test_are_told_from_cost_centers(self, rows: tuple[str, ...]) -> None:
        content = csv(TAGGED, *(f"2026-07-31,{row}" for row in rows))

        assert len(read(content, name="july.csv").lines) == len(rows)

    def test_are_told_from_texts(self) -> None:
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
    def test_are_refused_where_the_others_show_how_many_cells_there_are(
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

    def test_are_refused_where_only_blanks_stand_beyond_the_headers(self) -> None:
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
            # The same number of blanks behind every row.
            ("5010;1,00;Palkat;410;P1;;", "2961;-1,00;Velka;;;;"),
            # A blank behind each delimiter.
            ("5010; 1,00; Palkat; 410; P1", "2961; -1,00; Velka; 410"),
            # Two rows tell no number of cells.
            ("5010;1,00;", "2961;-1,00;Velka;410"),
        ],
    )
    def test_are_told_from_rows_of_other_lengths(self, rows: tuple[str, ...]) -> None:
        content = csv(
            "Pvm;Tili;Summa;Selite;Kustannuspaikka;Kustannusyksikkö",
            *(f"31.7.2026;{row}" for row in rows),
        )

        journal = read(content, name="july.csv")

        assert len(journal.lines) == len(rows)
        assert noted(journal) == []
