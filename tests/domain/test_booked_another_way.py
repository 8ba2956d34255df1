import time
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.booked_another_way import find_matches
from tilisilta.domain.ledger_sums import Place, Sums, added, making

WAGES, NET, CLEARING = Place("5010"), Place("2961"), Place("2999")
FIRST_ITEM, SECOND_ITEM = Place("5010", 1, 10), Place("5010", 1, 20)


def sums(wages: int, item: Place | None = None) -> dict[Place, Decimal]:
    amount = Decimal(wages)
    return {WAGES: amount, NET: -amount, **({item: amount} if item else {})}


class TestFindMatches:
    def test_finds_a_receipt_that_equals_a_part(self) -> None:
        (match,) = find_matches({0: sums(100, FIRST_ITEM)}, {7: sums(90), 8: sums(100, FIRST_ITEM)})

        assert (match.parts, match.receipts, match.has_same_dimensions) == ((0,), (8,), True)

    def test_prefers_the_receipt_with_the_same_dimensions(self) -> None:
        receipts = {7: sums(100, SECOND_ITEM), 8: sums(100, FIRST_ITEM)}

        (match,) = find_matches({0: sums(100, FIRST_ITEM)}, receipts)

        assert match.receipts == (8,)

    def test_says_that_dimensions_differ(self) -> None:
        (match,) = find_matches({0: sums(100, FIRST_ITEM)}, {7: sums(100, SECOND_ITEM)})

        assert not match.has_same_dimensions

    def test_finds_a_part_that_was_split(self) -> None:
        receipts = {6: sums(33), 7: sums(60), 8: sums(7), 9: sums(40)}

        (match,) = find_matches({0: sums(100)}, receipts)

        assert added(receipts[key] for key in match.receipts) == sums(100)

    def test_finds_a_part_split_by_a_clearing_account(self) -> None:
        receipts: dict[int, Sums] = {
            7: {WAGES: Decimal(100), CLEARING: Decimal(-100)},
            8: {CLEARING: Decimal(100), NET: Decimal(-100)},
        }

        (match,) = find_matches({0: sums(100)}, receipts)

        assert match.receipts == (7, 8)

    def test_finds_parts_that_were_joined(self) -> None:
        (match,) = find_matches({0: sums(100), 1: sums(11), 2: sums(5)}, {7: sums(111)})

        assert (match.parts, match.receipts) == ((0, 1), (7,))

    def test_finds_two_parts_cut_otherwise(self) -> None:
        (match,) = find_matches({0: sums(100), 1: sums(50)}, {7: sums(80), 8: sums(70)})

        assert (match.parts, match.receipts) == ((0, 1), (7, 8))

    def test_uses_a_receipt_once(self) -> None:
        matches = find_matches({0: sums(100), 1: sums(100)}, {7: sums(100)})

        assert [match.parts for match in matches] == [(0,)]

    def test_takes_nothing_to_book_for_nothing(self) -> None:
        assert find_matches({0: {}}, {7: {}}) == ()

    @given(st.lists(st.integers(1, 500), min_size=2, max_size=6), st.data())
    def test_finds_every_split(self, amounts: list[int], data: st.DataObject) -> None:
        noise = data.draw(st.lists(st.integers(1001, 2000), max_size=4))
        receipts = dict(enumerate(map(sums, data.draw(st.permutations([*amounts, *noise])))))

        (match,) = find_matches({0: sums(sum(amounts))}, receipts)

        assert added(receipts[key] for key in match.receipts) == sums(sum(amounts))

    def test_gives_up_soon_where_there_is_too_much(self) -> None:
        many = {key: sums(2 * key + 2) for key in range(60)}
        began = time.process_time()

        assert making(sums(1001), many) == ()
        assert time.process_time() - began < 5
