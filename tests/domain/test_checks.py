from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import ADMINISTRATION, JUNE, RULES, balanced_journal, journal, line

from tilisilta.domain.checks import (
    ExportFacts,
    JournalFacts,
    JournalPlan,
    leaves_exports,
    plan_journal,
)
from tilisilta.domain.guards import Surroundings
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.plans import plan_receipts
from tilisilta.domain.problems import Problem, ProblemCode, Severity
from tilisilta.domain.standing import (
    BOOKED_EXPORTS,
    EXPORTS_UNDER_WAY,
    ExportState,
    JournalState,
)

AROUND = Surroundings(
    period=BookingPeriod(year=2026, month=6),
    is_test_company=False,
    is_deleted_at_source=False,
    is_linked=True,
    is_account_authorised=True,
)
FACTS = JournalFacts(
    journal=balanced_journal(),
    is_currency_assumed=False,
    surroundings=AROUND,
    rules=RULES,
    administration=ADMINISTRATION,
)
TOKENS = tuple(
    receipt.token for receipt in plan_receipts(balanced_journal(), RULES, ADMINISTRATION).receipts
)
"""Tokens of the receipts that the journal's plan draws."""
UNREACHABLE = Problem(code=ProblemCode.PROCOUNTOR_UNREACHABLE)
STALE = Problem(code=ProblemCode.RUN_DELETED, severity=Severity.WARNING)


def an_export(state: ExportState, token: str, *, was_tried: bool = True) -> ExportFacts:
    return ExportFacts(state=state, token=token, was_tried=was_tried)


def states_after(exports: Sequence[ExportFacts], plan: JournalPlan) -> tuple[ExportFacts, ...]:
    """The exports as they stand once ``plan`` is stored."""
    new = {receipt.token for receipt in plan.ready}
    tried = {export.token: export.was_tried for export in exports}
    return (
        *(
            replace(export, state=ExportState.WITHDRAWN)
            if export.token in plan.withdrawn
            else export
            for export in exports
            if export.token not in plan.forgotten | new
        ),
        *(
            an_export(ExportState.READY, token, was_tried=tried.get(token, False))
            for token in sorted(new)
        ),
    )


@st.composite
def some_exports(draw: st.DrawFn) -> tuple[ExportFacts, ...]:
    tokens = draw(st.sets(st.sampled_from([*TOKENS, "old-1", "old-2", "old-3"])))
    return tuple(
        an_export(draw(st.sampled_from(ExportState)), token, was_tried=draw(st.booleans()))
        for token in sorted(tokens)
    )


some_facts = st.builds(
    replace,
    st.just(FACTS),
    exports=some_exports(),
    trouble=st.sampled_from([(), (UNREACHABLE,)]),
    surroundings=st.builds(
        replace,
        st.just(AROUND),
        is_test_company=st.booleans(),
        has_newer_revision=st.booleans(),
        is_deleted_at_source=st.booleans(),
    ),
)


class TestPlanJournal:
    @given(some_facts)
    def test_touches_nothing_that_is_booked_or_under_way(self, facts: JournalFacts) -> None:
        plan = plan_journal(facts)

        touched = plan.forgotten | plan.withdrawn | {receipt.token for receipt in plan.ready}
        untouchable = [
            one for one in facts.exports if one.state in BOOKED_EXPORTS | EXPORTS_UNDER_WAY
        ]
        assert not touched & {export.token for export in untouchable}

    @given(some_facts)
    def test_forgets_nothing_that_was_tried(self, facts: JournalFacts) -> None:
        plan = plan_journal(facts)

        assert not plan.forgotten & {one.token for one in facts.exports if one.was_tried}

    @given(some_facts)
    def test_has_nothing_left_to_do_once_it_is_stored(self, facts: JournalFacts) -> None:
        plan = plan_journal(facts)

        again = plan_journal(replace(facts, exports=states_after(facts.exports, plan)))

        assert (again.forgotten, again.withdrawn) == (frozenset(), frozenset())
        assert again.state == plan.state

    @given(some_facts)
    def test_makes_nothing_ready_while_something_stops_it(self, facts: JournalFacts) -> None:
        plan = plan_journal(facts)

        assert not (plan.ready and any(problem.stops for problem in plan.problems))

    def test_draws_what_is_missing_and_withdraws_what_was_refused_before(self) -> None:
        refused = an_export(ExportState.REJECTED, "old")

        plan = plan_journal(replace(FACTS, exports=(refused,)))

        assert [receipt.token for receipt in plan.ready] == list(TOKENS)
        assert plan.withdrawn == {"old"}
        assert plan.state is JournalState.READY

    def test_shows_all_that_was_drawn(self) -> None:
        first, second = balanced_journal().lines
        zero = line(3, "5010", "0.00")
        unknown = replace(first, cost_center="450")
        tagged = journal(unknown, second, zero)
        rules = replace(RULES, creates_missing_items=True)

        plan = plan_journal(replace(FACTS, journal=tagged, rules=rules))

        drawn = plan_receipts(tagged, rules, ADMINISTRATION)
        assert plan.receipts == plan.ready == drawn.receipts
        assert plan.items_to_make == drawn.items_to_make
        assert [item.code for item in plan.items_to_make] == ["450"]
        assert plan.zero_line_count == 1

    def test_gives_what_was_undone_another_token(self) -> None:
        again = plan_journal(replace(FACTS, epochs={JUNE: 1}))

        assert len(again.ready) == len(TOKENS)
        assert not {receipt.token for receipt in again.ready} & set(TOKENS)

    def test_forgets_what_it_would_send_differently_now_unless_that_was_tried(self) -> None:
        exports = (
            an_export(ExportState.READY, "untried", was_tried=False),
            an_export(ExportState.READY, "tried"),
            an_export(ExportState.REJECTED, "refused", was_tried=False),
        )

        plan = plan_journal(replace(FACTS, exports=exports))

        assert plan.forgotten == {"untried"}
        assert plan.withdrawn == {"tried", "refused"}

    def test_counts_as_sent_once_what_is_left_is_withdrawn(self) -> None:
        booked = [an_export(ExportState.POSTED, token) for token in TOKENS]
        exports = (*booked, an_export(ExportState.REJECTED, "old"))

        plan = plan_journal(replace(FACTS, exports=exports))

        assert plan.withdrawn == {"old"}
        assert plan.state is JournalState.SENT

    def test_draws_nothing_while_the_administration_is_not_known(self) -> None:
        plan = plan_journal(replace(FACTS, administration=None, trouble=(UNREACHABLE,)))

        assert (plan.receipts, plan.state) == ((), JournalState.PROBLEM)

    def test_leaves_the_rest_of_a_journal_that_was_sent_in_part(self) -> None:
        booked = an_export(ExportState.POSTED, "booked")
        rest = an_export(ExportState.READY, "rest", was_tried=False)
        facts = replace(FACTS, exports=(booked, rest), trouble=(UNREACHABLE,))

        plan = plan_journal(facts)

        assert (plan.ready, plan.forgotten, plan.withdrawn) == ((), frozenset(), frozenset())
        assert plan.state is JournalState.PARTLY_SENT

    def test_reports_of_a_sent_journal_only_whether_its_run_still_exists(self) -> None:
        odd = Problem(code=ProblemCode("S04"), severity=Severity.WARNING)
        sent = tuple(an_export(ExportState.POSTED, token) for token in TOKENS)
        facts = replace(FACTS, exports=sent, last_problems=(odd, STALE))

        there = plan_journal(facts)
        gone = plan_journal(replace(facts, surroundings=replace(AROUND, is_deleted_at_source=True)))

        assert there.leaves_exports
        assert (there.state, gone.state) == (JournalState.SENT, JournalState.SENT)
        assert [problem.code for problem in there.problems] == ["S04"]
        assert [problem.code for problem in gone.problems] == ["S04", "N27"]

    def test_takes_the_currency_of_the_administration_where_none_was_named(self) -> None:
        swedish = replace(balanced_journal(), currency="SEK")

        named = plan_journal(replace(FACTS, journal=swedish))
        assumed = plan_journal(replace(FACTS, journal=swedish, is_currency_assumed=True))

        assert [problem.code for problem in named.problems] == ["N17"]
        assert (assumed.currency, assumed.problems) == ("EUR", ())

    def test_draws_nothing_before_the_start_of_the_link(self) -> None:
        facts = replace(FACTS, rules=replace(RULES, start_date=date(2026, 7, 1)))

        plan = plan_journal(facts)

        assert (plan.receipts, plan.state) == ((), JournalState.BEFORE_START)


class TestLeavesExports:
    @pytest.mark.parametrize(
        ("states", "expected"),
        [
            ("posted approved", True),
            ("posted posted withdrawn", True),
            ("posted ready", False),
            ("posted queued", True),
            ("ready uncertain", True),
            ("ready rejected", False),
            ("withdrawn", False),
            ("", False),
        ],
    )
    def test_is_so_for_what_is_booked_as_a_whole_or_under_way(
        self, states: str, expected: bool
    ) -> None:
        exports = [an_export(ExportState(state), "any") for state in states.split()]

        assert leaves_exports(exports) is expected

    @given(st.lists(st.sampled_from(ExportState)))
    def test_ignores_withdrawn_exports(self, states: list[ExportState]) -> None:
        exports = [an_export(state, "any") for state in states]

        wanted = [one for one in exports if one.state != ExportState.WITHDRAWN]

        assert leaves_exports(exports) == leaves_exports(wanted)
