"""What stops the journals of a month, by reason."""

import random
from decimal import Decimal

import pytest

from tilisilta.domain.problems import Problem, ProblemCode, Severity, facts
from tilisilta.domain.reasons import (
    Reason,
    Remedy,
    StoppedJournal,
    group_by_reason,
    proposed_account,
    ranked_accounts,
    reason_of,
    sums_of,
)
from tilisilta.domain.standing import JournalState

UNKNOWN = ProblemCode.LEDGER_ACCOUNT_UNKNOWN


def problem(code: ProblemCode = UNKNOWN, **values: str) -> Problem:
    return Problem(code=code, facts=facts(**values))


def journal(number: int, *problems: Problem, **more: object) -> StoppedJournal:
    values: dict[str, object] = {
        "journal_id": number,
        "company_id": number // 10,
        "state": JournalState.PROBLEM,
        "is_run_lost": False,
        "currency": "EUR",
        "debit": Decimal(number),
        "problems": problems,
        **more,
    }
    return StoppedJournal(**values)  # type: ignore[arg-type]


class TestReasonOf:
    @pytest.mark.parametrize(
        ("given", "reason_id", "remedy"),
        [
            (problem(account="5035", near="5030"), "N07-5035", Remedy.MAP_ACCOUNT),
            (problem(account="5036", mapped_from="5035"), "N07-5035", Remedy.MAP_ACCOUNT),
            (problem(account="2990", role="clearing"), "N07-clearing-2990", Remedy.OPEN),
            (
                problem(ProblemCode.LEDGER_ACCOUNT_INACTIVE, account="5095", name="Urakka"),
                "N19-5095",
                Remedy.MAP_ACCOUNT,
            ),
            (
                problem(ProblemCode.DIMENSION_ITEM_UNKNOWN, kind="cost_center", item="450"),
                "N09-450",
                Remedy.CREATE_ITEMS,
            ),
            (
                problem(ProblemCode.DIMENSION_ITEM_UNKNOWN, kind="cost_unit", item="450"),
                "N09-cost_unit-450",
                Remedy.CREATE_ITEMS,
            ),
            (
                problem(ProblemCode.PERIOD_CLOSED, date="2026-03-31", period="2026-03"),
                "N10-2026-03",
                Remedy.FIRST_OPEN_DAY,
            ),
            (problem(ProblemCode.ACCOUNT_NOT_AUTHORISED), "N03", Remedy.AUTHORISE),
            (problem(ProblemCode.NOT_LINKED, company="Koivu Oy"), "N04", Remedy.LINK),
            (problem(ProblemCode.NOT_BALANCED, difference="0.01"), "N11", Remedy.OPEN),
        ],
    )
    def test_names_what_it_is_about(self, given: Problem, reason_id: str, remedy: Remedy) -> None:
        reason = reason_of(given)

        assert (reason.id, reason.remedy) == (reason_id, remedy)


class TestGroups:
    def test_hold_every_stopped_journal_and_nothing_else(self) -> None:
        chance = random.Random(5)  # noqa: S311  # a seed for tests
        known = [problem(account=str(number)) for number in range(5030, 5034)]
        known += [Problem(code=ProblemCode.FALLBACK_USED, severity=Severity.WARNING)]
        for _ in range(50):
            journals = [
                journal(number, *chance.sample(known, chance.randrange(4))) for number in range(40)
            ]

            groups = group_by_reason(journals)

            grouped = {one.journal_id for group in groups for one, _problems in group.journals}
            assert grouped == {one.journal_id for one in journals}
            assert len({group.reason for group in groups}) == len(groups)
            for group in groups:
                for _one, problems in group.journals:
                    assert all(each.stops and reason_of(each) == group.reason for each in problems)
                    assert bool(problems) != (group.reason == Reason(code="problem"))

    def test_count_a_company_once_and_put_the_remedies_for_all_first(self) -> None:
        unbalanced = problem(ProblemCode.NOT_BALANCED)
        journals = [
            journal(10, unbalanced),
            journal(20, unbalanced),
            journal(21, problem(account="5035"), problem(account="5035")),
            journal(22, problem(account="5035")),
        ]

        groups = group_by_reason(journals)

        assert [one.reason.id for one in groups] == ["N07-5035", "N11"]
        assert [len(one.company_ids) for one in groups] == [1, 2]
        assert groups[0].sums == {"EUR": Decimal(43)}
        assert sums_of(journals) == {"EUR": Decimal(73)}

    def test_name_what_stops_without_a_problem(self) -> None:
        journals = [
            journal(10, state=JournalState.PARTLY_SENT),
            journal(20, state=JournalState.SENT, is_run_lost=True),
        ]

        assert [one.reason.id for one in group_by_reason(journals)] == ["N27", "partly_sent"]


class TestProposedAccount:
    @pytest.mark.parametrize(
        ("near", "mapped", "proposed"),
        [
            # A person has decided it elsewhere.
            ([("5030", "5040"), ("5030",)], {"5900": 2, "5040": 1}, "5900"),
            # The nearest that all have.
            ([("5030", "5040"), ("5040", "5030")], {}, "5030"),
            ([("5030", "5040"), ("5040",)], {}, "5040"),
            ([("5030",), ("5040",)], {}, ""),
            ([("5030",), ()], {}, ""),
            ([], {}, ""),
        ],
    )
    def test_is(self, near: list[tuple[str, ...]], mapped: dict[str, int], proposed: str) -> None:
        assert proposed_account(near, mapped) == proposed

    def test_ranks_each_account_once(self) -> None:
        ranked = ranked_accounts([("5030", "5040"), ("5040", "5050")], {"5050": 1})

        assert ranked == ("5050", "5040", "5030")
