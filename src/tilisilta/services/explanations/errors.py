"""Explains errors that were raised, by the codes they carry and in the words of problems."""

from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.errors import TilisiltaError


def problem_of(error: TilisiltaError) -> Problem:
    """What a raised ``error`` comes to as a problem, with the facts it carries.

    One whose code is not known has the general one, so that no error is ever without words.
    """
    facts = tuple((name, text) for name, text in error.facts.items() if text)
    return Problem(code=_code_of(error), facts=facts)


def _code_of(error: TilisiltaError) -> ProblemCode:
    try:
        return ProblemCode(error.code)
    except ValueError:
        return ProblemCode.NOT_POSSIBLE
