"""What a plan says about the journal and its administration as a whole."""

from dataclasses import replace
from datetime import date

import pytest
from tests.domain.samples import (
    ADMINISTRATION,
    JUNE,
    NO_VAT,
    RULES,
    balanced_journal,
    calendar_year,
    journal,
    line,
    without_account,
)

from tilisilta.domain.administrations import Administration
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.links import ClosedPeriodPolicy, LinkRules
from tilisilta.domain.plans import plan_receipts
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity

MAY = date(2026, 5, 31)
SUMMED = replace(RULES, sums_equal_lines=True)
CLEARED = replace(RULES, clearing_account="2990")
OFFSET = journal(line(1, "5010", "7.00", booking_date=MAY), line(2, "2961", "-7.00"))


class TestClearing:
    @pytest.mark.parametrize(
        ("rules", "lines"),
        [
            (RULES, OFFSET.lines),
            # It does not balance as a whole: nothing may hide that.
            (CLEARED, (line(1, "5010", "7.00", booking_date=MAY), line(2, "2961", "-6.00"))),
        ],
    )
    def test_adds_no_row_that_the_link_or_the_journal_does_not_allow(
        self, rules: LinkRules, lines: tuple[JournalLine, ...]
    ) -> None:
        plan = plan_receipts(replace(OFFSET, lines=lines), rules, ADMINISTRATION)

        assert not plan.can_be_sent
        booked = [row.account for one in plan.receipts for row in one.body.transactions]
        assert sorted(booked) == ["2961", "5010"]


class TestPlanReceipts:
    @pytest.mark.parametrize(
        ("administration", "code", "screen", "facts"),
        [
            (
                replace(ADMINISTRATION, procountor_company_id=50102),
                ProblemCode.WRONG_COMPANY,
                Screen.PROCOUNTOR_ACCOUNT,
                (("company", "Koivulammi Konepaja Oy"),),
            ),
            (
                replace(ADMINISTRATION, currency="SEK"),
                ProblemCode.CURRENCY_DIFFERS,
                Screen.COMPANY,
                (("currency", "EUR"), ("company_currency", "SEK")),
            ),
            (
                replace(ADMINISTRATION, vat_statuses=(replace(NO_VAT, for_purchases=False),)),
                ProblemCode.VAT_STATUS_MISSING,
                Screen.PROCOUNTOR,
                (("vat_status", "12"),),
            ),
            (
                replace(ADMINISTRATION, vat_statuses=(replace(NO_VAT, number=13),)),
                ProblemCode.VAT_STATUS_MISSING,
                Screen.PROCOUNTOR,
                (("vat_status", "12"),),
            ),
        ],
    )
    def test_stops_where_the_administration_does_not_fit(
        self,
        administration: Administration,
        code: ProblemCode,
        screen: Screen,
        facts: tuple[tuple[str, str], ...],
    ) -> None:
        plan = plan_receipts(balanced_journal(), RULES, administration)

        assert plan.problems == (Problem(code=code, screen=screen, facts=facts),)
        assert not plan.can_be_sent

    @pytest.mark.parametrize(
        ("lines", "reason", "count"),
        [
            ([line(4, "9999", "0.00"), line(3, "5010", "0.00")], "zero", 2),
            ([line(4, "5010", "1.00"), line(3, "5010", "-1.00")], "cancelled", 2),
        ],
    )
    def test_stops_where_there_is_nothing_to_book(
        self, lines: list[JournalLine], reason: str, count: int
    ) -> None:
        plan = plan_receipts(journal(*lines), SUMMED, ADMINISTRATION)

        assert plan.problems == (
            Problem(code=ProblemCode.NOTHING_TO_BOOK, screen=Screen.JOURNAL),
            Problem(
                code=ProblemCode.ZERO_LINES,
                severity=Severity.WARNING,
                screen=Screen.JOURNAL,
                line=3,
                facts=(("lines", str(count)), ("others", "4"), ("reason", reason)),
            ),
        )
        assert (plan.receipts, plan.zero_line_count) == ((), count)

    def test_counts_lines_of_zero_and_lines_that_cancel_out_together(self) -> None:
        lines = [
            line(1, "5030", "0.00"),
            line(2, "5110", "1.00"),
            line(3, "5110", "-1.00"),
            line(4, "5010", "2.00"),
            line(5, "2961", "-2.00"),
        ]

        plan = plan_receipts(journal(*lines), SUMMED, ADMINISTRATION)

        assert plan.zero_line_count == 3
        assert [(one.fact("reason"), one.line) for one in plan.problems] == [
            ("zero", 1),
            ("cancelled", 2),
        ]

    def test_names_errors_before_warnings(self) -> None:
        lines = [line(1, "5010", "0.00"), line(2, "5035", "1.00"), line(3, "2961", "-1.00")]

        plan = plan_receipts(journal(*lines), RULES, ADMINISTRATION)

        assert [problem.stops for problem in plan.problems] == [True, False]

    def test_stops_at_a_clearing_account_that_is_not_there_only_where_it_is_needed(self) -> None:
        chart = without_account(ADMINISTRATION, "2990")

        needed = plan_receipts(OFFSET, CLEARED, chart)
        not_needed = plan_receipts(balanced_journal(), CLEARED, chart)

        (stopping,) = (problem for problem in needed.problems if problem.stops)
        assert stopping.code is ProblemCode.LEDGER_ACCOUNT_UNKNOWN
        assert stopping.fact("role") == "clearing"
        assert not_needed.problems == ()

    def test_describes_the_clearing_row_by_the_run(self) -> None:
        plan = plan_receipts(OFFSET, CLEARED, ADMINISTRATION)

        clearing = [receipt.body.transactions[-1] for receipt in plan.receipts]
        assert {row.account for row in clearing} == {"2990"}
        assert {row.description for row in clearing} == {"Payroll 2026-06 run 6"}

    @pytest.mark.parametrize(
        ("rules", "name", "run"),
        [
            (replace(RULES, receipt_language="fi", receipt_title="Palkat"), "Palkat", "ajo"),
            (RULES, "Payroll", "run"),
        ],
    )
    def test_writes_in_the_language_of_the_books(
        self, rules: LinkRules, name: str, run: str
    ) -> None:
        (receipt,) = plan_receipts(balanced_journal(), rules, ADMINISTRATION).receipts

        assert receipt.body.name == f"{name} 2026-06 {run} 6 #{receipt.token}"
        assert receipt.body.accountants_notes == (
            f"Tilisilta {receipt.token} · Nmbrs 1001 · {run} 6/2026"
        )

    def test_names_the_month_that_a_moved_receipt_is_for_and_keeps_its_token(self) -> None:
        moving = replace(RULES, closed_period_policy=ClosedPeriodPolicy.NEXT_OPEN)
        closed = replace(ADMINISTRATION, fiscal_years=(calendar_year(2026, closed=(6,)),))

        (there,) = plan_receipts(balanced_journal(), moving, ADMINISTRATION).receipts
        (moved,) = plan_receipts(balanced_journal(), moving, closed).receipts

        assert (moved.booking_date, moved.body.receipt_date) == (JUNE, date(2026, 7, 1))
        assert moved.token == there.token
        assert moved.body.accountants_notes == f"{there.body.accountants_notes} · for 2026-06"

    def test_gives_only_the_undone_date_another_token(self) -> None:
        lines = [
            line(1, "5010", "7.00", booking_date=MAY),
            line(2, "2961", "-7.00", booking_date=MAY),
            *balanced_journal().lines,
        ]
        both = journal(*lines)

        first = [one.token for one in plan_receipts(both, RULES, ADMINISTRATION).receipts]
        again = plan_receipts(both, RULES, ADMINISTRATION, epochs={MAY: 1}).receipts

        assert again[0].token != first[0]
        assert again[1].token == first[1]
