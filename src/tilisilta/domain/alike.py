"""Makes one problem of very many that are alike: nobody reads ten thousand of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tilisilta.domain.problems import Problem

MOST_ALIKE = 10
"""So many problems of a kind are listed one by one, each with its own line and hints."""
CODES_NAMED = 10
_SAME = ("kind", "name", "reason", "role", "same", "split")
_NAMING = ("item", "account", "journal", "date", "numbers")


def alike_as_one(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return ``problems`` with the first of very many alike in place of all of them.

    It says how many ``alike`` there are with it, and what the ``first`` of them are about.
    """
    groups: dict[object, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(_kind_of(problem), []).append(problem)
    return tuple(one for group in groups.values() for one in _one_or_all(group))


def _kind_of(problem: Problem) -> object:
    facts = tuple(problem.fact(name) for name in _SAME)
    return (problem.code, problem.severity, problem.screen, problem.booking_date, facts)


def _one_or_all(group: Sequence[Problem]) -> Iterator[Problem]:
    if len(group) <= MOST_ALIKE:
        yield from group
        return
    first = group[0]
    lines = sum(int(problem.fact("lines") or 1) for problem in group)
    told = {
        **dict(first.facts),
        "lines": str(lines),
        "alike": str(len(group)),
        "first": ", ".join(_names(group)),
    }
    yield replace(first, facts=tuple((name, text) for name, text in told.items() if text))


def _names(group: Sequence[Problem]) -> list[str]:
    naming = next((name for name in _NAMING if group[0].fact(name)), None)
    if naming is None:
        return []
    names = dict.fromkeys(problem.fact(naming) for problem in group)
    return [name for name in names if name][:CODES_NAMED]
