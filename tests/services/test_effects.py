"""The page of common errors gives the effect of each problem, as the source makes it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.services.errors import known_errors

import tilisilta
from tilisilta.domain.problems import Effect, ProblemCode
from tilisilta.errors import NeedsAttention, TilisiltaError, TryAgainLater

# Needs no database: a second one would show nothing new.
pytestmark = pytest.mark.once

SOURCE = Path(tilisilta.__file__).parent


def _made_problems() -> Iterator[tuple[str, bool]]:
    """The code of each problem the source makes, by its name, and whether it is a warning."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "self._note":
                yield ast.unparse(node.args[0]).removeprefix("ProblemCode."), True
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Problem", "replace"}:
                given = {part.arg: ast.unparse(part.value) for part in node.keywords}
                if "code" in given:
                    name = given["code"].removeprefix("ProblemCode.")
                    yield name, given.get("severity") == "Severity.WARNING"


MADE = frozenset(_made_problems())


class TestEffect:
    @pytest.mark.parametrize("code", list(ProblemCode))
    def test_is_that_of_the_problems_the_source_makes(self, code: ProblemCode) -> None:
        warns = {is_warning for name, is_warning in MADE if name == code.name}

        if code.effect is Effect.INFORMS:
            assert warns == {True}
        elif code.effect is Effect.STOPS:
            assert warns <= {False}

    def test_is_shown_at_the_code_of_every_warning(self) -> None:
        named = {name for name, is_warning in MADE if is_warning} - {"code"}

        assert named <= set(ProblemCode.__members__)

    @pytest.mark.parametrize("kind", sorted(known_errors(), key=str))
    def test_is_what_the_error_says_to_do(self, kind: type[TilisiltaError]) -> None:
        effect = ProblemCode(kind.code).effect

        assert (effect is Effect.WAITS) == issubclass(kind, TryAgainLater)
        assert effect is not Effect.INFORMS or not issubclass(kind, NeedsAttention)
