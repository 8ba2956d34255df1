"""Whether a journal is sent by rule: each doubt holds it, and so does what is unknown."""

from dataclasses import MISSING, fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.sending_rules import (
    MOST_TROUBLED,
    Brakes,
    EarlierMonth,
    Held,
    Hold,
    JournalFacts,
    LinkFacts,
    RuleFacts,
    RunFacts,
    SendingRule,
    holds_of,
    sends_at,
)

NOW = datetime(2026, 6, 27, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
JUNE = date(2026, 6, 1)
ACCOUNTS = frozenset({"5000", "2920"})
GOOD = RuleFacts(
    rule=SendingRule(is_on=True, hours=24, percent=10, since=NOW - 90 * 24 * HOUR),
    brakes=Brakes(is_stopped=False, troubled=0, asked_today=3, most_a_day=300),
    link=LinkFacts(
        covers=True,
        is_open=True,
        is_confirmed=True,
        is_authorised=True,
        is_well=True,
        checked_at=NOW - 7 * HOUR,
        changed_at=NOW - 60 * 24 * HOUR,
        is_as_sent=True,
        sent_at=NOW - 30 * 24 * HOUR,
    ),
    run=RunFacts(
        is_locked=True,
        locked_at=NOW - 30 * HOUR,
        read_at=NOW - 30 * HOUR,
        listed_at=NOW - HOUR,
        is_in_order=True,
    ),
    journal=JournalFacts(
        is_ready=True,
        is_checked=True,
        came_at=NOW - 40 * HOUR,
        period=JUNE,
        first_period=JUNE,
        receipts=((date(2026, 6, 30), date(2026, 6, 30)),),
        makes_items=False,
        needs_answers=False,
        is_never_sent=False,
        is_left=False,
        was_asked_for=False,
        was_run_asked_for=False,
        others_in_month=0,
        was_intervened=False,
        is_signed=False,
        total=Decimal("1000.00"),
        accounts=ACCOUNTS,
    ),
    earlier=tuple(
        EarlierMonth(month=date(2026, month, 1), total=Decimal(total), accounts=ACCOUNTS)
        for month, total in ((5, "1000.00"), (4, "950.00"), (3, "1050.00"))
    ),
    waits_since=NOW - 24 * HOUR,
    now=NOW,
    today=NOW.date(),
)


def but(part: str = "", **changed: Any) -> RuleFacts:
    """Return the facts of a journal that would be sent, but for ``changed`` of one part."""
    if not part:
        return replace(GOOD, **changed)
    return replace(GOOD, **{part: replace(getattr(GOOD, part), **changed)})


def others(*totals: str, accounts: frozenset[str] = ACCOUNTS) -> tuple[EarlierMonth, ...]:
    months = (date(2026, month, 1) for month in (5, 4, 3))
    return tuple(
        EarlierMonth(month=month, total=Decimal(total), accounts=accounts)
        for month, total in zip(months, totals, strict=False)
    )


LATER = NOW + HOUR
HOLDING: tuple[tuple[Hold, RuleFacts], ...] = (
    (Hold.OFF, but("rule", is_on=False)),
    (Hold.STOPPED, but("brakes", is_stopped=True)),
    (Hold.TROUBLED, but("brakes", troubled=MOST_TROUBLED)),
    (Hold.DAY_IS_FULL, but("brakes", asked_today=300)),
    (Hold.CLOCK, but("journal", came_at=LATER)),
    (Hold.CLOCK, but("run", listed_at=LATER)),
    (Hold.CLOCK, but("link", checked_at=LATER)),
    (Hold.CAME_BEFORE, but("rule", since=NOW - 39 * HOUR)),
    (Hold.CAME_BEFORE, but("rule", since=None)),
    (Hold.CAME_BEFORE, but("brakes", resumed_at=NOW - 39 * HOUR)),
    (Hold.LEFT, but("journal", is_left=True)),
    (Hold.NEVER, but("journal", is_never_sent=True)),
    (Hold.LINK, but(link=None)),
    (Hold.LINK, but("link", covers=False)),
    (Hold.LINK, but("link", is_open=False)),
    (Hold.LINK, but("link", is_confirmed=False)),
    (Hold.LINK, but("link", is_authorised=False)),
    (Hold.DRIFT, but("link", is_well=False)),
    (Hold.DRIFT, but("link", checked_at=None)),
    (Hold.DRIFT, but("link", checked_at=NOW - 49 * HOUR)),
    (Hold.FROM_A_FILE, but(run=None)),
    (Hold.NOT_LOCKED, but("run", is_locked=False)),
    (Hold.NOT_LOCKED, but("run", locked_at=None)),
    (Hold.OLD_NEWS, but("run", read_at=NOW - 31 * HOUR)),
    (Hold.OLD_NEWS, but("run", read_at=None)),
    (Hold.OLD_NEWS, but("run", listed_at=NOW - 37 * HOUR)),
    (Hold.OLD_NEWS, but("run", listed_at=None)),
    (Hold.OLD_NEWS, but("run", is_in_order=False)),
    (Hold.NOT_READY, but("journal", is_ready=False)),
    (Hold.NOT_READY, but("journal", is_checked=False)),
    (Hold.NOT_READY, but("journal", receipts=())),
    (Hold.WARNING, but("journal", warnings=("N14",))),
    (Hold.ANSWERED, but("journal", needs_answers=True)),
    (Hold.NEW_ITEMS, but("journal", makes_items=True)),
    (Hold.CORRECTION, but("journal", first_period=date(2026, 5, 1))),
    (Hold.CORRECTION, but("journal", receipts=((date(2026, 5, 31), date(2026, 5, 31)),))),
    (Hold.CORRECTION, but("journal", receipts=((date(2026, 6, 30), date(2026, 7, 1)),))),
    (Hold.CORRECTION, but("journal", receipts=2 * GOOD.journal.receipts)),
    (Hold.MONTH, but(today=date(2026, 8, 1))),
    (Hold.MONTH, but(today=date(2026, 5, 31))),
    (Hold.SIGNED, but("journal", is_signed=True)),
    (Hold.ASKED_BEFORE, but("journal", was_asked_for=True)),
    (Hold.ANOTHER_REVISION, but("journal", was_run_asked_for=True)),
    (Hold.ANOTHER_RUN, but("journal", others_in_month=1)),
    (Hold.INTERVENED, but("journal", was_intervened=True)),
    (Hold.FIRST, but("link", sent_at=None)),
    (Hold.FIRST, but("link", is_as_sent=False)),
    (Hold.FIRST, but("link", changed_at=NOW - 29 * 24 * HOUR)),
    (Hold.NOTHING_TO_COMPARE, but(earlier=())),
    (Hold.NOTHING_TO_COMPARE, but(earlier=GOOD.earlier[:2])),
    (Hold.NOTHING_TO_COMPARE, but(earlier=others("0.00", "0.00", "0.00"))),
    (Hold.ACCOUNTS, but("journal", accounts=ACCOUNTS | {"5035"})),
    (Hold.ACCOUNTS, but("journal", accounts=frozenset({"5000"}))),
    (Hold.TOTAL, but("journal", total=Decimal("1045.01"))),
    (Hold.TOTAL, but("journal", total=Decimal("944.99"))),
    (Hold.WAITING, but("rule", hours=25)),
    (Hold.WAITING, but(waits_since=None)),
)


def test_what_is_as_ever_is_sent() -> None:
    assert holds_of(GOOD) == ()


@pytest.mark.parametrize(("hold", "facts"), HOLDING)
def test_each_rule_holds_by_itself(hold: Hold, facts: RuleFacts) -> None:
    assert [held.hold for held in holds_of(facts)] == [hold]


def test_each_reason_can_hold() -> None:
    assert {hold for hold, _facts in HOLDING} == set(Hold)


@given(st.sets(st.sampled_from(HOLDING[1:]), min_size=1, max_size=6))
def test_reasons_are_all_told_and_none_makes_up_for_another(chosen: set[Any]) -> None:
    """Merge several doubts, each of a part of its own: whatever is combined, it is held."""
    merged = GOOD
    for _hold, facts in chosen:
        for one in fields(facts):
            if getattr(facts, one.name) != getattr(GOOD, one.name):
                merged = replace(merged, **{one.name: getattr(facts, one.name)})
    assert holds_of(merged)


@pytest.mark.parametrize("part", ["rule", "brakes", "link", "run", "journal"])
def test_a_fact_that_was_not_gathered_holds(part: str) -> None:
    here = getattr(GOOD, part)
    # A warning that was not gathered is caught by the journal's own state, and a moment of a link
    # that never changed is none; all else that has a default must hold by it.
    harmless = {"warnings", "changed_at", "hours", "percent", "resumed_at", "asked_today"}
    for one in fields(here):
        if one.default is not MISSING and one.name not in harmless:
            assert holds_of(but(part, **{one.name: one.default})), one.name


@given(
    st.integers(min_value=1, max_value=10_000_000),
    st.lists(st.integers(min_value=1, max_value=10_000_000), min_size=3, max_size=3),
    st.integers(min_value=0, max_value=100),
)
def test_a_total_is_within_the_percentage_of_each_of_three_months(
    cents: int, before: list[int], percent: int
) -> None:
    facts = replace(
        but("journal", total=Decimal(cents) / 100),
        rule=replace(GOOD.rule, percent=percent),
        earlier=others(*(str(Decimal(one) / 100) for one in before)),
    )
    is_within = all(abs(cents - one) * 100 <= percent * one for one in before)
    assert (holds_of(facts) == ()) is is_within


def test_the_reason_names_the_month_that_is_farthest() -> None:
    facts = replace(
        but("journal", total=Decimal("1230.00")), earlier=others("1000.00", "1200.00", "1150.00")
    )
    (held,) = holds_of(facts)
    assert (held.fact("percent"), held.fact("month"), held.fact("limit")) == (
        "+23.0",
        "2026-05",
        "10",
    )


def test_a_change_is_never_rounded_to_what_would_be_allowed() -> None:
    facts = replace(
        but("journal", total=Decimal("1100.01")), earlier=others("1000.00", "1100.00", "1100.00")
    )
    (held,) = holds_of(facts)
    assert held.fact("percent") == "+10.1"


def test_the_hours_begin_when_it_was_ready_and_locked() -> None:
    assert sends_at(GOOD) == NOW
    assert holds_of(but(now=NOW - timedelta(seconds=1))) == (Held(hold=Hold.WAITING),)
