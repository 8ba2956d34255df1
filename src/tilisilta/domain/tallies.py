"""Counting equal findings, so that 100,000 lines on one unknown account make one problem."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, TypeVar

from tilisilta.domain.problems import facts

Key = TypeVar("Key", bound=Hashable)

MOST_LINES_NAMED = 3
"""So many lines of a finding are named; of the others only the number is told."""


@dataclass(frozen=True, kw_only=True)
class Finding(Generic[Key]):
    """Something that lines have in common: the first of these lines, and how many they are."""

    key: Key
    named: tuple[int, ...]
    lines: int

    @property
    def line(self) -> int:
        return self.named[0]

    @property
    def line_facts(self) -> tuple[tuple[str, str], ...]:
        return facts(lines=self.lines, others=_written(self.named[1:]))


class LineTally(Generic[Key]):
    """Counts the lines of each finding and remembers the first in the order of the source."""

    def __init__(self) -> None:
        self._named: dict[Key, tuple[int, ...]] = {}
        self._count: dict[Key, int] = {}

    def add(self, key: Key, *named: int, lines: int = 1) -> None:
        """Count ``lines`` for the finding ``key``, of which ``named`` are the first, in order."""
        known = self._named.get(key, ())
        # Of 100,000 lines nearly all end here: enough are named, and they are later ones.
        if len(known) < MOST_LINES_NAMED or named[0] < known[-1]:
            self._named[key] = _first(known, named)
        self._count[key] = self._count.get(key, 0) + lines

    def __iter__(self) -> Iterator[Finding[Key]]:
        for key, named in sorted(self._named.items(), key=lambda pair: pair[1]):
            yield Finding(key=key, named=named, lines=self._count[key])


def merged(key: Key, findings: Sequence[Finding[Any]]) -> Finding[Key]:
    """Return the finding ``key`` of all lines of ``findings``."""
    return Finding(
        key=key,
        named=_first(*(finding.named for finding in findings)),
        lines=sum(finding.lines for finding in findings),
    )


def facts_of_lines(lines: Iterable[int]) -> tuple[tuple[str, str], ...]:
    """Return the facts of a problem that says how many ``lines`` it has and names the first."""
    known = sorted(lines)
    return facts(lines=len(known), others=_written(known[1:MOST_LINES_NAMED]))


def _first(*named: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(chain(*named))[:MOST_LINES_NAMED])


def _written(lines: Iterable[int]) -> str:
    return ", ".join(map(str, lines))
