"""Wrong log-ins are counted by address and by user, and lock out strangers only."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import signing
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings
from tests.web.conftest import PASSWORD

from tilisilta.environment import networks as _networks
from tilisilta.models import AuditEntry, User
from tilisilta.services.users import change_user
from tilisilta.web.client_address import client_address

pytestmark = pytest.mark.django_db
Action = AuditEntry.Action


def log_in(
    client: Client, address: str, *, name: str = "aino", password: str = PASSWORD, **more: Any
) -> bool:
    """Try to log in from ``address``; return whether that let the client in."""
    client.post(
        reverse("account_login"),
        {"login": name, "password": password},
        REMOTE_ADDR=address,
        **more,
    )
    return "_auth_user_id" in client.session


def try_in_vain(address: str, *, times: int, name: str = "aino", **more: Any) -> None:
    for _ in range(times):
        assert not log_in(Client(), address, name=name, password="wrong", **more)


class TestAddress:
    def test_is_refused_after_ten_wrong_log_ins(self, administrator: User) -> None:
        try_in_vain("192.0.2.1", times=10)

        assert not log_in(Client(), "192.0.2.1")

    def test_is_let_in_before(self, administrator: User) -> None:
        try_in_vain("192.0.2.1", times=9)

        assert log_in(Client(), "192.0.2.1")

    def test_is_refused_whatever_names_it_tries(self, administrator: User, reader: User) -> None:
        for number in range(10):
            try_in_vain("192.0.2.1", times=1, name=f"somebody{number}")

        assert not log_in(Client(), "192.0.2.1", name="oona")

    def test_locks_nobody_else_out(self, administrator: User, reader: User) -> None:
        for name in ("aino", "oona"):
            try_in_vain("192.0.2.1", times=100, name=name)

        assert log_in(Client(), "192.0.2.2")
        assert log_in(Client(), "192.0.2.2", name="oona")

    def test_is_told_in_words(self, client: Client, administrator: User) -> None:
        try_in_vain("192.0.2.1", times=10)

        response = client.post(
            reverse("account_login"),
            {"login": "aino", "password": PASSWORD},
            REMOTE_ADDR="192.0.2.1",
        )

        assert "Too many tries: wait a quarter of an hour" in response.text

    def test_does_not_count_what_succeeds(self, administrator: User) -> None:
        assert all(log_in(Client(), "192.0.2.1") for _ in range(40))

    def test_of_ipv6_counts_as_its_network(self, administrator: User) -> None:
        for number in range(10):
            try_in_vain(f"2001:db8::{number}", times=1)

        assert not log_in(Client(), "2001:db8::ffff")
        assert log_in(Client(), "2001:db8:1::1")


class TestUser:
    def test_is_closed_to_strangers_after_thirty_from_everywhere(self, administrator: User) -> None:
        for number in range(30):
            try_in_vain(f"192.0.2.{number}", times=1)

        assert not log_in(Client(), "198.51.100.1")

    def test_is_one_however_the_name_is_written(self, administrator: User) -> None:
        for number in range(30):
            try_in_vain(f"192.0.2.{number}", times=1, name="AINO" if number % 2 else "aino ")

        assert not log_in(Client(), "198.51.100.1")

    def test_is_one_whatever_host_is_asked_for(self, administrator: User) -> None:
        for number in range(30):
            host = f"{('127.0.0.1', 'localhost')[number % 2]}:{8000 + number}"
            try_in_vain(f"192.0.2.{number}", times=1, HTTP_HOST=host)

        assert not log_in(Client(), "198.51.100.1", HTTP_HOST="127.0.0.1")

    def test_gets_in_with_a_browser_that_knows_them(self, administrator: User) -> None:
        browser = Client()
        assert log_in(browser, "192.0.2.250")
        browser.post(reverse("account_logout"))
        for number in range(60):
            try_in_vain(f"192.0.2.{number}", times=1)
        try_in_vain("192.0.2.250", times=20)

        assert log_in(browser, "192.0.2.250")

    def test_is_counted_in_a_browser_that_knows_them_too(self, administrator: User) -> None:
        browser = Client()
        log_in(browser, "192.0.2.1")
        browser.post(reverse("account_logout"))
        for _ in range(10):
            log_in(browser, "192.0.2.1", password="wrong")

        assert not log_in(browser, "192.0.2.1")

    def test_is_not_known_by_the_browser_of_another(
        self, administrator: User, reader: User
    ) -> None:
        browser = Client()
        log_in(browser, "192.0.2.1", name="oona")
        browser.post(reverse("account_logout"))
        try_in_vain("192.0.2.1", times=10)

        assert not log_in(browser, "192.0.2.1")

    def test_is_known_by_no_cookie_that_we_did_not_sign(self, administrator: User) -> None:
        browser = Client()
        browser.cookies["known_browser"] = signing.TimestampSigner(
            key="a key of somebody else, long enough", salt="known_browser"
        ).sign(f"abc.{administrator.pk}")
        try_in_vain("192.0.2.1", times=10)

        assert not log_in(browser, "192.0.2.1")

    def test_counts_wrong_codes_of_the_second_step(self, administrator: User) -> None:
        TOTP.activate(administrator, generate_totp_secret())
        told = ""
        for number in range(11):
            browser = Client()
            log_in(browser, f"192.0.2.{number}")
            told = browser.post(
                reverse("mfa_authenticate"), {"code": "000000"}, REMOTE_ADDR=f"192.0.2.{number}"
            ).text

        assert "wait an hour" in told
        codes = AuditEntry.objects.filter(action=Action.LOG_IN_FAILED, facts__reason="code")
        assert codes.count() == 10


class TestClientAddress:
    """``192.0.2.0/24`` are our proxies here."""

    @pytest.fixture(autouse=True)
    def _proxies(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PROXIES", "192.0.2.0/24, ::1")
        settings.TRUSTED_PROXIES = _networks("PROXIES", "none")

    @pytest.mark.parametrize(
        ("peer", "forwarded", "address"),
        [
            ("192.0.2.1", "198.51.100.7", "198.51.100.7"),
            ("192.0.2.1", "198.51.100.7:4711", "198.51.100.7"),
            ("192.0.2.1", "[2001:db8::7]:4711", "2001:db8::7"),
            ("192.0.2.1", "::ffff:198.51.100.7", "198.51.100.7"),
            ("::1", "198.51.100.7", "198.51.100.7"),
            # What stands before the word of a stranger was written by the stranger.
            ("192.0.2.1", "203.0.113.1, 198.51.100.7", "198.51.100.7"),
            ("192.0.2.1", "203.0.113.1, 198.51.100.7, 192.0.2.9", "198.51.100.7"),
            ("198.51.100.7", "203.0.113.1", "198.51.100.7"),
            # Nobody is known to have asked the proxy.
            ("192.0.2.1", "", "192.0.2.1"),
            ("192.0.2.1", "nonsense", "192.0.2.1"),
            ("192.0.2.1", "203.0.113.1, nonsense", "192.0.2.1"),
            ("", "198.51.100.7", "unknown"),
        ],
    )
    def test_is_what_the_last_trusted_proxy_says(
        self, peer: str, forwarded: str, address: str
    ) -> None:
        request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)

        assert client_address(request) == address

    def test_is_what_log_ins_are_counted_by(self, administrator: User) -> None:
        try_in_vain("192.0.2.1", times=10, HTTP_X_FORWARDED_FOR="198.51.100.7")

        assert not log_in(Client(), "192.0.2.1", HTTP_X_FORWARDED_FOR="198.51.100.7")
        assert log_in(Client(), "192.0.2.1", HTTP_X_FORWARDED_FOR="198.51.100.8")

    def test_cannot_be_made_up(self, administrator: User) -> None:
        for number in range(10):
            try_in_vain("198.51.100.7", times=1, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")

        assert not log_in(Client(), "198.51.100.7", HTTP_X_FORWARDED_FOR="203.0.113.99")


class TestAuditLog:
    def test_holds_a_failed_log_in(self, administrator: User) -> None:
        try_in_vain("192.0.2.1", times=1, name="Aino")

        entry = AuditEntry.objects.get(action=Action.LOG_IN_FAILED)
        assert entry.facts == {"name": "aino", "address": "192.0.2.1", "reason": "password"}
        assert entry.user is None

    def test_holds_no_name_that_may_be_a_password(self, administrator: User) -> None:
        try_in_vain("192.0.2.1", times=1, name="my-secret-password")

        entry = AuditEntry.objects.get(action=Action.LOG_IN_FAILED)
        assert "name" not in entry.facts

    def test_holds_one_entry_for_all_that_is_refused_further(self, administrator: User) -> None:
        try_in_vain("192.0.2.1", times=30)

        assert AuditEntry.objects.filter(action=Action.LOG_IN_FAILED).count() == 10
        assert AuditEntry.objects.filter(action=Action.LOG_INS_REFUSED).count() == 1

    def test_holds_a_log_in_of_a_user_who_may_not(self, administrator: User, reader: User) -> None:
        change_user(reader, user=administrator, is_active=False)

        assert not log_in(Client(), "192.0.2.1", name="oona")

        entry = AuditEntry.objects.get(action=Action.LOG_IN_FAILED)
        assert (entry.facts["name"], entry.facts["reason"]) == ("oona", "closed")

    def test_holds_a_log_out(self, browser_of_reader: Client, reader: User) -> None:
        browser_of_reader.post(reverse("account_logout"))
        browser_of_reader.post(reverse("account_logout"))

        entry = AuditEntry.objects.get(action=Action.LOGGED_OUT)
        assert entry.user == reader

    def test_holds_a_refused_page_once(self, browser_of_reader: Client, reader: User) -> None:
        for _ in range(3):
            assert browser_of_reader.get(reverse("users")).status_code == 403

        entry = AuditEntry.objects.get(action=Action.PAGE_REFUSED)
        assert (entry.user, entry.facts["page"]) == (reader, "/users")

    def test_says_so_in_words(self, browser_of_administrator: Client, reader: User) -> None:
        try_in_vain("192.0.2.1", times=1, name="oona")
        try_in_vain("192.0.2.1", times=1, name="nobody-at-all")

        text = browser_of_administrator.get(reverse("audit_log")).text

        assert "a log-in as oona failed, from address 192.0.2.1" in text
        assert "user name and password do not match" in text
        assert "a log-in as – failed" in text


class TestSecondStepOfAnother:
    def test_is_turned_off_with_one_s_own_password_only(
        self, browser_of_administrator: Client, reader: User
    ) -> None:
        Authenticator.objects.create(user=reader, type=Authenticator.Type.TOTP, data={})
        address = reverse("user_second_step", args=[reader.pk])

        for given in ({}, {"own_password": ""}, {"own_password": "wrong"}):
            response = browser_of_administrator.post(address, given, follow=True)
            assert "This is not your own password" in response.text

        assert Authenticator.objects.exists()
        browser_of_administrator.post(address, {"own_password": PASSWORD})
        assert not Authenticator.objects.exists()

    def test_is_not_turned_off_by_trying_passwords(
        self, browser_of_administrator: Client, reader: User
    ) -> None:
        Authenticator.objects.create(user=reader, type=Authenticator.Type.TOTP, data={})
        address = reverse("user_second_step", args=[reader.pk])
        for _ in range(10):
            browser_of_administrator.post(address, {"own_password": "wrong"})

        response = browser_of_administrator.post(address, {"own_password": PASSWORD}, follow=True)

        assert "Too many tries" in response.text
        assert Authenticator.objects.exists()
