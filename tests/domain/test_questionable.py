from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.questionable import Question, question_about


class TestQuestionAbout:
    @pytest.mark.parametrize(
        "code",
        [
            "4200,00",
            "4200.0",
            "-4200,00",
            "\u22124200,00",
            "4200.00-",
            "4 200",
            "4\u00a0200",
            "4.200,00",
            "1'234.50",
            "1,234,567",
            "4,20E+02",
            "4.2e2",
            "1E+05",
            ".50",
            "-5",
            "(100,00)",
            "50%",
            "33,3 %",
            "€ 410",
            "410 €",
            "410 kr",
            "EUR 410",
            *("4200.-", "4200,-", "4200,--", "4200:-", "4 200,-", "4200,", "4200.", "4200,50:-"),
            *("7,5 h", "0,5 pv", "1.5 kpl", "37,50 tim", "12,5 km"),
            *("0", "000", "0000", "\uff10"),
            *("-", "\u2013", "\u2014", "--", "?", "???", "...", "*", "_", "/", "\u2026", "n.n."),
            *(
                "yht.",
                "Yht",
                "yhteensä",
                "YHTEENSÄ:",
                "summa",
                "Total",
                "Totalt",
                "Totaal",
                "I alt",
            ),
            *("Delsumma", "Välisumma", "Loppusumma", "Grand total", "410 yhteensä", "Totalsumma"),
        ],
    )
    def test_questions_numbers(self, code: str) -> None:
        assert question_about(code) is Question.NUMBER

    @pytest.mark.parametrize(
        "code",
        [
            "31.7.2026",
            "31.7.26",
            "2026-07-31",
            "2026.07.31",
            "20260731",
            "7/31/2026",
            "31/07/26",
            "1.7.",
            "1-Jul",
            "Jul-26",
            "1.heinä",
            "12 maj",
            "2026-07-31 00:00:00",
            "2026-07-31T00:00:00Z",
            *(
                "1/8",
                "01/08",
                "31/7",
                "7/31",
                "2026-07",
                "2026/7",
                "7/2026",
                "07-2026",
                "07/2026",
                "2026 07",
                "2026M07",
            ),
            *("2026W27", "2026-W27", "vk 27", "v. 27/2026", "Q3/2026", "Q3 2026"),
            *("2026-Q3", "2026Q3", "1.-31.7.2026", "1.7.2026-31.7.2026"),
            *(
                "07:30",
                "7:30",
                "7:30:00",
                "07:30 PM",
                "klo 7:30",
                "kl. 07:30",
                "162:30",
                "8:00-16:00",
            ),
            *("heinä 2026", "Juli-2026", "Jul/26"),
        ],
    )
    def test_questions_dates(self, code: str) -> None:
        assert question_about(code) is Question.DATE

    @pytest.mark.parametrize(
        "code",
        [
            *('="420"', "'420", '"420"', "#N/A", "#REF!", "=A1", "nan"),
            *("#PUUTTUU!", "#ARVO!", "#VIITTAUS!", "#JAKO/0!", "#NIMI?", "#LUKU!", "#TYHJÄ!"),
            *("#SAKNAS!", "#VÄRDEFEL!", "#REFERENS!", "#DIVISION/0!", "#NAMN?", "#OGILTIGT!"),
            *("#SKÄRNING!", "#V\u00c4RDEFEL!", "#VA\u0308RDEFEL!", "#värdefel!", "#Saknas"),
            *("#N/B", "#WAARDE!", "#VERW!", "#DEEL/0!", "#NAAM?", "#GETAL!", "#LEEG!"),
            *("#I/T", "#VÆRDI!", "#REFERENCE!", "#NAVN?", "#NUL!", "#NUM!", "#OVERLØB!"),
            *("#WERT!", "#BEZUG!", "#NV", "#GETTING_DATA", "####", "#N/A N/A", "Err:502"),
            *("N/A", "n/a", "N.A.", "n.a", "(blank)", "(tyhjä)", "(tom)", "(leeg)", "Virhe:508"),
            *("TRUE", "False", "TOSI", "EPÄTOSI", "SANT", "FALSKT", "Sann", "WAAR", "ONWAAR"),
            *("SAND", "FALSK", "WAHR", "FALSCH"),
        ],
    )
    def test_questions_what_a_spreadsheet_writes(self, code: str) -> None:
        assert question_about(code) is Question.FORMULA

    @pytest.mark.parametrize("code", ["420.0", "0420", "420 Siivous", "4,20E+02", "'420", "４２０"])
    def test_questions_what_looks_like_an_item(self, code: str) -> None:
        assert question_about(code, ["100", "420"]) is Question.LIKE_ITEM

    @pytest.mark.parametrize(
        "code",
        [
            "410",
            "10",
            "7",
            "007",
            "4200",
            "2026",
            "1234567",
            "20261399",
            "P-108",
            "A1",
            "KP 10",
            "2026-13",
            "26-001",
            "1.2.3",
            "1E5",
            "100E",
            "Myynti",
            "12 Marketing",
            "Maj & Co",
            "May",
            "Dec",
            "N/A-1",
            "Tuotanto Oulu",
            *("Sand", "Total Energy", "Summanen", "Yhteiset", "Q3", "A-", "0A", "130 h"),
            *("K7:3", "W27", "Sanna", "Tosihyvä", "P-2026-07", "Truesalon", "T0"),
        ],
    )
    def test_accepts_plain_codes(self, code: str) -> None:
        assert question_about(code, ["100", "210"]) is None

    def test_accepts_the_form_that_the_items_have(self) -> None:
        assert question_about("10.3", ["10.1", "10.2"]) is None
        assert question_about("10.3", ["10.1", "200"]) is Question.NUMBER
        assert question_about("2026-07", ["2025-01", "2025-02"]) is None
        assert question_about("20260731", ["10000001", "10000002"]) is None

    @pytest.mark.parametrize("code", ["0", "000", "0000"])
    def test_questions_zeros_although_the_items_are_numbers(self, code: str) -> None:
        assert question_about(code, ["100", "210", "2100", "7"]) is Question.NUMBER

    def test_questions_a_date_of_figures_although_the_items_are_numbers(self) -> None:
        assert question_about("20260731", ["100", "210"]) is Question.DATE

    @given(st.decimals(Decimal("0.01"), Decimal(10**6), places=2))
    def test_questions_every_amount(self, amount: Decimal) -> None:
        written = (
            f"{amount:.2f}",
            f"{amount:,.2f}",
            f"-{amount:.2f}",
            f"{amount:.2f}".replace(".", ","),
        )

        assert {question_about(text) for text in written} == {Question.NUMBER}

    @given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
    def test_questions_every_date(self, day: date) -> None:
        written = (day.isoformat(), f"{day.day}.{day.month}.{day.year}", f"{day:%Y%m%d}")

        assert {question_about(text) for text in written} == {Question.DATE}

    @given(st.integers(min_value=1, max_value=9_999_999))
    def test_accepts_every_whole_number(self, number: int) -> None:
        assert question_about(str(number)) is None
