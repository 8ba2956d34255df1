import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.clients.procountor.wire import (
    decode_booked,
    decode_read,
    decode_receipt,
    encode_receipt,
    parse_json,
)
from tilisilta.domain.receipts import DimensionValue, ReceiptBody, Transaction

amounts = st.decimals(
    min_value=Decimal("-1e15"), max_value=Decimal("1e15"), places=2, allow_nan=False
)
numbers = st.integers(min_value=1, max_value=2**31 - 1)
texts = st.text(max_size=40)
dimension_values = st.builds(DimensionValue, dimension_id=numbers, item_id=numbers, value=amounts)
transactions = st.builds(
    Transaction,
    account=st.text(min_size=1, max_size=10),
    accounting_value=amounts,
    description=texts,
    dimension_values=st.lists(dimension_values, max_size=3).map(tuple),
    positions=st.just(()),
)
bodies = st.builds(
    ReceiptBody,
    name=texts,
    receipt_date=st.dates(),
    accountants_notes=texts,
    transactions=st.lists(transactions, max_size=5).map(tuple),
)

BODY = ReceiptBody(
    name="Palkat 6/2026 run 6 #A1B2C3D4",
    receipt_date=date(2026, 6, 30),
    accountants_notes="Tilisilta A1B2C3D4",
    transactions=(
        Transaction(
            account="5010",
            accounting_value=Decimal(3200),
            description="Palkat",
            dimension_values=(
                DimensionValue(dimension_id=279751, item_id=777210, value=Decimal(3200)),
            ),
            positions=(1,),
        ),
        Transaction(account="2961", accounting_value=Decimal("-3200.00"), description=""),
    ),
)
PAYLOAD = """\
{
  "type": "JOURNAL",
  "name": "Palkat 6/2026 run 6 #A1B2C3D4",
  "receiptDate": "2026-06-30",
  "vatType": "PURCHASE",
  "vatStatus": 12,
  "accountantsNotes": "Tilisilta A1B2C3D4",
  "transactions": [
    {"transactionType": "ENTRY", "account": "5010", "accountingValue": 3200.00, \
"vatPercent": 0, "vatType": "PURCHASE", "vatStatus": 12, "description": "Palkat", \
"dimensionItemValues": [{"dimensionId": 279751, "itemId": 777210, "value": 3200.00}]},
    {"transactionType": "ENTRY", "account": "2961", "accountingValue": -3200.00, \
"vatPercent": 0, "vatType": "PURCHASE", "vatStatus": 12}
  ]
}
"""
BOOKED = {
    "id": 4711,
    "type": "JOURNAL",
    "status": "UNFINISHED",
    "name": "Palkat #A1B2C3D4",
    "receiptDate": "2026-06-30",
    "vatType": "PURCHASE",
    "vatStatus": 12,
    "invoiceId": 9001,
    "invoiceNumber": 1204,
    "receiptNumber": 88,
    "version": "2026-07-01T09:30:00.120",
    "accountantsNotes": None,
    "transactions": [
        {
            "id": 1,
            "transactionType": "ENTRY",
            "account": "5010",
            "accountingValue": Decimal("195.4200"),
            "vatPercent": 0,
            "dimensionItemValues": None,
        },
        {"id": 2, "transactionType": "ENTRY", "account": "2961", "accountingValue": -195},
    ],
    "attachments": [],
}


class TestEncodeReceipt:
    def test_writes_the_documented_journal_with_a_line_for_each_row(self) -> None:
        assert encode_receipt(BODY).decode() == PAYLOAD

    @given(bodies)
    def test_is_read_back_exactly(self, body: ReceiptBody) -> None:
        assert decode_receipt(encode_receipt(body)) == body

    @given(bodies)
    def test_writes_every_amount_with_two_decimals(self, body: ReceiptBody) -> None:
        written: list[str] = []

        json.loads(encode_receipt(body), parse_float=written.append)

        sent = [row.accounting_value for row in body.transactions]
        sent += [one.value for row in body.transactions for one in row.dimension_values]
        assert sorted(map(Decimal, written)) == sorted(sent)
        assert all(text[-3] == "." for text in written)

    @given(bodies)
    def test_gives_equal_bytes_for_equal_bodies(self, body: ReceiptBody) -> None:
        rows = tuple(
            replace(row, accounting_value=row.accounting_value * Decimal("1.0"))
            for row in body.transactions
        )

        assert encode_receipt(replace(body, transactions=rows)) == encode_receipt(body)

    def test_writes_minus_zero_as_zero(self) -> None:
        row = Transaction(account="5010", accounting_value=Decimal("-0.00"), description="")

        payload = encode_receipt(replace(BODY, transactions=(row,)))

        assert b'"accountingValue": 0.00' in payload

    @pytest.mark.parametrize("amount", ["0.005", "NaN", "Infinity"])
    def test_refuses_what_two_decimals_cannot_hold(self, amount: str) -> None:
        row = Transaction(account="5010", accounting_value=Decimal(amount), description="")

        with pytest.raises(ValueError, match="two decimals"):
            encode_receipt(replace(BODY, transactions=(row,)))


class TestDecodeBooked:
    def test_reads_what_procountor_booked(self) -> None:
        booked = decode_booked(BOOKED)

        assert booked.ledger_receipt_id == 4711
        assert (booked.receipt_number, booked.invoice_number) == (88, 1204)
        assert booked.status == "UNFINISHED"
        assert booked.body.receipt_date == date(2026, 6, 30)
        assert booked.body.accountants_notes == ""

    def test_does_not_change_the_version(self) -> None:
        assert decode_booked(BOOKED).version == "2026-07-01T09:30:00.120"

    def test_brings_amounts_to_two_decimals_where_they_fit(self) -> None:
        rows = decode_booked(BOOKED).body.transactions

        assert [str(row.accounting_value) for row in rows] == ["195.42", "-195.00"]

    def test_leaves_more_decimals_than_two_for_the_comparison(self) -> None:
        row = {"account": "5010", "accountingValue": Decimal("1.005")}

        booked = decode_booked(BOOKED | {"transactions": [row]})

        assert booked.body.transactions[0].accounting_value == Decimal("1.005")

    @pytest.mark.parametrize("number", [None, ""])
    def test_reads_a_receipt_without_numbers(self, number: str | None) -> None:
        booked = decode_booked(BOOKED | {"receiptNumber": number, "invoiceNumber": number})

        assert (booked.receipt_number, booked.invoice_number) == (None, None)

    @pytest.mark.parametrize("amount", [1.5, True, "1.50"])
    def test_refuses_an_amount_that_is_no_exact_number(self, amount: object) -> None:
        row = {"account": "5010", "accountingValue": amount}

        with pytest.raises(ValueError, match="accountingValue"):
            decode_booked(BOOKED | {"transactions": [row]})

    def test_reads_an_unfinished_row(self) -> None:
        row = {"account": None, "accountingValue": None}

        (begun,) = decode_booked(BOOKED | {"transactions": [row]}).body.transactions

        assert (begun.account, str(begun.accounting_value)) == ("", "0.00")

    def test_shows_no_amounts_in_the_error_about_an_answer(self) -> None:
        row = {"account": "5010", "accountingValue": "3211.77"}

        with pytest.raises(ValueError, match="accountingValue") as caught:
            decode_booked(BOOKED | {"transactions": [row]})

        assert "3211.77" not in str(caught.value)


class TestDecodeRead:
    def test_reads_a_receipt_with_odd_rows_without_them(self) -> None:
        row = {"account": "5010", "accountingValue": "1.50"}

        read = decode_read(BOOKED | {"transactions": [row]})

        assert read.ledger_receipt_id == 4711
        assert read.body.name == decode_booked(BOOKED).body.name
        assert read.body.transactions == ()

    @pytest.mark.parametrize("answer", [None, [], {}, {"id": 4711, "transactions": []}])
    def test_refuses_what_is_no_receipt(self, answer: object) -> None:
        with pytest.raises(ValueError, match="validation error"):
            decode_read(answer)


class TestParseJson:
    def test_makes_no_float_of_a_number(self) -> None:
        assert parse_json(b"[0.1, 1e2]") == [Decimal("0.1"), Decimal(100)]

    @pytest.mark.parametrize("content", [b"", b"{", b"<html></html>", b"\xff"])
    def test_refuses_what_is_no_json(self, content: bytes) -> None:
        with pytest.raises(ValueError, match=r"."):
            parse_json(content)
