"""Which receipts without our token book a run's part: by Nmbrs' own link, or by a person.

They have its date, and its sums per ledger account and dimension item. A part may have been split
over several receipts, or several parts joined in one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tilisilta.domain.ledger_sums import Sums, added, making, of_accounts


@dataclass(frozen=True, kw_only=True)
class Match:
    """Parts, by their keys, and the ids of the receipts that together book the same.

    Without the same dimensions they agree in the sums of accounts only.
    """

    parts: tuple[int, ...]
    receipts: tuple[int, ...]
    has_same_dimensions: bool


def find_matches(parts: Mapping[int, Sums], receipts: Mapping[int, Sums]) -> tuple[Match, ...]:
    """Return what matches among the parts and receipts of one day, each used once at most."""
    found: list[Match] = []
    ways = (_one_to_one, _split, _joined, _all_together)
    for way in ways:
        for narrowed in (_whole, of_accounts):
            left = _Left(
                parts=_narrowed(parts, narrowed, {key for one in found for key in one.parts}),
                receipts=_narrowed(
                    receipts, narrowed, {key for one in found for key in one.receipts}
                ),
            )
            found += [
                Match(parts=some, receipts=ids, has_same_dimensions=narrowed is _whole)
                for some, ids in way(left)
            ]
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class _Left:
    """The parts and receipts that have no match yet; a way to match takes out what it uses."""

    parts: dict[int, Sums]
    receipts: dict[int, Sums]

    def use(self, parts: tuple[int, ...], receipts: tuple[int, ...]) -> None:
        for key in parts:
            del self.parts[key]
        for key in receipts:
            del self.receipts[key]


_Pairs = Iterator[tuple[tuple[int, ...], tuple[int, ...]]]


def _whole(sums: Sums) -> Sums:
    return sums


def _narrowed(
    some: Mapping[int, Sums], narrowed: Callable[[Sums], Sums], used: set[int]
) -> dict[int, Sums]:
    kept = {key: narrowed(sums) for key, sums in sorted(some.items()) if key not in used}
    # What books nothing equals everything that books nothing, and says nothing.
    return {key: sums for key, sums in kept.items() if sums}


def _one_to_one(left: _Left) -> _Pairs:
    equal: dict[frozenset[object], list[int]] = {}
    for receipt, sums in reversed(left.receipts.items()):
        equal.setdefault(frozenset(sums.items()), []).append(receipt)
    for part, sums in list(left.parts.items()):
        some = equal.get(frozenset(sums.items()))
        if some:
            pair = (part,), (some.pop(),)
            left.use(*pair)
            yield pair


def _split(left: _Left) -> _Pairs:
    for part, sums in list(left.parts.items()):
        receipts = making(sums, left.receipts)
        if receipts:
            left.use((part,), receipts)
            yield (part,), receipts


def _joined(left: _Left) -> _Pairs:
    for receipt, sums in list(left.receipts.items()):
        parts = making(sums, left.parts)
        if parts:
            left.use(parts, (receipt,))
            yield parts, (receipt,)


def _all_together(left: _Left) -> _Pairs:
    parts = tuple(left.parts)
    receipts = making(added(left.parts.values()), left.receipts)
    if len(parts) > 1 and receipts:
        left.use(parts, receipts)
        yield parts, receipts
