"""Counting equal findings, so that 100,000 lines on one unknown account make one problem."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Finding(Generic[Key]):
    """Something that lines have in common: the first of these lines, and how many they are."""

    key: Key
    line: int
    lines: int


class LineTally(Generic[Key]):
    """Counts the lines of each finding and remembers the first in the order of the source."""

    def __init__(self) -> None:
        self._first: dict[Key, int] = {}
        self._count: dict[Key, int] = {}

    def add(self, key: Key, line: int, *, lines: int = 1) -> None:
        """Count ``lines`` for the finding ``key``, of which ``line`` is the first."""
        known = self._first.get(key)
        if known is None or line < known:
            self._first[key] = line
        self._count[key] = self._count.get(key, 0) + lines

    def __iter__(self) -> Iterator[Finding[Key]]:
        for key, line in sorted(self._first.items(), key=lambda pair: pair[1]):
            yield Finding(key=key, line=line, lines=self._count[key])
