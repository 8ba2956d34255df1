"""What went wrong with Nmbrs, as problems that are kept and shown until they are over."""

from collections.abc import Sequence
from typing import Any

from tilisilta.clients.files.outcomes import FileRefused
from tilisilta.clients.nmbrs.errors import (
    NmbrsAccessDenied,
    NmbrsAnswerUnknown,
    NmbrsCallForbidden,
    NmbrsLoginRefused,
    NmbrsRefused,
    NmbrsUnavailable,
)
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.errors import TilisiltaError
from tilisilta.services.checks import dump_problems

_CODES: dict[type[TilisiltaError], ProblemCode] = {
    NmbrsUnavailable: ProblemCode.NMBRS_UNREACHABLE,
    NmbrsLoginRefused: ProblemCode.NMBRS_LOGIN_REFUSED,
    NmbrsCallForbidden: ProblemCode.NMBRS_CALL_FORBIDDEN,
    NmbrsAccessDenied: ProblemCode.NMBRS_ACCESS_DENIED,
    NmbrsRefused: ProblemCode.NMBRS_REFUSED,
    NmbrsAnswerUnknown: ProblemCode.NMBRS_ANSWER_UNKNOWN,
}


def problem_of(error: TilisiltaError) -> Problem:
    """The problem that an error of the Nmbrs client comes to."""
    code = next(code for kind, code in _CODES.items() if isinstance(error, kind))
    return Problem(
        code=code,
        screen=Screen.NMBRS,
        facts=facts(call=getattr(error, "call", ""), number=getattr(error, "code", "")),
    )


def stored_problem_of(error: TilisiltaError) -> Any:
    """The same, as it is kept in a column."""
    return dump_problems([problem_of(error)])


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
