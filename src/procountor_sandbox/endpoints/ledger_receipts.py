"""Ledger receipts: search, read, book, replace, and change the status."""

from dataclasses import replace
from typing import Any

from werkzeug.wrappers import Response

from procountor_sandbox.drafts import Draft, read_draft
from procountor_sandbox.endpoints.search import find_all, find_page
from procountor_sandbox.fields import Fields, read_whole
from procountor_sandbox.office import Call
from procountor_sandbox.receipts import JOURNAL, Receipt, Status
from procountor_sandbox.refusals import Refused, Violation, blank, invalid, not_found
from procountor_sandbox.transaction_rules import read_dimension_values
from sandbox_parts.wire import answer

# Documented; that more are refused with 400 is assumed.
MOST_IDS = 200


def search_receipts(call: Call) -> Response:
    """Return one page of the company's ledger receipts."""
    call.require_reading()
    receipts = call.office.ledger.search(call.company.company_id)
    page = find_page(receipts, call.request.args)
    return answer({"results": [one.listed() for one in page.receipts], "meta": page.meta()})


def get_receipts(call: Call) -> Response:
    """Return one receipt, or a list as soon as several ids are asked for.

    Of several, unknown ids are left out, duplicates are removed, and the order is by id. This is
    documented for other resources and assumed for this one.
    """
    call.require_reading()
    ids = _asked_ids(call)
    if len(ids) == 1:
        return answer(_written(call, _receipt(call, ids[0])))
    company_id = call.company.company_id
    receipts = (call.office.ledger.find(company_id, one) for one in sorted(set(ids)))
    return answer([_written(call, one) for one in receipts if one is not None])


def post_receipt(call: Call) -> Response:
    """Book a receipt. It is unfinished whatever status is sent, as documented."""
    call.require_writing()
    draft = _draft(call)
    booked = call.office.ledger.book(call.company.company_id, draft)
    return answer(_written(call, booked))


def put_receipt(call: Call) -> Response:
    """Replace a whole receipt, if the caller has read its latest version."""
    call.require_writing()
    receipt = _receipt(call, call.arguments["receipt_id"])
    body = call.body()
    draft = _draft(call, is_official=receipt.status is Status.APPROVED)
    # Documented: the latest version is needed. That a stale one is a 400 is assumed, from invoices.
    if body.get("version") != receipt.version:
        raise Refused(400, Violation(field="version", message="SANDBOX_STALE_VERSION"))
    # A tuple, as the id in the body may be a list, and a set cannot be asked for a list.
    if body.get("id") not in (None, receipt.receipt_id):
        raise Refused(400, invalid("id", body.get("id")))
    if receipt.status is Status.INVALIDATED:
        raise Refused(400, Violation(field="status", message="SANDBOX_INVALIDATED"))
    _require_open_period(call, receipt, status=400)
    return answer(_written(call, call.office.ledger.replace(receipt, draft)))


def approve(call: Call) -> Response:
    """Make an unfinished receipt official."""
    receipt = _changeable(call, Status.UNFINISHED)
    # Assumed: what is not documented for POST is refused here at the latest.
    if receipt.difference != 0:
        raise Refused(403, Violation(field="transactions", message="SANDBOX_UNBALANCED"))
    return _moved(call, receipt, Status.APPROVED)


def make_unfinished(call: Call) -> Response:
    # Assumed for invalidated receipts; documented for approved ones.
    receipt = _changeable(call, Status.APPROVED, Status.INVALIDATED)
    _must_not_be_final(receipt)
    return _moved(call, receipt, Status.UNFINISHED)


def invalidate(call: Call) -> Response:
    # Documented for the pages, assumed for the API: an approved one is made unfinished first.
    receipt = _changeable(call, Status.UNFINISHED)
    _must_not_be_final(receipt)
    return _moved(call, receipt, Status.INVALIDATED)


def put_dimensions(call: Call) -> Response:
    """Replace the dimension values of one row; an empty list removes them."""
    call.require_writing()
    receipt = _receipt(call, call.arguments["receipt_id"])
    transaction_id = call.arguments["transaction_id"]
    rows = (one for one in receipt.transactions if one.transaction_id == transaction_id)
    row = next(rows, None)
    if row is None:
        raise not_found(f"transaction {transaction_id}")
    _require_open_period(call, receipt, status=400)
    if receipt.status is Status.INVALIDATED:
        raise Refused(400, Violation(field="status", message="SANDBOX_INVALIDATED"))
    fields = Fields(values=call.body())
    fields.refuse_unknown(("dimensionItemValues",))
    if fields.values.get("dimensionItemValues") is None:
        # Only an empty list removes them: a body without one is more likely a mistake.
        fields.violations.append(blank("dimensionItemValues"))
    values = read_dimension_values(fields, call.company, accounting_value=row.accounting_value)
    if fields.violations:
        raise Refused(400, *fields.violations)
    changed = call.office.ledger.set_dimensions(receipt, transaction_id, values)
    return answer(_written(call, changed))


def list_journals(call: Call) -> Response:
    """Return the invoice side of the company's journals, filtered by statuses and dates."""
    call.require_reading()
    # The documentation shows one object, surely by mistake: this is a list.
    wanted = call.request.args.get("statuses")
    statuses = wanted.split(",") if wanted is not None else [status.value for status in Status]
    if any(status not in set(Status) for status in statuses):
        raise Refused(400, invalid("statuses", wanted))
    receipts = call.office.ledger.receipts(call.company.company_id)
    journals = [one for one in receipts if one.receipt_type == JOURNAL]
    matching = find_all(journals, call.request.args)
    return answer([_written_journal(one) for one in matching if one.status.value in statuses])


def _asked_ids(call: Call) -> list[int]:
    asked = call.arguments["receipt_ids"]
    read = [read_whole(one) for one in asked.split(",")]
    ids = [one for one in read if one is not None]
    if len(ids) < len(read) or len(ids) > MOST_IDS:
        raise Refused(400, invalid("receiptId", asked))
    return ids


def _draft(call: Call, *, is_official: bool = False) -> Draft:
    reconcile = call.request.args.get("createReconciliation", "false")
    if reconcile not in {"true", "false"}:
        raise Refused(400, invalid("createReconciliation", reconcile))
    # Official bookkeeping is in balance, even where unfinished receipts need not be.
    strictness = call.office.strictness
    return read_draft(
        call.body(),
        call.company,
        strictness=replace(strictness, accept_unbalanced=False) if is_official else strictness,
        reconcile=reconcile == "true",
    )


def _receipt(call: Call, receipt_id: int) -> Receipt:
    receipt = call.office.ledger.find(call.company.company_id, receipt_id)
    if receipt is None:
        raise not_found(f"ledger receipt {receipt_id}")
    return receipt


def _changeable(call: Call, *allowed: Status) -> Receipt:
    call.require_writing()
    receipt = _receipt(call, call.arguments["receipt_id"])
    # Documented: only journals can be moved like this.
    if receipt.receipt_type != JOURNAL:
        raise Refused(403, Violation(field="type", message="SANDBOX_NOT_A_JOURNAL"))
    # Documented as 403, both for a wrong status and for a closed period.
    if receipt.status not in allowed:
        raise Refused(
            403, Violation(field="status", message=f"SANDBOX_STATUS_IS_{receipt.status.value}")
        )
    _require_open_period(call, receipt, status=403)
    return receipt


def _must_not_be_final(receipt: Receipt) -> None:
    # Documented for Sweden and Denmark: what got a serial number can no longer be undone.
    if receipt.is_final:
        raise Refused(403, Violation(field="serialNumber", message="SANDBOX_HAS_SERIAL_NUMBER"))


def _require_open_period(call: Call, receipt: Receipt, *, status: int) -> None:
    closed = call.office.strictness.closed_message(call.company, receipt.receipt_date)
    if closed is not None:
        raise Refused(status, Violation(field="receiptDate", message=closed))


def _moved(call: Call, receipt: Receipt, status: Status) -> Response:
    call.office.ledger.set_status(receipt, status)
    return answer({"message": f"Ledger receipt {receipt.receipt_id} is {status.value}"})


def _written(call: Call, receipt: Receipt) -> dict[str, Any]:
    files = call.office.attachments.of_invoice(receipt.company_id, receipt.invoice_id)
    return {**receipt.written(), "attachments": [one.written() for one in files]}


def _written_journal(receipt: Receipt) -> dict[str, Any]:
    return {
        # Documented: the id of the invoice side, which is not that of the receipt.
        "id": receipt.invoice_id,
        "ledgerReceiptId": receipt.receipt_id,
        "partnerId": None,
        "type": "JOURNAL",
        "status": receipt.status.value,
        "invoiceNumber": receipt.invoice_number,
        "date": receipt.receipt_date,
        "created": receipt.created,
        "version": receipt.version,
        "counterParty": None,
    }
