"""A journal that may be another one's payroll again: who may say that it is not, and how."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import a_journal, a_linked_company, csv_file, monthly_lines

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import Run
from tilisilta.models import Company, Journal
from tilisilta.models import Run as NmbrsRun
from tilisilta.services.journals.importing import import_journal

pytestmark = pytest.mark.django_db

BUTTON = "It is another payroll"


@pytest.fixture
def twice(procountor: Sandbox) -> Journal:
    """June came from Nmbrs as run 6, and again from a file as run 106."""
    company = a_linked_company()
    run = NmbrsRun.objects.create(
        company=company, nmbrs_run_id=1, year=2026, number="6", period_start=6, period_end=6
    )
    first = a_journal(company, 6)
    Journal.objects.filter(pk=first.pk).update(run=run)
    return from_a_file(company)


def from_a_file(company: Company) -> Journal:
    return import_journal(
        csv_file(monthly_lines(6), description="Palkat tiedostosta"),
        file_name="kesakuu.csv",
        company=company,
        user=None,
        now=Journal.objects.latest("pk").came_at,
        run=Run(year=2026, number="106"),
    ).journal


class TestNotTwice:
    def test_stops_until_a_person_confirms_it(
        self, twice: Journal, browser_of_administrator: Client
    ) -> None:
        page = browser_of_administrator.get(reverse("journal", args=[twice.pk])).text

        assert "This may be the payroll of journal 1001-2026-6-1 again" in page
        assert BUTTON in page
        assert twice.state == "problem"

    def test_can_be_sent_afterwards(self, twice: Journal, browser_of_administrator: Client) -> None:
        response = browser_of_administrator.post(
            reverse("journal_not_twice", args=[twice.pk]), follow=True
        )

        twice.refresh_from_db()
        assert twice.state == "ready"
        assert BUTTON not in response.text

    def test_is_not_for_readers(self, twice: Journal, browser_of_reader: Client) -> None:
        page = browser_of_reader.get(reverse("journal", args=[twice.pk])).text
        response = browser_of_reader.post(reverse("journal_not_twice", args=[twice.pk]))

        assert BUTTON not in page
        assert response.status_code == 403
