"""Files attached to ledger receipts, or rather to the hidden invoice each receipt has."""

import base64
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from sandbox_parts.store import Store

# Documented, in bytes.
LARGEST = 10_000_000
_KIND = "attachment"
_FIRST_ID = 500001


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """One file, and what Procountor notes about it."""

    attachment_id: int
    company_id: int
    name: str
    reference_type: str
    reference_id: int
    content: bytes

    @property
    def mime_type(self) -> str:
        """Return the type derived from the extension of the name, as documented."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    def written(self) -> dict[str, Any]:
        """Return the file as Procountor describes it, without its content."""
        return {
            "id": self.attachment_id,
            "name": self.name,
            "referenceType": self.reference_type,
            "referenceId": self.reference_id,
            "mimeType": self.mime_type,
            # Documented: true only for sales invoices and for orders.
            "sendWithInvoice": False,
        }


class Attachments:
    """The files of every company."""

    def __init__(self, *, store: Store) -> None:
        self._store = store
        self._all: dict[tuple[int, int], Attachment] = {}
        for _, stored in store.load(_KIND):
            attachment = _read(stored)
            self._all[attachment.company_id, attachment.attachment_id] = attachment
        self._ids: dict[int, count[int]] = {}

    def add(self, company_id: int, name: str, reference_id: int, content: bytes) -> Attachment:
        """Store a file of an invoice and return it with its id."""
        return self._keep(
            Attachment(
                attachment_id=self._next_id(company_id),
                company_id=company_id,
                name=name,
                reference_type="INVOICE",
                reference_id=reference_id,
                content=content,
            )
        )

    def find(self, company_id: int, attachment_id: int) -> Attachment | None:
        return self._all.get((company_id, attachment_id))

    def of_invoice(self, company_id: int, invoice_id: int) -> tuple[Attachment, ...]:
        """Return the files of one invoice."""
        return tuple(
            one
            for one in self._all.values()
            if (one.company_id, one.reference_id) == (company_id, invoice_id)
        )

    def of_company(self, company_id: int) -> tuple[Attachment, ...]:
        return tuple(one for one in self._all.values() if one.company_id == company_id)

    def rename(self, attachment: Attachment, name: str) -> Attachment:
        return self._keep(replace(attachment, name=name))

    def remove(self, attachment: Attachment) -> None:
        del self._all[attachment.company_id, attachment.attachment_id]
        self._store.remove(_KIND, _name(attachment))

    def clear(self) -> None:
        self._all.clear()
        self._ids.clear()

    def _next_id(self, company_id: int) -> int:
        # Each company counts from the same number, as ids are documented to be unique within a
        # company only. A program that forgets the company then meets a wrong file.
        if company_id not in self._ids:
            used = (one.attachment_id for one in self.of_company(company_id))
            self._ids[company_id] = count(max(used, default=_FIRST_ID - 1) + 1)
        return next(self._ids[company_id])

    def _keep(self, attachment: Attachment) -> Attachment:
        self._all[attachment.company_id, attachment.attachment_id] = attachment
        stored = {
            **attachment.written(),
            "companyId": attachment.company_id,
            "content": base64.b64encode(attachment.content).decode(),
        }
        self._store.save(_KIND, _name(attachment), stored)
        return attachment


def _name(attachment: Attachment) -> str:
    return f"{attachment.company_id}/{attachment.attachment_id}"


def _read(stored: Mapping[str, Any]) -> Attachment:
    return Attachment(
        attachment_id=stored["id"],
        company_id=stored["companyId"],
        name=stored["name"],
        reference_type=stored["referenceType"],
        reference_id=stored["referenceId"],
        content=base64.b64decode(stored["content"]),
    )
