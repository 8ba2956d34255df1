"""Every change by a person is found, and nothing unchanged is called different."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.ledger_sums import Place, added
from tilisilta.domain.receipts import BookedReceipt, DimensionValue, ReceiptBody, Transaction
from tilisilta.domain.reconciliation import Finding, Outcome, Part, Reconciliation
from tilisilta.domain.reconciling import reconcile

JUNE = BookingPeriod(year=2026, month=6)
LAST_DAY, IN_JUNE, IN_JULY = date(2026, 6, 30), date(2026, 6, 12), date(2026, 7, 1)
TOKENS = ("R0ZV3VK5", "1B2C3D4E", "ZZ81QW3T")


def row(account: str, amount: Decimal | str, text: str = "", *items: int) -> Transaction:
    value = Decimal(amount)
    return Transaction(
        account=account,
        accounting_value=value,
        description=text,
        dimension_values=tuple(
            DimensionValue(dimension_id=1, item_id=item, value=value) for item in items
        ),
    )


def a_body(token: str, *rows: Transaction, day: date = LAST_DAY) -> ReceiptBody:
    return ReceiptBody(
        name=f"Payroll 2026-06 #{token}",
        receipt_date=day,
        accountants_notes=f"Tilisilta {token}",
        transactions=rows,
    )


ROWS = (
    row("5010", "60.00", "Palkat", 10),
    row("5010", "30.00", "Palkat", 20),
    row("5030", "10.00", "Ylityö", 10),
    row("2961", "-100.00", "Netto"),
)
SENT = a_body(TOKENS[0], *ROWS)
PART = Part(
    run="1001-2026-6-1",
    booking_date=LAST_DAY,
    rows=ROWS,
    token=TOKENS[0],
    sent=SENT,
    ledger_receipt_id=700,
)
UNSENT = replace(PART, ledger_receipt_id=None)


def booked(body: ReceiptBody, receipt_id: int = 700, status: str = "UNFINISHED") -> BookedReceipt:
    return BookedReceipt(
        ledger_receipt_id=receipt_id,
        receipt_number=receipt_id - 600,
        invoice_number=None,
        status=status,
        version="2026-07-01T10:00:00",
        body=body,
    )


def by_hand(*rows: Transaction, receipt_id: int = 800, day: date = LAST_DAY) -> BookedReceipt:
    body = ReceiptBody(name="Palkat", receipt_date=day, accountants_notes="", transactions=rows)
    return booked(body, receipt_id)


def compare(parts: Sequence[Part], *receipts: BookedReceipt) -> Reconciliation:
    return reconcile(JUNE, parts, receipts, elsewhere={})


def findings(parts: Sequence[Part], *receipts: BookedReceipt) -> list[tuple[Finding, ...]]:
    return [one.findings for one in compare(parts, *receipts).parts]


def differences(result: Reconciliation) -> dict[Place, Decimal]:
    return {line.place: line.difference for line in result.lines if line.difference}


class TestOurs:
    def test_is_equal_as_it_was_sent(self) -> None:
        result = compare([PART], booked(SENT))

        assert result.parts[0].findings == (Finding.EQUAL,)
        assert result.outcome is Outcome.EQUAL
        assert differences(result) == {}
        assert {line.place: line.ours for line in result.lines}[Place("5010")] == 90

    def test_is_equal_when_a_person_approved_it(self) -> None:
        result = compare([PART], booked(SENT, status="APPROVED"))

        assert result.parts[0].findings == (Finding.APPROVED,)
        assert result.outcome is Outcome.EQUAL

    def test_was_set_back(self) -> None:
        result = compare([replace(PART, was_approved=True)], booked(SENT))

        assert result.parts[0].findings == (Finding.SET_BACK,)
        assert result.outcome is Outcome.DIFFERENT

    def test_was_renamed_which_changes_nothing_in_the_books(self) -> None:
        result = compare([PART], booked(replace(SENT, name="Palkat kesäkuu")))

        assert result.parts[0].findings == (Finding.EDITED,)
        assert [one.field for one in result.parts[0].heading] == ["name"]
        assert result.outcome is Outcome.NOTED

    def test_was_edited_in_amounts(self) -> None:
        rows = (row("5010", "50.00", "Palkat", 10), *ROWS[1:3], row("2961", "-90.00", "Netto"))

        result = compare([PART], booked(replace(SENT, transactions=rows)))

        assert result.parts[0].findings == (Finding.EDITED,)
        assert [one.number for one in result.parts[0].rows] == [1, 4]
        assert differences(result) == {
            Place("2961"): 10,
            Place("5010"): -10,
            Place("5010", 1, 10): -10,
        }

    def test_was_edited_in_dimensions_only(self) -> None:
        rows = (row("5010", "60.00", "Palkat", 20), *ROWS[1:])

        result = compare([PART], booked(replace(SENT, transactions=rows)))

        assert result.outcome is Outcome.DIFFERENT
        assert differences(result) == {Place("5010", 1, 10): -60, Place("5010", 1, 20): 60}

    def test_was_dated_on_another_day_of_the_month(self) -> None:
        result = compare([PART], booked(replace(SENT, receipt_date=IN_JUNE)))

        assert result.parts[0].findings == (Finding.EDITED,)
        assert result.outcome is Outcome.DIFFERENT

    def test_was_moved_out_of_its_month(self) -> None:
        result = compare([PART], booked(replace(SENT, receipt_date=IN_JULY)))

        assert result.parts[0].findings == (Finding.MOVED,)
        assert differences(result)[Place("2961")] == 100

    @pytest.mark.parametrize("name", ["invalidated", "gone"])
    def test_is_no_longer_booked(self, name: str) -> None:
        receipts = [booked(SENT, status="INVALIDATED")] if name == "invalidated" else []

        result = compare([PART], *receipts)

        assert result.parts[0].findings == (Finding(name),)
        assert result.outcome is Outcome.DIFFERENT
        assert differences(result)[Place("5030")] == -10

    def test_is_there_twice(self) -> None:
        result = compare([PART], booked(SENT), booked(SENT, 701))

        assert result.parts[0].findings == (Finding.TWICE,)
        assert differences(result)[Place("5010")] == 90

    def test_is_there_twice_whatever_the_day_of_the_copy(self) -> None:
        copy = booked(replace(SENT, receipt_date=IN_JULY), 701)

        assert findings([PART], booked(SENT), copy) == [(Finding.TWICE,)]

    def test_is_not_twice_where_a_person_said_that_it_is_another(self) -> None:
        part = replace(PART, others=frozenset({701}))
        copy = booked(replace(SENT, receipt_date=IN_JULY), 701)

        assert findings([part], booked(SENT), copy) == [(Finding.EQUAL,)]

    def test_is_not_twice_where_a_copy_books_something_else(self) -> None:
        copy = booked(
            replace(SENT, transactions=(row("5010", "12.00"), row("2961", "-12.00"))), 701
        )

        result = compare([PART], booked(SENT), copy)

        assert result.parts[0].findings == (Finding.EQUAL,)
        assert [(one.account, one.amount) for one in result.others] == [
            ("2961", Decimal(-12)),
            ("5010", Decimal(12)),
        ]

    def test_is_found_by_its_token_where_its_id_is_unknown(self) -> None:
        result = compare([UNSENT], booked(SENT, 777))

        assert result.parts[0].findings == (Finding.EQUAL,)
        assert result.outcome is Outcome.EQUAL

    def test_changed_after_it_was_sent(self) -> None:
        newest = (row("5010", "70.00", "Palkat", 10), *ROWS[1:3], row("2961", "-110.00", "Netto"))

        result = compare([replace(PART, rows=newest)], booked(SENT))

        assert result.parts[0].findings == (Finding.CHANGED,)
        assert differences(result)[Place("2961")] == 10

    def test_is_missing(self) -> None:
        result = compare([UNSENT])

        assert result.parts[0].findings == (Finding.MISSING,)
        assert result.outcome is Outcome.DIFFERENT


class TestBookedAnotherWay:
    def test_counts_as_booked(self) -> None:
        result = compare([UNSENT], by_hand(*ROWS))

        assert result.parts[0].findings == (Finding.ANOTHER_WAY,)
        assert result.outcome is Outcome.EQUAL
        assert {line.place: line.another_way for line in result.lines}[Place("2961")] == -100

    def test_needs_the_date(self) -> None:
        assert findings([UNSENT], by_hand(*ROWS, day=IN_JUNE)) == [(Finding.MISSING,)]

    def test_may_have_other_dimensions(self) -> None:
        rows = (row("5010", "90.00", "", 10), *ROWS[2:])

        result = compare([UNSENT], by_hand(*rows))

        assert result.parts[0].findings == (Finding.ANOTHER_WAY, Finding.OTHER_DIMENSIONS)
        assert differences(result) == {Place("5010", 1, 10): 30, Place("5010", 1, 20): -30}

    def test_may_have_any_dimensions_where_the_link_has_none(self) -> None:
        result = compare([replace(UNSENT, knows_dimensions=False)], by_hand(*ROWS))

        assert result.outcome is Outcome.EQUAL

    def test_may_be_split(self) -> None:
        first = by_hand(*ROWS[:2], row("2961", "-90"))
        second = by_hand(ROWS[2], row("2961", "-10"), receipt_id=801)

        result = compare([UNSENT], first, second)

        assert [one.ledger_receipt_id for one in result.parts[0].another_way] == [800, 801]
        assert result.outcome is Outcome.EQUAL

    def test_may_be_joined(self) -> None:
        another = replace(UNSENT, run="1001-2026-7-1", token=TOKENS[1], rows=ROWS[:1], sent=None)

        result = compare([UNSENT, another], by_hand(*ROWS, ROWS[0]))

        assert [one.findings for one in result.parts] == [(Finding.ANOTHER_WAY,)] * 2
        assert result.outcome is Outcome.EQUAL

    def test_beside_ours_is_a_second_booking(self) -> None:
        result = compare([PART], booked(SENT), by_hand(*ROWS))

        assert result.parts[0].findings == (Finding.TWICE,)
        assert differences(result)[Place("2961")] == -100

    def test_twice_is_one_too_many(self) -> None:
        result = compare([UNSENT], by_hand(*ROWS), by_hand(*ROWS, receipt_id=801))

        assert result.parts[0].findings == (Finding.ANOTHER_WAY, Finding.TWICE)

    def test_in_place_of_an_invalidated_one_leaves_the_books_equal(self) -> None:
        result = compare([PART], booked(SENT, status="INVALIDATED"), by_hand(*ROWS))

        assert result.parts[0].findings == (Finding.INVALIDATED, Finding.ANOTHER_WAY)
        assert result.outcome is Outcome.NOTED

    def test_is_no_receipt_of_ours_in_another_month(self) -> None:
        result = reconcile(JUNE, [UNSENT], [by_hand(*ROWS)], elsewhere={800: "1001-2026-5-1"})

        assert result.parts[0].findings == (Finding.MISSING,)
        assert {one.run for one in result.others} == {"1001-2026-5-1"}


class TestOthers:
    def test_are_entries_of_the_month_on_payroll_accounts(self) -> None:
        other = by_hand(row("5010", "150.00"), row("1910", "-150.00"), day=IN_JUNE)
        of_july = by_hand(row("5010", "5.00"), row("1910", "-5.00"), receipt_id=801, day=IN_JULY)

        result = compare([PART], booked(SENT), other, of_july)

        assert [(one.receipt, one.account, one.amount) for one in result.others] == [
            (other, "5010", Decimal(150))
        ]
        assert result.outcome is Outcome.EQUAL


def test_a_month_without_runs_compares_nothing() -> None:
    assert compare([]).outcome is Outcome.NOTHING


amounts = st.integers(-1_000_000, 1_000_000).filter(bool).map(lambda cents: Decimal(cents) / 100)
texts = st.sampled_from(["Palkat", "TyEL", "Ylityö", ""])


@st.composite
def bodies(draw: st.DrawFn, token: str) -> ReceiptBody:
    """A receipt in balance, as rows of a run are."""
    drawn = draw(
        st.lists(
            st.builds(
                row,
                st.sampled_from(["5010", "5030", "6110"]),
                amounts,
                texts,
                st.sampled_from([10, 20, 30]),
            ),
            min_size=1,
            max_size=6,
        )
    )
    total = sum((one.accounting_value for one in drawn), Decimal(0))
    day = draw(st.sampled_from([date(2026, 5, 31), LAST_DAY]))
    return a_body(token, *drawn, row("2961", -total, "Netto"), day=day)


@st.composite
def runs(draw: st.DrawFn) -> list[Part]:
    count = draw(st.integers(1, 3))
    made = [draw(bodies(token)) for token in TOKENS[:count]]
    return [
        Part(
            run=f"1001-2026-{number}-1",
            booking_date=body.receipt_date,
            rows=body.transactions,
            token=TOKENS[number],
            sent=body,
            ledger_receipt_id=700 + number,
        )
        for number, body in enumerate(made)
    ]


def as_booked(parts: Sequence[Part]) -> list[BookedReceipt]:
    return [booked(one.sent, one.ledger_receipt_id or 0) for one in parts if one.sent is not None]


def rewritten(draw: st.DrawFn, receipt: BookedReceipt) -> BookedReceipt:
    """Return the same receipt in another form, as Procountor may give it back."""
    rows = [
        replace(
            one,
            description=f" {one.description.replace(' ', '  ')}",
            accounting_value=one.accounting_value.quantize(Decimal("0.0001")),
            dimension_values=tuple(reversed(one.dimension_values)),
        )
        for one in receipt.body.transactions
    ]
    body = replace(
        receipt.body,
        name=f"{receipt.body.name} ",
        transactions=tuple(draw(st.permutations(rows))),
    )
    return replace(receipt, body=body)


def changed(draw: st.DrawFn, receipt: BookedReceipt) -> BookedReceipt | None:
    """Return the receipt after one change by a person; ``None`` if it is gone."""
    body = receipt.body
    place = draw(st.integers(0, len(body.transactions) - 1))
    was = body.transactions[place]
    cent = draw(st.sampled_from(["0.01", "-0.01", "100.00"]))

    def with_row(*rows: Transaction) -> BookedReceipt:
        kept = (*body.transactions[:place], *rows, *body.transactions[place + 1 :])
        return replace(receipt, body=replace(body, transactions=kept))

    kind = draw(
        st.sampled_from(
            (
                *("amount", "account", "text", "items", "vat", "removed", "added", "name"),
                *("notes", "date", "moved", "invalidated", "gone"),
            )
        )
    )
    rows = {
        "amount": (replace(was, accounting_value=was.accounting_value + Decimal(cent)),),
        "account": (replace(was, account="7999"),),
        "text": (replace(was, description="käsin"),),
        "items": (
            replace(was, dimension_values=row("1", was.accounting_value, "", 77).dimension_values),
        ),
        "vat": (replace(was, vat_percent=Decimal("25.5")),),
        "removed": (),
        "added": (was, row("7999", cent)),
    }
    headings = {
        "name": {"name": f"{body.name} ok"},
        "notes": {"accountants_notes": ""},
        "date": {"receipt_date": body.receipt_date.replace(day=3)},
        "moved": {"receipt_date": IN_JULY},
    }
    if kind in rows:
        return with_row(*rows[kind])
    if kind in headings:
        return replace(receipt, body=replace(body, **headings[kind]))  # type: ignore[arg-type]
    return None if kind == "gone" else replace(receipt, status="INVALIDATED")


class TestProperties:
    @given(st.data())
    def test_nothing_unchanged_is_called_different(self, data: st.DataObject) -> None:
        parts = data.draw(runs())
        receipts = [data.draw(st.composite(rewritten)(one)) for one in as_booked(parts)]

        result = compare(parts, *data.draw(st.permutations(receipts)))

        assert result.outcome is Outcome.EQUAL
        assert {one.findings for one in result.parts} == {(Finding.EQUAL,)}

    @given(st.data())
    def test_every_change_is_found_and_only_there(self, data: st.DataObject) -> None:
        parts = data.draw(runs())
        receipts = as_booked(parts)
        place = data.draw(st.integers(0, len(parts) - 1))
        now = data.draw(st.composite(changed)(receipts[place]))
        rest = [one for one in receipts if one is not receipts[place]]

        result = compare(parts, *rest, *([now] if now else []))

        assert result.outcome in {Outcome.NOTED, Outcome.DIFFERENT}
        assert not result.parts[place].is_well
        assert all(one.is_well for at, one in enumerate(result.parts) if at != place)

    @given(st.data())
    def test_the_differences_of_parts_are_those_of_the_lines(self, data: st.DataObject) -> None:
        parts = data.draw(runs())
        receipts = [
            now
            for one in as_booked(parts)
            if (now := data.draw(st.none() | st.just(one) | st.composite(changed)(one)))
        ]
        hand = [by_hand(*one.rows, receipt_id=800 + at) for at, one in enumerate(parts[:1])]

        result = compare(parts, *receipts, *data.draw(st.sampled_from([[], hand])))

        assert added(one.difference for one in result.parts) == differences(result)
