from dataclasses import replace
from decimal import Decimal

import pytest
from tests.domain.samples import ADMINISTRATION, OSASTO, PROJEKTI, RULES, journal, line

from tilisilta.domain.administrations import Dimension, DimensionItem
from tilisilta.domain.dimensions import find_dimensions
from tilisilta.domain.items_to_make import DimensionKind, ItemToMake, each_once, notices_of_items
from tilisilta.domain.links import LinkRules
from tilisilta.domain.plans import plan_receipts
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity
from tilisilta.domain.receipts import ReceiptPlan


def item(
    item_id: int, code: str, description: str = "", *, is_active: bool = True
) -> DimensionItem:
    return DimensionItem(item_id=item_id, code=code, description=description, is_active=is_active)


def dimension(*items: DimensionItem, name: str = "Osasto") -> Dimension:
    return Dimension(dimension_id=1, name=name, items=items)


ONE_DIMENSION = replace(RULES, cost_unit_dimension=None)


def _stop(code: str, screen: Screen = Screen.LINK, **facts: str) -> Problem:
    """A problem of the first line's cost center in the dimension Osasto."""
    more = {"name": "Osasto", "kind": "cost_center", "lines": "1"}
    return Problem(
        code=ProblemCode(code),
        screen=screen,
        line=1,
        facts=tuple(sorted({**facts, **more}.items())),
    )


def plan_with(
    cost_center: str, *dimensions: Dimension, rules: LinkRules = ONE_DIMENSION
) -> ReceiptPlan:
    """The plan of a journal whose only tag is ``cost_center``."""
    administration = replace(ADMINISTRATION, dimensions=dimensions or ADMINISTRATION.dimensions)
    tagged = journal(line(1, "5010", "100.00", cost_center=cost_center), line(2, "2961", "-100.00"))
    return plan_receipts(tagged, rules, administration)


class TestFindDimensions:
    def test_prefers_the_exact_name(self) -> None:
        loud = replace(OSASTO, dimension_id=2, name="OSASTO")

        assert find_dimensions("Osasto", (loud, OSASTO)) == (OSASTO,)

    @pytest.mark.parametrize("name", ["osasto", " OSASTO ", "Osasto "])
    def test_ignores_case_and_outer_blanks(self, name: str) -> None:
        assert find_dimensions(name, (PROJEKTI, OSASTO)) == (OSASTO,)

    def test_returns_all_that_may_be_meant(self) -> None:
        loud = replace(OSASTO, dimension_id=2, name="OSASTO")

        assert find_dimensions("osasto", (OSASTO, loud)) == (OSASTO, loud)


class TestItems:
    @pytest.mark.parametrize(
        ("text", "items", "item_id"),
        [
            ("210", (item(1, "x", "210"), item(2, "210")), 2),
            ("myynti", (item(1, "210", "Tuotanto"), item(2, "310", "Myynti")), 2),
            (" p-108", (item(1, "P-108"), item(2, "P-114")), 1),
            ("p-1", (item(1, "P-1"), item(2, "p-1")), 2),
            ("210", (item(1, "210", is_active=False), item(2, "210")), 2),
        ],
    )
    def test_are_found_by_code_before_description_and_by_exact_text_first(
        self, text: str, items: tuple[DimensionItem, ...], item_id: int
    ) -> None:
        plan = plan_with(text, dimension(*items))

        (value,) = plan.receipts[0].body.transactions[0].dimension_values
        assert value.item_id == item_id

    def test_are_not_found_by_a_number_with_zeros_before_it(self) -> None:
        plan = plan_with("0210", dimension(item(1, "210")))

        assert [problem.code for problem in plan.problems] == ["N09"]


class TestPlaceDimensions:
    def test_gives_a_line_the_items_of_its_cost_center_and_unit(self) -> None:
        tagged = journal(
            line(1, "5010", "100.00", cost_center="210", cost_unit="P-108"),
            line(2, "2961", "-100.00"),
        )

        plan = plan_receipts(tagged, RULES, ADMINISTRATION)

        first, second = plan.receipts[0].body.transactions
        values = [(one.dimension_id, one.item_id, one.value) for one in first.dimension_values]
        assert values == [(279751, 777210, Decimal(100)), (279752, 778108, Decimal(100))]
        assert second.dimension_values == ()
        assert plan.problems == ()

    @pytest.mark.parametrize(
        ("text", "items", "problem"),
        [
            (
                "219",
                (item(1, "210"), item(2, "2"), item(3, "211", is_active=False), item(4, "319")),
                _stop("N09", near="2, 210", item="219"),
            ),
            (
                "P-099",
                (item(1, "p-099", "Urakka", is_active=False),),
                _stop("N21", Screen.PROCOUNTOR, item="P-099", description="Urakka"),
            ),
            (
                "210",
                (item(1, "210"), item(2, "210"), item(3, "220")),
                _stop("N20", Screen.PROCOUNTOR, item="210", offered="210, 210"),
            ),
        ],
    )
    def test_names_the_item_and_where_it_is_put_right(
        self, text: str, items: tuple[DimensionItem, ...], problem: Problem
    ) -> None:
        (found,) = plan_with(text, dimension(*items)).problems

        assert replace(found, facts=tuple(sorted(found.facts))) == problem

    def test_sends_to_the_journal_for_a_personal_code(self) -> None:
        (found,) = plan_with("150390-904F").problems

        assert found == Problem(
            code=ProblemCode.PERSONAL_IDENTITY_CODE,
            screen=Screen.JOURNAL,
            line=1,
            facts=(("kind", "fi"), ("lines", "1")),
        )

    def test_names_the_dimensions_that_there_are_instead_of_an_unknown_one(self) -> None:
        rules = replace(ONE_DIMENSION, cost_center_dimension="Yksikkö")

        (found,) = plan_with("210", rules=rules).problems

        assert found == Problem(
            code=ProblemCode.DIMENSION_UNKNOWN,
            screen=Screen.LINK,
            facts=(("name", "Yksikkö"), ("kind", "cost_center"), ("offered", "Osasto, Projekti")),
        )

    @pytest.mark.parametrize(
        ("rules", "reason"),
        [
            (replace(ONE_DIMENSION, cost_center_dimension=None), "unticked"),
            (replace(ONE_DIMENSION, dimension_accounts="[6-8]..."), "pattern"),
        ],
    )
    def test_warns_of_what_the_link_leaves_without_a_dimension(
        self, rules: LinkRules, reason: str
    ) -> None:
        lines = [
            line(1, "2961", "-3.00"),
            line(2, "5010", "1.00", cost_center="210"),
            line(3, "5030", "2.00", cost_center="220"),
        ]

        (found,) = plan_receipts(journal(*lines), rules, ADMINISTRATION).problems

        assert found == Problem(
            code=ProblemCode.WITHOUT_DIMENSION,
            severity=Severity.WARNING,
            screen=Screen.LINK,
            line=2,
            facts=(
                ("kind", "cost_center"),
                ("reason", reason),
                ("lines", "2"),
                ("others", "3"),
            ),
        )

    def test_counts_the_lines_of_a_missing_item_on_all_accounts(self) -> None:
        lines = [
            line(1, "2961", "-6.00"),
            line(2, "5010", "1.00", cost_center="450"),
            line(3, "5030", "2.00", cost_center="450"),
            line(4, "5030", "2.00", cost_center="450"),
            line(5, "5030", "1.00", cost_center=" 450"),
        ]

        (found,) = plan_receipts(journal(*lines), ONE_DIMENSION, ADMINISTRATION).problems

        assert (found.line, found.fact("lines")) == (2, "4")

    def test_places_cost_units_although_cost_centers_go_nowhere(self) -> None:
        rules = replace(RULES, cost_center_dimension=None)
        tagged = line(1, "5010", "1.00", cost_unit="P-108")

        plan = plan_receipts(journal(tagged, line(2, "2961", "-1.00")), rules, ADMINISTRATION)

        (value,) = plan.receipts[0].body.transactions[0].dimension_values
        assert (value.dimension_id, value.item_id) == (279752, 778108)

    def test_places_both_tags_by_the_rules_of_each(self) -> None:
        rules = replace(RULES, cost_unit_dimension=None)
        tagged = line(1, "5010", "1.00", cost_center=" 210 ", cost_unit="P-108")

        plan = plan_receipts(journal(tagged, line(2, "2961", "-1.00")), rules, ADMINISTRATION)

        (value,) = plan.receipts[0].body.transactions[0].dimension_values
        assert (value.dimension_id, value.item_id) == (279751, 777210)
        assert [one.fact("kind") for one in plan.problems] == ["cost_unit"]

    def test_says_that_two_items_may_be_meant(self) -> None:
        problems = plan_with("210", dimension(item(1, "210"), item(2, "210"))).problems

        assert [(problem.code, problem.line) for problem in problems] == [("N20", 1)]

    def test_says_that_two_dimensions_may_be_meant(self) -> None:
        loud = replace(OSASTO, dimension_id=2, name="OSASTO")
        rules = replace(ONE_DIMENSION, cost_center_dimension="osasto")

        problems = plan_with("210", OSASTO, loud, rules=rules).problems

        assert [(problem.code, problem.fact("offered")) for problem in problems] == [
            ("N20", "Osasto, OSASTO")
        ]

    def test_says_that_one_dimension_cannot_take_both(self) -> None:
        problems = plan_with("210", rules=replace(RULES, cost_unit_dimension="Osasto")).problems

        assert problems == (
            Problem(
                code=ProblemCode.DIMENSION_USED_TWICE,
                screen=Screen.LINK,
                facts=(("name", "Osasto"), ("kind", "cost_unit")),
            ),
        )

    @pytest.mark.parametrize("creates", [True, False])
    def test_says_whether_a_missing_item_will_be_made(self, creates: bool) -> None:
        plan = plan_with("230", rules=replace(RULES, creates_missing_items=creates))

        assert [(problem.code, problem.stops) for problem in plan.problems] == [
            ("N46", False) if creates else ("N09", True)
        ]
        assert [item.code for item in plan.items_to_make] == (["230"] if creates else [])

    def test_lets_a_number_below_zero_stand_in_for_an_item_to_be_made(self) -> None:
        rules = replace(ONE_DIMENSION, creates_missing_items=True)
        lines = [
            line(1, "5010", "1.00", cost_center="230"),
            line(2, "5010", "2.00", cost_center="225"),
            line(3, "5010", "3.00", cost_center="230"),
            line(4, "2961", "-6.00", cost_center="210"),
        ]

        plan = plan_receipts(journal(*lines), rules, ADMINISTRATION)

        values = [row.dimension_values[0].item_id for row in plan.receipts[0].body.transactions]
        assert values == [-2, -1, -2, 777210]
        first, second = plan.items_to_make
        assert (first.code, first.stand_in) == ("225", -1)
        assert second == ItemToMake(
            kind=DimensionKind.COST_CENTER,
            dimension_id=279751,
            dimension_name="Osasto",
            code="230",
            stand_in=-2,
        )
        assert plan.can_be_sent

    def test_names_the_first_of_very_many_items_and_counts_the_rest(self) -> None:
        rules = replace(ONE_DIMENSION, creates_missing_items=True)
        lines = [line(n, "5010", "0.01", cost_center=f"K{n:04}") for n in range(1, 2001)]

        plan = plan_receipts(journal(*lines, line(2001, "2961", "-20.00")), rules, ADMINISTRATION)

        (problem,) = [one for one in plan.problems if one.code == "N46"]
        assert (problem.severity, problem.screen) == (Severity.WARNING, Screen.LINK)
        assert problem.facts == (
            ("name", "Osasto"),
            ("kind", "cost_center"),
            ("count", "2000"),
            ("items", ", ".join(f"K{n:04}" for n in range(1, 11))),
            ("more", "1990"),
        )

    @pytest.mark.parametrize(("count", "more"), [(10, ""), (11, "1")])
    def test_counts_only_the_items_that_are_not_named(self, count: int, more: str) -> None:
        items = [
            ItemToMake(
                kind=DimensionKind.COST_UNIT,
                dimension_id=1,
                dimension_name="Projekti",
                code=f"K{number}",
                stand_in=-number,
            )
            for number in range(1, count + 1)
        ]

        (notice,) = notices_of_items(items)

        assert notice.fact("more") == more
        assert notice.fact("kind") == "cost_unit"

    def test_makes_an_item_of_several_journals_once_in_the_order_of_codes(self) -> None:
        one = ItemToMake(
            kind=DimensionKind.COST_UNIT,
            dimension_id=1,
            dimension_name="Projekti",
            code="K2",
            stand_in=-1,
        )
        other, elsewhere = replace(one, code="K1"), replace(one, dimension_id=2)

        assert each_once([elsewhere, one, other, replace(one)]) == (other, one, elsewhere)

    @pytest.mark.parametrize("code", ["2" * 81, "Łódź"])
    def test_promises_no_item_of_a_code_that_procountor_could_not_store(self, code: str) -> None:
        plan = plan_with(code, rules=replace(RULES, creates_missing_items=True))

        assert [problem.code for problem in plan.problems] == ["N09"]
        assert plan.items_to_make == ()

    @pytest.mark.parametrize(
        "code", ["150390-904F", "150390\u2013904F", "150390\u200b-904F", "１５０３９０-904F"]
    )
    def test_never_repeats_a_personal_identity_code(self, code: str) -> None:
        problems = plan_with(code, rules=replace(RULES, creates_missing_items=True)).problems

        assert [problem.code for problem in problems] == ["N16"]
        assert "904" not in repr(problems)


class TestQuestionableItems:
    CREATES = replace(ONE_DIMENSION, creates_missing_items=True)

    @pytest.mark.parametrize(
        ("code", "looks_like"),
        [
            ("4200,00", "number"),
            ("4,20E+02", "number"),
            ("31.7.2026", "date"),
            ('="420"', "formula"),
            ("210.0", "like-item"),
            ("210 Tampere", "like-item"),
            ("0210", "like-item"),
        ],
    )
    def test_are_never_made_by_themselves(self, code: str, looks_like: str) -> None:
        (problem,) = plan_with(code, rules=self.CREATES).problems

        assert problem.code.value == "N09"
        assert problem.stops
        assert problem.fact("questionable") == looks_like
        assert problem.fact("meant") == ("210" if looks_like == "like-item" else "")

    def test_are_amounts_in_the_column_of_the_cost_centers(self) -> None:
        lines = [
            line(1, "5010", "4200.00", cost_center="4200"),
            line(2, "6110", "300.00", cost_center="300"),
            line(3, "2961", "-4500.00", cost_center="4500"),
        ]

        problems = plan_receipts(journal(*lines), self.CREATES, ADMINISTRATION).problems

        assert {problem.fact("questionable") for problem in problems} == {"number"}

    @pytest.mark.parametrize(("net", "looks_like"), [("300", ["number"] * 2), ("", [""])])
    def test_are_amounts_only_where_two_codes_repeat_them(
        self, net: str, looks_like: list[str]
    ) -> None:
        lines = [
            line(1, "5010", "9000.00", cost_center="9000"),
            line(2, "2961", "-300.00", cost_center=net),
            line(3, "2961", "-8700.00"),
        ]

        problems = plan_receipts(journal(*lines), ONE_DIMENSION, ADMINISTRATION).problems

        assert [one.fact("questionable") for one in problems if one.code == "N09"] == looks_like

    @pytest.mark.parametrize("code", ["410", "P-108", "4200", "2026", "Myynti 2"])
    def test_are_not_plain_codes(self, code: str) -> None:
        plan = plan_with(code, rules=self.CREATES)

        assert [problem.code for problem in plan.problems] == ["N46"]
        assert [item.code for item in plan.items_to_make] == [code]
