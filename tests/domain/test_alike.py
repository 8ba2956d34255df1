from dataclasses import replace
from datetime import date

from tilisilta.domain.alike import MOST_ALIKE, alike_as_one
from tilisilta.domain.problems import Problem, ProblemCode, Severity, facts


def unknown(count: int, *, name: str = "Kustannuspaikka") -> list[Problem]:
    return [
        Problem(
            code=ProblemCode.DIMENSION_ITEM_UNKNOWN,
            line=number + 1,
            facts=facts(item=f"K{number}", name=name, kind="cost_center", lines=2),
        )
        for number in range(count)
    ]


class TestAlikeAsOne:
    def test_leaves_few_as_they_are(self) -> None:
        few = unknown(MOST_ALIKE)

        assert alike_as_one(few) == tuple(few)

    def test_makes_one_of_many_with_the_count_of_problems_and_lines(self) -> None:
        (one,) = alike_as_one(unknown(MOST_ALIKE + 1))

        assert one.line == 1
        assert one.fact("alike") == str(MOST_ALIKE + 1)
        assert one.fact("lines") == str(2 * (MOST_ALIKE + 1))
        assert one.fact("first") == "K0, K1, K2, K3, K4, K5, K6, K7, K8, K9"

    def test_counts_a_problem_without_lines_as_one_line(self) -> None:
        (one,) = alike_as_one([Problem(code=ProblemCode.ZERO_LINES)] * 50)

        assert one.fact("lines") == "50"

    def test_names_them_by_what_the_first_is_about(self) -> None:
        first = Problem(code=ProblemCode.LEDGER_ACCOUNT_UNKNOWN, facts=facts(account="5035"))
        others = [replace(first, facts=facts(account=str(number))) for number in range(9001, 9012)]
        nameless = replace(first, facts=())

        (one,) = alike_as_one([first, nameless, *others])

        assert one.fact("first").startswith("5035, 9001, 9002")

    def test_keeps_apart_what_a_person_solves_in_different_places(self) -> None:
        both = [*unknown(20), *unknown(20, name="Projekti")]
        both += [Problem(code=ProblemCode.DIMENSION_ITEM_UNKNOWN, severity=Severity.WARNING)]
        both += [
            Problem(code=ProblemCode.PERIOD_CLOSED, booking_date=date(2026, month, 1))
            for month in range(1, 13)
        ]

        assert len(alike_as_one(both)) == 1 + 1 + 1 + 12

    def test_still_stops_or_informs(self) -> None:
        warnings = [
            Problem(code=ProblemCode.ZERO_LINES, severity=Severity.WARNING) for _ in range(50)
        ]

        (one,) = alike_as_one(warnings)

        assert not one.stops
        assert one.fact("alike") == "50"

    def test_changes_nothing_the_second_time(self) -> None:
        once = alike_as_one(unknown(500))

        assert alike_as_one(once) == once
