"""Journals as hypothesis draws them: like real runs, and worse."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st
from tests.domain.samples import CHART

from tilisilta.domain.journals import BookingPeriod, Journal, JournalLine, Run

MONTH_ENDS = tuple(BookingPeriod(year=2026, month=month).last_day for month in range(1, 7))

cents = st.integers(min_value=-10_000_000, max_value=10_000_000)
amounts = cents.map(lambda value: Decimal(value) / 100)
descriptions = st.sampled_from(["Palkat", "TyEL", "Sava", "Ylityö", " TyEL ", ""])
six = st.just("6")
any_text = st.text(max_size=300) | st.sampled_from(["Győr", "Łódź", "a" * 300, "\u22121", "\u2028"])


@st.composite
def lines_of(
    draw: st.DrawFn, day: date, *, texts: st.SearchStrategy[str] = descriptions
) -> list[JournalLine]:
    """Some lines of one booking date, without their final positions."""
    drawn = st.builds(
        JournalLine,
        position=st.just(1),
        ledger_account=st.sampled_from([code for code, _ in CHART]),
        description=texts,
        amount=amounts | st.just(Decimal("0.00")),
        cost_center=st.sampled_from(["", "100", "210", "hallinto"]),
        cost_unit=st.sampled_from(["", "P-108", "Telakka"]),
        booking_date=st.just(day),
    )
    return draw(st.lists(drawn, min_size=1, max_size=8))


@st.composite
def journals(
    draw: st.DrawFn,
    *,
    balances_each_date: bool = True,
    texts: st.SearchStrategy[str] = descriptions,
    numbers: st.SearchStrategy[str] = six,
) -> Journal:
    """A journal that balances as a whole, and on each booking date unless specified otherwise."""
    days = draw(st.lists(st.sampled_from(MONTH_ENDS), min_size=1, max_size=4, unique=True))
    parts = [draw(lines_of(day, texts=texts)) for day in days]
    lines: list[JournalLine] = []
    for part in parts:
        lines += part
        if balances_each_date:
            lines.append(balancing_line(part))
    if not balances_each_date:
        lines.append(balancing_line(lines))
    return numbered(draw(st.permutations(lines)), number=draw(numbers))


def balancing_line(lines: list[JournalLine]) -> JournalLine:
    """The line that brings ``lines`` to 0.00, on the last one's booking date."""
    return JournalLine(
        position=1,
        ledger_account="2961",
        description="Maksettavat palkat",
        amount=-sum((line.amount for line in lines), Decimal("0.00")),
        booking_date=lines[-1].booking_date,
    )


def numbered(lines: list[JournalLine], *, number: str = "6") -> Journal:
    """A journal of ``lines`` in this order, numbered from 1."""
    placed = tuple(
        JournalLine(
            position=position,
            ledger_account=line.ledger_account,
            description=line.description,
            amount=line.amount,
            cost_center=line.cost_center,
            cost_unit=line.cost_unit,
            booking_date=line.booking_date,
        )
        for position, line in enumerate(lines, start=1)
    )
    run = Run(year=2026, number=number)
    return Journal(company_number=1001, run=run, revision=1, currency="EUR", lines=placed)
