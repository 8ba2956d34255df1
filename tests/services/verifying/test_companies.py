"""Payroll compared with what people made of it in Procountor."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.bureau import (
    a_company,
    a_journal,
    a_linked_company,
    an_account,
    book_by_hand,
    forget_the_sending,
    link_to,
    send,
    the_june_journal,
    tidy,
)
from werkzeug.test import Client

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.domain.journals import BookingPeriod
from tilisilta.models import Company, Export, Journal, Link, ReconciledMonth, VerifiedCompany
from tilisilta.services.verifying.companies import NotLinked, Verified, recent_months, verify

pytestmark = pytest.mark.django_db

JUNE = BookingPeriod(year=2026, month=6)
NOW = datetime(2026, 7, 2, 4, tzinfo=UTC)


def verified(company: Company, *months: BookingPeriod) -> Verified:
    return verify(company, months or (JUNE,), now=NOW)


def june_of(company: Company) -> dict[str, Any]:
    outcome = verified(company)
    assert outcome.error is None, outcome.error
    (month,) = outcome.months
    document = month.document
    assert isinstance(document, dict)
    return document


def findings(company: Company) -> list[str]:
    return [name for part in june_of(company)["parts"] for name in part["findings"]]


def differences(document: dict[str, Any]) -> dict[str, str]:
    return {
        one["account"]: one["difference"]
        for one in document["accounts"]
        if one["difference"] != "0.00"
    }


def by_hand(payload: str, export: Export, *, name: str = "Palkat") -> str:
    """Return what another program or a person would book: without our name and token."""
    return payload.replace(export.name, name).replace(export.token, "NMBRS")


class TestOurs:
    def test_equal_what_was_sent_in_six_receipts(self, procountor: Sandbox) -> None:
        company = a_linked_company(uses_cost_centers=True, cost_center_dimension="Kustannuspaikka")
        sent = send(the_june_journal(company))
        assert sent.exports.count() == 6

        document = june_of(company)

        assert document["outcome"] == "equal"
        assert [part["findings"] for part in document["parts"]] == [["equal"]] * 6
        assert differences(document) == {}

    def test_cost_one_search_and_one_read(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(the_june_journal(company))
        before = len(procountor.requests.all())

        verify(company, recent_months(date(2026, 7, 2)), now=NOW)

        asked = [one.path for one in procountor.requests.all()[before:]]
        assert len(asked) == 2
        assert asked[0].endswith("/ledgerreceipts")
        assert asked[1].endswith("/" + ",".join(map(str, range(700006, 700000, -1))))

    @pytest.mark.parametrize(
        ("act", "details", "finding"),
        [
            ("amount", {"row": 1, "to_row": 2, "amount": 5}, "edited"),
            ("rename", {"name": "Palkat"}, "edited"),
            ("redate", {"date": "2026-06-12"}, "edited"),
            ("redate", {"date": "2026-07-01"}, "moved"),
            ("notes", {"notes": ""}, "edited"),
            ("description", {"row": 1, "description": "x"}, "edited"),
            ("account", {"row": 1, "account": "5030"}, "edited"),
            ("invalidate", {}, "invalidated"),
            ("approve", {}, "approved"),
        ],
    )
    def test_find_what_a_person_did(
        self, procountor: Sandbox, act: str, details: dict[str, Any], finding: str
    ) -> None:
        company = a_linked_company()
        send(a_journal(company))
        tidy(procountor, act, **details)

        assert findings(company) == [finding]

    def test_show_old_and_new_value_row_by_row(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company))
        tidy(procountor, "amount", row=1, to_row=2, amount=36)

        document = june_of(company)

        rows = document["parts"][0]["rows"]
        assert [(one["row"], one["was"]["amount"], one["now"]["amount"]) for one in rows] == [
            (1, "1006.00", "970.00"),
            (2, "-1006.00", "-970.00"),
        ]
        assert differences(document) == {"2961": "36.00", "5010": "-36.00"}
        assert document["difference"] == "36.00"

    def test_find_what_was_set_back_after_a_comparison_saw_it_approved(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        send(a_journal(company))
        tidy(procountor, "approve")
        assert findings(company) == ["approved"]

        tidy(procountor, "unfinished")

        assert findings(company) == ["set_back"]
        assert findings(company) == ["set_back"]

    def test_find_a_receipt_that_is_gone(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = send(a_journal(company))
        Export.objects.filter(journal=journal).update(ledger_receipt_id=799999)
        # Nothing there carries its token either.
        tidy(procountor, "rename", name="x")
        tidy(procountor, "notes", notes="x")
        tidy(procountor, "amount", row=1, to_row=2, amount=1)

        assert findings(company) == ["gone"]

    def test_find_a_copy(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        export = send(a_journal(company)).exports.get()
        book_by_hand(export.link.procountor_account, export.payload)

        document = june_of(company)

        assert document["parts"][0]["findings"] == ["twice"]
        assert len(document["parts"][0]["again"]) == 1
        assert differences(document) == {"2961": "-1006.00", "5010": "1006.00"}

    def test_are_found_by_token_after_a_backup_was_restored(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company))
        forget_the_sending()

        assert findings(company) == ["equal"]

    def test_count_a_run_that_changed_after_it_was_sent(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = send(a_journal(company))
        Journal.objects.filter(pk=journal.pk).update(is_deleted_at_source=True)

        document = june_of(company)

        assert document["parts"][0]["findings"] == ["changed_after_sending"]
        assert differences(document) == {"2961": "-1006.00", "5010": "1006.00"}


class TestOthers:
    def test_are_found_as_booked_another_way(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        export = a_journal(company).exports.get()
        book_by_hand(export.link.procountor_account, by_hand(export.payload, export))

        document = june_of(company)

        assert document["parts"][0]["findings"] == ["booked_another_way"]
        assert document["parts"][0]["another_way"][0]["name"] == "Palkat"
        assert document["outcome"] == "equal"

    def test_are_found_beside_ours_as_a_second_booking(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        export = send(a_journal(company)).exports.get()
        book_by_hand(export.link.procountor_account, by_hand(export.payload, export))

        assert findings(company) == ["twice"]

    def test_are_found_where_the_journal_has_problems(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        export = a_journal(company).exports.get()
        book_by_hand(export.link.procountor_account, by_hand(export.payload, export))
        Export.objects.all().delete()
        Link.objects.update(uses_cost_centers=True, cost_center_dimension="Ei ole")

        assert findings(company) == ["booked_another_way"]

    def test_are_told_apart_from_runs_of_other_months(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company, 6, run_number="6"))
        # A July run that corrects June is ours, and none of June's.
        send(a_journal(company, 6, 7, run_number="7"))

        document = june_of(company)

        assert document["outcome"] == "equal"
        assert {one["run"] for one in document["others"]} == {"1001-2026-7-1"}


class TestVerify:
    def test_finds_what_is_missing(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        a_journal(company)

        assert findings(company) == ["missing"]

    def test_stores_one_row_per_month(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company))

        for _ in range(2):
            verify(company, recent_months(date(2026, 7, 2)), now=NOW)

        rows = ReconciledMonth.objects.values_list("month", "outcome")
        assert list(rows) == [
            (date(2026, 5, 1), "nothing"),
            (date(2026, 6, 1), "equal"),
            (date(2026, 7, 1), "nothing"),
        ]
        assert VerifiedCompany.objects.get().compared_at == NOW

    def test_asks_nothing_where_there_is_no_run(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        before = len(procountor.requests.all())

        verified(company)

        assert len(procountor.requests.all()) == before

    def test_keeps_the_last_result_when_procountor_is_silent(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company))
        verified(company)
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, times=None))

        outcome = verified(company)

        assert outcome.error is not None
        assert ReconciledMonth.objects.get().outcome == "equal"
        assert VerifiedCompany.objects.get().trouble[0].code == "E04"

    def test_waits_when_procountor_wants_fewer_requests(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company))
        procountor.faults.add(Fault(kind=FaultKind.BUSY, path="/ledgerreceipts"))

        assert findings(company) == ["equal"]

    def test_does_not_wait_long(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company))
        procountor.faults.add(Fault(kind=FaultKind.BUSY, times=None, retry_after_seconds=600))

        assert verified(company).error is not None

    def test_refuses_a_company_without_a_link(self, procountor: Sandbox) -> None:
        company = a_company()
        a_journal(company)

        assert isinstance(verified(company).error, NotLinked)

    def test_says_so_when_the_account_acts_in_another_company(self, procountor: Sandbox) -> None:
        company, account = a_company(), an_account()
        link_to(company, account)
        send(a_journal(company))
        key = an_account(1002)
        account.grant, account.access_token = key.grant, ""
        account.save()

        outcome = verified(company)

        assert outcome.error is not None
        assert outcome.error.code == "S07"

    def test_writes_nothing_to_procountor(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company))
        before = procountor.ledger.receipts()
        asked = len(procountor.requests.all())

        verified(company)

        assert procountor.ledger.receipts() == before
        assert {one.method for one in procountor.requests.all()[asked:]} == {"GET"}


def test_recent_months_cross_the_year() -> None:
    assert [str(one) for one in recent_months(date(2026, 1, 2))] == [
        "2025-11",
        "2025-12",
        "2026-01",
    ]


class TestReports:
    def book_bank_statement(self, sandbox: Sandbox) -> None:
        body = {
            "company_id": 50101,
            "type": "BANK_STATEMENT_AS_RECEIPT",
            "name": "Tiliote 12",
            "date": "2026-06-30",
            "rows": [{"account": "2961", "amount": 1006}, {"account": "1910", "amount": -1006}],
        }
        answer = Client(sandbox).post("/sandbox/entries", json=body)
        assert answer.status_code == 200, answer.text

    def june(self, company: Company, *, with_reports: bool = False) -> dict[str, Any]:
        (month,) = verify(company, [JUNE], now=NOW, with_reports=with_reports).months
        document = month.document
        assert isinstance(document, dict)
        return document

    def test_tell_what_other_receipts_book(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company))
        self.book_bank_statement(procountor)

        document = self.june(company, with_reports=True)

        assert document["outcome"] == "equal"
        assert [(one["type"], one["account"], one["amount"]) for one in document["others"]] == [
            ("BANK_STATEMENT_AS_RECEIPT", "2961", "1006.00")
        ]
        assert document["reports_read_at"] == NOW.isoformat()

    @pytest.mark.parametrize("way", ["reports", "receipts"])
    def test_are_kept_by_the_comparison_of_a_night(self, procountor: Sandbox, way: str) -> None:
        company = a_linked_company()
        send(a_journal(company))
        self.book_bank_statement(procountor)
        if way == "receipts":
            self.refuse(procountor, "/reports/ledgeraccounts")
        self.june(company, with_reports=True)
        before = len(procountor.requests.all())

        document = self.june(company)

        assert len(document["others"]) == 1
        assert len(procountor.requests.all()) == before + 2

    def refuse(self, sandbox: Sandbox, path: str) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, path=path, status=403))

    def test_give_way_to_the_receipts_where_they_may_not_be_read(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company))
        self.book_bank_statement(procountor)
        with_reports = self.june(company, with_reports=True)["others"]
        self.refuse(procountor, "/reports/ledgeraccounts")

        document = self.june(company, with_reports=True)

        assert with_reports != []
        assert document["reports_read_at"] is None
        assert [{**one, "from_report": True} for one in document["others"]] == with_reports

    def test_are_done_without_where_they_may_not_be_read(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company))
        path = "/reports/ledgeraccounts"
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, path=path, status=403))

        document = self.june(company, with_reports=True)

        assert document["outcome"] == "equal"
        assert document["reports_read_at"] is None
