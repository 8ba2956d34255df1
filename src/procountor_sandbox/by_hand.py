"""Changing a receipt by hand: the forms on its page, and what comes of them."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from procountor_sandbox.html import page
from procountor_sandbox.office import Office
from procountor_sandbox.people import Act, People
from procountor_sandbox.receipts import Receipt, Status
from procountor_sandbox.refusals import Refused
from sandbox_parts.control import refuse_other_sites
from sandbox_parts.markup import Markup, tag, void
from sandbox_parts.orders import OrderRefused

_CHANGE = re.compile(r"/sandbox/companies/([0-9]{1,9})/receipts/([0-9]{1,9})/change")
_NUMBERS = ("row", "to_row", "amount")
_MOVES = {
    Status.UNFINISHED: ((Act.APPROVE, "Approve"), (Act.INVALIDATE, "Invalidate")),
    Status.APPROVED: ((Act.UNFINISHED, "Make unfinished"),),
    Status.INVALIDATED: ((Act.UNFINISHED, "Make unfinished"),),
}


def forms_by_hand(receipt: Receipt) -> Markup:
    """Return the forms by which a person changes a receipt, as far as its status allows."""
    forms = [_form(receipt, act, tag("button", word)) for act, word in _MOVES[receipt.status]]
    if receipt.status is not Status.INVALIDATED:
        notes = str(receipt.others.get("accountantsNotes", ""))
        forms += [
            _text_form(receipt, Act.RENAME, "name", "Name", receipt.name),
            _text_form(receipt, Act.REDATE, "date", "Date", receipt.receipt_date.isoformat()),
            _text_form(receipt, Act.NOTES, "notes", "Accountant's notes", notes),
            _amount_form(receipt),
        ]
    return tag("section", tag("h2", "Change it, as people do"), *forms, class_="by-hand")


def change_by_hand(request: Request, office: Office, people: People) -> Response | None:
    """Do what a form asks for and go back to the receipt; return None if it is no such form."""
    found = _CHANGE.fullmatch(request.path)
    if found is None or request.method != "POST":
        return None
    company = office.companies.find(int(found[1]))
    receipt = office.ledger.find(int(found[1]), int(found[2]))
    if company is None or receipt is None:
        return None
    try:
        refuse_other_sites(request)
        people.act(company, receipt, _order(request.form))
    except OrderRefused as refused:
        return _refused(str(refused), refused.status)
    except Refused as refused:
        return _refused("; ".join(one.message for one in refused.violations), 400)
    return redirect(request.path.removesuffix("/change"), code=303)


def _refused(told: str, status: int) -> Response:
    return page("Refused", tag("h1", "Refused"), tag("p", told), status=status, is_narrow=True)


def _order(form: Mapping[str, str]) -> Mapping[str, Any]:
    """Return what a form asks for, with its numbers as numbers."""
    return {name: _number(text) if name in _NUMBERS else text for name, text in form.items()}


def _number(text: str) -> int | Decimal | str:
    try:
        return int(text) if text.isdecimal() else Decimal(text)
    except InvalidOperation:
        return text


def _amount_form(receipt: Receipt) -> Markup:
    fields = [
        tag("label", f"{label} ", void("input", name=name, value=value, size="6"))
        for name, label, value in (
            ("amount", "Move", "0.01"),
            ("row", "from row", "1"),
            ("to_row", "to row", str(len(receipt.transactions))),
        )
    ]
    return _form(receipt, Act.AMOUNT, *fields, tag("button", "Change"))


def _text_form(receipt: Receipt, act: Act, name: str, label: str, value: str) -> Markup:
    return _form(
        receipt,
        act,
        tag("label", f"{label} ", void("input", name=name, value=value)),
        tag("button", "Change"),
    )


def _form(receipt: Receipt, act: Act, *inside: Markup) -> Markup:
    address = f"/sandbox/companies/{receipt.company_id}/receipts/{receipt.receipt_id}/change"
    hidden = void("input", type="hidden", name="act", value=act.value)
    return tag("form", hidden, *inside, method="post", action=address)
