"""What a check decides from all that is known about a journal: one plan, stored by its caller."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from tilisilta.domain.administrations import Administration
from tilisilta.domain.alike import alike_as_one
from tilisilta.domain.guards import Surroundings, check_guards, run_deleted
from tilisilta.domain.items_to_make import ItemToMake
from tilisilta.domain.journals import Journal
from tilisilta.domain.links import LinkRules
from tilisilta.domain.plans import plan_receipts
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.domain.receipts import LedgerReceipt, ReceiptPlan
from tilisilta.domain.standing import (
    BOOKED_EXPORTS,
    EXPORTS_GOING_BACK,
    EXPORTS_UNDER_WAY,
    ExportStanding,
    ExportState,
    JournalState,
    standing_of,
)

_NOTHING = ReceiptPlan(receipts=(), problems=())
_RETRACTABLE = frozenset({ExportState.READY, ExportState.REJECTED})


@dataclass(frozen=True, kw_only=True)
class ExportFacts(ExportStanding):
    """An existing export. Procountor may know the token of one that was tried."""

    token: str
    was_tried: bool


@dataclass(frozen=True, kw_only=True)
class JournalFacts:
    """All that is known about a journal when it is checked, gathered once.

    ``administration`` is ``None`` without a link that books the journal's period, or when its
    account was never authorised; ``trouble`` says why it could not be read again. An assumed
    currency is one that no file named. ``exports`` leaves out what was booked in other books, and
    ``epochs`` gives the epoch of each booking date that was undone or sent again on purpose.
    ``reader_notes`` are the warnings from reading the file, and ``last_problems`` the problems of
    the last check.
    """

    journal: Journal
    is_currency_assumed: bool
    surroundings: Surroundings
    rules: LinkRules | None
    administration: Administration | None
    trouble: tuple[Problem, ...] = ()
    exports: tuple[ExportFacts, ...] = ()
    epochs: Mapping[date, int] = field(default_factory=dict)
    reader_notes: tuple[Problem, ...] = ()
    last_problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class JournalPlan:
    """The result of a check, and what is to be stored of it.

    ``receipts`` are all that would be booked, drawn as far as possible; ``ready`` are those of
    them that become exports in the state *ready*. Exports whose tokens are ``forgotten`` were never
    tried and are deleted; those that are ``withdrawn`` stay as the trail of what was tried. With
    ``leaves_exports`` only the problems and the state are stored.
    """

    state: JournalState
    problems: tuple[Problem, ...]
    leaves_exports: bool = False
    currency: str = ""
    zero_line_count: int = 0
    receipts: tuple[LedgerReceipt, ...] = ()
    items_to_make: tuple[ItemToMake, ...] = ()
    ready: tuple[LedgerReceipt, ...] = ()
    forgotten: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()

    @property
    def needs_look(self) -> bool:
        return any(problem.code.is_suspicion for problem in self.problems)


def leaves_exports(exports: Iterable[ExportStanding]) -> bool:
    """Return whether a check must not touch ``exports``: under way, or booked as a whole."""
    wanted = frozenset(export.state for export in exports) - {ExportState.WITHDRAWN}
    return bool(wanted & (EXPORTS_UNDER_WAY | EXPORTS_GOING_BACK)) or bool(
        wanted and wanted <= BOOKED_EXPORTS
    )


def plan_journal(facts: JournalFacts) -> JournalPlan:
    """Return what would be sent of a journal now, with all its problems and its state."""
    # Exports under way belong to the worker: replacing or withdrawing one now would lose track of
    # a receipt that is just being posted.
    if leaves_exports(facts.exports):
        return _left_alone(facts)
    journal = _with_currency(facts)
    guards = check_guards(facts.surroundings, journal, facts.rules)
    drawn = _drawn(facts, journal, guards)
    problems = (*facts.trouble, *guards, *drawn.problems, *facts.reader_notes)
    is_stopped = bool(facts.trouble) or any(one.stops for one in (*guards, *drawn.problems))
    if drawn.receipts and not is_stopped:
        ready = _ready(facts.exports, drawn.receipts)
        forgotten, withdrawn = _unwanted(facts.exports, drawn.receipts)
    else:
        ready, forgotten, withdrawn = (), _unsent(facts.exports), frozenset()
    left = _left(facts.exports, ready, forgotten, withdrawn)
    return JournalPlan(
        state=standing_of(left, problems).state,
        problems=alike_as_one(problems),
        currency=journal.currency,
        zero_line_count=drawn.zero_line_count,
        receipts=drawn.receipts,
        items_to_make=drawn.items_to_make,
        ready=ready,
        forgotten=forgotten,
        withdrawn=withdrawn,
    )


def _left_alone(facts: JournalFacts) -> JournalPlan:
    """Return only whether the run still exists: what was sent of a deleted run must be undone."""
    # Taken over, as the receipts are not drawn again and their problems cannot be worked out anew.
    earlier = (one for one in facts.last_problems if one.code != ProblemCode.RUN_DELETED)
    deleted = (run_deleted(facts.journal),) if facts.surroundings.is_deleted_at_source else ()
    problems = (*earlier, *deleted)
    state = standing_of(facts.exports, problems).state
    return JournalPlan(state=state, problems=problems, leaves_exports=True)


def _with_currency(facts: JournalFacts) -> Journal:
    """Return the journal with the administration's currency where no file named one."""
    if not facts.is_currency_assumed or facts.administration is None:
        return facts.journal
    return replace(facts.journal, currency=facts.administration.currency)


def _drawn(facts: JournalFacts, journal: Journal, guards: Sequence[Problem]) -> ReceiptPlan:
    """Return the receipts, if the journal has books to go to and does not lie before the start."""
    is_before_start = any(problem.code == ProblemCode.BEFORE_START for problem in guards)
    if facts.rules is None or facts.administration is None or is_before_start:
        return _NOTHING
    return plan_receipts(journal, facts.rules, facts.administration, epochs=facts.epochs)


def _ready(
    exports: Sequence[ExportFacts], receipts: Sequence[LedgerReceipt]
) -> tuple[LedgerReceipt, ...]:
    # What is booked stays as it was booked, even if it would be drawn differently today.
    booked = {export.token for export in exports if export.is_booked}
    return tuple(receipt for receipt in receipts if receipt.token not in booked)


def _unwanted(
    exports: Sequence[ExportFacts], receipts: Sequence[LedgerReceipt]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the tokens of exports that would now be sent differently: to forget, to withdraw.

    A refused one is withdrawn too, or Procountor's refusal would stop the journal for ever.
    """
    wanted = {receipt.token for receipt in receipts}
    left = [export for export in exports if export.token not in wanted]
    forgotten = _untried(left)
    retracted = (export.token for export in left if export.state in _RETRACTABLE)
    return forgotten, frozenset(retracted) - forgotten


def _unsent(exports: Sequence[ExportFacts]) -> frozenset[str]:
    """Return the tokens to forget while nothing can be sent.

    The rest of a journal that was sent in part stays: without it the journal would count as sent.
    """
    if any(export.is_booked for export in exports):
        return frozenset()
    return _untried(exports)


def _untried(exports: Sequence[ExportFacts]) -> frozenset[str]:
    return frozenset(
        export.token
        for export in exports
        # A tried export is never deleted: Procountor may hold a receipt with its token.
        if export.state == ExportState.READY and not export.was_tried
    )


def _left(
    exports: Sequence[ExportFacts],
    ready: Sequence[LedgerReceipt],
    forgotten: frozenset[str],
    withdrawn: frozenset[str],
) -> list[ExportStanding]:
    """Return the exports as they will be once the plan is stored."""
    new = {receipt.token for receipt in ready}
    gone = forgotten | withdrawn | new
    return [
        *(export for export in exports if export.token not in gone),
        *(ExportStanding(state=ExportState.WITHDRAWN) for _token in withdrawn),
        *(ExportStanding(state=ExportState.READY) for _token in new),
    ]
