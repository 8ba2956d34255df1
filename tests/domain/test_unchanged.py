"""A journal that is given again is the same one in every form, and another one if it books else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import line

from tilisilta.domain.journals import JournalLine
from tilisilta.domain.payroll import JournalSplit
from tilisilta.domain.unchanged import ToldJournal, is_unchanged

Lines = list[JournalLine]

CENT = Decimal("0.01")

LINES = [
    line(1, "5010", "4200.00", cost_center="410", cost_unit="P-1", description="Palkat"),
    line(2, "5010", "300.00", cost_center="420", cost_unit="P-2", description="Palkat"),
    line(3, "5010", "-0.10", cost_center="420", cost_unit="P-2", description="Pyöristys"),
    line(4, "2961", "-4499.90", description="Nettopalkat"),
    line(5, "7030", "0.00", description="Ei mitään"),
]


def told(
    lines: Lines, split: JournalSplit | None = JournalSplit.COST_UNIT, currency: str = "EUR"
) -> ToldJournal:
    return ToldJournal(lines=lines, split=split, currency=currency)


def is_same(change: Callable[[Lines], Lines], *, is_sent: bool) -> bool:
    return is_unchanged(told(LINES), told(change(LINES)), is_sent=is_sent)


def with_first(**other: object) -> Callable[[Lines], Lines]:
    return lambda lines: [replace(lines[0], **other), *lines[1:]]  # type: ignore[arg-type]


def with_all(**other: object) -> Callable[[Lines], Lines]:
    return lambda lines: [replace(one, **other) for one in lines]  # type: ignore[arg-type]


def with_cents_between(lines: Lines) -> Lines:
    """Move a cent from one cost center to another, so that accounts and totals stay."""
    first, second, *rest = lines
    return [
        replace(first, amount=first.amount - CENT),
        replace(second, amount=second.amount + CENT),
        *rest,
    ]


def without_counterparts(lines: Lines) -> Lines:
    """Set off what an account books on both sides, which is gross elsewhere."""
    first, second, third, *rest = lines
    return [first, replace(second, amount=second.amount + third.amount), *rest]


def with_cost_center_and_unit_swapped(lines: Lines) -> Lines:
    return [replace(one, cost_center=one.cost_unit, cost_unit=one.cost_center) for one in lines]


def with_accounts_swapped(lines: Lines) -> Lines:
    other = {"5010": "2961", "2961": "5010"}
    return [
        replace(one, ledger_account=other.get(one.ledger_account, one.ledger_account))
        for one in lines
    ]


def twice(lines: Lines) -> Lines:
    return [*lines, *lines]


BOOKED_DIFFERENTLY = [
    with_first(amount=Decimal("4200.01")),
    with_first(booking_date=date(2026, 7, 1)),
    with_all(booking_date=date(2025, 6, 30)),
    with_first(cost_center="420"),
    with_first(cost_center=""),
    with_first(cost_unit=""),
    with_first(ledger_account="05010"),
    lambda lines: [replace(one, amount=-one.amount) for one in lines],
    lambda lines: lines[1:],
    lambda lines: [*lines, line(6, "5010", "1.00"), line(7, "5010", "-1.00")],
    with_cents_between,
    without_counterparts,
    with_cost_center_and_unit_swapped,
    with_accounts_swapped,
    twice,
    lambda _: [],
]

ONLY_WRITTEN_IN_ANOTHER_WAY = [
    lambda lines: lines[::-1],
    with_all(position=0),
    lambda lines: [replace(one, position=100 - one.position) for one in lines],
    lambda lines: [one for one in lines if one.amount],
    lambda lines: [*lines, line(9, "9999", "0.00", description="Nolla")],
    lambda lines: [replace(one, ledger_account=f" {one.ledger_account} ") for one in lines],
    lambda lines: [replace(one, cost_center=f"{one.cost_center} ") for one in lines],
    lambda lines: [replace(one, description=f"  {one.description}\t ") for one in lines],
    lambda lines: [replace(one, amount=one.amount.normalize()) for one in lines],
    lambda lines: [replace(one, amount=one.amount.quantize(Decimal("0.0001"))) for one in lines],
]

ANOTHER_WAY_ONLY_ONCE_SENT = [
    with_all(description=""),
    with_first(description="Löner"),
    lambda lines: [
        replace(lines[0], amount=lines[0].amount - CENT),
        replace(lines[0], amount=CENT),
        *lines[1:],
    ],
]


class TestWhatIsGivenAgain:
    @pytest.mark.parametrize("is_sent", [True, False])
    @pytest.mark.parametrize("change", BOOKED_DIFFERENTLY)
    def test_is_another_journal_when_it_would_be_booked_differently(
        self, change: Callable[[Lines], Lines], is_sent: bool
    ) -> None:
        assert not is_same(change, is_sent=is_sent)

    @pytest.mark.parametrize("is_sent", [True, False])
    @pytest.mark.parametrize("change", ONLY_WRITTEN_IN_ANOTHER_WAY)
    def test_is_the_same_in_another_form(
        self, change: Callable[[Lines], Lines], is_sent: bool
    ) -> None:
        assert is_same(change, is_sent=is_sent)

    @pytest.mark.parametrize("change", ANOTHER_WAY_ONLY_ONCE_SENT)
    def test_is_the_same_with_other_texts_and_lines_once_it_is_sent(
        self, change: Callable[[Lines], Lines]
    ) -> None:
        assert is_same(change, is_sent=True)
        assert not is_same(change, is_sent=False)

    @pytest.mark.parametrize("is_sent", [True, False])
    @pytest.mark.parametrize(("here", "now"), [("EUR", "SEK"), ("SEK", "EUR")])
    def test_is_another_journal_in_another_currency(
        self, here: str, now: str, is_sent: bool
    ) -> None:
        assert not is_unchanged(
            told(LINES, currency=here), told(LINES, currency=now), is_sent=is_sent
        )

    @pytest.mark.parametrize("is_sent", [True, False])
    def test_is_the_same_where_one_of_both_names_no_currency(self, is_sent: bool) -> None:
        assert is_unchanged(told(LINES), told(LINES, currency=""), is_sent=is_sent)


def as_told(lines: Lines, split: JournalSplit) -> Lines:
    """Return the lines as Nmbrs tells them apart, both sides of each place set off."""
    nets: dict[tuple[str, str, str, date], Decimal] = {}
    for one in lines:
        center = one.cost_center if split.serves(JournalSplit.COST_CENTER) else ""
        unit = one.cost_unit if split.serves(JournalSplit.COST_UNIT) else ""
        place = (one.ledger_account, center, unit, one.booking_date)
        nets[place] = nets.get(place, Decimal(0)) + one.amount
    return [
        replace(
            line(at, account, str(amount)), cost_center=center, cost_unit=unit, booking_date=day
        )
        for at, ((account, center, unit, day), amount) in enumerate(nets.items(), start=1)
    ]


OTHER_SPLITS = [(one, other) for one in JournalSplit for other in JournalSplit if one != other]


class TestWhatWasSentToldApartInAnotherWay:
    @pytest.mark.parametrize(("here", "now"), OTHER_SPLITS)
    def test_is_the_same(self, here: JournalSplit, now: JournalSplit) -> None:
        before, after = told(as_told(LINES, here), here), told(as_told(LINES, now), now)

        assert is_unchanged(before, after, is_sent=True)

    @pytest.mark.parametrize(("here", "now"), OTHER_SPLITS)
    def test_is_another_journal_with_another_amount_or_account(
        self, here: JournalSplit, now: JournalSplit
    ) -> None:
        for change in (with_first(amount=Decimal("4199.99")), with_first(ledger_account="5011")):
            after = told(as_told(change(LINES), now), now)

            assert not is_unchanged(told(as_told(LINES, here), here), after, is_sent=True)

    @pytest.mark.parametrize(
        ("here", "now"), [one for one in OTHER_SPLITS if JournalSplit.COMPANY not in one]
    )
    def test_is_another_journal_with_another_cost_center_where_both_tell_it(
        self, here: JournalSplit, now: JournalSplit
    ) -> None:
        after = told(as_told(with_first(cost_center="999")(LINES), now), now)

        assert not is_unchanged(told(as_told(LINES, here), here), after, is_sent=True)


ACCOUNTS = st.sampled_from(["5010", "2961", "6110"])
CODES = st.sampled_from(["", "410", "420"])
CENTS = st.integers(min_value=-5_000_000, max_value=5_000_000).filter(bool)


@st.composite
def journals(draw: st.DrawFn) -> Lines:
    drawn = draw(st.lists(st.tuples(ACCOUNTS, CODES, CODES, CENTS), min_size=1, max_size=8))
    return [
        line(at, account, str(cents * CENT), cost_center=center, cost_unit=unit)
        for at, (account, center, unit, cents) in enumerate(drawn, start=1)
    ]


def in_parts(one: JournalLine, part: Decimal) -> Lines:
    """Return a line in two that are on its side."""
    rest = one.amount - part
    if not part or not rest or (part > 0) != (one.amount > 0) or (rest > 0) != (one.amount > 0):
        return [one]
    return [replace(one, amount=part, description="part"), replace(one, amount=rest)]


class TestAnyJournal:
    @given(journals(), st.randoms(use_true_random=False), CENTS)
    def test_is_the_same_in_any_form_once_it_is_sent(
        self, lines: Lines, chance: st.DataObject, cents: int
    ) -> None:
        again = [part for one in lines for part in in_parts(one, cents * CENT)]
        again.append(replace(lines[0], amount=Decimal(0), ledger_account="9999"))
        chance.shuffle(again)  # type: ignore[attr-defined]
        again = [replace(one, position=at) for at, one in enumerate(again)]

        assert is_unchanged(told(lines), told(again), is_sent=True)
        assert is_unchanged(told(again), told(lines, currency=""), is_sent=True)

    @given(journals(), st.randoms(use_true_random=False))
    def test_is_the_same_in_any_order_before_it_is_sent(
        self, lines: Lines, chance: st.DataObject
    ) -> None:
        again = list(lines)
        chance.shuffle(again)  # type: ignore[attr-defined]

        assert is_unchanged(told(lines), told(again), is_sent=False)

    @given(
        journals(),
        st.sampled_from(["amount", "account", "side", "center", "unit", "date", "gone", "more"]),
        CENTS,
        st.booleans(),
    )
    def test_is_another_one_with_one_line_booked_differently(
        self, lines: Lines, what: str, cents: int, is_sent: bool
    ) -> None:
        first, *rest = lines
        changed = {
            "amount": [replace(first, amount=first.amount + cents * CENT)],
            "account": [replace(first, ledger_account="7777")],
            "side": [replace(first, amount=-first.amount)],
            "center": [replace(first, cost_center="777")],
            "unit": [replace(first, cost_unit="777")],
            "date": [replace(first, booking_date=first.booking_date - timedelta(days=1))],
            "gone": [],
            "more": [first, replace(first, amount=cents * CENT)],
        }[what]

        assert not is_unchanged(told(lines), told([*changed, *rest]), is_sent=is_sent)
