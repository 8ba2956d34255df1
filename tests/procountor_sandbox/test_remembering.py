from pathlib import Path

import httpx2
import pytest
from tests.procountor_sandbox.calling import client_of, receipt, row, signed_in
from tests.procountor_sandbox.test_attachments import upload

from procountor_sandbox.app import Sandbox, create_app


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made on demand" / "sandbox.sqlite3"


def again(sandbox: Sandbox, path: Path) -> Sandbox:
    """End a sandbox and start another one on its file."""
    sandbox.close()
    return create_app(state_path=path)


def with_token_of(sandbox: Sandbox, other: httpx2.Client) -> httpx2.Client:
    """Return a client of a sandbox that carries a token issued before."""
    client = client_of(sandbox)
    client.headers["Authorization"] = other.headers["Authorization"]
    return client


class TestStateFile:
    def test_stores_receipts_exactly(self, path: Path) -> None:
        first = create_app(state_path=path)
        caller = signed_in(first)
        sent = receipt(
            row(value=0.1, vatDeductionPercent=100, startDate="2026-06-01"),
            row("2961", -0.1),
            invoiceNotes="Line 1\nLine 2",
            periodStartDate="2026-06-01",
        )
        caller.post("ledgerreceipts", json=sent)
        caller.put("ledgerreceipts/700001/approve")
        before = caller.get("ledgerreceipts/700001").text

        second = again(first, path)

        assert signed_in(second).get("ledgerreceipts/700001").text == before
        assert second.ledger.receipts() == first.ledger.receipts()

    def test_goes_on_numbering_where_it_stopped(self, path: Path) -> None:
        first = create_app(state_path=path)
        old = signed_in(first).post("ledgerreceipts", json=receipt()).json()

        second = again(first, path)
        new = signed_in(second).post("ledgerreceipts", json=receipt()).json()

        assert new["id"] == old["id"] + 1
        assert new["transactions"][0]["id"] > old["transactions"][-1]["id"]

    def test_leaves_tokens_valid_and_ended_grants_ended(self, path: Path) -> None:
        first = create_app(state_path=path)
        good, ended, signed_out = (signed_in(first, number) for number in (1001, 1002, 1003))
        first.revoke(company_id=50102)
        signed_out.post("http://sandbox/logout")

        second = again(first, path)

        assert with_token_of(second, good).get("company").status_code == 200
        assert with_token_of(second, ended).get("company").status_code == 401
        assert with_token_of(second, signed_out).get("company").status_code == 401

    def test_stores_dimensions_and_periods(self, path: Path) -> None:
        first = create_app(state_path=path)
        caller = signed_in(first)
        caller.post("dimensions/3101/items", json={"codeName": "999"})
        caller.put("dimensions/3102", json={"name": "Hanke"})
        order = {"company_id": 50101, "date": "2026-06-15", "status": "CLOSED"}
        caller.post("http://sandbox/sandbox/periods", json=order)

        second = again(first, path)

        assert second.world == first.world
        assert second.world != create_app().world

    def test_stores_files(self, path: Path) -> None:
        first = create_app(state_path=path)
        caller = signed_in(first)
        booked = caller.post("ledgerreceipts", json=receipt()).json()
        made = upload(caller, booked["invoiceId"], b"\x00\xff").json()

        second = signed_in(again(first, path))

        assert b"\x00\xff" in second.get(f"attachments/{made['id']}").content

    def test_forgets_on_request(self, path: Path) -> None:
        first = create_app(state_path=path)
        signed_in(first).post("ledgerreceipts", json=receipt())
        first.reset()

        second = again(first, path)

        assert second.ledger.count() == 0
