"""Collects all problems of a file, so that a person sees them at once."""

import re
from collections import Counter
from collections.abc import Mapping

from tilisilta.clients.files.outcomes import FileRefused
from tilisilta.domain.personal_codes import mask_personal_codes
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts

# One wrong column would otherwise list a problem for each of 100,000 lines.
MOST_PROBLEMS_PER_CODE = 50
MOST_VALUE_CHARACTERS = 40
_MOST_LETTERS = 3
_LETTERS = re.compile(r"[^\W\d_]")


class Findings:
    """The problems of one file.

    ``fact_name`` is "column" or "element", whichever holds the values of the file, and ``names``
    are the file's names for the columns or elements of each field.
    """

    def __init__(
        self, *, fact_name: str = "column", names: Mapping[str, str] | None = None
    ) -> None:
        self._fact_name = fact_name
        self._names = names or {}
        self._problems: list[Problem] = []
        self._counts: Counter[ProblemCode] = Counter()

    def add(
        self,
        code: ProblemCode,
        *,
        line: int | None = None,
        field: str = "",
        **values: str | int,
    ) -> None:
        """Add a problem at ``line`` of the file.

        Of one code the first fifty are listed one by one; the last of them counts all the others.
        """
        self._counts[code] += 1
        if self._counts[code] > MOST_PROBLEMS_PER_CODE:
            return
        named = {self._fact_name: self._names.get(field, field)} if field else {}
        texts = {name: mask_personal_codes(str(value)) for name, value in (named | values).items()}
        self._problems.append(
            Problem(code=code, screen=Screen.FILE, line=line, facts=facts(**texts))
        )

    def refuse(self) -> None:
        if self._problems:
            raise FileRefused(self._all())

    def _all(self) -> tuple[Problem, ...]:
        """Return the problems in the order of their lines, those of the whole file first."""
        problems = []
        seen: Counter[ProblemCode] = Counter()
        for problem in self._problems:
            seen[problem.code] += 1
            if seen[problem.code] == MOST_PROBLEMS_PER_CODE:
                problem = self._counting_the_rest(problem)  # noqa: PLW2901  # the last one listed
            problems.append(problem)
        return tuple(sorted(problems, key=lambda problem: problem.line or 0))

    def _counting_the_rest(self, last: Problem) -> Problem:
        sharing = self._counts[last.code] - MOST_PROBLEMS_PER_CODE + 1
        if sharing == 1:
            return last
        return Problem(
            code=last.code,
            screen=last.screen,
            line=last.line,
            facts=(*last.facts, *facts(lines=sharing)),
        )


def refused(code: ProblemCode, *, line: int | None = None, **values: str | int) -> FileRefused:
    """Return the refusal of a file for one problem that makes all other checks pointless."""
    texts = {name: mask_personal_codes(str(value)) for name, value in values.items()}
    return FileRefused((Problem(code=code, screen=Screen.FILE, line=line, facts=facts(**texts)),))


def showable(value: object) -> str:
    """Return what may be shown of a value that should have been an amount, a date or a number.

    A text with more than a few letters may be the name of an employee, if a person chose the
    wrong column; it is left out.
    """
    text = str(value).strip()
    if len(_LETTERS.findall(text)) > _MOST_LETTERS:
        return ""
    return text[:MOST_VALUE_CHARACTERS]
