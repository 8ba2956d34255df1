"""The stand-in against a client for Procountor that others wrote for the real service."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.procountor_sandbox.calling import receipt
from tests.procountor_sandbox.serving import Running, running

from procountor_sandbox.sample import API_CLIENT


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with running() as started:
        yield started


@pytest.fixture
def client(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the client, pointed at the stand-in in the one way it offers."""
    with warnings.catch_warnings():
        # Its source has an escape Python warns about when it compiles it for the first time.
        warnings.simplefilter("ignore")
        from procountor.client import Client  # noqa: PLC0415  # only with warnings off

    monkeypatch.setitem(Client._endpoints["hosts"], "test", sandbox.address)
    make: Any = Client
    return make(
        api_key="SANDBOX-KEY-1002",
        client_id=API_CLIENT.client_id,
        client_secret=API_CLIENT.client_secret,
        redirect_uri="http://127.0.0.1/",
        api_version="latest",
    )


class TestIndependentClient:
    def test_reads_what_a_company_has(self, client: Any) -> None:
        company = client.get_company()
        chart = client.get_coa()
        dimensions = client.get_dimensions()
        years = client.get_fiscal_years()
        vats = client.get_vats()

        answers = (company, chart, dimensions, years, vats)
        assert [one["status"] for one in answers] == [200] * 5
        assert company["content"]["name"] == "Koivulammi Huolto Oy"
        assert chart["content"]["ledgerAccounts"]
        assert dimensions["content"][0]["name"] == "Kustannuspaikka"

    def test_books_a_receipt_and_reads_it_back(self, client: Any) -> None:
        booked = client.post_ledger_receipt(**receipt(name="From another client"))

        read = client.get_ledger_receipt(booked["content"]["id"])
        listed = client.get_ledger_receipts(types="JOURNAL", status="UNFINISHED", size=200)
        assert booked["status"] == 200
        assert read["content"] == booked["content"]
        assert "From another client" in {one["name"] for one in listed["content"]["results"]}

    def test_changes_a_receipt(self, client: Any) -> None:
        booked = client.post_ledger_receipt(**receipt())["content"]

        changed = client.update_ledger_receipt(booked["id"], **(booked | {"name": "Changed"}))

        assert changed["status"] == 200
        assert changed["content"]["name"] == "Changed"

    def test_reads_the_reason_of_a_refusal(self, client: Any) -> None:
        refused = client.post_ledger_receipt(**receipt(name="x" * 81))

        assert refused["status"] == 400
        assert "SANDBOX_TOO_LONG" in refused["message"]

    def test_sends_a_file_and_gets_it_back(self, client: Any, tmp_path: Path) -> None:
        file = tmp_path / "palkat.txt"
        file.write_bytes(b"invented")
        invoice_id = client.post_ledger_receipt(**receipt())["content"]["invoiceId"]
        meta = {
            "name": "palkat.txt",
            "referenceType": "INVOICE",
            "referenceId": invoice_id,
            "sendWithInvoice": False,
        }

        made = client.post_attachment(meta, str(file))
        read = client.get_attachment(made["content"]["id"])

        assert made["status"] == 200
        assert read["content"] == b"invented"
        assert read["metadata"]["name"] == "palkat.txt"

    def test_signs_out(self, client: Any) -> None:
        signed_out = client.invalidate_token()

        assert signed_out["status"] == 200
