"""Errors of Nmbrs as problems, which are stored and shown until they are over."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tilisilta.clients.files.outcomes import FileRefused
from tilisilta.clients.nmbrs.errors import NmbrsCallForbidden
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.payroll import PayrollRun
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.errors import TilisiltaError
from tilisilta.services import explanations

_PERHAPS_HERE = "perhaps-here"


def problem_of(error: TilisiltaError) -> Problem:
    return replace(explanations.problem_of(error), screen=Screen.NMBRS)


def list_forbidden(error: NmbrsCallForbidden, kind: DimensionKind) -> Problem:
    """Return the problem of a list of cost objects that may not be read."""
    problem = problem_of(error)
    return replace(problem, facts=(*problem.facts, *facts(kind=kind.value)))


def is_list_forbidden(problem: Problem, kind: DimensionKind) -> bool:
    return problem.code == ProblemCode.NMBRS_CALL_FORBIDDEN and problem.fact("kind") == kind


def problems_of_run(refusal: FileRefused, *, run: str) -> Sequence[Problem]:
    """Return the problems of a journal that Nmbrs gave and that cannot be trusted."""
    return (
        Problem(
            code=ProblemCode.FETCHED_JOURNAL_REFUSED,
            screen=Screen.NMBRS,
            facts=facts(run=run, codes=", ".join(_codes(refusal))),
        ),
        *refusal.problems,
    )


def number_given_twice(runs: Sequence[PayrollRun]) -> Problem:
    return Problem(
        code=ProblemCode.RUN_NUMBER_TWICE,
        screen=Screen.NMBRS,
        facts=facts(run=f"{runs[0].number}/{runs[0].year}", count=len(runs)),
    )


def run_like_several(run: PayrollRun) -> Problem:
    return Problem(
        code=ProblemCode.NMBRS_SEVERAL_ALIKE,
        screen=Screen.NMBRS,
        facts=facts(reason="run", count=1, numbers=f"{run.number}/{run.year}"),
    )


def here_twice(number: int) -> Problem:
    """Return the problem that a company of Nmbrs is here a second time, under ``number``."""
    return Problem(
        code=ProblemCode.NMBRS_SEVERAL_ALIKE,
        screen=Screen.NMBRS,
        facts=facts(reason="here-twice", count=2, numbers=number),
    )


def perhaps_another(number: int) -> Problem:
    """Return the problem that nobody has said yet under which id a company of ours goes on."""
    return perhaps_here(1, numbers=str(number))


def perhaps_here(count: int, *, numbers: str = "") -> Problem:
    """Return the problem that so many companies of Nmbrs may be here already."""
    return Problem(
        code=ProblemCode.NMBRS_SEVERAL_ALIKE,
        screen=Screen.NMBRS,
        facts=facts(reason=_PERHAPS_HERE, count=count, numbers=numbers),
    )


def is_asked_about(trouble: Iterable[Problem]) -> bool:
    return any(one.fact("reason") == _PERHAPS_HERE for one in trouble)


def _codes(refusal: FileRefused) -> Sequence[str]:
    return tuple(dict.fromkeys(problem.code.value for problem in refusal.problems))
