"""The ids of things in Nmbrs, and which listed thing is one that is known already.

Nmbrs has two ids for everything: an integer in its SOAP API and a GUID in its REST API. Both are
kept, so that a thing is recognised whichever of the two APIs lists it.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

_FIRST_DERIVED = 100_000_000
_DERIVED_COUNT = 900_000_000
# What a column of 64 bits surely holds.
_MOST_DIGITS = 18

K = TypeVar("K")


@dataclass(frozen=True, kw_only=True)
class NmbrsId:
    """What identifies a thing in Nmbrs: its integer, its GUID, or both; at least one of them."""

    number: int | None = None
    guid: UUID | None = None

    def __post_init__(self) -> None:
        if self.number is None and self.guid is None:
            raise ValueError("An id of Nmbrs has an integer or a GUID.")

    def __str__(self) -> str:
        return str(self.guid if self.number is None else self.number)

    @classmethod
    def parse(cls, text: str) -> "NmbrsId | None":
        """Return the id that ``str`` wrote; ``None`` for any other text."""
        text = text.strip()
        if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS:
            return cls(number=int(text))
        try:
            return cls(guid=UUID(text))
        except ValueError:
            return None

    def contradicts(self, other: "NmbrsId") -> bool:
        """Return whether the two differ in the integer or in the GUID, where both have it."""
        return _differ(self.number, other.number) or _differ(self.guid, other.guid)

    def is_of(self, other: "NmbrsId") -> bool:
        """Return whether both are certainly of one thing: something is equal, nothing differs."""
        is_equal = None not in {self.number, other.number} or None not in {self.guid, other.guid}
        return is_equal and not self.contradicts(other)

    def as_number(self) -> int:
        """Return the integer, or one of nine digits that is derived from the GUID."""
        if self.number is not None:
            return self.number
        return _FIRST_DERIVED + int(self.guid or 0) % _DERIVED_COUNT


class ByNmbrsId(Generic[K]):
    """Values by id; found by either of the two ids, as a list may have only one of them."""

    def __init__(self, pairs: Iterable[tuple[NmbrsId | None, K]] = ()) -> None:
        self._by: dict[int | UUID, K] = {}
        for key, value in pairs:
            self.put(key, value)

    def put(self, key: NmbrsId | None, value: K) -> None:
        for one in _parts(key):
            self._by[one] = value

    def get(self, key: NmbrsId | None) -> K | None:
        return next((self._by[one] for one in _parts(key) if one in self._by), None)

    def __contains__(self, key: NmbrsId | None) -> bool:
        return any(one in self._by for one in _parts(key))


def plain_number(text: str) -> str:
    """Return a number that Nmbrs has as text without blanks and leading zeros: 007 is 7."""
    text = text.strip()
    return (text.lstrip("0") or "0") if text.isascii() and text.isdecimal() else text


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A thing in a list of Nmbrs. ``marks`` are as those of ``Known``."""

    id: NmbrsId | None
    marks: tuple[Hashable, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Known(Generic[K]):
    """A thing that is known here, under ``key``.

    ``marks`` identify it where ids do not, the strictest first: run year and number, for example.
    ``None`` stands for a mark that it does not have.
    """

    key: K
    id: NmbrsId | None
    marks: tuple[Hashable, ...] = ()
    is_gone: bool = False


@dataclass(frozen=True, kw_only=True)
class Recognised(Generic[K]):
    """Which known thing each listed one is, both by position and key.

    ``new`` are the positions of those that are not known. ``doubts`` are the positions of those
    that may be one of several known things, and ``doubted`` the keys of these: nothing may be done
    to either until a person has decided.
    """

    same: Mapping[int, K]
    new: tuple[int, ...]
    doubts: tuple[int, ...] = ()
    doubted: frozenset[K] = field(default_factory=frozenset)


def recognise(listed: Sequence[Listed], known: Sequence[Known[K]]) -> Recognised[K]:
    """Return which of the ``known`` things each of the ``listed`` ones is.

    The GUID decides, else the integer, else the marks, one after the other. Ids that differ are
    never the same thing. What was found by its id is no candidate for others, so that a mark that
    two things have is no doubt where all but one of them are recognised. Of known things with equal
    marks those that are not gone go first.
    """
    return _Recognising(listed, known).recognised()


class _Recognising(Generic[K]):
    """One list while its things are recognised."""

    def __init__(self, listed: Sequence[Listed], known: Sequence[Known[K]]) -> None:
        self._listed = listed
        self._known = known
        self._same: dict[int, int] = {}
        self._doubts: set[int] = set()
        self._doubted: set[int] = set()

    def recognised(self) -> Recognised[K]:
        self._by_id()
        for step in range(max((len(one.marks) for one in self._listed), default=0)):
            self._by_mark(step)
        places = range(len(self._listed))
        return Recognised(
            same={at: self._known[row].key for at, row in sorted(self._same.items())},
            new=tuple(at for at in places if at not in self._same and at not in self._doubts),
            doubts=tuple(sorted(self._doubts)),
            doubted=frozenset(self._known[row].key for row in self._doubted),
        )

    def _by_id(self) -> None:
        rows_by_part = {part: row for row, one in enumerate(self._known) for part in _parts(one.id)}
        found: dict[int, list[int]] = defaultdict(list)
        for at, one in enumerate(self._listed):
            if one.id is None:
                continue
            rows = {rows_by_part[part] for part in _parts(one.id) if part in rows_by_part}
            if len(rows) > 1 or not all(self._may_be(at, row) for row in rows):
                # The integer of one thing and the GUID of another.
                self._doubt([at], sorted(rows))
            elif rows:
                found[rows.pop()].append(at)
        for row, places in found.items():
            self._settle(places, [row])

    def _by_mark(self, step: int) -> None:
        places: dict[Hashable, list[int]] = defaultdict(list)
        for at, one in enumerate(self._listed):
            if at not in self._same and at not in self._doubts and self._mark(one, step):
                places[one.marks[step]].append(at)
        taken = {*self._same.values(), *self._doubted}
        rows: dict[Hashable, list[int]] = defaultdict(list)
        for row, one_known in enumerate(self._known):
            if row not in taken and self._mark(one_known, step):
                rows[one_known.marks[step]].append(row)
        for mark, candidates in places.items():
            pairs = [
                (at, row)
                for at in candidates
                for row in rows.get(mark, ())
                if self._may_be(at, row)
            ]
            possible = sorted({row for _, row in pairs})
            present = [row for row in possible if not self._known[row].is_gone]
            if possible:
                self._settle(sorted({at for at, _ in pairs}), present or possible)

    def _settle(self, places: list[int], rows: list[int]) -> None:
        """Pair one listed thing with the one known thing it may be, or note the doubt."""
        if len(places) == len(rows) == 1:
            self._same[places[0]] = rows[0]
        else:
            self._doubt(places, rows)

    def _doubt(self, places: list[int], rows: list[int]) -> None:
        self._doubts.update(places)
        self._doubted.update(rows)

    def _may_be(self, at: int, row: int) -> bool:
        mine, theirs = self._listed[at].id, self._known[row].id
        return mine is None or theirs is None or not mine.contradicts(theirs)

    @staticmethod
    def _mark(one: "Listed | Known[K]", step: int) -> bool:
        return step < len(one.marks) and one.marks[step] is not None


def _differ(one: object | None, other: object | None) -> bool:
    return one is not None and other is not None and one != other


def _parts(key: NmbrsId | None) -> tuple[int | UUID, ...]:
    parts = () if key is None else (key.guid, key.number)
    return tuple(one for one in parts if one is not None)
