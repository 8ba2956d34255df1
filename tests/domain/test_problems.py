import re
from datetime import date
from decimal import Decimal

import pytest

from tilisilta.domain import problems
from tilisilta.domain.problems import Effect, Problem, ProblemCode, Severity, facts
from tilisilta.domain.tallies import Finding, LineTally, merged


class TestFacts:
    def test_are_plain_texts(self) -> None:
        values = facts(amount=Decimal("1234.5"), date=date(2026, 1, 31), lines=3, item="P-108")

        assert values == (
            ("amount", "1234.50"),
            ("date", "2026-01-31"),
            ("lines", "3"),
            ("item", "P-108"),
        )

    def test_leave_out_what_is_empty(self) -> None:
        assert facts(near="", lines=0) == (("lines", "0"),)

    def test_have_no_negative_zero(self) -> None:
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


class TestProblemCode:
    def test_declares_what_balances_and_is_probably_wrong(self) -> None:
        suspicions = {code.value for code in ProblemCode if code.is_suspicion}

        assert suspicions == {"N40", "N43", "N44", "N45"}
        assert all(ProblemCode(code).effect is Effect.INFORMS for code in suspicions)

    def test_declares_the_facts_of_its_example(self) -> None:
        assert all(dict(code.example).keys() <= code.fact_names for code in ProblemCode)

    def test_declares_only_facts_whose_meaning_is_documented(self) -> None:
        documented = set(re.findall(r"^(\w+) {2,}", problems.__doc__ or "", re.MULTILINE))

        assert set().union(*(code.fact_names for code in ProblemCode)) <= documented

    def test_warns_of_a_fact_that_it_does_not_declare(self) -> None:
        with pytest.warns(UserWarning, match="N05 does not declare the facts run, wait"):
            Problem(code=ProblemCode.ACCOUNT_TAKEN, facts=facts(wait=3, run="6/2026"))

    def test_lets_every_problem_count_its_lines(self) -> None:
        assert Problem(code=ProblemCode.ACCOUNT_TAKEN, facts=facts(lines=3)).fact("lines") == "3"


class TestLineTally:
    def test_counts_lines_and_names_the_first_in_any_order(self) -> None:
        tally: LineTally[str] = LineTally()
        for key, line in (("a", 7), ("b", 2), ("a", 3), ("a", 9)):
            tally.add(key, line)

        findings = list(tally)

        assert findings == [
            Finding(key="b", named=(2,), lines=1),
            Finding(key="a", named=(3, 7, 9), lines=3),
        ]
        assert [finding.line for finding in findings] == [2, 3]

    def test_names_the_first_three_lines_in_any_order(self) -> None:
        tally: LineTally[str] = LineTally()
        for line in (9, 4, 8, 2, 7, 5):
            tally.add("a", line)

        (finding,) = tally

        assert finding == Finding(key="a", named=(2, 4, 5), lines=6)
        assert dict(finding.line_facts) == {"lines": "6", "others": "4, 5"}

    def test_merges_what_lines_of_several_findings_have_in_common(self) -> None:
        first = Finding(key="5010", named=(3, 8, 9), lines=7)
        second = Finding(key="5020", named=(1, 4), lines=2)

        assert merged("x", (first, second)) == Finding(key="x", named=(1, 3, 4), lines=9)
