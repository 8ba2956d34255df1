"""Ledger receipts as JSON: the exact bytes we send, and the answers of Procountor."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from tilisilta.domain.receipts import (
    NO_VAT_HANDLING,
    BookedReceipt,
    DimensionValue,
    ReceiptBody,
    Transaction,
)

_PLAIN = json.JSONEncoder(ensure_ascii=False)
# Procountor requires VAT type and status in the heading, also of receipts without VAT.
_VAT = {"vatType": "PURCHASE", "vatStatus": NO_VAT_HANDLING}


def encode_receipt(body: ReceiptBody) -> bytes:
    """Return the request that books ``body``. Equal bodies give equal bytes.

    Each row has a line of its own, as people read this as well. Texts that are empty are left out,
    since Procountor refuses some fields that are present but empty. Raises ``ValueError`` for an
    amount that two decimals cannot hold: it is never rounded.
    """
    fields = [f"{_name(key)}: {_json(value)}" for key, value in _heading(body)]
    rows = ",\n    ".join(_json(_row(row)) for row in body.transactions)
    fields.append(f'"transactions": [\n    {rows}\n  ]')
    return ("{\n  " + ",\n  ".join(fields) + "\n}\n").encode()


def decode_receipt(payload: bytes) -> ReceiptBody:
    """Return the body that :func:`encode_receipt` encoded; its rows have no positions."""
    return _Receipt.model_validate(parse_json(payload)).body()


def decode_booked(answer: object) -> BookedReceipt:
    return _Booked.model_validate(answer).receipt()


def decode_read(answer: object) -> BookedReceipt:
    """Return a receipt of any origin; without rows if they cannot be read.

    People begin receipts in Procountor and leave them unfinished. Their odd rows must not prevent
    us from reading all others. Raises ``ValueError``.
    """
    try:
        return decode_booked(answer)
    except ValueError:
        return _Booked.model_validate(_without_rows(answer)).receipt()


def encode_item(*, code: str, description: str) -> bytes:
    return _json({"codeName": code, "description": description}).encode()


def parse_json(content: bytes) -> object:
    """Parse JSON without ever making a float of an amount. Raise ``ValueError``."""
    value: object = json.loads(content, parse_float=Decimal)
    return value


class Answer(BaseModel):
    """Base class of Procountor's answers: its spelling of names, and unknown fields ignored.

    Errors do not contain the values, as they may be salaries or tokens.
    """

    model_config = ConfigDict(alias_generator=to_camel, frozen=True, hide_input_in_errors=True)


def _without_rows(answer: object) -> object:
    return {**answer, "transactions": ()} if isinstance(answer, dict) else answer


def _text(value: object) -> object:
    return "" if value is None else value


def _number_or_none(value: object) -> object:
    # A receipt may have no number before it is approved, and some fields are empty instead of null.
    # Whatever else stands there must not stop the list that it is in.
    is_text = isinstance(value, str) and not value.strip().isdecimal()
    return None if is_text else value


def _list(value: object) -> object:
    return () if value is None else value


def _decimal(value: object) -> object:
    # A whole amount arrives as an int; a bool, also an int to Python, is refused. An unfinished row
    # may have no amount yet.
    if value is None:
        return Decimal("0.00")
    return Decimal(value) if type(value) is int else value


def _in_cents(value: Decimal) -> Decimal:
    """Return ``value`` with two decimals if they can hold it: Procountor may answer with four."""
    cents = Decimal(f"{value:.2f}")
    return cents if cents == value else value


Text = Annotated[str, BeforeValidator(_text)]
Number = Annotated[int | None, BeforeValidator(_number_or_none)]
Amount = Annotated[
    Decimal,
    Field(strict=True, max_digits=20),
    BeforeValidator(_decimal),
    AfterValidator(_in_cents),
]


class _DimensionValue(Answer):
    dimension_id: int
    item_id: int
    value: Amount


class _Row(Answer):
    account: Text = ""
    accounting_value: Amount = Decimal("0.00")
    description: Text = ""
    vat_percent: Amount = Decimal("0.00")
    dimension_item_values: Annotated[tuple[_DimensionValue, ...], BeforeValidator(_list)] = ()

    def transaction(self) -> Transaction:
        return Transaction(
            account=self.account,
            accounting_value=self.accounting_value,
            description=self.description,
            vat_percent=self.vat_percent,
            dimension_values=tuple(
                DimensionValue(dimension_id=one.dimension_id, item_id=one.item_id, value=one.value)
                for one in self.dimension_item_values
            ),
        )


class _Receipt(Answer):
    name: Text
    receipt_date: date
    accountants_notes: Text = ""
    transactions: Annotated[tuple[_Row, ...], BeforeValidator(_list)]

    def body(self) -> ReceiptBody:
        return ReceiptBody(
            name=self.name,
            receipt_date=self.receipt_date,
            accountants_notes=self.accountants_notes,
            transactions=tuple(row.transaction() for row in self.transactions),
        )


class _Booked(_Receipt):
    id: int
    status: Text = ""
    version: Text = ""
    receipt_number: Number = None
    invoice_number: Number = None
    serial_number: object = None

    def receipt(self) -> BookedReceipt:
        return BookedReceipt(
            ledger_receipt_id=self.id,
            receipt_number=self.receipt_number,
            invoice_number=self.invoice_number,
            status=self.status,
            version=self.version,
            body=self.body(),
            is_final=bool(self.serial_number),
        )


def _heading(body: ReceiptBody) -> Iterator[tuple[str, object]]:
    # Without a status: Procountor ignores it and creates every receipt as unfinished.
    yield "type", "JOURNAL"
    yield "name", body.name
    yield "receiptDate", body.receipt_date.isoformat()
    yield from _VAT.items()
    if body.accountants_notes:
        yield "accountantsNotes", body.accountants_notes


def _row(row: Transaction) -> dict[str, object]:
    fields: dict[str, object] = {
        "transactionType": "ENTRY",
        "account": row.account,
        "accountingValue": row.accounting_value,
        "vatPercent": 0,
        **_VAT,
    }
    if row.description:
        fields["description"] = row.description
    if row.dimension_values:
        fields["dimensionItemValues"] = [
            {"dimensionId": one.dimension_id, "itemId": one.item_id, "value": one.value}
            for one in row.dimension_values
        ]
    return fields


def _json(value: object) -> str:
    """Return ``value`` as JSON. The encoder of the standard library writes numbers as floats."""
    if isinstance(value, Decimal):
        return _amount(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_name(key)}: {_json(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_json(one) for one in value) + "]"
    return _PLAIN.encode(value)


@cache
def _name(key: str) -> str:
    # The same few names in each of thousands of rows.
    return _PLAIN.encode(key)


def _amount(value: Decimal) -> str:
    # Minus zero equals zero and must give the same bytes.
    text = f"{abs(value) if value.is_zero() else value:.2f}"
    if not value.is_finite() or Decimal(text) != value:
        raise ValueError("An amount of a ledger receipt has more than two decimals.")
    return text
