"""Attachments: upload with a description, read, rename, remove, list."""

import secrets
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from werkzeug.wrappers import Response

from procountor_sandbox.attachments import LARGEST, Attachment
from procountor_sandbox.endpoints.search import Query, read_paging
from procountor_sandbox.fields import LARGEST_ID, Fields
from procountor_sandbox.office import Call
from procountor_sandbox.refusals import Refused, Violation, blank, not_found
from sandbox_parts.wire import answer, decode, encode

_INVOICE = "INVOICE"
_REFERENCE_TYPES = (
    "BANKSTATEMENTEVENT",
    "COST_RECEIPT",
    "CUSTOMER_BUSINESS_PARTNER_REGISTER",
    "EMPLOYEE_INFO",
    "ENVIRONMENT",
    "FINANCIAL_STATEMENT",
    _INVOICE,
    "INVOICEDRAFT_ITEM",
    "LEDGERRECEIPT",
    "NETS_COLLECTION",
    "PERSON_BUSINESS_PARTNER_REGISTER",
    "PURCHASE_PRODUCT_REGISTER",
    "REFERENCE_PAYMENT",
    "SALES_PRODUCT_REGISTER",
    "SUPPLIER_BUSINESS_PARTNER_REGISTER",
)
_KNOWN = ("id", "name", "referenceType", "referenceId", "mimeType", "sendWithInvoice")


def post_attachment(call: Call) -> Response:
    """Store a file of a receipt: multipart with the parts ``meta`` (JSON) and ``file``."""
    call.require_writing()
    fields = Fields(values=_meta(call))
    name = fields.text("name", longest=255, required=True)
    fields.refuse_unknown(_KNOWN)
    _check_reference_type(fields)
    _check_sending(fields)
    reference_id = fields.whole("referenceId", required=True)
    if name is not None and not PurePath(name).suffix:
        fields.refuse("name", "SANDBOX_NAME_WITHOUT_EXTENSION")
    content = _file(call)
    if len(content) > LARGEST:
        fields.refuse("file", f"SANDBOX_TOO_LARGE: at most {LARGEST} bytes")
    if fields.violations or name is None or reference_id is None:
        raise Refused(400, *fields.violations)
    _require_invoice(call, reference_id)
    attachment = call.office.attachments.add(call.company.company_id, name, reference_id, content)
    return answer(attachment.written())


def get_attachment(call: Call) -> Response:
    """Return the description of a file and the file itself, as two parts."""
    call.require_reading()
    attachment = _attachment(call)
    # Documented as multipart/mixed; a client in use takes exactly two parts, in this order.
    boundary = secrets.token_hex(16)
    written = encode(attachment.written()).encode()
    parts = (
        _part("application/json", written, attachment, name="meta"),
        _part(attachment.mime_type, attachment.content, attachment, name="file"),
    )
    body = b"".join(f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts)
    return Response(
        body + f"--{boundary}--\r\n".encode(), content_type=f"multipart/mixed;boundary={boundary}"
    )


def patch_attachment(call: Call) -> Response:
    """Rename a file."""
    call.require_writing()
    attachment = _attachment(call)
    # Documented: the name comes as a parameter or in a body, and its extension cannot change.
    fields = Fields(values={**call.request.args.to_dict(), **_optional_body(call)})
    name = fields.text("name", longest=255, required=True)
    if name is not None and PurePath(name).suffix != PurePath(attachment.name).suffix:
        fields.refuse("name", "SANDBOX_EXTENSION_CANNOT_CHANGE")
    if fields.violations or name is None:
        raise Refused(400, *fields.violations)
    return answer(call.office.attachments.rename(attachment, name).written())


def delete_attachment(call: Call) -> Response:
    """Remove a file."""
    call.require_writing()
    call.office.attachments.remove(_attachment(call))
    return Response(status=204)


def list_attachments(call: Call) -> Response:
    """Return one page of the company's files, or of those of one invoice."""
    call.require_reading()
    query = Query(parameters=call.request.args)
    query.refuse_unknown(("type", "referenceId", "page", "size"))
    kind = query.word("type", _REFERENCE_TYPES)
    invoice_id = query.whole("referenceId", default=0, largest=LARGEST_ID)
    number, size = read_paging(query)
    query.refuse_if_wrong()
    rows = [
        one.written()
        for one in call.office.attachments.of_company(call.company.company_id)
        if kind in {None, one.reference_type} and invoice_id in {0, one.reference_id}
    ]
    shown = rows[number * size : (number + 1) * size]
    meta = {
        "pageNumber": number,
        "pageSize": size,
        "resultCount": len(shown),
        "totalCount": len(rows),
    }
    return answer({"results": shown, "meta": meta})


def _check_reference_type(fields: Fields) -> None:
    kind = fields.choice("referenceType", _REFERENCE_TYPES, required=True)
    # Documented: a journal's files belong to its invoice, although LEDGERRECEIPT is a type too.
    if kind not in {None, _INVOICE}:
        fields.refuse("referenceType", "SANDBOX_REFERENCE_TYPE_NOT_KEPT: journals use INVOICE")


def _check_sending(fields: Fields) -> None:
    wanted = fields.values.get("sendWithInvoice")
    if wanted is None:
        fields.violations.append(blank("sendWithInvoice"))
    elif wanted is not False:
        fields.refuse("sendWithInvoice", "SANDBOX_JOURNALS_ARE_NOT_SENT: only false is right")


def _meta(call: Call) -> Mapping[str, Any]:
    # Clients in use send this part with a filename or without one.
    part = call.request.files.get("meta")
    text = part.read() if part is not None else call.request.form.get("meta", "").encode()
    if not text:
        raise Refused(400, blank("meta"))
    try:
        meta = decode(text)
    except ValueError as error:
        raise Refused(400, Violation(field="meta", message="SANDBOX_BROKEN_JSON")) from error
    if not isinstance(meta, dict):
        raise Refused(400, Violation(field="meta", message="SANDBOX_NOT_A_JSON_OBJECT"))
    return meta


def _file(call: Call) -> bytes:
    part = call.request.files.get("file")
    if part is None:
        raise Refused(400, blank("file"))
    content: bytes = part.read()
    return content


def _optional_body(call: Call) -> Mapping[str, Any]:
    return call.body() if call.request.get_data() else {}


def _require_invoice(call: Call, invoice_id: int) -> None:
    receipts = call.office.ledger.receipts(call.company.company_id)
    if not any(one.invoice_id == invoice_id for one in receipts):
        raise not_found(f"invoice {invoice_id}")


def _attachment(call: Call) -> Attachment:
    attachment_id = call.arguments["attachment_id"]
    attachment = call.office.attachments.find(call.company.company_id, attachment_id)
    if attachment is None:
        raise not_found(f"attachment {attachment_id}")
    return attachment


def _part(content_type: str, content: bytes, attachment: Attachment, *, name: str) -> bytes:
    # A quotation mark or backslash would end the name in the header, or change what follows.
    shown = attachment.name.replace("\\", "_").replace('"', "_")
    disposition = f'form-data; name="{name}"'
    if name == "file":
        disposition += f'; filename="{shown}"'
    head = f"Content-Type: {content_type}\r\nContent-Disposition: {disposition}\r\n\r\n"
    return head.encode("cp1252", errors="replace") + content
