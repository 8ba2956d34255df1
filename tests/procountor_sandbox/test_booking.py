import httpx2
import pytest
from tests.procountor_sandbox.calling import (
    SERVICE,
    dimension_value,
    messages,
    receipt,
    row,
    signed_in,
    wages,
)

from procountor_sandbox.app import Sandbox, create_app
from procountor_sandbox.drafts import Strictness
from procountor_sandbox.refusals import CLOSED_PERIOD


class TestBooking:
    def test_answers_with_everything_sent_and_the_numbers_given(
        self, caller: httpx2.Client
    ) -> None:
        values = [dimension_value(60.0), dimension_value(40.0, item_id=SERVICE)]
        sent = wages(description="Palkat", dimensionItemValues=values) | {
            "accountantsNotes": "Run 6",
            "vatProcessing": "FINLAND",
        }

        booked = caller.post("ledgerreceipts", json=sent).json()

        assert {name: booked[name] for name in sent if name != "transactions"} == {
            name: value for name, value in sent.items() if name != "transactions"
        }
        assert booked["transactions"][0].items() >= sent["transactions"][0].items()
        assert all(booked[name] for name in ("id", "invoiceId", "receiptNumber", "version"))
        assert all(one["id"] for one in booked["transactions"])
        assert booked["attachments"] == []

    def test_can_be_read_back_as_it_was_answered(self, caller: httpx2.Client) -> None:
        booked = caller.post("ledgerreceipts", json=receipt()).json()

        read = caller.get(f"ledgerreceipts/{booked['id']}").json()

        assert read == booked

    def test_starts_unfinished_whatever_was_sent(self, caller: httpx2.Client) -> None:
        booked = caller.post("ledgerreceipts", json=receipt(status="APPROVED")).json()

        assert booked["status"] == "UNFINISHED"

    def test_does_not_notice_the_same_receipt_coming_twice(
        self, caller: httpx2.Client, sandbox: Sandbox
    ) -> None:
        first = caller.post("ledgerreceipts", json=receipt()).json()
        second = caller.post("ledgerreceipts", json=receipt()).json()

        assert first["id"] != second["id"]
        assert sandbox.ledger.count(50101) == 2

    def test_gives_companies_the_same_ids(self, caller: httpx2.Client, sandbox: Sandbox) -> None:
        other = signed_in(sandbox, 1002)

        ids = [one.post("ledgerreceipts", json=receipt()).json()["id"] for one in (caller, other)]

        assert ids[0] == ids[1]
        assert sandbox.ledger.count() == 2

    def test_shows_no_receipt_to_another_company(
        self, caller: httpx2.Client, sandbox: Sandbox
    ) -> None:
        booked = caller.post("ledgerreceipts", json=receipt()).json()
        other = signed_in(sandbox, 1002)

        assert other.get(f"ledgerreceipts/{booked['id']}").status_code == 404
        assert other.get("ledgerreceipts").json()["results"] == []

    def test_stores_amounts_exactly(self, caller: httpx2.Client) -> None:
        sent = receipt(row(value=0.1), row(value=0.2), row("2961", -0.3))

        answer = caller.post("ledgerreceipts", json=sent)

        assert '"accountingValue": 0.10' in answer.text
        assert '"accountingValue": -0.30' in answer.text

    def test_takes_notes_of_several_lines(self, caller: httpx2.Client) -> None:
        booked = caller.post("ledgerreceipts", json=receipt(invoiceNotes="two\nlines")).json()

        assert booked["invoiceNotes"] == "two\nlines"

    def test_rounds_amounts_to_cents(self, caller: httpx2.Client) -> None:
        sent = receipt(row(value=10.005), row("2961", -10.01))

        booked = caller.post("ledgerreceipts", json=sent).json()

        assert booked["transactions"][0]["accountingValue"] == 10.01

    @pytest.mark.parametrize("name", ["näkyvä €uro Ž š", "x" * 80])
    def test_takes_every_windows_1252_character_up_to_80(
        self, caller: httpx2.Client, name: str
    ) -> None:
        booked = caller.post("ledgerreceipts", json=receipt(name=name)).json()

        assert booked["name"] == name


class TestReceiptRules:
    @pytest.mark.parametrize("name", ["type", "name", "receiptDate", "vatType", "vatStatus"])
    @pytest.mark.parametrize("value", [None, "missing"])
    def test_refuse_a_missing_required_field(
        self, caller: httpx2.Client, sandbox: Sandbox, name: str, value: str | None
    ) -> None:
        sent = receipt(**{name: None})
        if value == "missing":
            del sent[name]

        answer = caller.post("ledgerreceipts", json=sent)

        assert answer.status_code == 400
        assert messages(answer) == [(name, f"Value of the '{name}' cannot be blank.")]
        assert sandbox.ledger.count() == 0

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("type", "INVOICE"),
            ("name", 7),
            ("receiptDate", "30.6.2026"),
            ("receiptDate", "2026-06-31"),
            ("receiptDate", "2026-W26-2"),
            ("status", "DONE"),
            ("status", ""),
            ("receiptDate", "2026-06-30T00:00:00"),
            ("vatType", "purchase"),
            ("vatStatus", "12"),
            ("vatStatus", True),
            ("receiptValidity", "SOON"),
            ("depreciation", ""),
            ("periodStartDate", ""),
            ("transactions", {}),
            ("transactions", [1]),
        ],
    )
    def test_refuse_values_of_the_wrong_kind(
        self, caller: httpx2.Client, name: str, value: object
    ) -> None:
        answer = caller.post("ledgerreceipts", json=receipt(**{name: value}))

        assert answer.status_code == 400
        assert (name, f"Value of the '{name}' field is invalid") in messages(answer)

    @pytest.mark.parametrize(
        ("name", "value", "code"),
        [
            ("type", "SALARY", "SANDBOX_TYPE_NOT_ALLOWED"),
            ("name", "x" * 81, "SANDBOX_TOO_LONG"),
            ("name", "Łódź", "SANDBOX_CHARACTERS_OUTSIDE_WINDOWS_1252"),
            ("name", "two\nlines", "SANDBOX_CONTROL_CHARACTERS"),
            ("accountantsNotes", "two\nlines", "SANDBOX_CONTROL_CHARACTERS"),
            ("invoiceNotes", "a\x00sign", "SANDBOX_CONTROL_CHARACTERS"),
            ("accountantsNotes", "x" * 256, "SANDBOX_TOO_LONG"),
            ("transactionDescription", "x" * 256, "SANDBOX_TOO_LONG"),
            ("invoiceNotes", "x" * 10001, "SANDBOX_TOO_LONG"),
            ("invoiceNotes", "ő", "SANDBOX_CHARACTERS_OUTSIDE_WINDOWS_1252"),
            ("vatStatus", 0, "SANDBOX_VAT_STATUS_NOT_ENABLED"),
            ("vatStatus", 3, "SANDBOX_VAT_STATUS_NOT_ENABLED"),
            ("vatProcessing", "SWEDEN", "SANDBOX_FOREIGN_VAT_NOT_ENABLED"),
            ("partnerId", 5, "SANDBOX_PARTNER_NOT_FOUND"),
            ("vatDate", "2026-06-30", "SANDBOX_VAT_IS_NOT_PAYMENT_BASED"),
            ("fiscalYearId", 26, "SANDBOX_UNKNOWN_FIELD"),
        ],
    )
    def test_refuse_what_the_documentation_rules_out(
        self, caller: httpx2.Client, name: str, value: object, code: str
    ) -> None:
        answer = caller.post("ledgerreceipts", json=receipt(**{name: value}))

        assert answer.status_code == 400
        assert messages(answer) == [(name, code)]

    @pytest.mark.parametrize(
        "day", ["2025-12-31", "2024-06-30", "2030-01-01"], ids=["closed year", "before", "after"]
    )
    def test_refuse_days_outside_open_fiscal_years(self, caller: httpx2.Client, day: str) -> None:
        answer = caller.post("ledgerreceipts", json=receipt(receiptDate=day))

        assert answer.status_code == 400
        assert messages(answer) == [("receiptDate", CLOSED_PERIOD)]

    def test_refuse_pending_periods_on_request(self) -> None:
        caller = signed_in(create_app(strictness=Strictness(refuse_pending=True)))
        booked = caller.post("ledgerreceipts", json=receipt()).json()
        caller.put("fiscalyears/26/trackingPeriods/2606", json={"status": "PENDING"})

        posted = caller.post("ledgerreceipts", json=receipt())
        approved = caller.put(f"ledgerreceipts/{booked['id']}/approve")

        assert messages(posted) == [("receiptDate", "SANDBOX_PENDING_TRACKING_PERIOD")]
        assert (approved.status_code, messages(approved)) == (403, messages(posted))

    @pytest.mark.parametrize(("day", "status"), [("2026-03-31", 400), ("2026-04-01", 200)])
    def test_refuse_days_in_closed_tracking_periods(
        self, sandbox: Sandbox, day: str, status: int
    ) -> None:
        answer = signed_in(sandbox, 1005).post("ledgerreceipts", json=receipt(receiptDate=day))

        assert answer.status_code == status

    def test_allow_bookings_in_pending_tracking_periods(self, caller: httpx2.Client) -> None:
        caller.put("fiscalyears/26/trackingPeriods/2606", json={"status": "PENDING"})

        answer = caller.post("ledgerreceipts", json=receipt())

        assert answer.status_code == 200

    def test_require_a_period_that_ends_after_it_starts(self, caller: httpx2.Client) -> None:
        period = {"periodStartDate": "2026-06-30", "periodEndDate": "2026-06-30"}

        answer = caller.post("ledgerreceipts", json=receipt(**period))

        assert messages(answer) == [("periodEndDate", "SANDBOX_PERIOD_ENDS_BEFORE_IT_STARTS")]

    def test_require_at_least_one_transaction(self, caller: httpx2.Client) -> None:
        answer = caller.post("ledgerreceipts", json=receipt(transactions=[]))

        assert messages(answer) == [
            ("transactions", "Value of the 'transactions' cannot be blank.")
        ]

    def test_name_every_mistake_at_once(self, caller: httpx2.Client) -> None:
        sent = receipt(row("9999"), row("2961", -100.0), name="Ł", receiptDate="2025-01-01")

        answer = caller.post("ledgerreceipts", json=sent)

        assert {field for field, _ in messages(answer)} == {
            "name",
            "receiptDate",
            "transactions[0].account",
        }

    @pytest.mark.parametrize(
        ("content", "kind", "status"),
        [
            (b"{", "application/json", 400),
            (b"[]", "application/json", 400),
            (b'{"name": NaN}', "application/json", 400),
            (b'{"name": "\xe4"}', "application/json", 400),
            (b"", "application/json", 400),
            (b"{}", "text/plain", 415),
        ],
    )
    def test_require_a_json_object(
        self, caller: httpx2.Client, content: bytes, kind: str, status: int
    ) -> None:
        answer = caller.post("ledgerreceipts", content=content, headers={"Content-Type": kind})

        assert answer.status_code == status


class TestBalance:
    def test_is_required_to_the_cent(self, caller: httpx2.Client, sandbox: Sandbox) -> None:
        sent = receipt(row(), row("2961", -99.99))

        answer = caller.post("ledgerreceipts", json=sent)

        assert answer.status_code == 400
        assert messages(answer) == [("transactions", "SANDBOX_UNBALANCED")]
        assert sandbox.ledger.count() == 0

    def test_counts_vat(self, caller: httpx2.Client) -> None:
        sent = receipt(row("1910", 125.5), row(value=-100.0, vatPercent=25.5), vatStatus=1)

        answer = caller.post("ledgerreceipts", json=sent)

        assert answer.status_code == 200

    def test_is_made_by_a_row_on_request(self, caller: httpx2.Client) -> None:
        sent = receipt(row(), row("2961", -99.99))

        booked = caller.post("ledgerreceipts?createReconciliation=true", json=sent).json()

        added = booked["transactions"][2]
        assert added["transactionType"] == "RECONCILIATION_ENTRY"
        assert (added["account"], added["accountingValue"]) == ("8450", -0.01)

    def test_is_not_made_twice(self, caller: httpx2.Client) -> None:
        sent = receipt(
            row(), row("2961", -99.98), row("8450", -0.01, transactionType="RECONCILIATION_ENTRY")
        )

        answer = caller.post("ledgerreceipts?createReconciliation=true", json=sent)

        assert messages(answer) == [("transactions", "SANDBOX_MORE_THAN_ONE_RECONCILIATION_ENTRY")]

    def test_can_be_left_for_later_where_the_sandbox_allows_it(self) -> None:
        caller = signed_in(create_app(strictness=Strictness(accept_unbalanced=True)))
        booked = caller.post("ledgerreceipts", json=receipt(row(), row("2961", -99.99))).json()

        approved = caller.put(f"ledgerreceipts/{booked['id']}/approve")

        assert booked["status"] == "UNFINISHED"
        assert approved.status_code == 403
