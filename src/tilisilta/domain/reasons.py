"""What stops the journals of a month, by reason: one reason may stop many companies."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.domain.standing import JournalState


class Remedy(StrEnum):
    """What puts a reason right: the first three in all companies at once."""

    MAP_ACCOUNT = "map"
    CREATE_ITEMS = "create_items"
    FIRST_OPEN_DAY = "first_open_day"
    AUTHORISE = "authorise"
    """One account after the other, as each needs a log-in."""
    LINK = "link"
    OPEN = "open"
    """Each journal is opened by itself."""


AT_ONCE = frozenset({Remedy.MAP_ACCOUNT, Remedy.CREATE_ITEMS, Remedy.FIRST_OPEN_DAY})

_REMEDIES: Mapping[str, Remedy] = {
    ProblemCode.LEDGER_ACCOUNT_UNKNOWN: Remedy.MAP_ACCOUNT,
    ProblemCode.LEDGER_ACCOUNT_INACTIVE: Remedy.MAP_ACCOUNT,
    ProblemCode.DIMENSION_ITEM_UNKNOWN: Remedy.CREATE_ITEMS,
    ProblemCode.PERIOD_CLOSED: Remedy.FIRST_OPEN_DAY,
    ProblemCode.ACCOUNT_NOT_AUTHORISED: Remedy.AUTHORISE,
    ProblemCode.ACCOUNT_DIED: Remedy.AUTHORISE,
    ProblemCode.NOT_LINKED: Remedy.LINK,
}
# The fact that tells reasons of one code apart; of other codes all are one reason.
_FACTS: Mapping[str, tuple[str, ...]] = {
    ProblemCode.DIMENSION_UNKNOWN: ("kind", "name"),
    ProblemCode.DIMENSION_ITEM_UNKNOWN: ("kind", "item"),
    ProblemCode.DIMENSION_ITEM_PASSIVE: ("kind", "item"),
    ProblemCode.DIMENSION_AMBIGUOUS: ("kind", "item"),
    ProblemCode.PERIOD_CLOSED: ("period",),
    ProblemCode.VAT_STATUS_MISSING: ("vat_status",),
}


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Reason:
    """Why journals stop: the code of a problem and what it is about, such as an account.

    A journal that stops without a problem has its state for a code. ``role`` is there for an
    account that a link names itself, as its clearing account.
    """

    code: str
    fact: str = ""
    role: str = ""

    @property
    def id(self) -> str:
        """A short name to type, such as ``N07-5035``."""
        return "-".join(filter(None, (self.code, self.role, self.fact)))

    @property
    def remedy(self) -> Remedy:
        # What a link names by itself is changed there, and no mapping helps.
        return Remedy.OPEN if self.role else _REMEDIES.get(self.code, Remedy.OPEN)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoppedJournal:
    """A journal of the month that waits for a person, with the problems that stop it."""

    journal_id: int
    company_id: int
    state: JournalState
    is_run_lost: bool
    currency: str
    debit: Decimal
    problems: tuple[Problem, ...]

    @property
    def reasons(self) -> Mapping[Reason, tuple[Problem, ...]]:
        """Return each reason once, with the problems that are it."""
        found: dict[Reason, tuple[Problem, ...]] = {}
        for problem in self.problems:
            if problem.stops:
                reason = reason_of(problem)
                found[reason] = (*found.get(reason, ()), problem)
        return found or {self._without_problem: ()}

    @property
    def _without_problem(self) -> Reason:
        return Reason(code=ProblemCode.RUN_DELETED if self.is_run_lost else self.state.value)


@dataclass(frozen=True, kw_only=True)
class ReasonGroup:
    """A reason with all journals that it stops, each with its problems of that reason."""

    reason: Reason
    journals: tuple[tuple[StoppedJournal, tuple[Problem, ...]], ...]

    @cached_property
    def company_ids(self) -> frozenset[int]:
        return frozenset(journal.company_id for journal, _problems in self.journals)

    @cached_property
    def sums(self) -> Mapping[str, Decimal]:
        return sums_of(journal for journal, _problems in self.journals)

    @property
    def problem(self) -> Problem | None:
        """Return the first of the problems, as an example."""
        return next((problems[0] for _journal, problems in self.journals if problems), None)

    def problems_of(self, company_id: int) -> tuple[Problem, ...]:
        return tuple(
            problem
            for journal, problems in self.journals
            for problem in problems
            if journal.company_id == company_id
        )


def reason_of(problem: Problem) -> Reason:
    if problem.code in {
        ProblemCode.LEDGER_ACCOUNT_UNKNOWN,
        ProblemCode.LEDGER_ACCOUNT_INACTIVE,
    }:
        # The journal's account: where a link maps it to a wrong one, that mapping is to change.
        fact = problem.fact("mapped_from") or problem.fact("account")
        return Reason(code=problem.code.value, fact=fact, role=problem.fact("role"))
    # Nearly all missing items are cost centers: only the others say what they are.
    facts = [problem.fact(name) for name in _FACTS.get(problem.code, ())]
    fact = "-".join(one for one in facts if one and one != "cost_center")
    return Reason(code=problem.code.value, fact=fact)


def group_by_reason(journals: Iterable[StoppedJournal]) -> tuple[ReasonGroup, ...]:
    """Return the reasons, those with a remedy for all at once first, and the frequent first.

    A journal that stops for several reasons is under each: a remedy has to reach all of them.
    """
    found: dict[Reason, list[tuple[StoppedJournal, tuple[Problem, ...]]]] = {}
    for journal in journals:
        for reason, problems in journal.reasons.items():
            found.setdefault(reason, []).append((journal, problems))
    groups = [ReasonGroup(reason=reason, journals=tuple(some)) for reason, some in found.items()]
    places = list(Remedy)
    return tuple(
        sorted(
            groups,
            key=lambda one: (
                places.index(one.reason.remedy),
                -len(one.company_ids),
                one.reason,
            ),
        )
    )


def sums_of(journals: Iterable[StoppedJournal]) -> Mapping[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for one in journals:
        sums[one.currency] = sums.get(one.currency, Decimal()) + one.debit
    return dict(sorted(sums.items()))


def ranked_accounts(near: Collection[Sequence[str]], mapped: Mapping[str, int]) -> tuple[str, ...]:
    """Return the accounts that may be meant by an account of journals, the likeliest first.

    ``near`` are the active accounts of each administration that lie near it, the nearest first;
    ``mapped`` says how many links map it to each account already. These go first: a person has
    decided that once. Of the others, those near in most administrations go first.
    """
    scores: dict[str, tuple[int, int]] = {}
    for codes in near:
        for place, code in enumerate(codes):
            count, places = scores.get(code, (0, 0))
            scores[code] = (count + 1, places + place)
    by_people = sorted(mapped, key=lambda code: (-mapped[code], code))
    by_number = sorted(scores, key=lambda code: (-scores[code][0], scores[code][1], code))
    return tuple(dict.fromkeys((*by_people, *by_number)))


def proposed_account(near: Collection[Sequence[str]], mapped: Mapping[str, int]) -> str:
    """Return the account to map to as far as a check has told; empty if a person has to choose.

    It is what most links map to already, else the nearest that all administrations have.
    """
    for code in ranked_accounts(near, mapped):
        if code in mapped or all(code in codes for codes in near):
            return code
    return ""
