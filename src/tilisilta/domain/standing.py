"""Where a journal stands, and whether it can be sent: the one place that decides.

A journal's state follows from the states of its exports and from its problems. Which states belong
together, what waits for a person, what is under way and what is never sent is defined only here;
list, page, command, service and worker all use these definitions.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tilisilta.domain.problems import Problem, ProblemCode, Screen


class ExportState(StrEnum):
    """Where an export stands; see ``docs/exactly-once.md`` for the moves between them."""

    READY = "ready"
    QUEUED = "queued"
    POSTING = "posting"
    UNCERTAIN = "uncertain"
    REJECTED = "rejected"
    POSTED = "posted"
    APPROVED = "approved"
    WITHDRAWING = "withdrawing"
    """Booked, and being taken back."""
    NOT_WITHDRAWN = "not_withdrawn"
    """Booked still, as taking it back was stopped: a person must act."""
    WITHDRAWN = "withdrawn"
    """Taken back, or no longer part of what the journal would book; stays as the trail."""


BOOKED_EXPORTS = frozenset({ExportState.POSTED, ExportState.APPROVED})
EXPORTS_UNDER_WAY = frozenset({ExportState.QUEUED, ExportState.POSTING, ExportState.UNCERTAIN})
EXPORTS_GOING_BACK = frozenset({ExportState.WITHDRAWING, ExportState.NOT_WITHDRAWN})
"""In the books until it is proven that they are taken back."""
EXPORTS_MOVING = EXPORTS_UNDER_WAY | {ExportState.WITHDRAWING}
"""On their way into the books or out of them, without a person."""
COMMITTED_EXPORTS = BOOKED_EXPORTS | EXPORTS_UNDER_WAY | EXPORTS_GOING_BACK
"""Receipts that are in the books, or may be before a person can stop them."""


class JournalState(StrEnum):
    """Where a journal stands."""

    READY = "ready"
    PROBLEM = "problem"
    BEFORE_START = "before_start"
    """Of a month before the link begins: there is nothing to do."""
    OFF = "off"
    REPLACED = "replaced"
    DISCARDED = "discarded"
    CHANGED = "changed"
    QUEUED = "queued"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    REJECTED = "rejected"
    PARTLY_SENT = "partly_sent"
    SENT = "sent"
    APPROVED = "approved"
    WITHDRAWING = "withdrawing"
    WITHDRAWAL_STOPPED = "withdrawal_stopped"
    """Something of it is in the books still, and a person must act."""
    WITHDRAWN = "withdrawn"
    """Taken back as a whole. It is sent again only if a person says so."""
    MARKED_SENT = "marked_sent"
    """In the books another way, as a person says: it is never sent."""
    SETTLED = "settled"
    """Changed or deleted after sending, and a person says that nothing is left to be booked."""


class SettledAs(StrEnum):
    """In which way a person has said that nothing of a journal is left to be sent."""

    BY_HAND = "by_hand"
    NOTHING = "nothing"
    """The books hold what it would book: its difference is nothing."""
    SENT = "sent"
    """It was booked another way, or by hand, as a whole or what was left of it."""


SENT_JOURNALS = frozenset({JournalState.SENT, JournalState.APPROVED, JournalState.MARKED_SENT})
JOURNALS_UNDER_WAY = frozenset(
    {
        JournalState.QUEUED,
        JournalState.SENDING,
        JournalState.UNCERTAIN,
        JournalState.WITHDRAWING,
    }
)
STOPPED_JOURNALS = frozenset(
    {
        JournalState.REJECTED,
        JournalState.PARTLY_SENT,
        JournalState.PROBLEM,
        JournalState.CHANGED,
        JournalState.WITHDRAWAL_STOPPED,
    }
)
"""A person has to do something before the journal is booked as a whole."""
WAITING_JOURNALS = (
    JournalState.UNCERTAIN,
    JournalState.WITHDRAWAL_STOPPED,
    JournalState.REJECTED,
    JournalState.PARTLY_SENT,
    JournalState.PROBLEM,
    JournalState.CHANGED,
    JournalState.READY,
)
"""States that wait for a person, the most urgent first. Nothing is wrong in the last one."""
PROPOSED = "proposed"
"""Counted in the place of the state of a journal that waits for nothing but a second person."""
PROPOSED_JOURNALS = frozenset(
    {
        JournalState.READY,
        JournalState.PARTLY_SENT,
        JournalState.REJECTED,
        JournalState.CHANGED,
    }
)
"""Of these an open proposal says so. In any other state the proposal is about to become void."""
JOURNALS_NOT_DUE = frozenset(
    {
        JournalState.OFF,
        JournalState.REPLACED,
        JournalState.DISCARDED,
        JournalState.BEFORE_START,
        JournalState.WITHDRAWN,
        JournalState.SETTLED,
    }
)
"""Journals of which nothing is to be booked, and about which there is nothing to do."""
JOURNALS_NOT_SUMMED = frozenset(
    {
        JournalState.REPLACED,
        JournalState.CHANGED,
        JournalState.DISCARDED,
        JournalState.BEFORE_START,
        JournalState.WITHDRAWN,
        JournalState.SETTLED,
    }
)
"""Left out of sums: another revision counts instead, or the journal books nothing."""
JOURNALS_AT_REST = SENT_JOURNALS | {
    JournalState.REPLACED,
    JournalState.DISCARDED,
    JournalState.WITHDRAWN,
    JournalState.SETTLED,
}
"""A check cannot change anything about them."""
BY_URGENCY = (
    *WAITING_JOURNALS,
    JournalState.WITHDRAWING,
    JournalState.SENDING,
    JournalState.QUEUED,
    JournalState.SENT,
    JournalState.APPROVED,
    JournalState.MARKED_SENT,
    JournalState.OFF,
    JournalState.BEFORE_START,
    JournalState.SETTLED,
    JournalState.WITHDRAWN,
    JournalState.REPLACED,
    JournalState.DISCARDED,
)
"""All states, in the order in which a month of several journals shows them."""
MARKABLE_JOURNALS = frozenset(
    {
        JournalState.READY,
        JournalState.PROBLEM,
        JournalState.REJECTED,
        JournalState.PARTLY_SENT,
        JournalState.WITHDRAWN,
    }
)
"""Of these a person may say that they, or what is left of them, were booked another way."""
_WITH_A_DIFFERENCE = frozenset({JournalState.REJECTED, JournalState.PARTLY_SENT})
_IN_THE_BOOKS = SENT_JOURNALS | {JournalState.PARTLY_SENT}

_OFF_CODES = frozenset(
    {ProblemCode.TEST_COMPANY, ProblemCode.DEBTOR_BLOCKED, ProblemCode.VERIFY_ONLY}
)
_FOR_GOOD = frozenset({JournalState.OFF, JournalState.REPLACED, JournalState.BEFORE_START})


@dataclass(frozen=True, kw_only=True)
class ExportStanding:
    """The part of an export that decides where its journal stands."""

    state: ExportState
    problems: tuple[Problem, ...] = ()

    @property
    def is_booked(self) -> bool:
        return self.state in BOOKED_EXPORTS

    @property
    def is_wanted(self) -> bool:
        return self.state != ExportState.WITHDRAWN


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a journal stands, and what prevents sending it.

    ``to_send`` is how many receipts a click would send. ``obstacles`` are the problems that prevent
    it, those of its receipts first. Problems of a booked receipt do not count: the person who sends
    the rest has seen them.
    """

    state: JournalState
    to_send: int
    obstacles: tuple[Problem, ...]

    @property
    def can_be_sent(self) -> bool:
        return self.to_send > 0 and not self.obstacles and not self.is_under_way

    @property
    def is_sent(self) -> bool:
        return self.state in SENT_JOURNALS

    @property
    def is_under_way(self) -> bool:
        return self.state in JOURNALS_UNDER_WAY

    @property
    def obstacle(self) -> Problem | None:
        """Return the first reason why it cannot be sent; ``None`` if it can."""
        if self.is_sent:
            return Problem(code=ProblemCode.ALREADY_SENT, screen=Screen.JOURNAL)
        return self.obstacles[0] if self.obstacles else None


def standing_of(
    exports: Sequence[ExportStanding],
    problems: Sequence[Problem],
    *,
    is_discarded: bool = False,
    is_withdrawn: bool = False,
    settled_as: SettledAs | None = None,
) -> Standing:
    """Return where a journal stands, from its exports and the problems of its last check.

    What a person has said of it (``settled_as``) counts unless something of it is on its way.
    """
    states = {export.state for export in exports}
    rest = (export for export in exports if export.is_wanted and not export.is_booked)
    all_problems = (*(problem for export in rest for problem in export.problems), *problems)
    state = JournalState.DISCARDED if is_discarded else state_of(states, problems)
    if is_withdrawn and not states & COMMITTED_EXPORTS:
        state = JournalState.WITHDRAWN
        all_problems = (*all_problems, Problem(code=ProblemCode.JOURNAL_WITHDRAWN))
    if settled_as is not None and not states & EXPORTS_MOVING:
        is_booked = settled_as is SettledAs.SENT
        state = JournalState.MARKED_SENT if is_booked else JournalState.SETTLED
        all_problems = (*all_problems, Problem(code=ProblemCode.JOURNAL_SETTLED))
    stopping = tuple(problem for problem in all_problems if problem.stops)
    if state is JournalState.READY and stopping:
        # The check has no objection, but a receipt must not be sent before a person has answered.
        state = JournalState.PROBLEM
    is_never_sent = state in JOURNALS_NOT_DUE or state is JournalState.MARKED_SENT
    is_going_back = bool(states & EXPORTS_GOING_BACK)
    return Standing(
        state=state,
        to_send=0
        if is_never_sent or is_going_back
        else sum(one.state == ExportState.READY for one in exports),
        # Warnings too: they say why it is not sent, although there is nothing to put right.
        obstacles=tuple(all_problems) if is_never_sent else stopping,
    )


def is_changed(state: JournalState, *, has_difference: bool) -> bool:
    """Return whether a journal in ``state`` waits as its run was changed after sending.

    It ends withdrawn and sent again, with its difference booked, or settled, and nowhere else. So
    does one whose difference was refused, or is booked in part only.
    """
    return state is JournalState.CHANGED or (has_difference and state in _WITH_A_DIFFERENCE)


def is_lost(state: JournalState, *, is_deleted: bool) -> bool:
    """Return whether a journal waits as its run was deleted in Nmbrs after it was sent.

    It ends withdrawn or settled.
    """
    return is_deleted and state in _IN_THE_BOOKS


def can_be_settled(state: JournalState, *, has_difference: bool, is_deleted: bool) -> bool:
    """Return whether a person may say that nothing is left to be done after sending.

    Also where a withdrawal was stopped: the receipt may be gone, and then nothing else ends it.
    """
    return (
        is_changed(state, has_difference=has_difference)
        or is_lost(state, is_deleted=is_deleted)
        or state is JournalState.WITHDRAWAL_STOPPED
    )


def state_of(states: Collection[ExportState], problems: Sequence[Problem]) -> JournalState:
    """Return the state of a journal with exports in ``states`` and these ``problems``."""
    of_problems = _state_of_problems(problems)
    wanted = frozenset(states) - {ExportState.WITHDRAWN}
    if of_problems in _FOR_GOOD and wanted <= {ExportState.READY, ExportState.REJECTED}:
        # A receipt that was refused before needs no answer any more.
        return of_problems
    return _state_of_exports(wanted) or of_problems


def _state_of_exports(wanted: frozenset[ExportState]) -> JournalState | None:
    """Return the state once any receipt was sent or queued; else ``None``."""
    booked = wanted & BOOKED_EXPORTS
    rest = wanted - booked
    all_approved = booked == {ExportState.APPROVED}
    # The first rule that holds decides. A receipt in doubt comes before all others, as it may be
    # booked twice if the rest of the journal is sent without it.
    rules = (
        (ExportState.WITHDRAWING in rest, JournalState.WITHDRAWING),
        (ExportState.NOT_WITHDRAWN in rest, JournalState.WITHDRAWAL_STOPPED),
        (ExportState.UNCERTAIN in rest, JournalState.UNCERTAIN),
        (ExportState.POSTING in rest, JournalState.SENDING),
        (booked and ExportState.QUEUED in rest, JournalState.SENDING),
        (ExportState.QUEUED in rest, JournalState.QUEUED),
        (booked and rest, JournalState.PARTLY_SENT),
        (ExportState.REJECTED in rest, JournalState.REJECTED),
        (booked, JournalState.APPROVED if all_approved else JournalState.SENT),
    )
    return next((state for holds, state in rules if holds), None)


def _state_of_problems(problems: Sequence[Problem]) -> JournalState:
    codes = {problem.code for problem in problems}
    # Off and replaced come first: there is nothing to put right about such a journal.
    rules = (
        (codes & _OFF_CODES, JournalState.OFF),
        (ProblemCode.NEWER_REVISION in codes, JournalState.REPLACED),
        (ProblemCode.EARLIER_REVISION_SENT in codes, JournalState.CHANGED),
        (ProblemCode.BEFORE_START in codes, JournalState.BEFORE_START),
        (any(problem.stops for problem in problems), JournalState.PROBLEM),
    )
    return next((state for holds, state in rules if holds), JournalState.READY)
