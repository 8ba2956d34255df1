"""The first page."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.bureau import FIRST_MONTH, NOW, a_company
from tests.services.test_overview import a_stored_journal, an_export
from tests.web.reading import squeezed

from tilisilta.models import ExportState, JournalState, Link, ProcountorAccount, Sending

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12


class TestOverview:
    def test_names_what_waits_and_leads_to_it(self, browser_of_reader: Client) -> None:
        journal = a_stored_journal(a_company(), JournalState.READY)

        text = browser_of_reader.get("/").text

        assert "Koivulammi Konepaja Oy" in text
        assert f'href="{reverse("journal", args=[journal.pk])}"' in text
        assert "No problems." in text

    def test_says_so_when_nothing_waits(self, browser_of_reader: Client) -> None:
        text = browser_of_reader.get("/").text

        assert "Nothing waits for you." in text
        assert "There are no companies yet." in text

    def test_shows_accounts_that_let_nothing_through(self, browser_of_reader: Client) -> None:
        account = ProcountorAccount.objects.create(name="kirnu-12")
        Link.objects.create(
            company=a_company(), procountor_account=account, start_month=FIRST_MONTH
        )

        text = browser_of_reader.get("/").text

        assert "kirnu-12" in text
        assert "Not authorised" in text

    def test_takes_few_queries_when_everything_is_shown(
        self, browser_of_reader: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(1001, 1031):
            company = a_company(number)
            for state in (JournalState.READY, JournalState.PROBLEM, JournalState.SENT):
                a_stored_journal(company, state)
        journal = a_stored_journal(company, JournalState.SENDING)
        an_export(journal, ExportState.QUEUED)
        Sending.objects.create(journal=journal, requested_at=NOW, due_at=NOW)

        with django_assert_max_num_queries(MOST_QUERIES):
            response = browser_of_reader.get("/")

        assert "Sending now" in response.text

    def test_goes_back_to_an_earlier_month(self, browser_of_reader: Client) -> None:
        a_stored_journal(a_company(), JournalState.SENT, month=5)

        text = browser_of_reader.get("/", {"month": "2026-05"}).text

        assert 'class="now">May 2026</th>' in squeezed(text)

    @pytest.mark.parametrize("month", ["nonsense", "2026-13", "0001-01", "9999-12"])
    def test_takes_no_harm_from_an_odd_address(self, browser_of_reader: Client, month: str) -> None:
        response = browser_of_reader.get("/", {"month": month, "page": "x", "q": "%_'\""})

        assert response.status_code == 200


class TestProgress:
    def test_reloads_itself_while_something_is_sent(self, browser_of_reader: Client) -> None:
        journal = a_stored_journal(a_company(), JournalState.SENDING)
        an_export(journal, ExportState.QUEUED)
        Sending.objects.create(journal=journal, requested_at=NOW, due_at=NOW)

        text = browser_of_reader.get(reverse("overview_progress")).text

        assert "0 of 1 ledger receipts booked" in text
        assert 'hx-trigger="every 3s"' in text

    def test_reloads_the_page_when_all_is_sent(self, browser_of_reader: Client) -> None:
        response = browser_of_reader.get(reverse("overview_progress"))

        assert response["HX-Refresh"] == "true"


class TestMonthsInTheAddress:
    def test_lead_from_each_column_to_its_month(self, browser_of_reader: Client) -> None:
        a_stored_journal(a_company(), JournalState.SENT, month=date(2026, 6, 1).month)

        text = browser_of_reader.get("/").text

        assert 'href="?month=2026-05"' in text
