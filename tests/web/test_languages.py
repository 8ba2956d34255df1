"""The language of the pages."""

import pytest
from django.test import Client
from django.urls import reverse

from tilisilta.models import User

pytestmark = pytest.mark.django_db


class TestLanguage:
    def test_is_the_browsers_first_that_we_have(self, client: Client) -> None:
        response = client.get(
            reverse("account_login"), headers={"Accept-Language": "de, fi;q=0.8, en;q=0.5"}
        )

        assert response["Content-Language"] == "fi"
        assert '<html lang="fi">' in response.text

    def test_is_english_for_a_language_we_do_not_have(self, client: Client) -> None:
        response = client.get(reverse("account_login"), headers={"Accept-Language": "de"})

        assert '<html lang="en">' in response.text

    def test_stays_as_chosen_and_is_stored_with_the_person(
        self, browser_of_reader: Client, reader: User
    ) -> None:
        response = browser_of_reader.post(
            reverse("language"), {"language": "sv", "next": "/companies"}
        )

        reader.refresh_from_db()
        assert response["Location"] == "/companies"
        assert reader.language == "sv"
        assert '<html lang="sv">' in browser_of_reader.get("/companies").text

    def test_can_be_chosen_before_the_log_in(self, client: Client) -> None:
        client.post(reverse("language"), {"language": "fi", "next": reverse("account_login")})

        assert '<html lang="fi">' in client.get(reverse("account_login")).text

    def test_leads_to_no_other_site(self, client: Client) -> None:
        response = client.post(
            reverse("language"), {"language": "fi", "next": "https://elsewhere.example/"}
        )

        assert response["Location"] == reverse("overview")

    def test_refuses_one_we_do_not_have(self, client: Client) -> None:
        response = client.post(reverse("language"), {"language": "tlh"})

        assert response.status_code == 400

    def test_is_not_changed_by_following_a_link(self, client: Client) -> None:
        response = client.get(reverse("language"), {"language": "fi"})

        assert response.status_code == 405
