"""The frame of every page."""

import pytest
from django.test import Client
from django.urls import reverse

from tilisilta.models import AuditEntry, Right, User, UserTemplate
from tilisilta.services.users import create_first_administrator, create_user

PASSWORD = "a bridge over the river"

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> User:
    return create_first_administrator("aino", PASSWORD)


class TestLogIn:
    def test_is_asked_for_before_any_page(self, client: Client) -> None:
        response = client.get("/")

        assert response.status_code == 302
        assert response["Location"] == reverse("account_login") + "?next=/"

    def test_leads_to_the_overview_and_is_written_down(
        self, client: Client, administrator: User
    ) -> None:
        response = client.post(
            reverse("account_login"), {"login": "aino", "password": PASSWORD}, follow=True
        )

        assert response.redirect_chain == [("/", 302)]
        assert AuditEntry.objects.latest("at").action == AuditEntry.Action.LOGGED_IN
        assert "<h1>Overview</h1>" in response.text

    def test_refuses_a_wrong_password_in_words(self, client: Client, administrator: User) -> None:
        response = client.post(reverse("account_login"), {"login": "aino", "password": "wrong"})

        assert 'role="alert"' in response.text
        assert "An administrator can set a new password" in response.text

    def test_goes_on_in_the_language_the_person_chose_last(
        self, client: Client, administrator: User
    ) -> None:
        User.objects.filter(pk=administrator.pk).update(language="fi")

        client.post(reverse("account_login"), {"login": "aino", "password": PASSWORD})

        assert client.cookies["language"].value == "fi"

    def test_lets_nobody_sign_up(self, client: Client) -> None:
        response = client.post(
            reverse("account_signup"),
            {"username": "eve", "password1": PASSWORD, "password2": PASSWORD},
        )

        assert not User.objects.filter(username="eve").exists()
        assert response.status_code in {200, 404}


class TestMenu:
    def test_shows_an_administrator_every_area(self, client: Client, administrator: User) -> None:
        client.force_login(administrator)

        text = client.get("/").text

        assert ">Audit log</a>" in text
        assert ">Users</a>" in text
        assert 'aria-current="page">Overview</a>' in text

    def test_hides_an_area_the_template_gives_none_of(self, client: Client) -> None:
        template = UserTemplate.objects.create(name="Only companies", companies=Right.READ)
        client.force_login(create_user("oona", PASSWORD, template=template, user=None))

        text = client.get("/").text

        assert ">Companies</a>" in text
        assert ">Audit log</a>" not in text
        assert ">Users</a>" not in text

    def test_allows_no_script_or_style_in_the_page(
        self, client: Client, administrator: User
    ) -> None:
        client.force_login(administrator)

        response = client.get("/")

        assert "default-src 'self'" in response["Content-Security-Policy"]
        assert "<style" not in response.text
        assert " style=" not in response.text
        assert "onclick" not in response.text
