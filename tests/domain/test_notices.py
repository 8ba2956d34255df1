"""Notices against what stands: raised once, passed once, and the same if it comes back soon."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.month_end import MonthState
from tilisilta.domain.notices import (
    RAISED_AGAIN_WITHIN,
    Matter,
    NoticeKind,
    RaisedNotice,
    changes_between,
    ends_soon,
    is_complete,
    is_missing,
)

NOW = datetime(2026, 7, 2, 9, tzinfo=UTC)
JUNE = date(2026, 6, 1)


def a_matter(company_id: int = 1, code: str = "N07") -> Matter:
    return Matter(
        kind=NoticeKind.NEEDS_PERSON, code=code, month=JUNE, company_id=company_id, debtor_id=7
    )


def raised(matter: Matter, pk: int = 1, passed_at: datetime | None = None) -> RaisedNotice:
    return RaisedNotice(
        pk=pk,
        key=matter.key,
        passed_at=passed_at,
        debtor_id=matter.debtor_id,
        ends_on=matter.ends_on,
    )


@given(
    before=st.sets(st.integers(1, 9)),
    present=st.lists(st.integers(1, 9)),
)
def test_after_the_changes_the_notices_are_what_stands(
    before: set[int], present: list[int]
) -> None:
    known = {raised(a_matter(pk), pk=pk) for pk in before}

    changes = changes_between([a_matter(pk) for pk in present], known, now=NOW)

    left = {one.key for one in known if one.pk not in changes.passed}
    assert left | {one.key for one in changes.new} == {a_matter(pk).key for pk in present}
    assert len(changes.new) == len(set(present) - before)
    assert set(changes.passed) == before - set(present)


def test_what_comes_back_soon_is_the_same_notice() -> None:
    matter, soon = a_matter(), NOW - timedelta(minutes=3)

    flapping = changes_between([matter], [raised(matter, passed_at=soon)], now=NOW)
    later = changes_between(
        [matter], [raised(matter, passed_at=NOW - RAISED_AGAIN_WITHIN)], now=NOW
    )

    assert (flapping.again, flapping.new) == ((1,), ())
    assert (later.again, later.new) == ((), (matter,))


def test_another_debtor_or_day_does_not_raise_it_anew() -> None:
    moved = replace(a_matter(), debtor_id=8)

    changes = changes_between([moved], [raised(a_matter())], now=NOW)

    assert (changes.new, changes.passed, dict(changes.moved)) == ((), (), {1: moved})


def test_a_run_is_missing_once_its_month_is_over() -> None:
    assert not is_missing(MonthState.EXPECTED, JUNE, today=date(2026, 6, 30))
    assert is_missing(MonthState.EXPECTED, JUNE, today=date(2026, 7, 1))
    assert not is_missing(MonthState.TO_FIX, JUNE, today=date(2026, 7, 1))


def test_a_month_is_complete_once_all_that_has_runs_is_signed() -> None:
    signed, none = MonthState.SIGNED, MonthState.NOT_EXPECTED

    assert is_complete({signed, none})
    assert not any(is_complete({signed, one}) for one in set(MonthState) - {signed, none})
    assert not is_complete({none})


def test_ends_within_a_week() -> None:
    day = date(2026, 7, 9)

    assert [ends_soon(day, today=date(2026, 7, one)) for one in (1, 2, 9, 10)] == [
        *(False, True, True, False)
    ]
