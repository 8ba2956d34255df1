from datetime import date
from decimal import Decimal

from tilisilta.domain.problems import Problem, ProblemCode, Severity, facts
from tilisilta.domain.tallies import Finding, LineTally


class TestFacts:
    def test_are_plain_texts(self) -> None:
        told = facts(amount=Decimal("1234.5"), date=date(2026, 1, 31), lines=3, item="P-108")

        assert told == (
            ("amount", "1234.50"),
            ("date", "2026-01-31"),
            ("lines", "3"),
            ("item", "P-108"),
        )

    def test_leave_out_what_is_empty(self) -> None:
        assert facts(near="", lines=0) == (("lines", "0"),)

    def test_know_no_negative_zero(self) -> None:
        assert facts(difference=Decimal("-0.00")) == (("difference", "0.00"),)


class TestProblem:
    def test_stops_unless_it_only_informs(self) -> None:
        assert Problem(code=ProblemCode.NOT_LINKED).stops
        assert not Problem(code=ProblemCode.ZERO_LINES, severity=Severity.WARNING).stops

    def test_gives_a_fact_by_name(self) -> None:
        problem = Problem(code=ProblemCode.NOT_BALANCED, facts=facts(difference=Decimal(1)))

        assert problem.fact("difference") == "1.00"
        assert not problem.fact("account")

    def test_has_a_code_of_its_own_for_everything(self) -> None:
        assert len({code.value for code in ProblemCode}) == len(ProblemCode.__members__)


class TestLineTally:
    def test_counts_lines_and_keeps_the_first_whatever_their_order(self) -> None:
        tally: LineTally[str] = LineTally()
        for key, line in (("a", 7), ("b", 2), ("a", 3), ("a", 9)):
            tally.add(key, line)

        found = list(tally)

        assert found == [Finding(key="b", line=2, lines=1), Finding(key="a", line=3, lines=3)]
