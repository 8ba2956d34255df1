"""What people do with ledger receipts in Procountor's own pages, while programs are at work.

They rename receipts, change their dates, rows and notes, approve them and take them back. Each
change gives the receipt another ``version``, as every change in Procountor does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from procountor_sandbox.drafts import Strictness
from procountor_sandbox.fields import Fields
from procountor_sandbox.ledger import Ledger
from procountor_sandbox.receipts import JOURNAL, Receipt, Status, Transaction
from procountor_sandbox.refusals import Refused, Violation, not_found
from procountor_sandbox.transaction_rules import read_dimension_values
from procountor_sandbox.world import Company
from sandbox_parts.wire import without_none


class Act(StrEnum):
    """One thing a person does with a receipt."""

    RENAME = "rename"
    REDATE = "redate"
    NOTES = "notes"
    AMOUNT = "amount"
    ACCOUNT = "account"
    DESCRIPTION = "description"
    DIMENSIONS = "dimensions"
    APPROVE = "approve"
    UNFINISHED = "unfinished"
    INVALIDATE = "invalidate"


_OTHERS: Mapping[Act, tuple[str, ...]] = {
    Act.RENAME: ("name",),
    Act.REDATE: ("date",),
    Act.NOTES: ("notes",),
    Act.AMOUNT: ("row", "to_row", "amount"),
    Act.ACCOUNT: ("row", "account"),
    Act.DESCRIPTION: ("row", "description"),
    Act.DIMENSIONS: ("row", "dimensionItemValues"),
}


@dataclass(frozen=True, kw_only=True)
class People:
    """Carries out what people may do in the pages, and refuses what the pages would refuse.

    They may change what is approved, as documented for the pages, but nothing that is
    invalidated and nothing in a closed period.
    """

    ledger: Ledger
    strictness: Strictness

    def act(self, company: Company, receipt: Receipt, order: Mapping[str, Any]) -> Receipt:
        """Carry out an order such as ``{"act": "rename", "name": "…"}`` and return the receipt."""
        fields = Fields(values=order)
        asked = fields.choice("act", tuple(Act), required=True)
        _refuse_if_wrong(fields)
        act = Act(str(asked))
        if receipt.receipt_type != JOURNAL:
            raise Refused(403, Violation(field="type", message="SANDBOX_NOT_A_JOURNAL"))
        fields.refuse_unknown(("act", "company_id", "receipt_id", *_OTHERS.get(act, ())))
        self._require_open(company, receipt.receipt_date, "receiptDate")
        if act in _MOVES:
            _refuse_if_wrong(fields)
            return self._move(receipt, act)
        if receipt.status is Status.INVALIDATED:
            raise Refused(400, Violation(field="status", message="SANDBOX_INVALIDATED"))
        changed = self._changes[act](self, fields, company, receipt)
        _refuse_if_wrong(fields)
        return self.ledger.change(changed)

    def _move(self, receipt: Receipt, act: Act) -> Receipt:
        allowed, to = _MOVES[act]
        if receipt.status not in allowed:
            message = f"SANDBOX_STATUS_IS_{receipt.status.value}"
            raise Refused(403, Violation(field="status", message=message))
        if receipt.is_final:
            raise Refused(403, Violation(field="serialNumber", message="SANDBOX_HAS_SERIAL_NUMBER"))
        if to is Status.APPROVED and receipt.difference != 0:
            raise Refused(403, Violation(field="transactions", message="SANDBOX_UNBALANCED"))
        return self.ledger.set_status(receipt, to)

    def _rename(self, fields: Fields, _company: Company, receipt: Receipt) -> Receipt:
        name = fields.text("name", longest=80, required=True)
        return replace(receipt, name=name or receipt.name)

    def _redate(self, fields: Fields, company: Company, receipt: Receipt) -> Receipt:
        day = fields.day("date", required=True) or receipt.receipt_date
        self._require_open(company, day, "date")
        return replace(receipt, receipt_date=day)

    def _notes(self, fields: Fields, _company: Company, receipt: Receipt) -> Receipt:
        notes = fields.text("notes", longest=255) or None
        others = {**receipt.others, "accountantsNotes": notes}
        return replace(receipt, others=without_none(**others))

    def _amount(self, fields: Fields, _company: Company, receipt: Receipt) -> Receipt:
        """Move an amount from one row to another, so that the receipt stays in balance."""
        row, to_row = _row(fields, "row", receipt), _row(fields, "to_row", receipt)
        amount = fields.amount("amount", required=True) or Decimal(0)
        if row == to_row or amount != round(amount, 2):
            fields.refuse("amount", "SANDBOX_INVALID")
        rows = _with(receipt, row, lambda one: _worth(one, one.accounting_value - amount))
        return _with(rows, to_row, lambda one: _worth(one, one.accounting_value + amount))

    def _account(self, fields: Fields, company: Company, receipt: Receipt) -> Receipt:
        account = fields.text("account", longest=20, required=True) or ""
        if company.account(account) is None:
            fields.refuse("account", "SANDBOX_UNKNOWN_ACCOUNT")
        return _with(
            receipt, _row(fields, "row", receipt), lambda one: replace(one, account=account)
        )

    def _description(self, fields: Fields, _company: Company, receipt: Receipt) -> Receipt:
        text = fields.text("description", longest=255) or None
        row = _row(fields, "row", receipt)
        return _with(receipt, row, lambda one: replace(one, description=text))

    def _dimensions(self, fields: Fields, company: Company, receipt: Receipt) -> Receipt:
        number = _row(fields, "row", receipt)
        value = receipt.transactions[number - 1].accounting_value
        values = read_dimension_values(fields, company, accounting_value=value)
        return _with(receipt, number, lambda one: replace(one, dimension_values=values))

    _changes: ClassVar["Mapping[Act, Callable[[People, Fields, Company, Receipt], Receipt]]"] = {
        Act.RENAME: _rename,
        Act.REDATE: _redate,
        Act.NOTES: _notes,
        Act.AMOUNT: _amount,
        Act.ACCOUNT: _account,
        Act.DESCRIPTION: _description,
        Act.DIMENSIONS: _dimensions,
    }

    def _require_open(self, company: Company, day: date, field: str) -> None:
        closed = self.strictness.closed_message(company, day)
        if closed is not None:
            raise Refused(400, Violation(field=field, message=closed))


_MOVES: Mapping[Act, tuple[tuple[Status, ...], Status]] = {
    Act.APPROVE: ((Status.UNFINISHED,), Status.APPROVED),
    Act.UNFINISHED: ((Status.APPROVED, Status.INVALIDATED), Status.UNFINISHED),
    Act.INVALIDATE: ((Status.UNFINISHED,), Status.INVALIDATED),
}


def _refuse_if_wrong(fields: Fields) -> None:
    if fields.violations:
        raise Refused(400, *fields.violations)


def _row(fields: Fields, name: str, receipt: Receipt) -> int:
    """Return the number of a row, counted from 1."""
    number = fields.whole(name, required=True)
    # Any row will do: the violation that was noted refuses the order later.
    if number is None:
        return 1
    if not 1 <= number <= len(receipt.transactions):
        raise not_found(f"row {number}")
    return number


def _with(receipt: Receipt, number: int, change: Callable[[Transaction], Transaction]) -> Receipt:
    rows = tuple(
        change(one) if place == number else one
        for place, one in enumerate(receipt.transactions, start=1)
    )
    return replace(receipt, transactions=rows)


def _worth(row: Transaction, value: Decimal) -> Transaction:
    """Return the row with another amount, without the dimension values that no longer add up."""
    return replace(row, accounting_value=value, dimension_values=())
