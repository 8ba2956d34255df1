"""Where a journal stands follows from its exports and problems, and is decided in one place."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.problems import Problem, ProblemCode, Severity
from tilisilta.domain.standing import (
    BOOKED_EXPORTS,
    BY_URGENCY,
    COMMITTED_EXPORTS,
    EXPORTS_GOING_BACK,
    EXPORTS_MOVING,
    EXPORTS_UNDER_WAY,
    JOURNALS_NOT_DUE,
    JOURNALS_UNDER_WAY,
    SENT_JOURNALS,
    STOPPED_JOURNALS,
    WAITING_JOURNALS,
    ExportStanding,
    ExportState,
    JournalState,
    SettledAs,
    Standing,
    can_be_settled,
    standing_of,
    state_of,
)

PROBLEMS = st.lists(
    st.builds(
        Problem,
        code=st.sampled_from(ProblemCode),
        severity=st.sampled_from(Severity),
    ),
    max_size=4,
)
STATES = st.lists(st.sampled_from(ExportState), max_size=6)


def problem(code: ProblemCode, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(code=code, severity=severity)


def standing(states: Sequence[str], problems: Sequence[Problem] = ()) -> Standing:
    exports = [ExportStanding(state=ExportState(state)) for state in states]
    return standing_of(exports, problems)


class TestTheSets:
    def test_have_every_state_once_in_the_order_of_urgency(self) -> None:
        assert sorted(BY_URGENCY) == sorted(JournalState)

    def test_put_every_state_of_a_journal_in_exactly_one_set(self) -> None:
        ready = {JournalState.READY}
        heaps = [SENT_JOURNALS, JOURNALS_UNDER_WAY, STOPPED_JOURNALS, JOURNALS_NOT_DUE, ready]

        assert sorted(state for heap in heaps for state in heap) == sorted(JournalState)

    def test_let_stopped_uncertain_and_ready_journals_wait_for_a_person(self) -> None:
        others = {JournalState.UNCERTAIN, JournalState.READY}

        assert set(WAITING_JOURNALS) == STOPPED_JOURNALS | others

    def test_separate_what_is_booked_from_what_is_under_way(self) -> None:
        assert not BOOKED_EXPORTS & EXPORTS_UNDER_WAY
        assert not EXPORTS_GOING_BACK & (BOOKED_EXPORTS | EXPORTS_UNDER_WAY)
        assert COMMITTED_EXPORTS == BOOKED_EXPORTS | EXPORTS_UNDER_WAY | EXPORTS_GOING_BACK


class TestState:
    @pytest.mark.parametrize(
        ("states", "state"),
        [
            ((), "ready"),
            (("ready",), "ready"),
            (("queued", "ready"), "queued"),
            (("posting", "queued"), "sending"),
            (("posted", "queued"), "sending"),
            (("uncertain", "posted"), "uncertain"),
            (("posted", "ready"), "partly_sent"),
            (("posted", "rejected"), "partly_sent"),
            (("rejected", "ready"), "rejected"),
            (("posted", "posted"), "sent"),
            (("posted", "approved"), "sent"),
            (("approved",), "approved"),
            (("withdrawn", "posted"), "sent"),
            (("withdrawn",), "ready"),
            (("withdrawn", "ready"), "ready"),
        ],
    )
    def test_follows_from_the_exports(self, states: tuple[str, ...], state: str) -> None:
        assert standing(states).state == state

    @pytest.mark.parametrize(
        ("code", "state"),
        [
            (ProblemCode.TEST_COMPANY, "off"),
            (ProblemCode.DEBTOR_BLOCKED, "off"),
            (ProblemCode.NEWER_REVISION, "replaced"),
            (ProblemCode.EARLIER_REVISION_SENT, "changed"),
            (ProblemCode.BEFORE_START, "before_start"),
            (ProblemCode.PERIOD_CLOSED, "problem"),
        ],
    )
    def test_follows_from_the_problems_before_anything_is_sent(
        self, code: ProblemCode, state: str
    ) -> None:
        assert standing((), [problem(code)]).state == state
        assert standing(("posted",), [problem(code)]).state == "sent"

    def test_stays_replaced_with_receipts_that_were_refused_and_some_that_were_not(self) -> None:
        replaced = [problem(ProblemCode.NEWER_REVISION)]

        assert state_of([ExportState.READY, ExportState.REJECTED], replaced) == "replaced"

    def test_is_not_changed_by_warnings(self) -> None:
        warning = problem(ProblemCode.ZERO_LINES, Severity.WARNING)

        assert standing(("ready",), [warning]).state == "ready"

    @given(STATES, PROBLEMS)
    def test_is_one_of_the_states_in_every_case(
        self, states: list[ExportState], problems: list[Problem]
    ) -> None:
        assert state_of(states, problems) in JournalState

    @given(STATES, PROBLEMS)
    def test_ignores_withdrawn_exports(
        self, states: list[ExportState], problems: list[Problem]
    ) -> None:
        wanted = [state for state in states if state != ExportState.WITHDRAWN]

        assert state_of(states, problems) == state_of(wanted, problems)


class TestASettledJournal:
    @given(STATES, PROBLEMS, st.sampled_from(SettledAs))
    def test_is_never_sent(
        self, states: list[ExportState], problems: list[Problem], settled_as: SettledAs
    ) -> None:
        exports = [ExportStanding(state=state) for state in states]

        settled = standing_of(exports, problems, settled_as=settled_as)

        assert not settled.can_be_sent
        if EXPORTS_MOVING.isdisjoint(states):
            is_marked = settled_as is SettledAs.SENT
            assert settled.state == ("marked_sent" if is_marked else "settled")
            assert settled.state not in WAITING_JOURNALS

    @given(st.sampled_from(JournalState), st.booleans(), st.booleans())
    def test_comes_from_a_state_that_asks_for_a_person_or_was_sent(
        self, state: JournalState, has_difference: bool, is_deleted: bool
    ) -> None:
        if can_be_settled(state, has_difference=has_difference, is_deleted=is_deleted):
            assert state in STOPPED_JOURNALS | SENT_JOURNALS


class TestWhetherItCanBeSent:
    def test_counts_what_a_click_sends(self) -> None:
        journal = standing(("withdrawn", "posted", "ready", "ready"))

        assert (journal.to_send, journal.can_be_sent) == (2, True)

    @pytest.mark.parametrize("states", [("queued", "ready"), ("uncertain",), ("posting", "ready")])
    def test_is_no_while_it_is_under_way(self, states: tuple[str, ...]) -> None:
        assert not standing(states).can_be_sent

    def test_reports_that_it_was_sent(self) -> None:
        journal = standing(("posted",))

        assert not journal.can_be_sent
        assert journal.obstacle is not None
        assert journal.obstacle.code is ProblemCode.ALREADY_SENT

    def test_is_not_prevented_by_problems_of_a_booked_receipt(self) -> None:
        odd = problem(ProblemCode.BOOKED_DIFFERENTLY)
        exports = [
            ExportStanding(state=ExportState.POSTED, problems=(odd,)),
            ExportStanding(state=ExportState.READY),
        ]

        assert standing_of(exports, []).can_be_sent

    def test_reports_first_what_stops_a_receipt(self) -> None:
        refused = problem(ProblemCode.REJECTED)
        exports = [ExportStanding(state=ExportState.REJECTED, problems=(refused,))]

        journal = standing_of(exports, [problem(ProblemCode.PERIOD_CLOSED)])

        assert journal.obstacle == refused
        assert len(journal.obstacles) == 2

    def test_is_a_problem_while_a_receipt_waits_for_an_answer(self) -> None:
        stopped = problem(ProblemCode.PERHAPS_BOOKED)
        export = ExportStanding(state=ExportState.READY, problems=(stopped,))

        found = standing_of([export], [])

        assert found.state is JournalState.PROBLEM
        assert found.obstacles == (stopped,)

    def test_is_not_hindered_by_warnings(self) -> None:
        warning = problem(ProblemCode.ZERO_LINES, Severity.WARNING)

        assert standing(["ready"], [warning]).obstacles == ()

    def test_ignores_problems_of_a_withdrawn_receipt(self) -> None:
        refused = problem(ProblemCode.REJECTED)
        exports = [
            ExportStanding(state=ExportState.WITHDRAWN, problems=(refused,)),
            ExportStanding(state=ExportState.READY),
        ]

        assert standing_of(exports, []).can_be_sent

    @given(STATES, PROBLEMS)
    def test_is_yes_only_with_something_to_send_and_nothing_against_it(
        self, states: list[ExportState], problems: list[Problem]
    ) -> None:
        journal = standing(states, problems)

        if journal.can_be_sent:
            assert ExportState.READY in states
            assert not any(one.stops for one in problems)
            assert journal.state not in JOURNALS_NOT_DUE | SENT_JOURNALS | JOURNALS_UNDER_WAY

    @pytest.mark.parametrize("severity", list(Severity))
    def test_is_no_before_the_start_although_there_is_nothing_to_put_right(
        self, severity: Severity
    ) -> None:
        journal = standing(("ready",), [problem(ProblemCode.BEFORE_START, severity)])

        assert journal.state is JournalState.BEFORE_START
        assert (journal.to_send, journal.can_be_sent) == (0, False)
        assert journal.obstacle is not None

    def test_is_no_for_one_that_was_discarded(self) -> None:
        journal = standing_of([ExportStanding(state=ExportState.READY)], [], is_discarded=True)

        assert journal.state is JournalState.DISCARDED
        assert not journal.can_be_sent


class TestAWithdrawnJournal:
    def test_is_withdrawn_and_never_sent_until_a_person_says_so(self) -> None:
        exports = [ExportStanding(state=ExportState.WITHDRAWN)]

        journal = standing_of(exports, [], is_withdrawn=True)

        assert journal.state == "withdrawn"
        assert not journal.can_be_sent
        assert [one.code for one in journal.obstacles] == [ProblemCode.JOURNAL_WITHDRAWN]

    @pytest.mark.parametrize(
        ("states", "expected"),
        [
            (("withdrawing", "withdrawn"), "withdrawing"),
            (("not_withdrawn", "withdrawing"), "withdrawing"),
            (("not_withdrawn", "withdrawn"), "withdrawal_stopped"),
            (("not_withdrawn", "ready"), "withdrawal_stopped"),
            (("withdrawing", "rejected"), "withdrawing"),
        ],
    )
    def test_is_not_yet_one_while_a_receipt_is_in_the_books(
        self, states: tuple[str, ...], expected: str
    ) -> None:
        journal = standing(states)

        assert journal.state == expected
        assert not journal.can_be_sent
