from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import ADMINISTRATION, CHART

from tilisilta.domain.link_names import check_names
from tilisilta.domain.links import LinkRules
from tilisilta.domain.problems import ProblemCode

PLAIN = LinkRules(procountor_company_id=50101)


class TestCheckNames:
    @given(
        center=st.sampled_from([None, "Osasto", " osasto "]),
        clearing=st.sampled_from(["", *(code for code, _name in CHART)]),
        mapped=st.sampled_from([code for code, _name in CHART]),
    )
    def test_finds_nothing_where_all_is_there(
        self, center: str | None, clearing: str, mapped: str
    ) -> None:
        rules = replace(
            PLAIN,
            cost_center_dimension=center,
            clearing_account=clearing,
            account_mappings=(("5035", mapped),),
        )

        assert check_names(rules, ADMINISTRATION) == ()

    @pytest.mark.parametrize(
        ("named", "meant"), [("osato", "Osasto"), ("Projektit", "Projekti"), ("Zzz", "")]
    )
    def test_says_which_dimension_was_probably_meant(self, named: str, meant: str) -> None:
        rules = replace(PLAIN, cost_center_dimension=named)

        (problem,) = check_names(rules, ADMINISTRATION)

        assert problem.code == ProblemCode.DIMENSION_UNKNOWN
        assert problem.fact("meant") == meant
        assert problem.fact("offered") == "Osasto, Projekti"

    def test_finds_every_account_that_is_named(self) -> None:
        rules = replace(
            PLAIN,
            clearing_account="2999",
            fallback_account="5099",
            account_mappings=(("5035", "5031"), ("5036", "5030")),
        )

        found = check_names(rules, ADMINISTRATION)

        named = [(one.fact("account"), one.fact("role"), one.fact("mapped_from")) for one in found]
        assert named == [("2999", "clearing", ""), ("5099", "fallback", ""), ("5031", "", "5035")]

    def test_finds_two_that_go_to_one_dimension(self) -> None:
        rules = replace(PLAIN, cost_center_dimension="Osasto", cost_unit_dimension="OSASTO")

        codes = [problem.code for problem in check_names(rules, ADMINISTRATION)]

        assert codes == [ProblemCode.DIMENSION_USED_TWICE]
