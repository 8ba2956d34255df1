"""Companies and debtors on their pages."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import a_company, a_journal
from tests.web.reading import squeezed

from tilisilta.models import AuditEntry, Company, Debtor, User
from tilisilta.services.companies import add_debtor, set_blocked, set_start, set_test

pytestmark = pytest.mark.django_db


class TestCompanyList:
    def test_leads_to_each_company(self, browser_of_reader: Client) -> None:
        a_company(1001)

        text = browser_of_reader.get(reverse("companies")).text

        assert 'href="/companies/1001"' in text
        assert "Not linked" in text

    def test_names_the_search_that_matched_nothing(self, browser_of_reader: Client) -> None:
        text = browser_of_reader.get(reverse("companies"), {"q": "<b>"}).text

        assert "No company has “&lt;b&gt;”" in text


class TestNewCompany:
    def test_is_added_and_shown(self, browser_of_administrator: Client) -> None:
        debtor = add_debtor(101, "Koivulammi", user=None)

        response = browser_of_administrator.post(
            reverse("new_company"), {"number": 1001, "name": "Konepaja Oy", "debtor": debtor.pk}
        )

        assert response["Location"] == "/companies/1001"
        assert Company.objects.get().name == "Konepaja Oy"

    def test_explains_a_number_that_is_taken(self, browser_of_administrator: Client) -> None:
        company = a_company(1001)

        response = browser_of_administrator.post(
            reverse("new_company"), {"number": 1001, "name": "X", "debtor": company.debtor_id}
        )

        assert "There is already a company with this number" in response.text
        assert Company.objects.count() == 1


class TestCompany:
    def test_shows_its_runs_with_a_way_to_each_journal(self, browser_of_reader: Client) -> None:
        company = a_company()
        journal = a_journal(company, 6)

        text = browser_of_reader.get(reverse("company", args=[company.number])).text

        assert f'href="{reverse("journal", args=[journal.pk])}"' in text
        assert "Runs of 2026" in text
        assert "June 2026" in text

    def test_says_that_a_test_company_never_sends(self, browser_of_reader: Client) -> None:
        company = set_test(a_company(), True, user=None)

        text = browser_of_reader.get(reverse("company", args=[company.number])).text

        assert "Its journals are never sent, not by the API or the command line either." in text

    def test_says_that_a_blocked_debtor_never_sends(self, browser_of_reader: Client) -> None:
        company = a_company()
        set_blocked(company.debtor, True, user=None)

        text = browser_of_reader.get(reverse("company", args=[company.number])).text

        assert "The debtor Koivulammi-yhtiöt is blocked." in text

    def test_offers_a_reader_nothing_to_change(self, browser_of_reader: Client) -> None:
        company = a_company()

        text = browser_of_reader.get(reverse("company", args=[company.number])).text

        assert "Mark as a test company" not in text
        assert "Make the link" not in text

    def test_is_marked_as_a_test_company(
        self, browser_of_administrator: Client, administrator: User
    ) -> None:
        company = a_company()

        browser_of_administrator.post(
            reverse("company_test", args=[company.number]), {"is_test": "yes"}
        )

        company.refresh_from_db()
        assert company.is_test
        assert AuditEntry.objects.latest("pk").user == administrator

    def test_says_who_marked_it_as_a_test_company_and_who_blocked_its_debtor(
        self, browser_of_administrator: Client, reader: User
    ) -> None:
        company = set_test(a_company(), True, user=reader)
        set_blocked(company.debtor, True, user=None)

        text = squeezed(
            browser_of_administrator.get(reverse("company", args=[company.number])).text
        )

        assert "</time> oona</span>" in text
        assert "</time> Tilisilta itself</span>" in text

    @pytest.mark.parametrize(
        ("given", "stored"), [("2026-03-01", date(2026, 3, 1)), ("", None), ("tomorrow", None)]
    )
    def test_is_fetched_and_sent_from_its_start_date_on(
        self, browser_of_administrator: Client, given: str, stored: date | None
    ) -> None:
        company = a_company()

        response = browser_of_administrator.post(
            reverse("company_start", args=[company.number]), {"start_date": given}
        )

        company.refresh_from_db()
        assert company.start_date == stored
        assert response.status_code == (422 if given == "tomorrow" else 302)

    def test_shows_its_start_date_to_readers(self, browser_of_reader: Client) -> None:
        company = set_start(a_company(), date(2026, 3, 1), user=None)

        text = browser_of_reader.get(reverse("company", args=[company.number])).text
        posted = browser_of_reader.post(reverse("company_start", args=[company.number]))

        assert "1 Mar 2026" in text
        assert "Save the start date" not in text
        assert posted.status_code == 403

    def test_is_renamed(self, browser_of_administrator: Client) -> None:
        company = a_company()

        response = browser_of_administrator.post(
            reverse("company_settings", args=[company.number]),
            {"name": "Uusi Oy", "debtor": company.debtor_id},
            follow=True,
        )

        assert "<h1>Uusi Oy</h1>" in response.text
        assert "are kept" in response.text

    def test_shows_what_is_wrong_with_its_settings(self, browser_of_administrator: Client) -> None:
        company = a_company()

        response = browser_of_administrator.post(
            reverse("company_settings", args=[company.number]), {"name": "", "debtor": ""}
        )

        assert response.status_code == 422
        assert "This field is required." in response.text


class TestDebtors:
    def test_are_added(self, browser_of_administrator: Client) -> None:
        browser_of_administrator.post(reverse("debtors"), {"number": 101, "name": "Koivulammi"})

        assert Debtor.objects.get().name == "Koivulammi"

    def test_are_not_added_twice(self, browser_of_administrator: Client) -> None:
        add_debtor(101, "Koivulammi", user=None)

        response = browser_of_administrator.post(
            reverse("debtors"), {"number": 101, "name": "Toinen"}
        )

        assert "There is already a debtor with this number" in response.text

    def test_are_blocked_with_who_and_when(
        self, browser_of_administrator: Client, administrator: User
    ) -> None:
        add_debtor(101, "Koivulammi", user=None)

        response = browser_of_administrator.post(
            reverse("debtor_blocked", args=[101]), {"is_blocked": "yes"}, follow=True
        )

        assert Debtor.objects.get().is_blocked
        assert "</time> aino</span>" in response.text
        assert "Unblock" in response.text

    def test_are_not_blocked_by_following_a_link(self, browser_of_administrator: Client) -> None:
        add_debtor(101, "Koivulammi", user=None)

        response = browser_of_administrator.get(reverse("debtor_blocked", args=[101]))

        assert response.status_code == 405


class TestPeople:
    def test_are_set_and_shown(
        self, browser_of_administrator: Client, browser_of_reader: Client, administrator: User
    ) -> None:
        a_company()
        address = reverse("company_people", args=[1001])

        response = browser_of_administrator.post(
            address, {"responsible": administrator.pk, "stand_in": ""}, follow=True
        )

        assert "are kept" in response.text
        assert Company.objects.get().responsible == administrator
        text = squeezed(browser_of_reader.get(reverse("company", args=[1001])).text)
        assert "<dt>Responsible</dt><dd>aino</dd>" in text

    def test_must_see_the_company(
        self, browser_of_administrator: Client, administrator: User
    ) -> None:
        company = a_company()
        other = Debtor.objects.create(number=102, name="Muut")
        limited = User.objects.create(username="sari", sees_all_debtors=False)
        limited.debtors.add(other)
        address = reverse("company_people", args=[1001])

        refused = browser_of_administrator.post(address, {"responsible": limited.pk})
        limited.debtors.add(company.debtor)
        done = browser_of_administrator.post(address, {"responsible": limited.pk})

        assert (refused.status_code, done.status_code) == (422, 302)
        assert Company.objects.get().responsible == limited

    def test_are_not_set_by_a_reader(self, browser_of_reader: Client) -> None:
        a_company()

        response = browser_of_reader.post(reverse("company_people", args=[1001]), {})

        assert response.status_code == 403
