"""The page of a company's month: payroll against the ledger."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.bureau import (
    a_company,
    a_journal,
    a_linked_company,
    book_by_hand,
    compare_asked,
    send,
    tidy,
    timezone_now,
)
from tests.web.reading import squeezed
from werkzeug.test import Client as HttpClient

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.models import Company, ReconciledMonth, VerifiedCompany, Worker
from tilisilta.services.asked_payments import fetch_and_verify
from tilisilta.services.connections import check_account
from tilisilta.services.verifying.night import claim_company

pytestmark = pytest.mark.django_db

JUNE = "2026-06"


@pytest.fixture
def company(procountor: Sandbox) -> Company:
    """Return a company whose June run was sent."""
    company = a_linked_company()
    send(a_journal(company))
    return company


def compared(browser: Client, month: str = JUNE) -> str:
    """Have the month compared, be its worker, and return the page as it is loaded then."""
    address = reverse("company_month", args=[1001, month])
    assert browser.post(address, follow=True).status_code == 200
    compare_asked()
    return squeezed(browser.get(address).text)


def a_worker() -> Worker:
    return Worker.objects.create(
        executor_id="worker", started_at=timezone_now(), heard_at=timezone_now()
    )


def polled(browser: Client, shown: str = "") -> HttpResponse:
    address = f"{reverse('company_month', args=[1001, JUNE])}?shown={shown}"
    response = browser.get(address, headers={"HX-Request": "true"})
    assert isinstance(response, HttpResponse)
    return response


def this_month() -> str:
    return f"{timezone.localdate():%Y-%m}"


class TestMonth:
    def test_was_not_compared_yet(self, browser_of_reader: Client, company: Company) -> None:
        text = browser_of_reader.get(reverse("company_month", args=[1001, JUNE])).text

        assert "Not compared yet" in text
        assert "Compare now" in text

    def test_is_equal(self, browser_of_reader: Client, company: Company) -> None:
        text = compared(browser_of_reader)

        assert "Equal" in text
        assert "Different" not in text
        assert "Causes" not in text
        assert text.count('<span class="pos">1,006.00</span>') >= 3

    def test_shows_old_and_new_values(
        self, browser_of_reader: Client, company: Company, procountor: Sandbox
    ) -> None:
        tidy(procountor, "amount", row=1, to_row=2, amount=36)
        tidy(procountor, "rename", name="Palkat")
        tidy(procountor, "redate", date="2026-06-12")

        text = compared(browser_of_reader)

        assert "Different" in text
        assert "Edited by a person" in text
        assert "1,006.00" in text
        assert "970.00" in text
        assert "12 Jun 2026" in text
        assert '<a href="#cause1">1</a>' in text

    @pytest.mark.parametrize(
        ("act", "details", "word"),
        [
            ("invalidate", {}, "Invalidated"),
            ("redate", {"date": "2026-07-01"}, "Moved to another month"),
            ("description", {"row": 1, "description": "käsin"}, "Edited by a person"),
            ("account", {"row": 1, "account": "5030"}, "Edited by a person"),
        ],
    )
    def test_says_what_a_person_did(
        self,
        browser_of_reader: Client,
        company: Company,
        procountor: Sandbox,
        act: str,
        details: dict[str, Any],
        word: str,
    ) -> None:
        tidy(procountor, act, **details)

        assert word in compared(browser_of_reader)

    def test_shows_what_was_booked_another_way_and_what_is_missing(
        self, browser_of_reader: Client, company: Company
    ) -> None:
        export = a_journal(company, run_number="7").exports.get()
        a_journal(company, run_number="8")
        by_hand = export.payload.replace(export.name, "Palkat").replace(export.token, "NMBRS")
        book_by_hand(export.link.procountor_account, by_hand)

        text = compared(browser_of_reader)

        assert "Booked another way" in text
        assert "Not booked" in text

    def test_shows_a_copy(self, browser_of_reader: Client, company: Company) -> None:
        export = company.journals.get().exports.get()
        book_by_hand(export.link.procountor_account, export.payload)

        text = compared(browser_of_reader)

        assert "Booked twice" in text
        assert "books the same again" in text

    def test_shows_what_other_receipts_book(
        self, browser_of_reader: Client, company: Company, procountor: Sandbox
    ) -> None:
        body = {
            "company_id": 50101,
            "type": "BANK_STATEMENT_AS_RECEIPT",
            "name": "Tiliote 12",
            "date": "2026-06-30",
            "rows": [{"account": "2961", "amount": 1006}, {"account": "1910", "amount": -1006}],
        }
        assert HttpClient(procountor).post("/sandbox/entries", json=body).status_code == 200

        text = compared(browser_of_reader)

        assert "Other entries on these accounts" in text
        assert "Tiliote 12" in text
        assert "Bank statement" in text

    def test_without_runs_says_so(self, browser_of_reader: Client, company: Company) -> None:
        assert "No run of this month books anything." in compared(browser_of_reader, "2026-05")

    def test_says_why_it_could_not_be_compared(
        self, browser_of_reader: Client, company: Company, procountor: Sandbox
    ) -> None:
        compared(browser_of_reader)
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, path="/ledgerreceipts"))

        text = compared(browser_of_reader)

        assert "The last comparison failed." in text
        assert "(E04)" in text
        assert "1,006.00" in text

    @pytest.mark.parametrize("month", ["2026-13", "soon", "1999-12", "9999-12", "2026-06-30"])
    def test_of_no_calendar_is_not_found(
        self, browser_of_reader: Client, company: Company, month: str
    ) -> None:
        address = reverse("company_month", args=[1001, month])

        assert browser_of_reader.get(address).status_code == 404

    @pytest.mark.parametrize("language", ["fi", "sv"])
    def test_speaks_the_language_of_the_reader(
        self, browser_of_reader: Client, company: Company, procountor: Sandbox, language: str
    ) -> None:
        tidy(procountor, "amount", row=1, to_row=2, amount=36)
        browser_of_reader.cookies["language"] = language

        text = compared(browser_of_reader)

        assert {"fi": "Ei täsmää", "sv": "Stämmer inte"}[language] in text


class TestWaysThere:
    def test_from_the_company(self, browser_of_reader: Client, company: Company) -> None:
        text = browser_of_reader.get(reverse("company", args=[1001])).text
        assert reverse("compare_recent", args=[1001]) in text

        answer = browser_of_reader.post(reverse("compare_recent", args=[1001]), follow=True)

        assert answer.redirect_chain == [(reverse("company", args=[1001]), 302)]
        assert "waits to be compared with the ledger" in answer.text
        assert f'hx-get="{reverse("company_month", args=[1001, this_month()])}' in answer.text
        compare_asked()
        assert ReconciledMonth.objects.count() == 3
        assert not VerifiedCompany.objects.exclude(wanted_month=None, awaited_month=None)

    def test_from_the_company_to_months_compared_before(
        self, browser_of_reader: Client, company: Company
    ) -> None:
        compared(browser_of_reader)

        text = browser_of_reader.get(reverse("company", args=[1001])).text

        assert reverse("company_month", args=[1001, JUNE]) in text

    def test_not_from_a_company_without_a_link(
        self, browser_of_reader: Client, procountor: Sandbox
    ) -> None:
        a_company()

        text = browser_of_reader.get(reverse("company", args=[1001])).text

        assert reverse("compare_recent", args=[1001]) not in text

    def test_from_a_journal(self, browser_of_reader: Client, company: Company) -> None:
        journal = company.journals.get()

        text = browser_of_reader.get(reverse("journal", args=[journal.pk])).text

        assert f'action="{reverse("company_month", args=[1001, JUNE])}"' in text


class TestWaiting:
    def test_is_left_to_a_worker(
        self, browser_of_reader: Client, company: Company, procountor: Sandbox
    ) -> None:
        a_worker()
        before = len(procountor.requests.all())

        text = squeezed(
            browser_of_reader.post(reverse("company_month", args=[1001, JUNE]), follow=True).text
        )

        assert len(procountor.requests.all()) == before
        assert "The month waits to be compared with the ledger." in text
        assert "No worker is running" not in text
        assert not ReconciledMonth.objects.exists()

    def test_is_seen_by_colleagues_until_it_is_compared(
        self, browser_of_reader: Client, browser_of_administrator: Client, company: Company
    ) -> None:
        a_worker()
        browser_of_reader.post(reverse("company_month", args=[1001, JUNE]))

        assert polled(browser_of_administrator, "waiting").status_code == 204
        claimed = claim_company(timezone_now())
        assert claimed is not None
        moved = polled(browser_of_administrator, "waiting")
        assert "The month is being compared with the ledger." in moved.text
        assert polled(browser_of_administrator, "comparing").status_code == 204
        fetch_and_verify(claimed, now=timezone_now())
        assert polled(browser_of_administrator, "comparing").headers["HX-Refresh"] == "true"

    def test_clicked_twice_asks_once(self, browser_of_reader: Client, company: Company) -> None:
        for _click in range(2):
            browser_of_reader.post(reverse("company_month", args=[1001, JUNE]))

        assert compare_asked() == 1

    def test_says_that_no_worker_runs_and_what_to_do(
        self, browser_of_reader: Client, company: Company
    ) -> None:
        text = squeezed(
            browser_of_reader.post(reverse("company_month", args=[1001, JUNE]), follow=True).text
        )

        assert "No worker is running: it is compared as soon as one does." in text
        assert "Start tilisilta serve or tilisilta worker." in text
        assert polled(browser_of_reader, "no_worker").status_code == 204
        a_worker()
        assert "No worker is running" not in polled(browser_of_reader, "no_worker").text

    def test_is_not_begun_without_a_link(
        self, browser_of_reader: Client, procountor: Sandbox
    ) -> None:
        a_company()

        text = browser_of_reader.post(reverse("company_month", args=[1001, JUNE]), follow=True).text

        assert "No administration is linked to" in text
        assert not VerifiedCompany.objects.exists()


class TestVerifyOnly:
    def test_is_told_and_named_where_the_account_may_do_more(
        self, browser_of_administrator: Client, procountor: Sandbox
    ) -> None:
        company = a_linked_company(is_verify_only=True)
        journal = a_journal(company)
        link = company.links.get()
        check_account(link.procountor_account)

        of_company = browser_of_administrator.get(reverse("company", args=[1001])).text
        of_link = browser_of_administrator.get(reverse("link", args=[link.pk])).text
        of_journal = browser_of_administrator.get(reverse("journal", args=[journal.pk])).text

        assert "Verify only" in of_company
        assert "may write" in of_link
        assert "The link of Koivulammi Konepaja Oy is verify only" in of_journal
        assert 'name="digest"' not in of_journal
