"""What went wrong with Nmbrs, as problems that are kept and shown until they are over."""

from collections.abc import Sequence
from dataclasses import replace

from tilisilta.clients.files.outcomes import FileRefused
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.errors import TilisiltaError
from tilisilta.services import explanations


def problem_of(error: TilisiltaError) -> Problem:
    """The problem that an error of the Nmbrs client comes to."""
    return replace(explanations.problem_of(error), screen=Screen.NMBRS)


def problems_of_run(refusal: FileRefused, *, run: str) -> Sequence[Problem]:
    """What is wrong with a journal that Nmbrs gave and nobody can vouch for."""
    return (
        Problem(
            code=ProblemCode.FETCHED_JOURNAL_REFUSED,
            screen=Screen.NMBRS,
            facts=facts(run=run, codes=", ".join(_codes(refusal))),
        ),
        *refusal.problems,
    )


def _codes(refusal: FileRefused) -> Sequence[str]:
    return tuple(dict.fromkeys(problem.code.value for problem in refusal.problems))
