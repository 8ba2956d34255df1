from dataclasses import replace

import pytest
from tests.domain.samples import ADMINISTRATION, RULES, line, without_account

from tilisilta.domain.administrations import LedgerAccount
from tilisilta.domain.ledger_accounts import check_named_account, near_accounts, place_accounts
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity

CHART = ADMINISTRATION.ledger_accounts
INACTIVE = tuple(replace(account, is_active=account.code != "5110") for account in CHART)


class TestPlaceAccounts:
    def test_uses_the_same_number_by_default(self) -> None:
        placing = place_accounts([line(1, "5010", "1.00")], RULES, CHART)

        assert placing.codes == {"5010": "5010"}
        assert placing.problems == ()

    def test_follows_the_mapping_of_the_link(self) -> None:
        rules = replace(RULES, account_mappings=(("4000", "5010"),))

        placing = place_accounts([line(1, "4000", "1.00")], rules, CHART)

        assert placing.codes == {"4000": "5010"}
        assert placing.problems == ()

    @pytest.mark.parametrize("mapped", [" 4000", "4000"])
    def test_follows_a_mapping_with_or_without_the_outer_blanks_of_the_journal(
        self, mapped: str
    ) -> None:
        rules = replace(RULES, account_mappings=((mapped, "5010"),))

        placing = place_accounts([line(1, " 4000", "1.00")], rules, CHART)

        assert placing.codes == {" 4000": "5010"}
        assert placing.problems == ()

    def test_maps_an_account_that_procountor_has_too(self) -> None:
        rules = replace(RULES, account_mappings=(("5010", "5030"),))

        placing = place_accounts([line(1, "5010", "1.00")], rules, CHART)

        assert placing.codes == {"5010": "5030"}

    def test_makes_one_problem_of_an_unknown_account_on_many_lines(self) -> None:
        lines = [line(position, "5035", "1.00") for position in range(4, 104)]

        (problem,) = place_accounts(lines, RULES, CHART).problems

        assert problem.code is ProblemCode.LEDGER_ACCOUNT_UNKNOWN
        assert problem.screen is Screen.LINK
        assert problem.stops
        assert problem.line == 4
        assert problem.facts == (
            ("account", "5035"),
            ("near", "5030, 5010"),
            ("lines", "100"),
            ("others", "5, 6"),
        )

    def test_makes_a_problem_of_each_unknown_account(self) -> None:
        lines = [line(1, "5035", "1.00"), line(2, "9999", "1.00")]

        problems = place_accounts(lines, RULES, CHART).problems

        assert [problem.fact("account") for problem in problems] == ["5035", "9999"]

    def test_stops_on_an_inactive_account(self) -> None:
        (problem,) = place_accounts([line(1, "5110", "1.00")], RULES, INACTIVE).problems

        assert problem.code is ProblemCode.LEDGER_ACCOUNT_INACTIVE
        assert problem.fact("name") == "Lomapalkat"

    def test_names_the_mapped_account_and_where_it_was_mapped_from(self) -> None:
        rules = replace(RULES, account_mappings=(("4000", "5999"),))

        (problem,) = place_accounts([line(1, "4000", "1.00")], rules, CHART).problems

        assert problem.fact("account") == "5999"
        assert problem.fact("mapped_from") == "4000"

    def test_falls_back_with_a_warning_where_the_link_allows_it(self) -> None:
        rules = replace(RULES, fallback_account="2990")
        lines = [line(1, "5035", "1.00"), line(2, "5110", "1.00"), line(3, "5010", "1.00")]

        placing = place_accounts(lines, rules, INACTIVE)

        assert placing.codes == {"5035": "2990", "5110": "2990", "5010": "5010"}
        assert [problem.code for problem in placing.problems] == [ProblemCode.FALLBACK_USED] * 2
        assert {problem.severity for problem in placing.problems} == {Severity.WARNING}
        assert placing.problems[0].fact("fallback") == "2990"

    def test_stops_when_the_fallback_itself_is_unknown(self) -> None:
        rules = replace(RULES, fallback_account="2990")
        chart = without_account(ADMINISTRATION, "2990").ledger_accounts

        lines = [line(1, "5035", "1.00"), line(2, "2961", "-1.00")]

        problems = place_accounts(lines, rules, chart).problems

        (stopping,) = (problem for problem in problems if problem.stops)
        assert stopping.code is ProblemCode.LEDGER_ACCOUNT_UNKNOWN
        assert stopping.fact("role") == "fallback"

    def test_does_not_ask_for_a_fallback_it_does_not_need(self) -> None:
        rules = replace(RULES, fallback_account="9999")

        placing = place_accounts([line(1, "5010", "1.00")], rules, CHART)

        assert placing.problems == ()

    def test_repeats_no_personal_code_from_a_column_read_wrongly(self) -> None:
        (problem,) = place_accounts([line(1, "150390-904F", "1.00")], RULES, CHART).problems

        assert "904" not in repr(problem)


class TestNearAccounts:
    def test_are_the_active_ones_that_begin_alike_nearest_first(self) -> None:
        near = near_accounts("5035", CHART)

        assert [account.code for account in near] == ["5030", "5010"]

    def test_are_ordered_by_their_numbers_where_they_begin_equally(self) -> None:
        near = near_accounts("6125", CHART)

        assert [account.code for account in near] == ["6130", "6110", "6150"]

    def test_are_none_when_nothing_begins_alike(self) -> None:
        assert near_accounts("9999", CHART) == ()

    def test_may_have_letters(self) -> None:
        chart = [LedgerAccount(code="PA1", name="Palkat", is_active=True)]

        assert near_accounts("PA2", chart) == tuple(chart)


class TestCheckNamedAccount:
    def test_says_in_which_role_the_link_names_it(self) -> None:
        (problem,) = check_named_account("2999", CHART, "clearing")

        assert problem.line is None
        assert problem.fact("role") == "clearing"
        assert problem.fact("account") == "2999"

    def test_accepts_an_active_account(self) -> None:
        assert check_named_account("2990", CHART, "clearing") == ()


class TestFallback:
    FALLBACK = replace(RULES, fallback_account="2990")

    @pytest.mark.parametrize(
        "written",
        [
            *(
                "5010.0",
                '="5010"',
                "05010",
                "5010 Palkat",
                "Palkat 5010",
                "5010.",
                "'5010",
                "5 010",
            ),
            *(
                "5010kk",
                "5010 kk",
                "5010a",
                "5010A",
                "5010 A",
                "K5010",
                "FI5010",
                "5010_a",
                "5010b",
            ),
            *("5010/kk", "5010kk.", "a5010", "KP 5010", "5010hh", "5010ä", "5010.0a"),
        ],
    )
    def test_never_takes_an_account_that_is_only_written_differently(self, written: str) -> None:
        lines = [line(1, written, "1.00"), line(2, "2961", "-1.00")]

        placing = place_accounts(lines, self.FALLBACK, CHART)

        (problem,) = placing.problems
        assert problem.code is ProblemCode.LEDGER_ACCOUNT_UNKNOWN
        assert problem.stops
        assert problem.fact("meant") == "5010"
        assert placing.codes[written] == written

    def test_never_takes_a_mapped_account_that_is_only_written_differently(self) -> None:
        rules = replace(self.FALLBACK, account_mappings=(("4000", "5010"),))
        lines = [line(1, "4000.0", "1.00"), line(2, "2961", "-1.00")]

        (problem,) = place_accounts(lines, rules, CHART).problems

        assert (problem.code.value, problem.fact("meant")) == ("N07", "4000")

    @pytest.mark.parametrize(
        "written",
        [
            *("#SAKNAS!", "#ARVO!", "N/A", "TOSI", "-", "\u2013", "?", "0", "000", "07:30"),
            *("4200,50", "4200.-", "yht.", "Summa", "2026-07", "7/2026", "31.7.2026", "=B2", "€ 7"),
        ],
    )
    def test_never_takes_what_is_no_account(self, written: str) -> None:
        lines = [line(1, written, "1.00"), line(2, "2961", "-1.00")]

        placing = place_accounts(lines, self.FALLBACK, CHART)

        (problem,) = placing.problems
        assert (problem.code.value, problem.stops) == ("N07", True)
        assert placing.codes[written] == written

    def test_takes_what_is_no_account_where_a_person_maps_it(self) -> None:
        rules = replace(self.FALLBACK, account_mappings=(("-", "5010"),))
        lines = [line(1, "-", "1.00"), line(2, "2961", "-1.00")]

        assert place_accounts(lines, rules, CHART).problems == ()

    @pytest.mark.parametrize("written", ["5011", "50101", "5010-1", "9999", "Palkat", "5011A"])
    def test_takes_any_other_account(self, written: str) -> None:
        lines = [line(1, written, "1.00"), line(2, "2961", "-1.00")]

        placing = place_accounts(lines, self.FALLBACK, CHART)

        assert placing.codes[written] == "2990"
        assert [problem.code.value for problem in placing.problems] == ["N26"]

    def test_takes_what_looks_like_a_date_where_all_accounts_are_written_so(self) -> None:
        dotted = [replace(CHART[0], code=f"1{number}.1.2026") for number in range(3)]
        lines = [line(1, "28.2.2026", "1.00"), line(2, "2961", "-1.00")]

        placing = place_accounts(lines, self.FALLBACK, [*CHART, *dotted])

        assert placing.codes["28.2.2026"] == "2990"

    def test_never_takes_a_journal_as_a_whole(self) -> None:
        lines = [line(1, "7777", "1.00"), line(2, "8888", "-1.00"), line(3, "8888", "-0.01")]

        problems = place_accounts(lines, self.FALLBACK, CHART).problems

        assert [problem.code.value for problem in problems] == ["N26", "N26", "N42"]
        assert problems[-1] == Problem(
            code=ProblemCode.ALL_TO_FALLBACK,
            screen=Screen.LINK,
            line=1,
            facts=(("fallback", "2990"), ("lines", "3"), ("others", "2, 3")),
        )

    def test_never_takes_all_lines_together_with_lines_of_its_own(self) -> None:
        lines = [line(1, "7777", "1.00"), line(2, "2990", "-1.00")]

        problems = place_accounts(lines, self.FALLBACK, CHART).problems

        assert [problem.code.value for problem in problems] == ["N26", "N42"]

    def test_may_be_used_by_the_journal_itself(self) -> None:
        lines = [line(1, "2990", "1.00"), line(2, "2990", "-1.00")]

        assert place_accounts(lines, self.FALLBACK, CHART).problems == ()

    def test_is_not_needed_to_name_the_account_that_is_meant(self) -> None:
        (problem,) = place_accounts([line(1, "5010.0", "1.00")], RULES, CHART).problems

        assert problem.fact("meant") == "5010"
