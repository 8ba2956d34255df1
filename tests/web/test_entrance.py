"""What is due before anything else: a password of one's own, and a second step."""

from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from tests.web.conftest import PASSWORD

from tilisilta.models import User, UserTemplate
from tilisilta.services.users import change_user, create_first_administrator

pytestmark = pytest.mark.django_db
OTHER = "quite another bridge"


def change(client: Client, old: str, new: str) -> None:
    client.post(
        reverse("account_change_password"),
        {"oldpassword": old, "password1": new, "password2": new},
    )


class TestFirstPassword:
    @pytest.fixture
    def newcomer(self, browser_of_administrator: Client) -> Client:
        template = UserTemplate.objects.get(name="Reader")
        browser_of_administrator.post(
            reverse("new_user"),
            {"username": "sari", "password": PASSWORD, "template": template.pk},
        )
        client = Client()
        client.post(reverse("account_login"), {"login": "sari", "password": PASSWORD})
        return client

    @pytest.mark.parametrize(
        "page", ["overview", "exports", "profile", "mfa_index", "mfa_activate_totp", "audit_log"]
    )
    def test_opens_nothing_but_the_change(self, newcomer: Client, page: str) -> None:
        response = newcomer.get(reverse(page))

        assert response.status_code == 302
        assert response["Location"] == reverse("account_change_password")

    def test_leads_the_whole_page_there_where_a_part_is_asked_for(self, newcomer: Client) -> None:
        response = newcomer.get(reverse("overview_progress"), headers={"HX-Request": "true"})

        assert response["HX-Redirect"] == reverse("account_change_password")

    def test_says_why(self, newcomer: Client) -> None:
        text = newcomer.get("/", follow=True).text

        assert "You have not chosen this password yourself" in text

    def test_lets_choose_a_language_and_leave(self, newcomer: Client) -> None:
        newcomer.post(reverse("language"), {"language": "fi"})
        assert newcomer.cookies["language"].value == "fi"

        newcomer.post(reverse("account_logout"))
        assert "_auth_user_id" not in newcomer.session

    def test_opens_everything_once_it_is_changed(self, newcomer: Client) -> None:
        change(newcomer, PASSWORD, OTHER)

        assert newcomer.get("/").status_code == 200

    def test_cannot_be_kept(self, newcomer: Client) -> None:
        change(newcomer, PASSWORD, PASSWORD)

        assert newcomer.get("/").status_code == 302

    def test_comes_again_with_a_reset(
        self, administrator: User, reader: User, browser_of_reader: Client
    ) -> None:
        change_user(reader, user=administrator, password=OTHER)
        client = Client()
        client.post(reverse("account_login"), {"login": "oona", "password": OTHER})

        assert client.get("/")["Location"] == reverse("account_change_password")
        assert browser_of_reader.get("/")["Location"].startswith(reverse("account_login"))

    def test_is_one_s_own_where_one_sets_it_oneself(self, administrator: User) -> None:
        change_user(administrator, user=administrator, password=OTHER)

        administrator.refresh_from_db()
        assert not administrator.must_change_password


class TestFirstUser:
    def test_leaves_no_password_in_a_file_once_it_is_changed(
        self, client: Client, settings: Settings, tmp_path: Path
    ) -> None:
        settings.DATA_DIR = tmp_path
        create_first_administrator("admin", PASSWORD, must_change_password=True)
        (tmp_path / "first-password").write_text(PASSWORD)
        client.post(reverse("account_login"), {"login": "admin", "password": PASSWORD})

        change(client, PASSWORD, OTHER)

        assert not (tmp_path / "first-password").exists()
        assert client.get("/").status_code == 200


class TestDemandedSecondStep:
    @pytest.fixture(autouse=True)
    def _demand(self, browser_of_administrator: Client, reader: User) -> None:
        template = reader.template
        assert template is not None
        rights = {area: getattr(template, area) for area in ("procountor", "nmbrs", "users")}
        rights |= dict.fromkeys(("journal_exports", "companies", "audit_log"), "read")
        browser_of_administrator.post(
            reverse("user_template", args=[template.pk]),
            {"name": template.name, "demands_second_step": "on", **rights},
        )

    def test_opens_nothing_until_it_is_on(self, browser_of_reader: Client, reader: User) -> None:
        response = browser_of_reader.get("/")
        assert response["Location"] == reverse("mfa_activate_totp")

        TOTP.activate(reader, generate_totp_secret())
        assert browser_of_reader.get("/").status_code == 200

    def test_can_be_turned_on(self, client: Client, reader: User) -> None:
        client.post(reverse("account_login"), {"login": "oona", "password": PASSWORD})
        client.get("/", follow=True)

        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

        text = client.get(reverse("mfa_activate_totp")).text
        assert "Your user template demands a second step" in text

    def test_is_asked_of_those_with_the_template_only(
        self, browser_of_administrator: Client
    ) -> None:
        assert browser_of_administrator.get("/").status_code == 200
        text = browser_of_administrator.get(reverse("user_templates")).text
        assert "Demanded" in text

    def test_is_written_down(self, browser_of_administrator: Client) -> None:
        text = browser_of_administrator.get(reverse("audit_log")).text

        assert "second step demanded" in text
