"""Which link of a company books a month: never two, with any links."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.links import LinkSpan, span_for

MONTHS = st.integers(min_value=2024 * 12, max_value=2027 * 12 - 1).map(
    lambda month: BookingPeriod(year=month // 12, month=month % 12 + 1)
)
DAYS = st.one_of(
    st.dates(min_value=date(2024, 1, 1), max_value=date(2026, 12, 31)),
    # The days on which the outcome changes.
    MONTHS.map(lambda period: period.last_day),
    MONTHS.map(lambda period: date(period.year, period.month, 1)),
)


def _first_day(period: BookingPeriod) -> date:
    return date(period.year, period.month, 1)


@st.composite
def spans(draw: st.DrawFn) -> LinkSpan:
    """A link of some months, or one that has no end, or was wrong from the beginning."""
    start = _first_day(draw(MONTHS))
    ends_on = draw(st.none() | DAYS)
    return LinkSpan(start_month=start, ends_on=None if ends_on is None else max(start, ends_on))


@st.composite
def chains(draw: st.DrawFn) -> list[LinkSpan]:
    """The links of a company as the services let them be: no two overlap. In any order."""
    chosen: list[LinkSpan] = []
    for span in draw(st.lists(spans(), max_size=6)):
        if not any(span.overlaps(other) for other in chosen):
            chosen.append(span)
    return draw(st.permutations(chosen))


class TestSpans:
    @given(spans(), spans(), MONTHS)
    def test_that_do_not_overlap_cover_no_month_together(
        self, one: LinkSpan, other: LinkSpan, period: BookingPeriod
    ) -> None:
        if not one.overlaps(other):
            assert not (one.covers(period) and other.covers(period))

    @given(spans(), spans())
    def test_that_overlap_share_a_month(self, one: LinkSpan, other: LinkSpan) -> None:
        later = max(one.start_month, other.start_month)
        period = BookingPeriod.containing(later)

        assert one.overlaps(other) == (one.covers(period) and other.covers(period))

    @given(spans(), spans())
    def test_overlap_both_ways(self, one: LinkSpan, other: LinkSpan) -> None:
        assert one.overlaps(other) == other.overlaps(one)

    def test_leave_the_month_that_ends_on_their_last_day(self) -> None:
        span = LinkSpan(start_month=date(2026, 1, 1), ends_on=date(2026, 6, 30))

        covered = [span.covers(BookingPeriod(year=2026, month=month)) for month in (5, 6)]

        assert covered == [True, False]

    @given(spans(), MONTHS)
    def test_book_nothing_before_their_start_nor_of_a_month_after_their_end(
        self, span: LinkSpan, period: BookingPeriod
    ) -> None:
        if span.covers(period):
            assert _first_day(period) >= span.start_month
            assert span.ends_on is None or period.last_day < span.ends_on

    @given(MONTHS, MONTHS, st.integers(min_value=1, max_value=28))
    def test_of_a_link_that_ended_in_its_first_month_are_empty(
        self, start: BookingPeriod, period: BookingPeriod, day: int
    ) -> None:
        wrong = LinkSpan(start_month=_first_day(start), ends_on=date(start.year, start.month, day))

        assert wrong.is_empty
        assert not wrong.covers(period)


class TestSpanFor:
    @given(chains(), MONTHS)
    def test_finds_the_only_link_that_covers_the_month(
        self, chain: list[LinkSpan], period: BookingPeriod
    ) -> None:
        covering = [place for place, span in enumerate(chain) if span.covers(period)]

        assert len(covering) <= 1
        if covering:
            assert span_for(period, chain) == covering[0]

    @given(chains(), MONTHS)
    def test_finds_the_next_link_that_is_not_empty_if_none_covers_the_month(
        self, chain: list[LinkSpan], period: BookingPeriod
    ) -> None:
        place = span_for(period, chain)

        if place is not None and not chain[place].covers(period):
            begins = chain[place].start_month
            assert begins > period.last_day
            assert chain[place].covers(BookingPeriod.containing(begins))
            nearer = (
                span
                for span in chain
                if period.last_day < span.start_month < begins and not span.is_empty
            )
            assert not list(nearer)

    @given(chains(), MONTHS)
    def test_finds_the_same_link_in_any_order(
        self, chain: list[LinkSpan], period: BookingPeriod
    ) -> None:
        one = span_for(period, chain)
        other = span_for(period, chain[::-1])

        if one is None or other is None:
            assert one == other
        else:
            assert chain[one].start_month == chain[::-1][other].start_month

    @pytest.mark.parametrize(
        ("ends_on", "goes_to"),
        [(date(2026, 7, 1), 0), (date(2026, 6, 30), 1), (date(2026, 6, 1), 1)],
    )
    def test_leaves_a_month_to_the_next_link_unless_that_ends_before(
        self, ends_on: date, goes_to: int
    ) -> None:
        chain = [
            LinkSpan(start_month=date(2026, 1, 1), ends_on=ends_on),
            LinkSpan(start_month=date(2026, 6, 1) if goes_to else date(2026, 7, 1)),
        ]

        assert span_for(BookingPeriod(year=2026, month=6), chain) == goes_to

    def test_takes_the_latest_begun_of_several_that_cover_the_month(self) -> None:
        old, new = (LinkSpan(start_month=date(2026, month, 1), ends_on=None) for month in (1, 3))

        assert span_for(BookingPeriod(year=2026, month=5), [old, new]) == 1
        assert span_for(BookingPeriod(year=2026, month=5), [new, old]) == 0

    def test_finds_the_nearest_of_several_that_begin_later(self) -> None:
        near, far = (LinkSpan(start_month=date(2026, month, 1)) for month in (3, 5))

        assert span_for(BookingPeriod(year=2026, month=1), [far, near]) == 1
        assert span_for(BookingPeriod(year=2026, month=1), [near, far]) == 0

    def test_shows_before_a_month_the_same_of_two_links_as_in_it(self) -> None:
        twins = [LinkSpan(start_month=date(2026, 3, 1))] * 2

        before, within = (
            span_for(BookingPeriod(year=2026, month=month), twins) for month in (2, 3)
        )

        assert before == within

    def test_finds_none_after_the_last_end(self) -> None:
        ended = LinkSpan(start_month=date(2026, 1, 1), ends_on=date(2026, 7, 1))

        assert span_for(BookingPeriod(year=2026, month=7), [ended]) is None
