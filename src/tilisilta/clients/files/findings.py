"""Collects everything that is wrong with a file, so that a person sees all of it at once."""

import re
from collections import Counter
from collections.abc import Mapping

from tilisilta.clients.files.outcomes import FileRefused
from tilisilta.domain.personal_codes import mask_personal_codes
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts

MOST_PROBLEMS_PER_CODE = 50
MOST_VALUE_CHARACTERS = 40
_MOST_LETTERS = 3
_LETTERS = re.compile(r"[^\W\d_]")


class Findings:
    """The problems of one file.

    ``fact_name`` is "column" or "element", whatever the file puts its values in, and ``names``
    says how the file calls the column or element of each field.
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
        """Keep a finding about ``line`` of the file.

        Of one code the first fifty are kept one by one; the last of them counts all the others.
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
        """Raise ``FileRefused`` when anything was found."""
        if self._problems:
            raise FileRefused(self._all())

    def _all(self) -> tuple[Problem, ...]:
        """The problems from the top of the file to its end, those of the whole file first."""
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
    """The refusal of a file for one reason that leaves nothing else to look for."""
    texts = {name: mask_personal_codes(str(value)) for name, value in values.items()}
    return FileRefused((Problem(code=code, screen=Screen.FILE, line=line, facts=facts(**texts)),))


def showable(value: object) -> str:
    """What may be shown of a value that should have been an amount, a date or a number.

    A text with more than a few letters may be the name of an employee, when somebody chose the
    wrong column; it is left out.
    """
    text = str(value).strip()
    if len(_LETTERS.findall(text)) > _MOST_LETTERS:
        return ""
    return text[:MOST_VALUE_CHARACTERS]
