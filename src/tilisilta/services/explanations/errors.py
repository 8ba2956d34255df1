"""Turns raised errors into problems, by the codes they carry."""

from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.errors import TilisiltaError


def problem_of(error: TilisiltaError) -> Problem:
    """Return a raised ``error`` as a problem, with the facts it carries.

    An unknown code becomes the general one, so that every error has words.
    """
    facts = tuple((name, text) for name, text in error.facts.items() if text)
    return Problem(code=_code_of(error), facts=facts)


def _code_of(error: TilisiltaError) -> ProblemCode:
    try:
        return ProblemCode(error.code)
    except ValueError:
        return ProblemCode.NOT_POSSIBLE
