from dataclasses import replace
from datetime import date

import pytest
from tests.domain.samples import RULES, balanced_journal, journal, line

from tilisilta.domain.guards import Surroundings, check_guards
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.payroll import JournalSplit
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity

FREE = Surroundings(
    company_name="Koivulammi Konepaja Oy",
    debtor_name="Koivulammi-yhtiöt",
    account_name="Konepaja",
    period=BookingPeriod(year=2026, month=6),
    is_test_company=False,
    is_linked=True,
    is_account_authorised=True,
    is_deleted_at_source=False,
    has_newer_revision=False,
    is_earlier_revision_sent=False,
)
TEST_COMPANY = replace(FREE, is_test_company=True)
VERIFY_ONLY = replace(FREE, is_verify_only=True)
BLOCKED = replace(FREE, block="debtor")
NO_LINK = replace(FREE, is_linked=False, is_account_authorised=False)
UNAUTHORISED = replace(FREE, is_account_authorised=False)
ENDED = replace(NO_LINK, ended_link="Koivulammi Konepaja Oy")
TWIN = replace(FREE, twin="1001-2026-81-1")
STRANGER = replace(FREE, stranger="1002-2026-6-1")
OUTDATED = replace(FREE, has_newer_revision=True)
REVISED = replace(FREE, is_earlier_revision_sent=True)
DELETED = replace(FREE, is_deleted_at_source=True)
DIFFERENT = replace(FREE, differs_from="Toinen Oy")
COARSE = replace(FREE, split=JournalSplit.COMPANY, needed_split=JournalSplit.COST_CENTER)
ELSEWHERE = replace(FREE, booked_elsewhere=(("Toinen Oy", "12, 13"),))
JULY = date(2026, 7, 1)
NAMED = {"company": "Koivulammi Konepaja Oy"}
REVISION = {"run": "6/2026", "revision": "2"}


def _stop(code: str, screen: Screen, **facts: str) -> Problem:
    return Problem(code=ProblemCode(code), screen=screen, facts=tuple(facts.items()))


def _warning(code: str, screen: Screen, **facts: str) -> Problem:
    return replace(_stop(code, screen, **facts), severity=Severity.WARNING)


class TestCheckGuards:
    def test_lets_a_journal_through_that_nothing_forbids(self) -> None:
        assert check_guards(FREE, balanced_journal(), RULES) == ()

    @pytest.mark.parametrize(
        ("around", "code"),
        [
            (TEST_COMPANY, "N01"),
            (BLOCKED, "N02"),
            (UNAUTHORISED, "N03"),
            (NO_LINK, "N04"),
            (ENDED, "N36"),
            (TWIN, "N35"),
            (STRANGER, "N37"),
            (OUTDATED, "N29"),
            (REVISED, "N30"),
        ],
    )
    def test_stops_a_journal(self, around: Surroundings, code: str) -> None:
        problems = check_guards(around, balanced_journal(), RULES)

        assert [(problem.code, problem.stops) for problem in problems] == [(code, True)]

    @pytest.mark.parametrize(
        ("around", "problem"),
        [
            (TEST_COMPANY, _stop("N01", Screen.COMPANY, **NAMED)),
            (VERIFY_ONLY, _stop("N47", Screen.LINK, **NAMED)),
            (BLOCKED, _stop("N02", Screen.DEBTOR, **NAMED, debtor="Koivulammi-yhtiöt")),
            (UNAUTHORISED, _stop("N03", Screen.PROCOUNTOR_ACCOUNT, account_name="Konepaja")),
            (NO_LINK, _stop("N04", Screen.LINK, **NAMED)),
            (ENDED, _stop("N36", Screen.LINK, **NAMED, administration="Koivulammi Konepaja Oy")),
            (DIFFERENT, _stop("N39", Screen.LINK, **NAMED, administration="Toinen Oy")),
            (TWIN, _stop("N35", Screen.JOURNAL, journal="1001-2026-81-1")),
            (STRANGER, _stop("N37", Screen.JOURNAL, journal="1002-2026-6-1", **NAMED)),
            (OUTDATED, _stop("N29", Screen.JOURNAL, **REVISION)),
            (REVISED, _stop("N30", Screen.JOURNAL, **REVISION)),
            (COARSE, _stop("N34", Screen.COMPANY, split="cost_center", **NAMED)),
            (DELETED, _warning("N27", Screen.JOURNAL, **REVISION)),
            (
                ELSEWHERE,
                _warning("N38", Screen.PROCOUNTOR, administration="Toinen Oy", numbers="12, 13"),
            ),
        ],
    )
    def test_names_what_is_wrong_and_where_it_is_put_right(
        self, around: Surroundings, problem: Problem
    ) -> None:
        second = replace(balanced_journal(), revision=2)

        assert check_guards(around, second, RULES) == (problem,)

    @pytest.mark.parametrize("split", [None, JournalSplit.COST_CENTER, JournalSplit.COST_UNIT])
    def test_accepts_a_file_and_a_journal_fetched_as_finely_as_needed(
        self, split: JournalSplit | None
    ) -> None:
        assert check_guards(replace(COARSE, split=split), balanced_journal(), RULES) == ()

    def test_names_the_period_and_the_start_of_the_link_that_it_lies_before(self) -> None:
        problems = check_guards(FREE, balanced_journal(), replace(RULES, start_date=JULY))

        assert problems == (_warning("N28", Screen.LINK, period="2026-06", start="2026-07-01"),)

    def test_lets_the_month_through_whose_last_day_is_the_start(self) -> None:
        last_day = replace(RULES, start_date=date(2026, 6, 30))

        assert check_guards(FREE, balanced_journal(), last_day) == ()

    def test_only_warns_of_a_run_that_was_deleted(self) -> None:
        problems = check_guards(DELETED, balanced_journal(), RULES)

        assert [(problem.code, problem.stops) for problem in problems] == [("N27", False)]

    def test_reports_everything_at_once(self) -> None:
        around = replace(TEST_COMPANY, block="debtor", is_earlier_revision_sent=True)

        problems = check_guards(around, balanced_journal(), None)

        assert [problem.code for problem in problems] == ["N01", "N02", "N04", "N30"]

    def test_reports_nothing_else_of_a_run_before_the_start_of_the_link(self) -> None:
        around = replace(UNAUTHORISED, twin="1001-2026-81-1")

        problems = check_guards(around, balanced_journal(), replace(RULES, start_date=JULY))

        assert [(problem.code, problem.stops) for problem in problems] == [("N28", False)]

    def test_warns_of_what_was_booked_in_other_books(self) -> None:
        around = replace(FREE, booked_elsewhere=(("Toinen Oy", "12, 13"),))

        problems = check_guards(around, balanced_journal(), RULES)

        assert [(problem.code, problem.stops) for problem in problems] == [("N38", False)]
        assert problems[0].fact("numbers") == "12, 13"

    def test_lets_corrections_from_before_the_start_through(self) -> None:
        corrected = journal(
            line(1, "5010", "1.00", booking_date=date(2026, 6, 30)),
            line(2, "2961", "-1.00", booking_date=date(2026, 7, 31)),
        )

        around = replace(FREE, period=BookingPeriod(year=2026, month=7))
        assert check_guards(around, corrected, replace(RULES, start_date=JULY)) == ()
