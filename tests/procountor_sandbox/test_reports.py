"""The reports of the ledger, as a program reads them."""

from typing import Any

import httpx2
import pytest
from tests.procountor_sandbox.calling import client_of, messages, receipt, row, signed_in
from werkzeug.test import Client

from procountor_sandbox.app import Sandbox

JUNE = {"startDate": "2026-06-01", "endDate": "2026-06-30"}
BANK = {
    "company_id": 50101,
    "type": "BANK_STATEMENT_AS_RECEIPT",
    "name": "Tiliote 12",
    "date": "2026-06-12",
    "rows": [
        {"account": "2961", "amount": 40, "description": "Palkat"},
        {"account": "5010", "amount": -40},
    ],
}


def book_bank_statement(sandbox: Sandbox, **changes: Any) -> Any:
    return Client(sandbox).post("/sandbox/entries", json={**BANK, **changes})


def ledger_of(caller: httpx2.Client, account: str = "2961", **more: Any) -> Any:
    answer = caller.post(f"reports/generalledger/{account}", json={**JUNE, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["ledgerAccount"]


class TestGeneralLedger:
    def test_has_the_rows_of_all_types_with_their_sum(
        self, sandbox: Sandbox, caller: httpx2.Client
    ) -> None:
        caller.post("ledgerreceipts", json=receipt())
        book_bank_statement(sandbox)

        account = ledger_of(caller)

        rows = account["ledgerReceiptTransactions"]
        assert account["totalAccountingValue"] == -60
        assert [(one["type"], one["accountingValue"], one["receiptDate"]) for one in rows] == [
            ("BANK_STATEMENT_AS_RECEIPT", 40, "2026-06-12"),
            ("JOURNAL", -100, "2026-06-30"),
        ]
        assert "ledgerReceiptId" not in rows[0]

    def test_leaves_out_what_is_invalidated(self, caller: httpx2.Client) -> None:
        booked = caller.post("ledgerreceipts", json=receipt()).json()
        caller.put(f"ledgerreceipts/{booked['id']}/invalidate")

        assert ledger_of(caller)["ledgerReceiptTransactions"] == []

    @pytest.mark.parametrize(
        ("more", "count"),
        [
            ({}, 1),
            ({"receiptStatus": ["APPROVED"]}, 0),
            ({"options": {"receiptType": ["SALARY"]}}, 0),
            ({"options": {"receiptName": "ab12cd34"}}, 1),
            ({"options": {"receiptName": "toinen"}}, 0),
            ({"options": {"receiptNumbers": "1, 7"}}, 1),
            ({"options": {"receiptNumbers": "7"}}, 0),
            ({"options": {"transactionDescription": "netto"}}, 0),
            ({"options": {"transactionValue": "-100.00"}}, 1),
            ({"options": {"entryPeriodStart": "2026-07-15"}}, 0),
            ({"startDate": "2026-07-01", "endDate": "2026-07-31"}, 0),
        ],
    )
    def test_filters(self, caller: httpx2.Client, more: dict[str, Any], count: int) -> None:
        caller.post("ledgerreceipts", json=receipt())

        assert len(ledger_of(caller, **more)["ledgerReceiptTransactions"]) == count

    def test_begins_with_the_tracking_period(self, caller: httpx2.Client) -> None:
        answer = caller.post("reports/generalledger/5010", json={"endDate": "2026-06-30"})

        assert answer.json()["reportParameters"]["startDate"] == "2026-06-01"

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"endDate": "30.6.2026"},
            {"endDate": "2026-06-30", "endsOn": "2026-06-30"},
            {"endDate": "2026-06-30", "startDate": "2026-07-01"},
            {"endDate": "2026-06-30", "receiptStatus": ["INVALIDATED"]},
            {"endDate": "2026-06-30", "receiptStatus": "APPROVED"},
            {"endDate": "2026-06-30", "options": []},
            {"endDate": "2026-06-30", "options": {"receiptnames": "x"}},
            {"endDate": "2026-06-30", "options": {"receiptType": ["MUISTIO"]}},
            {"endDate": "2026-06-30", "options": {"receiptNumbers": "one"}},
            {"endDate": "2026-06-30", "options": {"transactionValue": "a lot"}},
        ],
    )
    def test_refuses_what_is_not_documented(
        self, caller: httpx2.Client, body: dict[str, Any]
    ) -> None:
        answer = caller.post("reports/generalledger/5010", json=body)

        assert answer.status_code == 400
        assert messages(answer)

    def test_knows_only_accounts_of_the_chart(self, caller: httpx2.Client) -> None:
        assert caller.post("reports/generalledger/9999", json=JUNE).status_code == 404

    def test_needs_a_token(self, sandbox: Sandbox) -> None:
        answer = client_of(sandbox).post("reports/generalledger/5010", json=JUNE)

        assert answer.status_code == 401


class TestLedgerAccounts:
    def test_has_the_sum_of_each_account(self, sandbox: Sandbox, caller: httpx2.Client) -> None:
        caller.post("ledgerreceipts", json=receipt(row(), row("2961", -100.00)))
        book_bank_statement(sandbox)

        answer = caller.post("reports/ledgeraccounts", json=JUNE).json()

        sums = {one["id"]: one["totalAccountingValue"] for one in answer["ledgerAccounts"]}
        assert sums == {"2961": -60, "5010": 60}

    def test_takes_no_options_of_the_general_ledger(self, caller: httpx2.Client) -> None:
        body = {**JUNE, "options": {"receiptNumbers": "1"}}

        assert caller.post("reports/ledgeraccounts", json=body).status_code == 400


class TestAccounting:
    def test_has_the_rows_of_all_accounts_as_the_general_ledger_has_them(
        self, sandbox: Sandbox, caller: httpx2.Client
    ) -> None:
        caller.post("ledgerreceipts", json=receipt(row(), row("2961", -100.00)))
        book_bank_statement(sandbox)

        answer = caller.post("reports/accounting", json=JUNE).json()

        assert answer["reportParameters"] == JUNE
        assert answer["ledgerAccounts"] == [ledger_of(caller), ledger_of(caller, "5010")]

    @pytest.mark.parametrize(
        "more", [{"options": {"receiptNumbers": "1"}}, {"endDate": "soon"}, {"reportType": "x"}]
    )
    def test_is_as_strict(self, caller: httpx2.Client, more: dict[str, Any]) -> None:
        assert caller.post("reports/accounting", json={**JUNE, **more}).status_code == 400


class TestOtherEntries:
    def test_are_no_journals(self, sandbox: Sandbox, caller: httpx2.Client) -> None:
        booked = book_bank_statement(sandbox).json

        journals = caller.get("ledgerreceipts", params={"types": "JOURNAL"}).json()["results"]
        statements = caller.get(
            "ledgerreceipts", params={"types": "BANK_STATEMENT_AS_RECEIPT"}
        ).json()["results"]

        assert journals == []
        assert [one["id"] for one in statements] == [booked["id"]]
        assert caller.put(f"ledgerreceipts/{booked['id']}/unfinished").status_code == 403

    @pytest.mark.parametrize(
        "changes", [{"type": "JOURNAL"}, {"rows": []}, {"date": "soon"}, {"company_id": 1}]
    )
    def test_are_refused_like_any_receipt(self, sandbox: Sandbox, changes: dict[str, Any]) -> None:
        assert book_bank_statement(sandbox, **changes).status_code in {400, 404}

    def test_are_remembered(self, sandbox: Sandbox) -> None:
        caller = signed_in(sandbox)
        booked = book_bank_statement(sandbox).json

        assert caller.get(f"ledgerreceipts/{booked['id']}").json()["type"] == BANK["type"]
