"""Puts a reason right, company by company, by the services that change one company too."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.core.exceptions import ValidationError

from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.links import ClosedPeriodPolicy
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.domain.reasons import Reason, Remedy
from tilisilta.domain.standing import STOPPED_JOURNALS, JournalState
from tilisilta.errors import OutcomeUnknown, TilisiltaError
from tilisilta.models import Journal, Link, User
from tilisilta.services.explanations import problem_of
from tilisilta.services.journals.importing import recheck_company
from tilisilta.services.link_seen import MAPPINGS
from tilisilta.services.links import change_link, mappings_of
from tilisilta.services.procountor.item_creation import MadeItems, WantedItem, make_items
from tilisilta.services.reasons.planning import PlannedChange

LONGEST_ITEM_SECONDS = 60


class Became(StrEnum):
    """What became of one company. The texts stand in answers to scripts."""

    DONE = "done"
    ALREADY = "already"
    """It was so already: done before, or by another person."""
    FAILED = "failed"
    """Nothing was changed, and ``problem`` says why."""
    UNCERTAIN = "uncertain"
    """No answer came, so it is not known."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of a planned change, and how its journals stand after it.

    ``left`` is the first problem that still stops one of them.
    """

    change: PlannedChange
    became: Became
    problem: Problem | None = None
    ready_count: int = 0
    stopped_count: int = 0
    left: Problem | None = None

    @property
    def is_done(self) -> bool:
        return self.became in {Became.DONE, Became.ALREADY}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be done: the remedy of a reason, and the account to map to."""

    reason: Reason
    target: str = ""


def carry_out(
    order: Order,
    changes: Iterable[PlannedChange],
    *,
    user: User | None,
    now: datetime,
    until: float | None = None,
) -> tuple[Result, ...]:
    """Make the ``changes`` one after the other, and return what became of each that was reached.

    Safe to repeat: what is done already stays as it is. One that fails holds up no other. No change
    is begun after ``until`` on the monotonic clock, except the first.
    """
    results: list[Result] = []
    for change in changes:
        if results and until is not None and time.monotonic() >= until:
            break
        results.append(_with_journals(_carried_out(order, change, user=user, now=now)))
    return tuple(results)


def _carried_out(
    order: Order, change: PlannedChange, *, user: User | None, now: datetime
) -> Result:
    if change.link is None or change.obstacle is not None:
        return Result(change=change, became=Became.FAILED, problem=change.obstacle)
    # Read again: another person may have changed the link since the plan was made.
    link = Link.objects.select_related("company__debtor", "procountor_account").get(
        pk=change.link.pk
    )
    try:
        if order.reason.remedy is Remedy.CREATE_ITEMS:
            return _with_item(change, link, user=user, now=now)
        if order.reason.remedy is Remedy.MAP_ACCOUNT:
            return _with_mapping(order, change, link, user=user)
        return _with_policy(change, link, user=user)
    except TilisiltaError as error:
        is_unknown = isinstance(error, OutcomeUnknown)
        became = Became.UNCERTAIN if is_unknown else Became.FAILED
        return Result(change=change, became=became, problem=problem_of(error))
    except ValidationError:
        return Result(change=change, became=Became.FAILED, problem=_why_invalid(link))


def _why_invalid(link: Link) -> Problem:
    """Return what Django's refusal of a changed link means."""
    link.refresh_from_db()
    if link.is_open:
        # What is mapped to is no account number.
        return Problem(code=ProblemCode.NOT_POSSIBLE)
    ended = facts(company=link.company.name, administration=link.procountor_account.company_name)
    return Problem(code=ProblemCode.LINK_ENDED, screen=Screen.LINK, facts=ended)


def _with_mapping(order: Order, change: PlannedChange, link: Link, *, user: User | None) -> Result:
    account = order.reason.fact
    if mappings_of(link).get(account, "") == order.target:
        return Result(change=change, became=Became.ALREADY)
    change_link(
        link,
        user=user,
        more_mappings={account: order.target},
        seen={MAPPINGS: {account: change.seen}},
    )
    return Result(change=change, became=Became.DONE)


def _with_policy(change: PlannedChange, link: Link, *, user: User | None) -> Result:
    wanted = ClosedPeriodPolicy.NEXT_OPEN.value
    if link.closed_period_policy == wanted:
        recheck_company(link.company)
        return Result(change=change, became=Became.ALREADY)
    change_link(
        link, user=user, seen={"closed_period_policy": change.seen}, closed_period_policy=wanted
    )
    return Result(change=change, became=Became.DONE)


def _with_item(change: PlannedChange, link: Link, *, user: User | None, now: datetime) -> Result:
    kind, code = DimensionKind(change.kind), change.item
    if link.dimension_name(kind) != change.seen:
        changed = Problem(
            code=ProblemCode.LINK_CHANGED_MEANWHILE, facts=facts(company=link.company.name)
        )
        return Result(change=change, became=Became.FAILED, problem=changed)
    wanted = [WantedItem(kind=kind, dimension_name=change.seen, code=code)]
    until = time.monotonic() + LONGEST_ITEM_SECONDS
    made = make_items(link, wanted, user=user, now=now, until=until)
    recheck_company(link.company)
    return _of_items(change, made)


def _of_items(change: PlannedChange, made: MadeItems) -> Result:
    error = made.trouble or next((error for _code, error in made.refused), None)
    if error is not None:
        is_unknown = isinstance(error, OutcomeUnknown)
        became = Became.UNCERTAIN if is_unknown else Became.FAILED
        return Result(change=change, became=became, problem=problem_of(error))
    if made.without_dimension:
        unknown = facts(kind=change.kind, name=change.seen)
        problem = Problem(code=ProblemCode.DIMENSION_UNKNOWN, facts=unknown)
        return Result(change=change, became=Became.FAILED, problem=problem)
    return Result(change=change, became=Became.DONE if made.created else Became.ALREADY)


def _with_journals(result: Result) -> Result:
    """Return ``result`` with how the journals of its company stand now."""
    ids = [pk for pk, _reference in result.change.journals]
    rows = list(Journal.objects.filter(pk__in=ids).values_list("state", "problems"))
    stopped = [problems for state, problems in rows if state in STOPPED_JOURNALS]
    first = next((one for problems in stopped for one in problems if one.stops), None)
    return replace(
        result,
        ready_count=sum(state == JournalState.READY for state, _problems in rows),
        stopped_count=len(stopped),
        left=first,
    )
