"""Where a company stands at the end of a month."""

import random
from collections import Counter
from datetime import date

import pytest

from tilisilta.domain.month_end import (
    MonthFacts,
    MonthState,
    counts_of,
    is_run_expected,
    needs_reason,
    state_of_month,
)
from tilisilta.domain.net_pay import PROVEN, NetPayState
from tilisilta.domain.reconciliation import Outcome
from tilisilta.domain.standing import JOURNALS_NOT_DUE, JOURNALS_UNDER_WAY, JournalState

J = JournalState
JUNE, TODAY = date(2026, 6, 1), date(2026, 7, 2)


def facts(*journals: JournalState, **more: object) -> MonthFacts:
    return MonthFacts(journals=frozenset(journals), **more)  # type: ignore[arg-type]


class TestStateOfMonth:
    @pytest.mark.parametrize(
        ("given", "state"),
        [
            (facts(), "not_expected"),
            (facts(is_expected=True), "expected"),
            (facts(J.BEFORE_START), "not_expected"),
            (facts(J.DISCARDED, is_expected=True), "expected"),
            (facts(J.OFF), "not_expected"),
            (facts(J.PROBLEM, J.SENT), "to_fix"),
            (facts(J.REJECTED), "to_fix"),
            (facts(J.READY, J.SENT, proposed=frozenset({J.READY})), "proposed"),
            (facts(J.CHANGED, J.SENT, proposed=frozenset({J.CHANGED})), "proposed"),
            (facts(J.READY, J.PROBLEM, proposed=frozenset({J.READY})), "to_fix"),
            (facts(J.PARTLY_SENT), "to_fix"),
            (facts(J.CHANGED, J.SENT), "to_fix"),
            (facts(J.SENT, has_lost_run=True), "to_fix"),
            (facts(J.SENT, has_lost_run=True, outcome=Outcome.EQUAL), "to_fix"),
            (facts(J.READY, J.SENT), "ready"),
            (facts(J.READY, J.PROBLEM), "to_fix"),
            (facts(J.QUEUED, J.PROBLEM), "sending"),
            (facts(J.UNCERTAIN, outcome=Outcome.EQUAL), "sending"),
            (facts(J.SENT), "booked"),
            (facts(J.APPROVED, J.REPLACED), "booked"),
            (facts(J.SENT, outcome=Outcome.NOTHING), "booked"),
            (facts(J.SENT, outcome=Outcome.EQUAL), "equal"),
            (facts(J.APPROVED, outcome=Outcome.NOTED), "equal"),
            (facts(J.SENT, outcome=Outcome.DIFFERENT), "different"),
            (facts(J.SENT, outcome=Outcome.EQUAL, net_pay=NetPayState.DIFFERENT), "different"),
            (facts(J.SENT, outcome=Outcome.EQUAL, net_pay=NetPayState.CHANGED), "different"),
            (facts(J.SENT, outcome=Outcome.EQUAL, net_pay=NetPayState.OPEN), "equal"),
            (facts(J.SENT, outcome=Outcome.EQUAL, net_pay=NetPayState.BY_HAND), "equal"),
            (facts(J.SENT, net_pay=NetPayState.DIFFERENT), "booked"),
            (facts(J.READY, outcome=Outcome.DIFFERENT), "ready"),
            # Booked another way: there is nothing left to send.
            (facts(J.READY, outcome=Outcome.EQUAL), "equal"),
            (facts(J.OFF, is_verify_only=True), "ready"),
            (facts(J.OFF, is_verify_only=True, outcome=Outcome.EQUAL), "equal"),
            (facts(J.OFF, is_verify_only=True, outcome=Outcome.DIFFERENT), "different"),
            (facts(J.SENT, outcome=Outcome.EQUAL, is_signed=True), "signed"),
            (facts(J.SENT, is_signed=True, is_changed=True), "changed"),
            (facts(is_signed=True, is_changed=True), "changed"),
        ],
    )
    def test_is(self, given: MonthFacts, state: str) -> None:
        assert state_of_month(given) == state

    @pytest.mark.parametrize("state", [one for one in J if one not in JOURNALS_NOT_DUE])
    def test_is_never_without_a_run_where_one_is_due(self, state: JournalState) -> None:
        assert state_of_month(facts(state)) not in (MonthState.NOT_EXPECTED, MonthState.EXPECTED)

    def test_only_reads_as_signed_what_somebody_signed(self) -> None:
        for given in many_facts():
            assert (state_of_month(given) in ("signed", "changed")) == given.is_signed

    def test_is_equal_only_by_a_comparison_and_with_nothing_under_way(self) -> None:
        for given in many_facts():
            if state_of_month(given) == MonthState.EQUAL:
                assert given.outcome in (Outcome.EQUAL, Outcome.NOTED)
                assert not given.due & JOURNALS_UNDER_WAY

    def test_needs_a_reason_unless_books_and_net_pay_are_proven(self) -> None:
        for net_pay in NetPayState:
            given = facts(J.SENT, outcome=Outcome.EQUAL, net_pay=net_pay)

            assert needs_reason(state_of_month(given), net_pay) == (net_pay not in PROVEN)
        assert needs_reason(MonthState.DIFFERENT, NetPayState.EQUAL)
        assert not needs_reason(MonthState.EQUAL, None)

    def test_counts_of_any_companies_add_up(self) -> None:
        states = [state_of_month(given) for given in many_facts()]

        counts = counts_of(states)

        assert sum(counts.values()) == len(states)
        assert tuple(counts) == tuple(MonthState)
        assert {state: count for state, count in counts.items() if count} == Counter(states)


def many_facts() -> list[MonthFacts]:
    chance = random.Random(20260601)  # noqa: S311  # facts to try, no secret
    return [
        MonthFacts(
            journals=frozenset(chance.sample(tuple(J), chance.randrange(4))),
            has_lost_run=chance.random() < 0.1,
            outcome=chance.choice((None, *Outcome)),
            is_expected=chance.random() < 0.5,
            is_verify_only=chance.random() < 0.2,
            is_signed=chance.random() < 0.3,
            is_changed=chance.random() < 0.3,
        )
        for _ in range(3000)
    ]


class TestIsRunExpected:
    @pytest.mark.parametrize(
        ("month", "period_type", "had_run", "is_expected"),
        [
            (JUNE, "", True, True),
            (JUNE, "", False, False),
            (JUNE, "Month", False, True),
            (JUNE, "Week", False, True),
            (JUNE, "Week4", False, True),
            (JUNE, "Month6", False, True),
            (date(2026, 5, 1), "Month6", True, False),
            (JUNE, "Year", True, False),
            (date(2025, 12, 1), "Year", False, True),
            (date(2026, 8, 1), "Month", True, False),
        ],
    )
    def test_is(self, month: date, period_type: str, had_run: bool, is_expected: bool) -> None:
        expected = is_run_expected(
            month, today=TODAY, had_run_before=had_run, period_type=period_type
        )

        assert expected is is_expected

    @pytest.mark.parametrize(("start", "is_expected"), [((7, 1), False), ((6, 30), True)])
    def test_is_not_before_the_company_starts(
        self, start: tuple[int, int], is_expected: bool
    ) -> None:
        expected = is_run_expected(JUNE, today=TODAY, had_run_before=True, start=date(2026, *start))

        assert expected is is_expected
