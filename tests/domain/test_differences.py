"""What is booked and the difference together are what the newest journal books, to the cent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import ADMINISTRATION, JUNE, RULES, calendar_year, journal, line

from tilisilta.domain.differences import (
    DifferencePlan,
    difference_rows,
    is_balanced,
    plan_difference,
)
from tilisilta.domain.identity import difference_token, receipt_token, reversal_token
from tilisilta.domain.journals import Journal
from tilisilta.domain.ledger_sums import ledger_sums
from tilisilta.domain.links import ClosedPeriodPolicy, LinkRules
from tilisilta.domain.plans import plan_receipts
from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.receipts import DimensionValue, Transaction

MAY = date(2026, 5, 31)
amounts = st.integers(min_value=-5, max_value=5).map(Decimal)


@st.composite
def some_rows(draw: st.DrawFn) -> Sequence[Transaction]:
    """Rows that balance, some with split dimensions as people enter them."""
    rows = []
    for _ in range(draw(st.integers(0, 5))):
        value = draw(amounts)
        # Procountor has no rows of 0.00, whose items could only cancel each other out.
        part = draw(st.one_of(st.just(value), amounts)) if value else value
        item = draw(st.integers(1, 2))
        values = [DimensionValue(dimension_id=1, item_id=item, value=part)]
        if part != value:
            values.append(DimensionValue(dimension_id=1, item_id=3 - item, value=value - part))
        rows.append(
            Transaction(
                account=draw(st.sampled_from(["5010", "2961"])),
                accounting_value=value,
                description=draw(st.sampled_from(["Palkat", "Łódź", ""])),
                dimension_values=tuple(values) if draw(st.booleans()) else (),
            )
        )
    rest = -sum((row.accounting_value for row in rows), Decimal(0))
    return [*rows, Transaction(account="1910", accounting_value=rest, description="Rest")]


def planned(
    journal: Journal,
    *booked: Journal,
    rules: LinkRules = RULES,
    closed: tuple[int, ...] = (),
) -> DifferencePlan:
    """Return the difference of ``journal`` to what the other journals have booked together."""
    years = (calendar_year(2026, closed=closed),)
    rows: dict[date, list[Transaction]] = {}
    for one in booked:
        for receipt in plan_receipts(one, rules, ADMINISTRATION).receipts:
            rows.setdefault(receipt.booking_date, []).extend(receipt.body.transactions)
    administration = replace(ADMINISTRATION, fiscal_years=years)
    return plan_difference(
        journal,
        rules,
        administration,
        wanted=plan_receipts(journal, rules, administration),
        booked=rows,
        epochs={},
    )


def amounts_of(plan: DifferencePlan) -> list[tuple[str, str, str]]:
    return [
        (str(one.body.receipt_date), row.account, f"{row.accounting_value:.2f}")
        for one in plan.receipts
        for row in one.body.transactions
    ]


class TestDifferenceRows:
    @given(some_rows(), some_rows())
    def test_lead_from_what_is_booked_to_what_is_wanted(
        self, wanted: Sequence[Transaction], booked: Sequence[Transaction]
    ) -> None:
        rows = difference_rows(wanted, booked)

        assert ledger_sums((*booked, *rows)) == ledger_sums(wanted)
        assert all(row.accounting_value for row in rows)
        assert is_balanced(rows)

    @given(some_rows())
    def test_are_none_where_only_order_and_texts_differ(self, rows: Sequence[Transaction]) -> None:
        booked = [replace(row, description="Edited") for row in reversed(rows)]

        left = difference_rows(rows, booked)

        # A row whose items carry parts of it is taken back and booked anew, which sums to zero.
        assert ledger_sums(left) == {}
        if all(one.value == row.accounting_value for row in rows for one in row.dimension_values):
            assert left == ()

    def test_have_the_text_under_which_most_has_changed(self) -> None:
        wanted = [
            Transaction(account="5010", accounting_value=Decimal(900), description="Palkat"),
            Transaction(account="5010", accounting_value=Decimal(40), description="Ylityöt"),
        ]
        booked = [
            Transaction(account="5010", accounting_value=Decimal(900), description="Palkat"),
            Transaction(account="5010", accounting_value=Decimal(10), description="Ylityöt"),
        ]

        (row,) = difference_rows(wanted, booked)

        assert (row.description, row.accounting_value) == ("Ylityöt", Decimal(30))


class TestPlanDifference:
    def test_leaves_dates_alone_on_which_nothing_has_changed(self) -> None:
        first = journal(
            line(1, "5010", "50", booking_date=MAY),
            line(2, "2961", "-50", booking_date=MAY),
            line(3, "5010", "100.00"),
            line(4, "2961", "-100.00"),
        )
        second = replace(first, revision=2, lines=(*first.lines[:2], *_june("120.50")))

        # May is closed by now, which does not matter as nothing is to be booked there.
        plan = planned(second, first, closed=(5,))

        assert plan.can_be_booked
        assert amounts_of(plan) == [
            ("2026-06-30", "2961", "-20.50"),
            ("2026-06-30", "5010", "20.50"),
        ]

    def test_takes_a_line_back_that_moved_to_another_date(self) -> None:
        first = journal(*_june("100"))
        second = replace(
            journal(
                line(1, "5010", "100", booking_date=MAY), line(2, "2961", "-100", booking_date=MAY)
            ),
            revision=2,
        )
        moving = replace(RULES, closed_period_policy=ClosedPeriodPolicy.NEXT_OPEN)

        stopped = planned(second, first, closed=(5,))
        moved = planned(second, first, rules=moving, closed=(5,))

        assert not stopped.can_be_booked
        assert [one.code for one in stopped.problems if one.stops] == [ProblemCode.PERIOD_CLOSED]
        assert amounts_of(moved) == [
            ("2026-06-01", "2961", "-100.00"),
            ("2026-06-01", "5010", "100.00"),
            ("2026-06-30", "2961", "100.00"),
            ("2026-06-30", "5010", "-100.00"),
        ]

    def test_is_nothing_where_both_book_the_same(self) -> None:
        first = journal(*_june("100"))
        second = replace(
            first,
            revision=2,
            lines=tuple(replace(one, description="Palkat, korjattu") for one in first.lines),
        )

        plan = planned(second, first)

        assert plan.is_nothing
        assert not plan.can_be_booked

    def test_takes_all_back_of_a_run_that_was_emptied(self) -> None:
        first = journal(*_june("100"))

        plan = planned(replace(first, revision=2, lines=()), first)

        assert plan.can_be_booked
        assert amounts_of(plan) == [
            ("2026-06-30", "2961", "100.00"),
            ("2026-06-30", "5010", "-100.00"),
        ]

    def test_is_nothing_that_could_pass_for_the_run_itself(self) -> None:
        first = journal(*_june("100"))
        long = replace(first.run, description="Kesäkuun palkat ja lomarahat, toimihenkilöt")
        second = replace(first, revision=2, run=long, lines=_june("120"))

        (receipt,) = planned(second, first).receipts

        assert receipt.body.name.endswith(f", revision 2, difference #{receipt.token}")
        assert len(receipt.body.name) <= 80
        assert receipt.body.accountants_notes.endswith(" · revision 2, difference")


def _june(amount: str) -> tuple:  # type: ignore[type-arg]
    return line(3, "5010", amount), line(4, "2961", f"-{amount}")


def test_tokens_are_those_of_nothing_else() -> None:
    names = {
        "procountor_company_id": 50101,
        "company_number": 1001,
        "run_year": 2026,
        "run_number": "6",
        "booking_date": JUNE,
    }
    tokens = [
        make(**names, revision=revision, epoch=epoch)  # type: ignore[arg-type]
        for make in (receipt_token, difference_token)
        for revision in (1, 2, 3)
        for epoch in (0, 1)
    ]
    tokens += [reversal_token(one, procountor_company_id=50101) for one in tokens]

    assert len(set(tokens)) == len(tokens)
