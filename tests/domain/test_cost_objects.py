from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import ADMINISTRATION, RULES, journal, line

from tilisilta.domain.administrations import Dimension, DimensionItem
from tilisilta.domain.cost_objects import (
    ItemComparison,
    can_be_item,
    compare_with_items,
    item_description,
)
from tilisilta.domain.items_to_make import CodeObstacle
from tilisilta.domain.plans import plan_receipts

PERSONAL_CODE = "150390-904F"
MOST_TEXTS = ["450", " 450", "k7", "K7", "Varikko", "VARIKKO ", "210", "Łódź", "", PERSONAL_CODE]


def item(
    item_id: int, code: str, description: str = "", *, is_active: bool = True
) -> DimensionItem:
    return DimensionItem(item_id=item_id, code=code, description=description, is_active=is_active)


def compared(
    *cost_objects: tuple[str, str], items: tuple[DimensionItem, ...] = ()
) -> ItemComparison:
    dimension = Dimension(dimension_id=1, name="Osasto", items=items)
    return compare_with_items(cost_objects, dimension)


texts = st.sampled_from(MOST_TEXTS)
items_of_a_dimension = st.lists(st.tuples(texts, texts, st.booleans()), max_size=6).map(
    lambda drawn: tuple(
        item(number, code, description, is_active=is_active)
        for number, (code, description, is_active) in enumerate(drawn)
    )
)


class TestCompareWithItems:
    @given(code=texts, items=items_of_a_dimension)
    def test_names_exactly_what_would_stop_a_journal(
        self, code: str, items: tuple[DimensionItem, ...]
    ) -> None:
        dimension = Dimension(dimension_id=1, name="Osasto", items=items)
        tagged = journal(line(1, "5010", "1.00", cost_center=code), line(2, "2961", "-1.00"))
        administration = replace(ADMINISTRATION, dimensions=(dimension,))
        plan = plan_receipts(tagged, replace(RULES, cost_unit_dimension=None), administration)

        comparison = compare_with_items([(code, "")], dimension)

        named = {
            "N09": len(comparison.missing),
            "N16": comparison.personal_code_count,
            "N20": len(comparison.ambiguous),
            "N21": len(comparison.passive),
        }
        assert {problem.code for problem in plan.problems if problem.stops} == {
            name for name, count in named.items() if count
        }
        assert comparison.count == comparison.found_count + sum(named.values())

    @given(codes=st.lists(texts, max_size=8), items=items_of_a_dimension)
    def test_counts_each_code_once(
        self, codes: list[str], items: tuple[DimensionItem, ...]
    ) -> None:
        comparison = compared(*((code, "") for code in codes), items=items)

        assert comparison.count == len({code.strip() for code in codes if code.strip()})

    @pytest.mark.parametrize(
        "one", [item(1, "450"), item(1, " 450"), item(1, "9", "450"), item(1, "9", "450 ")]
    )
    def test_finds_an_item_by_code_and_then_by_description(self, one: DimensionItem) -> None:
        comparison = compared(("450", "Varikko"), items=(one,))

        assert comparison.is_complete
        assert comparison.found_count == 1

    def test_counts_all_that_are_found_or_hold_a_personal_code(self) -> None:
        found = (item(1, "450"), item(2, "460"))
        codes = ("450", "460", "470", PERSONAL_CODE, f"K {PERSONAL_CODE}")

        comparison = compared(*((code, "") for code in codes), items=found)

        assert (comparison.found_count, comparison.personal_code_count) == (2, 2)

    def test_names_missing_items_in_order_with_their_future_descriptions(self) -> None:
        comparison = compared(("460", "Pesula"), ("450 ", " Varikko "), ("470", ""))

        assert [(one.code, one.description) for one in comparison.missing] == [
            ("460", "Pesula"),
            ("450", "Varikko"),
            ("470", "470"),
        ]
        assert comparison.creatable == comparison.missing

    def test_names_the_passive_item(self) -> None:
        ended = item(1, "P-099", "Päättynyt urakka", is_active=False)

        (passive,) = compared(("p-099", "Urakka"), items=(ended,)).passive

        assert (passive.code, passive.item) == ("p-099", ended)

    def test_names_all_candidates(self) -> None:
        both = (item(1, "210", "Hallinto"), item(2, "210", "Myynti"))

        (ambiguous,) = compared(("210", "Hallinto"), items=both).ambiguous

        assert (ambiguous.code, ambiguous.candidates) == ("210", both)

    def test_hints_at_an_item_of_the_same_description_under_another_code(self) -> None:
        other, ended = item(1, "45", "varikko "), item(2, "46", "Varikko", is_active=False)

        (missing,) = compared(("450", "Varikko"), items=(ended, item(3, "310"), other)).missing

        assert missing.near == (other, ended)

    def test_hints_at_nothing_without_a_description(self) -> None:
        (missing,) = compared(("450", ""), items=(item(1, "45", ""),)).missing

        assert missing.near == ()

    @pytest.mark.parametrize(
        ("code", "obstacle"),
        [
            ("Łódź", CodeObstacle.UNWRITABLE),
            ("4\u20285", CodeObstacle.UNWRITABLE),
            ("4" * 81, CodeObstacle.TOO_LONG),
            ("4" * 80, None),
            ("Räksmörgås €", None),
        ],
    )
    def test_says_why_no_item_can_be_made_of_a_code(
        self, code: str, obstacle: CodeObstacle | None
    ) -> None:
        comparison = compared((code, "Varikko"))

        assert [one.obstacle for one in comparison.missing] == [obstacle]
        assert len(comparison.creatable) == (obstacle is None)
        assert len(comparison.stuck) == (obstacle is not None)

    @pytest.mark.parametrize(
        "code", [PERSONAL_CODE, "150390\u2013904F", "150390\u200b-904F", "１５０３９０-904F"]
    )
    def test_never_repeats_a_personal_identity_code(self, code: str) -> None:
        comparison = compared((code, "Varikko"), ("450", f"Matti {code}"))

        assert comparison.personal_code_count == 1
        assert [(one.code, one.description) for one in comparison.missing] == [("450", "450")]
        assert "904" not in repr(comparison)

    def test_ignores_a_code_that_no_line_can_carry(self) -> None:
        assert compared((" ", "Tyhjä")).count == 0


class TestCanBeItem:
    @pytest.mark.parametrize(
        ("code", "expected"),
        [("450", True), ("Łódź", False), ("4" * 81, False), (PERSONAL_CODE, False)],
    )
    def test_is_so_for_what_procountor_stores_and_may_see(self, code: str, expected: bool) -> None:
        assert can_be_item(code) is expected


class TestItemDescription:
    @pytest.mark.parametrize(
        ("description", "written"),
        [
            ("Varikko", "Varikko"),
            (" Łódź ", "Lódz"),
            ("", "450"),
            ("щ" * 200, "sjtj" * 63 + "sj…"),
            (f"Matti {PERSONAL_CODE}", "450"),
        ],
    )
    def test_is_one_that_procountor_can_store(self, description: str, written: str) -> None:
        assert item_description("450", description) == written
