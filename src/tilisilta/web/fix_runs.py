"""What a person has started to put right for many companies, remembered until it is done.

It stays in the session: the page may be left and opened again, and a second click finds it begun.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

from django.utils import timezone

from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.domain.reasons import Reason
from tilisilta.models import Company
from tilisilta.services.reasons.changing import Became, Order, Result, carry_out
from tilisilta.services.reasons.groups import problems_by_reason
from tilisilta.services.reasons.planning import Plan, plan, with_what_was_seen
from tilisilta.web.rights import UserRequest

IN_SESSION = "fixes"
MOST_REMEMBERED = 3
FIRST_SECONDS = 0.5
"""So long the click is worked on: a few companies are done then, and many show how far it is."""
SECONDS_PER_STEP = 1.5


@dataclass(frozen=True, kw_only=True)
class ShownResult:
    """What became of one company, as the page of the result tells it."""

    company: Company
    became: Became
    problem: Problem | None
    left: Problem | None
    ready_count: int
    stopped_count: int


@dataclass(kw_only=True)
class FixRun:
    """A remedy for many companies: ``seen`` are those that were asked for, by number.

    ``results`` are those that are done, in the plain form that a session can hold.
    """

    token: str
    month: str
    code: str
    fact: str
    role: str
    target: str
    words: str
    seen: dict[str, str]
    results: dict[str, dict[str, object]] = field(default_factory=dict)

    @property
    def reason(self) -> Reason:
        return Reason(code=self.code, fact=self.fact, role=self.role)

    @property
    def pending(self) -> tuple[int, ...]:
        return tuple(int(number) for number in self.seen if number not in self.results)

    @property
    def first_day(self) -> date:
        return date.fromisoformat(f"{self.month}-01")

    def step(self, request: UserRequest) -> None:
        """Do what a moment allows, and remember it."""
        pending = self.pending
        if not pending:
            return
        planned = self._plan(request)
        rows = with_what_was_seen(
            planned.rows if planned else (), {one: self.seen[str(one)] for one in pending}
        )
        order = Order(reason=self.reason, target=self.target)
        seconds = SECONDS_PER_STEP if self.results else FIRST_SECONDS
        until = time.monotonic() + seconds
        results = carry_out(order, rows, user=request.user, now=timezone.now(), until=until)
        self.results |= {str(one.change.company.number): _stored(one) for one in results}
        # The reason does not stop them any more: another person or another click was quicker.
        there = {one.company.number for one in rows}
        gone = [number for number in pending if number not in there]
        self.results |= {str(number): {"became": Became.ALREADY.value} for number in gone}
        remember(request, self)

    def shown(self, companies: Iterable[Company]) -> tuple[ShownResult, ...]:
        """Return the results of those of ``companies`` that it is about."""
        return tuple(
            _shown(company, self.results[str(company.number)])
            for company in companies
            if str(company.number) in self.results
        )

    def _plan(self, request: UserRequest) -> Plan | None:
        by_reason = problems_by_reason(
            self.first_day, today=timezone.localdate(), user=request.user
        )
        shown = by_reason.find(self.reason.id)
        return None if shown is None else plan(shown, self.first_day, target=self.target)


def begin(  # what a person has confirmed, each by its name
    request: UserRequest,
    planned: Plan,
    *,
    token: str,
    seen: Mapping[str, str],
    left_out: Sequence[str],
) -> FixRun:
    """Return the run of this ``token``, begun if it was not there yet."""
    known = remembered(request, token)
    if known is not None:
        return known
    reason = planned.shown.reason
    run = FixRun(
        token=token,
        month=f"{planned.month:%Y-%m}",
        code=reason.code,
        fact=reason.fact,
        role=reason.role,
        target=planned.target,
        words=planned.shown.words,
        seen={number: had for number, had in seen.items() if number not in set(left_out)},
    )
    remember(request, run)
    return run


def remembered(request: UserRequest, token: str) -> FixRun | None:
    stored = request.session.get(IN_SESSION, {}).get(token)
    return None if stored is None else FixRun(**stored)


def remember(request: UserRequest, run: FixRun) -> None:
    runs = {**request.session.get(IN_SESSION, {}), run.token: asdict(run)}
    request.session[IN_SESSION] = dict(list(runs.items())[-MOST_REMEMBERED:])


def _stored(result: Result) -> dict[str, object]:
    return {
        "became": result.became.value,
        "problem": _plain(result.problem),
        "left": _plain(result.left),
        "ready_count": result.ready_count,
        "stopped_count": result.stopped_count,
    }


def _plain(problem: Problem | None) -> dict[str, object] | None:
    if problem is None:
        return None
    return {"code": problem.code.value, "facts": [list(one) for one in problem.facts]}


def _shown(company: Company, stored: Mapping[str, object]) -> ShownResult:
    return ShownResult(
        company=company,
        became=Became(str(stored["became"])),
        problem=_problem(stored.get("problem")),
        left=_problem(stored.get("left")),
        ready_count=int(str(stored.get("ready_count", 0))),
        stopped_count=int(str(stored.get("stopped_count", 0))),
    )


def _problem(plain: object) -> Problem | None:
    if not isinstance(plain, Mapping):
        return None
    return Problem(
        code=ProblemCode(plain["code"]),
        facts=tuple((str(name), str(value)) for name, value in plain["facts"]),
    )
