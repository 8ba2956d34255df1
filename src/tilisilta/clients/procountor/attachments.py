"""Files of ledger receipts, in Procountor's form: what a receipt has, and a new one."""

import json
from dataclasses import dataclass
from hashlib import sha256
from mimetypes import guess_type
from typing import Annotated

from pydantic import BeforeValidator

from tilisilta.clients.procountor.wire import Answer, Number, Text, parse_json

LARGEST_BYTES = 10_000_000
"""Procountor's limit for one file."""


@dataclass(frozen=True, kw_only=True)
class AttachedFiles:
    """The names of a receipt's files, and the hidden invoice that they hang on, if it has one."""

    invoice_id: int | None
    names: tuple[str, ...]


def decode_attached(content: bytes) -> AttachedFiles:
    """Return what the receipt in ``content`` has. Raise ``ValueError`` for odd content."""
    receipt = _Receipt.model_validate(parse_json(content))
    return AttachedFiles(
        invoice_id=receipt.invoice_id, names=tuple(one.name for one in receipt.attachments)
    )


def encode_attachment(invoice_id: int, name: str, content: bytes) -> tuple[bytes, str]:
    """Return the request that attaches a file to an invoice, and its content type."""
    meta = {
        "name": name,
        # The files of a journal hang on its invoice, although there is a type for receipts.
        "referenceType": "INVOICE",
        "referenceId": invoice_id,
        "sendWithInvoice": False,
    }
    kind = guess_type(name)[0] or "application/octet-stream"
    # By the content, so that it cannot occur in it by chance, and equal files give equal bytes.
    boundary = f"tilisilta-{sha256(content).hexdigest()}"
    parts = (
        ('name="meta"; filename="meta.json"', "application/json", json.dumps(meta).encode()),
        (f'name="file"; filename="{name}"', kind, content),
    )
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {told}\r\n".encode()
        + f"Content-Type: {of_part}\r\n\r\n".encode()
        + part
        + b"\r\n"
        for told, of_part, part in parts
    )
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class _Attachment(Answer):
    name: Text = ""


class _Receipt(Answer):
    invoice_id: Number = None
    attachments: Annotated[
        tuple[_Attachment, ...], BeforeValidator(lambda value: () if value is None else value)
    ] = ()
