"""Which receipt in Procountor books which part of a run: ours, one booked another way, or twice."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tilisilta.domain.booked_another_way import Match, find_matches
from tilisilta.domain.ledger_sums import Sums, ledger_sums, of_accounts
from tilisilta.domain.receipts import BookedReceipt
from tilisilta.domain.recognition import INVALIDATED, tokens_in
from tilisilta.domain.reconciliation import Part


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """The receipts of each part, by its place among the parts.

    ``own`` is ours, valid or not. ``matches`` book parts that ours does not book, and ``again`` are
    the ids of receipts that book a part a second time. ``left`` are the valid receipts that book no
    part.
    """

    own: Mapping[int, BookedReceipt]
    matches: tuple[Match, ...]
    again: Mapping[int, tuple[int, ...]]
    left: tuple[BookedReceipt, ...]


def assign(
    parts: Sequence[Part], receipts: Mapping[int, BookedReceipt], elsewhere: Collection[int]
) -> Assignment:
    """Assign each of the ``receipts`` to one part at most. Those ``elsewhere`` are never ours."""
    books = _Books(parts, receipts, elsewhere)
    own = books.take_own()
    live = [place for place, one in own.items() if is_live(one)]
    again = books.take_copies(live)
    matches = books.take_matches([place for place in range(len(parts)) if place not in live])
    # At last, so that what books a part once is not taken for its second booking.
    for match in books.take_matches(range(len(parts))):
        again.setdefault(match.parts[0], []).extend(match.receipts)
    return Assignment(
        own=own,
        matches=matches,
        again={place: tuple(ids) for place, ids in again.items()},
        left=(
            *books.free.values(),
            *(one for key, one in receipts.items() if key in elsewhere and is_live(one)),
        ),
    )


def is_live(receipt: BookedReceipt | None) -> bool:
    return receipt is not None and receipt.status != INVALIDATED


class _Books:
    """The receipts that are free to be assigned; what is taken is free no more."""

    def __init__(
        self,
        parts: Sequence[Part],
        receipts: Mapping[int, BookedReceipt],
        elsewhere: Collection[int],
    ) -> None:
        self._parts = parts
        self._receipts = receipts
        known = {one.ledger_receipt_id for one in parts}
        self._unknown = {
            key: one
            for key, one in sorted(receipts.items())
            if key not in known and key not in elsewhere
        }
        self.free = {key: one for key, one in self._unknown.items() if is_live(one)}
        self._sums = {key: ledger_sums(one.body.transactions) for key, one in self.free.items()}

    def take_own(self) -> dict[int, BookedReceipt]:
        """Return our receipt of each part: by its id, or by its token where none is known."""
        own = {}
        for place, part in enumerate(self._parts):
            if part.ledger_receipt_id is None:
                found = self._with_token(part)
            else:
                found = self._receipts.get(part.ledger_receipt_id)
            if found is not None:
                own[place] = found
                self.free.pop(found.ledger_receipt_id, None)
        return own

    def take_copies(self, live: Iterable[int]) -> dict[int, list[int]]:
        """Return the receipts that carry the token of a booked part, and book the same."""
        copies: dict[int, list[int]] = {}
        for place in live:
            part = self._parts[place]
            sent = of_accounts(_sums_of(part))
            for key, one in list(self.free.items()):
                if _carries(part, one) and of_accounts(self._sums[key]) == sent:
                    copies.setdefault(place, []).append(key)
                    del self.free[key]
        return copies

    def take_matches(self, places: Iterable[int]) -> tuple[Match, ...]:
        """Return the matches of parts with free receipts of their day.

        A part moved out of a closed month has two days: that of its receipt comes first.
        """
        left = list(places)
        matches: list[Match] = []
        for day_of in (_receipt_date, _booking_date):
            for match in self._matches_by_day(left, day_of):
                matches.append(match)
                left = [place for place in left if place not in match.parts]
        return tuple(matches)

    def _matches_by_day(
        self, places: Sequence[int], day_of: Callable[[Part], date]
    ) -> tuple[Match, ...]:
        by_day: dict[date, dict[int, Sums]] = {}
        for place in places:
            part = self._parts[place]
            by_day.setdefault(day_of(part), {})[place] = _sums_of(part)
        matches: list[Match] = []
        for day, parts in sorted(by_day.items()):
            that_day = {
                key: self._sums[key]
                for key, one in self.free.items()
                if one.body.receipt_date == day
            }
            found = find_matches(parts, that_day)
            for key in (key for match in found for key in match.receipts):
                del self.free[key]
            matches += found
        return tuple(matches)

    def _with_token(self, part: Part) -> BookedReceipt | None:
        carrying = [one for one in self._unknown.values() if _carries(part, one)]
        wanted = of_accounts(_sums_of(part))

        def unlikeliness(one: BookedReceipt) -> tuple[bool, bool, int]:
            books = of_accounts(ledger_sums(one.body.transactions))
            return not is_live(one), books != wanted, one.ledger_receipt_id

        return min(carrying, key=unlikeliness, default=None)


def _carries(part: Part, receipt: BookedReceipt) -> bool:
    if not part.token or receipt.ledger_receipt_id in part.others:
        return False
    return part.token in tokens_in(receipt.body.name, receipt.body.accountants_notes)


def _sums_of(part: Part) -> Sums:
    """Return what books ``part`` again: what was sent of it, or would be."""
    sent = part.sent if part.ledger_receipt_id is not None else None
    return part.sums_of(part.rows if sent is None else sent.transactions)


def _receipt_date(part: Part) -> date:
    return part.receipt_date


def _booking_date(part: Part) -> date:
    return part.booking_date
