"""The page of a company's month: payroll against the ledger."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import a_company, a_journal, a_linked_company, book_by_hand, send, tidy
from tests.web.reading import squeezed
from werkzeug.test import Client as HttpClient

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.models import Company
from tilisilta.services.connections import check_account

pytestmark = pytest.mark.django_db

JUNE = "2026-06"


@pytest.fixture
def company(procountor: Sandbox) -> Company:
    """Return a company whose June run was sent."""
    company = a_linked_company()
    send(a_journal(company))
    return company


def compared(browser: Client, month: str = JUNE) -> str:
    response = browser.post(reverse("company_month", args=[1001, month]), follow=True)
    assert response.status_code == 200
    return squeezed(response.text)


class TestMonth:
    def test_was_not_compared_yet(self, browser_of_reader: Client, company: Company) -> None:
        text = browser_of_reader.get(reverse("company_month", args=[1001, JUNE])).text

        assert "Not compared yet" in text
        assert "Compare now" in text

    def test_is_equal(self, browser_of_reader: Client, company: Company) -> None:
        text = compared(browser_of_reader)

        assert "The sums are equal." in text
        assert "Causes" not in text
        assert text.count('<span class="pos">1,006.00</span>') >= 3

    def test_shows_old_and_new_values(
        self, browser_of_reader: Client, company: Company, procountor: Sandbox
    ) -> None:
        tidy(procountor, "amount", row=1, to_row=2, amount=36)
        tidy(procountor, "rename", name="Palkat")
        tidy(procountor, "redate", date="2026-06-12")

        text = compared(browser_of_reader)

        assert "Something differs." in text
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
        assert "Compared with the ledger." in answer.text

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
