import json
from typing import Any

import httpx2
import pytest
from tests.procountor_sandbox.calling import messages, receipt, signed_in

from procountor_sandbox.app import Sandbox


@pytest.fixture
def invoice_id(caller: httpx2.Client) -> int:
    """Return the id of the hidden invoice of a booked receipt, to which its files belong."""
    booked: int = caller.post("ledgerreceipts", json=receipt()).json()["invoiceId"]
    return booked


def upload(
    caller: httpx2.Client, reference_id: int, content: bytes = b"%PDF-1.4", **changes: Any
) -> httpx2.Response:
    """Send a file the way the independent clients do."""
    meta = {
        "name": "palkat.pdf",
        "referenceType": "INVOICE",
        "referenceId": reference_id,
        "sendWithInvoice": False,
    } | changes
    parts = {
        "meta": (None, json.dumps(meta).encode(), "application/json"),
        "file": ("palkat.pdf", content, "application/pdf"),
    }
    return caller.post("attachments", files=parts)


class TestAttachment:
    def test_hangs_on_the_receipt_through_its_invoice(
        self, caller: httpx2.Client, invoice_id: int
    ) -> None:
        made = upload(caller, invoice_id).json()

        full = caller.get("ledgerreceipts/700001").json()
        assert full["attachments"] == [made]
        assert made["mimeType"] == "application/pdf"

    def test_comes_back_as_two_parts(self, caller: httpx2.Client, invoice_id: int) -> None:
        made = upload(caller, invoice_id, b"\x00\xff--x\r\n").json()

        answer = caller.get(f"attachments/{made['id']}")

        kind, _, boundary = answer.headers["Content-Type"].partition(";boundary=")
        parts = answer.content.split(f"--{boundary}".encode())
        assert kind == "multipart/mixed"
        assert json.loads(parts[1].partition(b"\r\n\r\n")[2]) == made
        assert parts[2].partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") == b"\x00\xff--x\r\n"
        assert parts[3:] == [b"--\r\n"]

    def test_can_be_renamed_without_another_extension(
        self, caller: httpx2.Client, invoice_id: int
    ) -> None:
        address = f"attachments/{upload(caller, invoice_id).json()['id']}"

        renamed = caller.patch(address, json={"name": "kesäkuu.pdf"})
        refused = caller.patch(address, params={"name": "kesäkuu.exe"})

        assert renamed.json()["name"] == "kesäkuu.pdf"
        assert messages(refused) == [("name", "SANDBOX_EXTENSION_CANNOT_CHANGE")]

    def test_can_be_removed(self, caller: httpx2.Client, invoice_id: int) -> None:
        address = f"attachments/{upload(caller, invoice_id).json()['id']}"

        removed = caller.delete(address)

        assert removed.status_code == 204
        assert caller.get(address).status_code == 404
        assert caller.get("ledgerreceipts/700001").json()["attachments"] == []

    def test_is_listed(self, caller: httpx2.Client, invoice_id: int) -> None:
        made = upload(caller, invoice_id).json()

        listed = caller.get("attachments", params={"referenceId": invoice_id}).json()
        others = caller.get("attachments", params={"referenceId": 1}).json()

        assert listed["results"] == [made]
        assert others["results"] == []

    def test_is_listed_in_pages_by_type(self, caller: httpx2.Client, invoice_id: int) -> None:
        made = [upload(caller, invoice_id).json() for _ in range(3)]

        second = caller.get("attachments", params={"type": "INVOICE", "size": 2, "page": 1}).json()
        others = caller.get("attachments", params={"type": "ENVIRONMENT"}).json()

        assert second["results"] == made[2:]
        assert second["meta"] == {
            "pageNumber": 1,
            "pageSize": 2,
            "resultCount": 1,
            "totalCount": 3,
        }
        assert (others["results"], others["meta"]["pageSize"]) == ([], 50)

    @pytest.mark.parametrize(
        ("name", "value"), [("type", "FILE"), ("size", "201"), ("referenceid", "1")]
    )
    def test_is_not_listed_for_parameters_it_cannot_understand(
        self, caller: httpx2.Client, name: str, value: str
    ) -> None:
        answer = caller.get("attachments", params={name: value})

        assert answer.status_code == 400
        assert [one for one, _ in messages(answer)] == [name]

    def test_has_an_id_that_another_company_uses_too(
        self, caller: httpx2.Client, sandbox: Sandbox, invoice_id: int
    ) -> None:
        other = signed_in(sandbox, 1002)
        their_invoice = other.post("ledgerreceipts", json=receipt()).json()["invoiceId"]

        ours, theirs = upload(caller, invoice_id).json(), upload(other, their_invoice).json()

        assert ours["id"] == theirs["id"]

    def test_is_not_seen_by_another_company(
        self, caller: httpx2.Client, sandbox: Sandbox, invoice_id: int
    ) -> None:
        made = upload(caller, invoice_id).json()

        answer = signed_in(sandbox, 1002).get(f"attachments/{made['id']}")

        assert answer.status_code == 404

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "palkat"}, "name"),
            ({"name": "Ł.pdf"}, "name"),
            ({"referenceType": "LEDGERRECEIPT"}, "referenceType"),
            ({"referenceType": "FILE"}, "referenceType"),
            ({"sendWithInvoice": None}, "sendWithInvoice"),
            ({"sendWithInvoice": True}, "sendWithInvoice"),
            ({"unknown": 1}, "unknown"),
            ({"referenceId": None}, "referenceId"),
        ],
    )
    def test_needs_a_correct_description(
        self, caller: httpx2.Client, invoice_id: int, changes: dict[str, Any], field: str
    ) -> None:
        answer = upload(caller, invoice_id, **changes)

        assert answer.status_code == 400
        assert [one for one, _ in messages(answer)] == [field]

    def test_needs_an_invoice_that_exists(self, caller: httpx2.Client) -> None:
        answer = upload(caller, 1)

        assert answer.status_code == 404

    def test_may_not_be_larger_than_ten_million_bytes(
        self, caller: httpx2.Client, invoice_id: int
    ) -> None:
        most = upload(caller, invoice_id, bytes(10_000_000))
        more = upload(caller, invoice_id, bytes(10_000_001))

        assert most.status_code == 200
        assert messages(more) == [("file", "SANDBOX_TOO_LARGE")]

    @pytest.mark.parametrize("meta", [None, "{", "[]"])
    def test_needs_a_description_in_json(
        self, caller: httpx2.Client, invoice_id: int, meta: str | None
    ) -> None:
        parts: dict[str, Any] = {"file": ("a.pdf", b"x", "application/pdf")}
        if meta is not None:
            parts["meta"] = (None, meta.encode(), "application/json")

        answer = caller.post("attachments", files=parts)

        assert invoice_id
        assert answer.status_code == 400

    def test_needs_a_file(self, caller: httpx2.Client, invoice_id: int) -> None:
        meta = {"name": "a.pdf", "referenceType": "INVOICE", "referenceId": invoice_id}

        answer = caller.post(
            "attachments", files={"meta": (None, json.dumps(meta).encode(), "application/json")}
        )

        assert answer.status_code == 400
        assert [one for one, _ in messages(answer)] == ["file"]
