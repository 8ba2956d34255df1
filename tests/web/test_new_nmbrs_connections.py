"""A new connection to Nmbrs: what it asks for, what it refuses, and what it never shows."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from tests.bureau import a_connection
from tests.web.nmbrs_pages import PAGE
from tests.web.test_rights import browser_with

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.payroll import sample
from tilisilta.models import NmbrsConnection, Right, Synchronisation, User

pytestmark = pytest.mark.django_db


def _filled(**values: str) -> dict[str, str]:
    return {
        "name": "Palkkatoimisto",
        "user_name": sample.USERNAME,
        "token": sample.TOKEN,
        "first_year": "2026",
        "domain": "",
        **values,
    }


class TestNewConnection:
    def test_says_what_it_reaches_and_lands_where_fetching_is_followed(
        self, nmbrs: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        response = browser_of_administrator.post(
            reverse("new_nmbrs_connection"), _filled(), follow=True
        )

        assert response.redirect_chain == [(PAGE, 302)]
        assert "Palkkatoimisto is connected." in response.text
        assert "domain koivulammi: 3 debtors and 10 companies." in response.text
        assert "Fetching from Nmbrs" in response.text
        assert Synchronisation.objects.get().requested_by == administrator

    def test_offers_the_site_of_swedish_environments(
        self, nmbrs: Sandbox, settings: Settings, browser_of_administrator: Client
    ) -> None:
        beside_a_stand_in = browser_of_administrator.get(PAGE).text
        settings.NMBRS_SOAP_URL = "https://api.nmbrs.nl/soap/v3"
        page = browser_of_administrator.get(PAGE).text

        browser_of_administrator.post(reverse("new_nmbrs_connection"), _filled(site="se"))

        assert "api.nmbrs.se" in page
        assert 'name="site"' not in beside_a_stand_in
        assert NmbrsConnection.objects.get().site == NmbrsConnection.Site.SWEDEN

    def test_refuses_a_site_that_is_not_offered(
        self, nmbrs: Sandbox, settings: Settings, browser_of_administrator: Client
    ) -> None:
        settings.NMBRS_SOAP_URL = "https://api.nmbrs.nl/soap/v3"

        page = browser_of_administrator.post(
            reverse("new_nmbrs_connection"), _filled(site="nmbrs.example")
        )

        assert page.status_code == 422
        assert not NmbrsConnection.objects.exists()

    def test_begins_with_this_year_unless_another_was_chosen(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        this_year = timezone.localdate().year

        page = browser_of_administrator.get(PAGE).text
        browser_of_administrator.post(
            reverse("new_nmbrs_connection"), _filled(first_year=str(this_year - 3))
        )

        assert f'name="first_year" value="{this_year}"' in page
        assert NmbrsConnection.objects.get().first_year == this_year - 3

    def test_never_shows_its_token_and_stores_it_encrypted(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        browser_of_administrator.post(reverse("new_nmbrs_connection"), _filled())

        made = NmbrsConnection.objects.get()
        addresses = (PAGE, reverse("nmbrs_connection", args=[made.pk]))
        with connection.cursor() as cursor:
            cursor.execute("SELECT token FROM tilisilta_nmbrsconnection")
            (stored,) = cursor.fetchone()
        assert made.token == sample.TOKEN
        assert sample.TOKEN not in stored
        for address in addresses:
            assert sample.TOKEN not in browser_of_administrator.get(address).text

    def test_explains_a_token_that_nmbrs_refuses_and_shows_the_rest_again(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        response = browser_of_administrator.post(
            reverse("new_nmbrs_connection"), _filled(token="MISTYPED-TOKEN")
        )

        assert response.status_code == 422
        assert "Nmbrs does not accept the user and token" in response.text
        assert "<dt>Remedy</dt>" in response.text
        assert 'value="Palkkatoimisto"' in response.text
        assert "MISTYPED-TOKEN" not in response.text
        assert not NmbrsConnection.objects.exists()
        assert not Synchronisation.objects.exists()

    def test_wants_a_name_of_its_own_and_a_year_that_can_be(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_connection("Palkkatoimisto")

        twice = browser_of_administrator.post(reverse("new_nmbrs_connection"), _filled())
        late = browser_of_administrator.post(
            reverse("new_nmbrs_connection"), _filled(name="Toinen", first_year="2999")
        )

        assert "There is already a connection of this name" in twice.text
        assert "There are no runs of such a late year yet." in late.text
        assert NmbrsConnection.objects.count() == 1

    def test_is_refused_to_readers(self, nmbrs: Sandbox) -> None:
        browser = browser_with(nmbrs=Right.READ)

        shown = browser.get(PAGE)
        posted = browser.post(reverse("new_nmbrs_connection"), _filled())

        assert shown.status_code == 200
        assert "New connection" not in shown.text
        assert posted.status_code == 403
        assert not NmbrsConnection.objects.exists()
