from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import ADMINISTRATION, RULES, journal, line

from tilisilta.domain.plans import plan_receipts
from tilisilta.domain.problems import ProblemCode, Screen, Severity
from tilisilta.domain.signs import check_signs

MAY = date(2026, 5, 31)


class TestCheckSigns:
    def test_warns_of_wages_that_are_a_credit(self) -> None:
        lines = [
            line(1, "5010", "-4200.00"),
            line(2, "6110", "-730.80", description="TyEL"),
            line(3, "2961", "4930.80"),
        ]

        (problem,) = check_signs(lines, account_codes={})

        assert problem.code is ProblemCode.SIGNS_PERHAPS_REVERSED
        assert (problem.severity, problem.screen) == (Severity.WARNING, Screen.FILE)
        assert (problem.line, problem.fact("amount")) == (1, "-4930.80")
        assert problem.fact("lines") == "2"

    def test_names_the_lines_that_are_a_credit_alone(self) -> None:
        lines = [line(1, "5010", "0.50"), line(2, "5010", "0.00"), line(3, "5010", "-9.00")]

        (problem,) = check_signs(lines, account_codes={})

        assert (problem.line, problem.fact("lines")) == (3, "1")

    def test_warns_although_corrections_of_earlier_months_are_there(self) -> None:
        lines = [
            line(1, "5010", "-100.00"),
            line(2, "2961", "100.00"),
            line(3, "5010", "900.00", booking_date=MAY),
            line(4, "2961", "-900.00", booking_date=MAY),
        ]

        assert len(check_signs(lines, account_codes={})) == 1

    def test_goes_by_the_accounts_of_procountor(self) -> None:
        lines = [line(1, "palkat", "-100.00"), line(2, "velka", "100.00")]

        assert check_signs(lines, account_codes={"palkat": "5010", "velka": "2961"})
        assert not check_signs(lines, account_codes={"palkat": "2961", "velka": "5010"})

    @pytest.mark.parametrize("account", ["3000", "4010", "5010", "6110", "7030", "8000"])
    def test_counts_every_cost_account(self, account: str) -> None:
        assert check_signs([line(1, account, "-1.00")], account_codes={})

    @pytest.mark.parametrize("account", ["1910", "2961", "9000"])
    def test_counts_no_other_account(self, account: str) -> None:
        assert not check_signs([line(1, account, "-1.00")], account_codes={})

    @pytest.mark.parametrize(
        "text",
        [
            "Palkan korjaus",
            "Oikaisu 5/2026",
            "Lomapalkkavelan muutos",
            "Lomapalkkavaraus",
            "Luontoisedut, vastatili",
            "Kela-korvaus",
            "Palautus",
            "Rättelse",
            "Semesterlöneskuld",
            "Återföring",
            "Correction of May",
            "Reversal",
            "Holiday pay liability",
            "Refund",
            "Correctie",
            "Reservering vakantiegeld",
        ],
    )
    def test_leaves_out_intended_credits(self, text: str) -> None:
        lines = [line(1, "5010", "-100.00", description=text), line(2, "2961", "100.00")]

        assert not check_signs(lines, account_codes={})

    def test_warns_of_reversed_wages_beside_intended_credits(self) -> None:
        lines = [line(1, "5010", "-100.00", description="Korjaus"), line(2, "5010", "-42.00")]

        (problem,) = check_signs(lines, account_codes={})

        assert problem.fact("amount") == "-42.00"

    def test_does_not_warn_of_a_run_that_is_called_a_correction(self) -> None:
        lines = [line(1, "5010", "-100.00")]

        assert not check_signs(lines, account_codes={}, run_description="Korjausajo")

    @pytest.mark.parametrize("amounts", [("100.00", "-40.00"), ("100.00", "-100.00")])
    def test_does_not_warn_of_costs_that_are_a_debit_or_nothing(
        self, amounts: tuple[str, ...]
    ) -> None:
        lines = [line(at, "5010", amount) for at, amount in enumerate(amounts, 1)]

        assert not check_signs(lines, account_codes={})

    def test_does_not_warn_without_lines(self) -> None:
        assert check_signs([], account_codes={}) == ()

    @given(st.lists(st.integers(min_value=1, max_value=10**6), min_size=1, max_size=6))
    def test_warns_of_a_run_or_of_its_reverse(self, cents: list[int]) -> None:
        lines = [line(at, "5010", f"{cent / 100:.2f}") for at, cent in enumerate(cents, 1)]
        turned = [replace(one, amount=-one.amount) for one in lines]

        assert not check_signs(lines, account_codes={})
        assert check_signs(turned, account_codes={})


class TestPlan:
    def test_warns_before_sending_and_does_not_stop(self) -> None:
        reversed_run = journal(line(1, "5010", "-1.00"), line(2, "2961", "1.00"))

        plan = plan_receipts(reversed_run, RULES, ADMINISTRATION)

        assert [problem.code.value for problem in plan.problems] == ["N40"]
        assert plan.can_be_sent

    def test_does_not_warn_where_the_run_is_called_a_correction(self) -> None:
        reversed_run = journal(line(1, "5010", "-1.00"), line(2, "2961", "1.00"))
        corrected = replace(reversed_run, run=replace(reversed_run.run, description="Korjausajo"))

        assert plan_receipts(corrected, RULES, ADMINISTRATION).problems == ()
