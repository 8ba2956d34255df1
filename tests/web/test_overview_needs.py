"""What can be done on the first page about what waits."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.bureau import a_company, a_journal, a_linked_company
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.models import Journal, Sending

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12


class TestNeeds:
    def test_lead_to_the_screen_that_solves_the_problem(
        self, browser_of_administrator: Client
    ) -> None:
        a_journal(a_company())

        text = squeezed(browser_of_administrator.get("/").text)

        assert f'href="{reverse("new_link")}?company=1001"' in text
        assert "Fix it" in text

    def test_lead_a_reader_without_that_right_to_the_journal(
        self, browser_of_reader: Client
    ) -> None:
        journal = a_journal(a_company())

        text = squeezed(browser_of_reader.get("/").text)

        assert f'href="{reverse("journal", args=[journal.pk])}"' in text

    def test_of_one_company_that_are_equal_are_one_row(
        self, browser_of_administrator: Client
    ) -> None:
        company = a_company()
        for number in ("6", "7", "8"):
            a_journal(company, run_number=number)

        text = squeezed(browser_of_administrator.get("/").text)

        assert text.count("Fix it") == 1
        assert "the same for 2 more journals" in text


class TestSendingFromTheOverview:
    def test_sends_a_ready_journal_and_comes_back(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company())
        text = browser_of_administrator.get("/").text
        assert f'id="send{journal.pk}"' in text
        assert reverse("send_ready") in text
        seen = text.partition('name="seen" value="')[2].partition('"')[0]

        response = browser_of_administrator.post(
            reverse("send_journal", args=[journal.pk]), {"seen": seen, "next": "/"}, follow=True
        )

        assert response.request["PATH_INFO"] == "/"
        assert "is being sent" in response.text
        assert Sending.objects.filter(journal=journal).count() == 1

    def test_is_not_offered_to_a_reader(
        self, procountor: Sandbox, browser_of_reader: Client
    ) -> None:
        journal = a_journal(a_linked_company())

        text = browser_of_reader.get("/").text

        assert f'id="send{journal.pk}"' not in text
        assert reverse("send_ready") not in text

    def test_takes_few_queries(
        self,
        procountor: Sandbox,
        browser_of_administrator: Client,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        a_journal(a_linked_company(), 5, run_number="5")
        a_journal(a_company(1002), 6)
        assert Journal.objects.count() == 2

        with django_assert_max_num_queries(MOST_QUERIES):
            browser_of_administrator.get("/")
