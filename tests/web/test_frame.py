"""The frame of every page."""

import re
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client, RequestFactory
from django.urls import reverse
from tests.web.conftest import PASSWORD

from tilisilta import web
from tilisilta.models import AuditEntry, Right, User, UserTemplate
from tilisilta.services.users import change_user, create_user
from tilisilta.web.errors import broken

pytestmark = pytest.mark.django_db

TEMPLATES = tuple(Path(web.__file__).parent.glob("templates/**/*.html"))


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

    def test_has_no_sign_up(self, client: Client) -> None:
        response = client.post(
            reverse("account_signup"),
            {"username": "eve", "password1": PASSWORD, "password2": PASSWORD},
        )

        assert not User.objects.filter(username="eve").exists()
        assert response.status_code == 404

    def test_names_no_user_who_may_not_log_in_any_more(
        self, client: Client, administrator: User, reader: User
    ) -> None:
        change_user(reader, user=administrator, is_active=False)

        response = client.post(
            reverse("account_login"), {"login": "oona", "password": PASSWORD}, follow=True
        )

        assert "_auth_user_id" not in client.session
        assert response.status_code == 200


class TestSecondStep:
    def test_is_asked_for_once_it_is_turned_on(self, client: Client, administrator: User) -> None:
        TOTP.activate(administrator, generate_totp_secret())

        response = client.post(
            reverse("account_login"), {"login": "aino", "password": PASSWORD}, follow=True
        )

        assert "Log in: second step" in response.text
        assert "_auth_user_id" not in client.session

    def test_stores_its_secret_encrypted(self, administrator: User) -> None:
        secret = generate_totp_secret()

        TOTP.activate(administrator, secret)

        assert secret not in str(Authenticator.objects.get(user=administrator).data)

    @pytest.mark.django_db(transaction=True)
    def test_can_be_turned_on_and_is_written_down(self, client: Client, reader: User) -> None:
        client.post(reverse("account_login"), {"login": "oona", "password": PASSWORD})
        client.get(reverse("mfa_activate_totp"))
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        client.get(reverse("mfa_activate_totp"))
        secret = client.session["mfa.totp.secret"]
        code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))

        response = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True)

        assert "Recovery codes" in response.text
        assert AuditEntry.objects.filter(facts__fields="second_step").exists()


class TestOwnPassword:
    def test_can_be_changed_and_is_written_down(
        self, browser_of_reader: Client, reader: User
    ) -> None:
        response = browser_of_reader.post(
            reverse("account_change_password"),
            {
                "oldpassword": PASSWORD,
                "password1": "another bridge over it",
                "password2": "another bridge over it",
            },
        )

        reader.refresh_from_db()
        assert response.status_code == 302
        assert reader.check_password("another bridge over it")
        assert AuditEntry.objects.filter(facts__fields="password", user=reader).exists()

    def test_explains_a_wrong_one_at_its_field(self, browser_of_reader: Client) -> None:
        response = browser_of_reader.post(
            reverse("account_change_password"),
            {"oldpassword": "wrong", "password1": "x", "password2": "x"},
        )

        assert "This is not your current password" in response.text
        assert 'aria-invalid="true"' in response.text


class TestMenu:
    def test_shows_an_administrator_every_area(self, client: Client, administrator: User) -> None:
        client.force_login(administrator)

        text = client.get("/").text

        assert ">Audit log</a>" in text
        assert ">Users</a>" in text
        assert 'aria-current="page">Overview</a>' in text

    @pytest.mark.parametrize(
        ("address", "area"),
        [
            ("/exports/send-ready", "Exports"),
            ("/users/new", "Users"),
            ("/debtors", "Companies"),
            ("/settings/integrations/procountor/administrations/new", "Settings"),
        ],
    )
    def test_marks_the_area_of_the_page(
        self, browser_of_administrator: Client, address: str, area: str
    ) -> None:
        text = browser_of_administrator.get(address).text

        assert f'aria-current="page">{area}</a>' in text

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


class TestErrorPages:
    def test_say_what_to_do_where_there_is_nothing(self, browser_of_reader: Client) -> None:
        response = browser_of_reader.get("/nothing-here")

        assert response.status_code == 404
        assert "Go on from the overview" in response.text

    def test_say_what_to_do_without_the_right(self, browser_of_reader: Client) -> None:
        response = browser_of_reader.get(reverse("users"))

        assert response.status_code == 403
        assert "Ask an administrator for the right" in response.text

    def test_need_nothing_that_could_be_broken(self) -> None:
        response = broken(RequestFactory().get("/"))

        assert response.status_code == 500
        assert "each receipt once" in response.text

    def test_say_what_to_do_with_a_form_that_is_too_old(self, administrator: User) -> None:
        client = Client(enforce_csrf_checks=True)

        response = client.post(reverse("account_login"), {"login": "aino", "password": PASSWORD})

        assert response.status_code == 403
        assert "Open the page again" in response.text


class TestTemplates:
    def test_tell_their_readers_no_comment(self) -> None:
        # Django reads {# … #} on one line only, and shows a longer one to everybody.
        open_comment = re.compile(r"\{#(?!.*#\})")

        commented = [
            page.name for page in TEMPLATES if open_comment.search(page.read_text("utf-8"))
        ]

        assert TEMPLATES
        assert commented == []


class TestPages:
    def test_stay_in_no_browser_behind_their_reader(self, browser_of_reader: Client) -> None:
        response = browser_of_reader.get("/")

        assert "no-store" in response["Cache-Control"]

    def test_differ_by_reader_and_language(self, browser_of_reader: Client) -> None:
        response = browser_of_reader.get("/")

        assert {"Accept-Language", "Cookie"} <= set(response["Vary"].split(", "))

    def test_travel_compressed(self, browser_of_reader: Client) -> None:
        response = browser_of_reader.get("/", headers={"Accept-Encoding": "gzip"})

        assert response["Content-Encoding"] == "gzip"
