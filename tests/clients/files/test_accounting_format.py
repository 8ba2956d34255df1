"""Amounts as spreadsheets show them in accounting format, and sides that are marked twice."""

from decimal import Decimal

import pytest
from tests.clients.files.samples import codes, csv, noted, read, refusal

from tilisilta.clients.files.accounting_format import BareAmount, bare_amount
from tilisilta.clients.files.currencies import currency_code

AMOUNT = "Pvm;Tili;Summa"
SIDES = "Pvm;Tili;Debet;Kredit"
LETTERS = "Pvm;Tili;D/K;Summa"


def amounts(headers: str, *rows: str, delimiter: str = ";") -> list[Decimal]:
    lines = [f"30.6.2026{delimiter}5010{delimiter}{row}" for row in rows]
    content = csv(*lines, headers=headers.replace(";", delimiter))
    return [one.amount for one in read(content, name="june.csv").lines]


class TestBareAmount:
    @pytest.mark.parametrize(
        ("written", "bare"),
        [
            ("(4 200,00)", BareAmount("-4 200,00")),
            ("( 4.200,00 )", BareAmount("-4.200,00")),
            ("4 200,00 €", BareAmount("4 200,00", 0, "EUR")),
            ("-4 200,00\u00a0€", BareAmount("-4 200,00", 0, "EUR")),
            ("€4,200.00", BareAmount("4,200.00", 0, "EUR")),
            ("-€ 4.200,00", BareAmount("-4.200,00", 0, "EUR")),
            ("€ -4.200,00", BareAmount("-4.200,00", 0, "EUR")),
            ("(€ 4,200.00)", BareAmount("-4,200.00", 0, "EUR")),
            ("(4 200,00) €", BareAmount("-4 200,00", 0, "EUR")),
            ("4200,00 euroa", BareAmount("4200,00", 0, "EUR")),
            ("4 200,00 kr", BareAmount("4 200,00")),
            ("4200,00 SEK", BareAmount("4200,00", 0, "SEK")),
            ("4,200.00 CR", BareAmount("4,200.00", -1)),
            ("4,200.00 Dr.", BareAmount("4,200.00", 1)),
            ("4,200.00CR", BareAmount("4,200.00", -1)),
            ("4200,00 K", BareAmount("4200,00", -1)),
            ("4200,00 D", BareAmount("4200,00", 1)),
            ("4200,00 € CR", BareAmount("4200,00", -1, "EUR")),
            ("- 4 200,00", BareAmount("-4 200,00")),
            ("-", BareAmount("0")),
            (" -   ", BareAmount("0")),
            ("– €", BareAmount("0")),
            ("-??", BareAmount("0")),
            ("4200,00-", BareAmount("4200,00-")),
            ("12O,50", BareAmount("12O,50")),
            ("(-5,00)", BareAmount("--5,00")),
            ("5 € 6 SEK", BareAmount("5 € 6", 0, "SEK")),
        ],
    )
    def test_is_the_number_with_what_stands_around_it(self, written: str, bare: BareAmount) -> None:
        assert bare_amount(written) == bare

    @pytest.mark.parametrize(
        "text", ["(" * 60, "-" * 60, " " * 60, "€" * 60, "9" * 100_000, "C K D" * 12]
    )
    def test_takes_no_time(self, text: str) -> None:
        bare_amount(text)


class TestAccountingFormat:
    def test_a_dash_beside_a_filled_side_is_nothing(self) -> None:
        assert amounts(SIDES, " 4 200,00 ; -   ", " -   ; 4 200,00 ") == [4200, -4200]

    def test_parentheses_are_a_minus(self) -> None:
        assert amounts(AMOUNT, "4 200,00", "(4 200,00)") == [4200, -4200]

    def test_a_side_beside_the_amount_is_read(self) -> None:
        assert amounts(AMOUNT, "4200,00 DR", "4200,00 CR") == [4200, -4200]

    def test_a_side_beside_the_amount_of_the_same_side_is_no_minus(self) -> None:
        assert amounts(SIDES, "4200,00 DR;", ";4200,00 CR") == [4200, -4200]

    def test_an_amount_without_a_side_among_those_with_one_is_refused(self) -> None:
        content = csv("30.6.2026;5010;5,00 DR", "30.6.2026;2961;5,00", headers=AMOUNT)

        assert codes(refusal(content, name="june.csv")) == [("F10", 3)]

    def test_a_side_that_contradicts_its_column_is_refused(self) -> None:
        content = csv("30.6.2026;5010;5,00 CR;", headers=SIDES)

        assert codes(refusal(content, name="june.csv")) == [("F10", 2)]

    def test_a_currency_beside_the_amounts_is_that_of_the_journal(self) -> None:
        content = csv("30.6.2026;5010;5,00 €", "30.6.2026;2961;-5,00 €", headers=AMOUNT)

        assert read(content, name="june.csv").currency == "EUR"

    def test_a_currency_beside_the_amounts_must_be_that_of_the_column(self) -> None:
        content = csv("30.6.2026;5010;5,00 €;SEK", headers=f"{AMOUNT};Valuutta")

        assert codes(refusal(content, name="june.csv")) == [("F16", None)]


class TestMinusBesideTheSide:
    def test_is_left_out_of_a_credit_column_where_the_journal_then_balances(self) -> None:
        content = csv("30.6.2026;5010;5,00;0", "30.6.2026;2961;0;-5,00", headers=SIDES)

        journal = read(content, name="june.csv")

        assert [one.amount for one in journal.lines] == [5, -5]
        assert noted(journal) == ["F33"]

    def test_is_left_out_beside_a_letter(self) -> None:
        assert amounts(LETTERS, "D;103,00", "K;-100,00", "K;-3,00") == [103, -100, -3]

    def test_is_left_out_of_debits_as_well(self) -> None:
        assert amounts(LETTERS, "D;-103,00", "K;103,00") == [103, -103]

    def test_stays_where_the_journal_balances_with_it(self) -> None:
        assert amounts(SIDES, "-5,00;", ";-5,00") == [-5, 5]
        assert amounts(SIDES, "8,00;", ";10,00", ";-2,00") == [8, -10, 2]

    @pytest.mark.parametrize("rows", [(";-5,00", "6,00;"), ("7,00;", ";-8,00", ";1,00")])
    def test_is_refused_with_its_cause_where_it_cannot_be_left_out(self, rows: tuple[str]) -> None:
        content = csv(*(f"30.6.2026;5010;{row}" for row in rows), headers=SIDES)

        problems = refusal(content, name="june.csv")

        assert [(one.code, one.facts["reason"]) for one in problems] == [("F10", "minus")]


class TestCurrencies:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("€", "EUR"),
            ("euro", "EUR"),
            ("Euroa", "EUR"),
            ("eur", "EUR"),
            ("kr", "SEK"),
            ("Svenska  kronor", "SEK"),
            ("$", "USD"),
            ("£", "GBP"),
            ("SEK", "SEK"),
            ("taalari", ""),
            ("EU", ""),
            ("1", ""),
        ],
    )
    def test_are_codes_signs_or_words(self, text: str, code: str) -> None:
        assert currency_code(text) == code

    def test_written_in_two_ways_are_one(self) -> None:
        content = csv("30.6.2026;5010;5;€", "30.6.2026;2961;-5;euro", headers=f"{AMOUNT};Valuutta")

        assert read(content, name="june.csv").currency == "EUR"

    def test_that_are_none_are_refused_with_their_text(self) -> None:
        content = csv("30.6.2026;5010;5;??", headers=f"{AMOUNT};Valuutta")

        problems = refusal(content, name="june.csv")

        assert codes(problems) == [("F34", 2)]
        assert problems[0].facts == {"column": "Valuutta", "value": "??"}
