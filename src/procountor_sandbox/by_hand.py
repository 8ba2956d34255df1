"""Changing a receipt by hand: the forms on its page, and carrying them out."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from procountor_sandbox.html import page
from procountor_sandbox.office import Office
from procountor_sandbox.people import Act, People
from procountor_sandbox.receipts import Receipt, Status
from procountor_sandbox.refusals import Refused
from procountor_sandbox.world import Company, Dimension
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


def forms_by_hand(receipt: Receipt, company: Company) -> Markup:
    """Return the forms with which a person changes a receipt, as its status allows."""
    forms = [_form(receipt, act, tag("button", word)) for act, word in _MOVES[receipt.status]]
    if receipt.status is not Status.INVALIDATED:
        notes = str(receipt.others.get("accountantsNotes", ""))
        forms += [
            _text_form(receipt, Act.RENAME, "name", "Name", receipt.name),
            _text_form(receipt, Act.REDATE, "date", "Date", receipt.receipt_date.isoformat()),
            _text_form(receipt, Act.NOTES, "notes", "Accountant's notes", notes),
            _amount_form(receipt),
            _account_form(receipt, company),
            _description_form(receipt),
            *(_dimension_form(receipt, one) for one in company.dimensions),
        ]
    return tag("section", tag("h2", "Change it, as people do"), *forms, class_="by-hand")


def change_by_hand(request: Request, office: Office, people: People) -> Response | None:
    """Carry out a form and lead back to the receipt; return None for any other request."""
    match = _CHANGE.fullmatch(request.path)
    if match is None or request.method != "POST":
        return None
    company = office.companies.find(int(match[1]))
    receipt = office.ledger.find(int(match[1]), int(match[2]))
    if company is None or receipt is None:
        return None
    try:
        refuse_other_sites(request)
        people.act(company, receipt, _order(request.form, receipt))
    except OrderRefused as refused:
        return _refused(str(refused), refused.status)
    except Refused as refused:
        return _refused("; ".join(one.message for one in refused.violations), 400)
    # 303, so that reloading the page does not send the form again.
    return redirect(request.path.removesuffix("/change"), code=303)


def _refused(message: str, status: int) -> Response:
    return page("Refused", tag("h1", "Refused"), tag("p", message), status=status, is_narrow=True)


def _order(form: Mapping[str, str], receipt: Receipt) -> Mapping[str, Any]:
    """Return the order in a form. Forms send texts only, so its numbers are read here."""
    order: dict[str, Any] = {
        name: _number(text) if name in _NUMBERS else text for name, text in form.items()
    }
    dimension, item = order.pop("dimension", None), order.pop("item", "")
    if order.get("act") == Act.DIMENSIONS:
        values = _values(receipt, order.get("row"), str(dimension), str(item))
        order["dimensionItemValues"] = values
    return order


def _values(receipt: Receipt, number: object, dimension: str, item: str) -> list[Mapping[str, Any]]:
    """Return the dimension values of a row with the item of one dimension changed, or taken away.

    Those of the other dimensions stay: the order, as the API, replaces all of them.
    """
    if not isinstance(number, int) or not 1 <= number <= len(receipt.transactions):
        return []
    row = receipt.transactions[number - 1]
    kept = [one for one in row.dimension_values if str(one.dimension_id) != dimension]
    values: list[Mapping[str, Any]] = [
        {"dimensionId": one.dimension_id, "itemId": one.item_id, "value": one.value} for one in kept
    ]
    if item:
        chosen = {"dimensionId": _number(dimension), "itemId": _number(item)}
        values.append({**chosen, "value": row.accounting_value})
    return values


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


def _account_form(receipt: Receipt, company: Company) -> Markup:
    accounts = [(one.code, f"{one.code} {one.name}") for one in company.accounts]
    return _form(
        receipt,
        Act.ACCOUNT,
        _row_choice(receipt),
        _choice("account", "Ledger account", accounts),
        tag("button", "Change"),
    )


def _description_form(receipt: Receipt) -> Markup:
    text = tag("label", "Description ", void("input", name="description"))
    return _form(receipt, Act.DESCRIPTION, _row_choice(receipt), text, tag("button", "Change"))


def _dimension_form(receipt: Receipt, dimension: Dimension) -> Markup:
    items = [
        (str(one.item_id), f"{one.code_name} {one.description}".strip()) for one in dimension.items
    ]
    return _form(
        receipt,
        Act.DIMENSIONS,
        void("input", type="hidden", name="dimension", value=str(dimension.dimension_id)),
        _row_choice(receipt),
        _choice("item", dimension.name, [("", "none"), *items]),
        tag("button", "Change"),
    )


def _row_choice(receipt: Receipt) -> Markup:
    rows = [
        (str(number), f"{number}: {row.account} {row.description or ''}".strip())
        for number, row in enumerate(receipt.transactions, start=1)
    ]
    return _choice("row", "Row", rows)


def _choice(name: str, label: str, options: Iterable[tuple[str, str]]) -> Markup:
    inside = [tag("option", text, value=value) for value, text in options]
    return tag("label", f"{label} ", tag("select", *inside, name=name))


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
