from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.comparable_journals import PaidJournal, earlier_of, pairs, steps_between
from tilisilta.domain.variances import JournalSums

JUNE, MAY, APRIL, FEBRUARY = (date(2026, month, 1) for month in (6, 5, 4, 2))
SALARIES = "5010 5030 6110 2921 2961"
HOLIDAY_PAY = "5110 6110 2921"


class TestEarlierOf:
    def test_has_one_journal_of_each_of_the_last_three_months(self) -> None:
        others = [
            a_journal(2, MAY),
            a_journal(3, APRIL),
            a_journal(4, FEBRUARY),
            a_journal(5, date(2026, 7, 1)),
        ]

        found = earlier_of(a_journal(1, JUNE), others, "Month")

        assert [(one.journal.key, one.steps_back) for one in found] == [(2, 1), (3, 2)]

    def test_keeps_holiday_pay_and_salaries_apart(self) -> None:
        pay, holiday_pay = a_journal(1, JUNE), a_journal(2, JUNE, HOLIDAY_PAY)
        in_may = [a_journal(3, MAY)]

        assert [one.journal.key for one in earlier_of(pay, [holiday_pay, *in_may], "")] == [3]
        assert earlier_of(holiday_pay, [pay, *in_may], "") == ()

    def test_compares_nothing_that_has_little_in_common(self) -> None:
        pay, holiday_pay = a_journal(1, JUNE), a_journal(2, JUNE, HOLIDAY_PAY)
        in_may = [a_journal(3, MAY), a_journal(4, MAY, "7030")]

        assert {key: one.key for key, one in pairs([pay, holiday_pay], in_may).items()} == {1: 3}

    def test_keeps_kinds_and_currencies_apart(self) -> None:
        others = [a_journal(2, MAY, kind="Correction"), a_journal(3, MAY, currency="SEK")]

        assert earlier_of(a_journal(1, JUNE, kind="Regular"), others, "") == ()

    def test_takes_the_run_before_where_pay_is_weekly(self) -> None:
        weeks = [a_journal(week, date(2026, 5, 1 + 7 * week)) for week in (1, 2, 3, 4)]

        found = earlier_of(weeks[3], weeks, "Week")

        assert [one.journal.key for one in found] == [3, 2, 1]

    def test_pairs_runs_of_equal_accounts_by_their_totals(self) -> None:
        now = [a_journal(1, JUNE, debit=900), a_journal(2, JUNE, debit=100)]
        then = [a_journal(3, MAY, debit=120), a_journal(4, MAY, debit=880)]

        found = pairs(now, then)

        assert {key: one.key for key, one in found.items()} == {1: 4, 2: 3}

    @given(
        st.lists(st.sampled_from([SALARIES, HOLIDAY_PAY, "7030"]), min_size=1, max_size=4),
        st.lists(st.sampled_from([SALARIES, HOLIDAY_PAY, "7030"]), max_size=4),
    )
    def test_gives_no_journal_away_twice(self, now: list[str], then: list[str]) -> None:
        these = [a_journal(key, JUNE, accounts) for key, accounts in enumerate(now)]
        those = [a_journal(10 + key, MAY, accounts) for key, accounts in enumerate(then)]

        counterparts = [one.key for one in pairs(these, those).values()]

        assert len(counterparts) == len(set(counterparts)) <= min(len(now), len(then))


@pytest.mark.parametrize(
    ("earlier", "later", "period_type", "steps"),
    [
        (date(2025, 12, 1), date(2026, 1, 1), "", 1),
        (date(2026, 2, 1), date(2026, 1, 1), "Year", -1),
        (date(2025, 1, 1), date(2026, 1, 1), "Year", 1),
        (date(2025, 12, 31), date(2026, 1, 28), "Week4", 1),
        (date(2025, 12, 30), date(2026, 1, 7), "Week", 1),
    ],
)
def test_steps_between(earlier: date, later: date, period_type: str, steps: int) -> None:
    assert steps_between(earlier, later, period_type) == steps


def a_journal(
    key: int,
    ends_on: date,
    accounts: str = SALARIES,
    *,
    kind: str = "",
    currency: str = "EUR",
    debit: int = 100,
) -> PaidJournal:
    return PaidJournal(
        key=key,
        kind=kind,
        currency=currency,
        month=ends_on.replace(day=1),
        ends_on=ends_on,
        number=str(key),
        is_booked=True,
        sums=JournalSums(
            accounts=dict.fromkeys(accounts.split(), Decimal(1)), debit=Decimal(debit)
        ),
    )
