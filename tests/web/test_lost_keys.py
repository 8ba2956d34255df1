"""Pages without the encryption key: they say what to do, and none of them breaks."""

import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from tests.bureau import a_connection, a_linked_company, the_june_journal
from tests.web.conftest import PASSWORD

from procountor_sandbox.app import Sandbox
from tilisilta.management.cli import main
from tilisilta.models import Company, Journal, Link, ProcountorAccount, User
from tilisilta.services.connections import authorise_with_api_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def journal(procountor: Sandbox, nmbrs: object) -> Journal:
    """Return a journal of a linked company of a bureau that is connected to Nmbrs."""
    a_connection()
    return the_june_journal(a_linked_company())


@pytest.fixture
def _lost(journal: Journal, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = (Fernet.generate_key().decode(),)


@pytest.mark.usefixtures("_lost")
class TestPages:
    def test_all_answer(self, browser_of_administrator: Client, journal: Journal) -> None:
        account, link = ProcountorAccount.objects.get(), Link.objects.get()
        connection = journal.company.nmbrs if hasattr(journal.company, "nmbrs") else None
        pages = [
            *map(reverse, ("overview", "overview_progress", "companies", "exports", "send_ready")),
            *map(reverse, ("procountor_accounts", "administrations", "new_link", "users")),
            *map(reverse, ("nmbrs_connections", "debtors", "audit_log", "common_errors")),
            *map(reverse, ("profile", "mfa_index", "fetch_progress")),
            reverse("nmbrs_connection", args=[1 if connection is None else connection.pk]),
            reverse("company", args=[journal.company.number]),
            reverse("company_settings", args=[journal.company.number]),
            reverse("journal", args=[journal.pk]),
            reverse("link", args=[link.pk]),
            reverse("end_link", args=[link.pk]),
            reverse("missing_items", args=[link.pk, "cost_center"]),
            reverse("api_key", args=[account.pk]),
            reverse("authorise", args=[account.pk]),
            reverse("remove_authorisation", args=[account.pk]),
        ]

        answers = {page: browser_of_administrator.get(page).status_code for page in pages}

        assert {page: status for page, status in answers.items() if status >= 500} == {}

    @pytest.mark.parametrize("page", ["overview", "procountor_accounts", "nmbrs_connections"])
    def test_say_what_to_do(self, browser_of_administrator: Client, page: str) -> None:
        text = browser_of_administrator.get(reverse(page)).text

        assert "Put the former key back behind the newest" in text
        assert "E60" in text

    def test_answer_what_is_posted_to_them(
        self, browser_of_administrator: Client, journal: Journal
    ) -> None:
        for page in ("check_journal", "send_journal", "look_again"):
            response = browser_of_administrator.post(reverse(page, args=[journal.pk]))
            assert response.status_code < 500, page
        for page in ("refresh_accounts", "fetch_everything"):
            assert browser_of_administrator.post(reverse(page)).status_code < 500, page


class TestWayOn:
    @pytest.mark.usefixtures("_lost")
    def test_is_to_authorise_the_account_again(self, browser_of_administrator: Client) -> None:
        account = ProcountorAccount.objects.get()

        authorise_with_api_key(account, "SANDBOX-KEY-1001", user=None)

        assert ProcountorAccount.objects.get().is_authorised
        text = browser_of_administrator.get(reverse("procountor_accounts")).text
        assert "E60" not in text

    def test_is_for_a_second_step_the_command_line(
        self, client: Client, administrator: User, settings: Settings, procountor: Sandbox
    ) -> None:
        TOTP.activate(administrator, generate_totp_secret())
        RecoveryCodes.activate(administrator)
        settings.ENCRYPTION_KEYS = (Fernet.generate_key().decode(),)
        log_in = {"login": "aino", "password": PASSWORD}
        client.post(reverse("account_login"), log_in)

        told = client.post(reverse("mfa_authenticate"), {"code": "123456"}).text
        command = re.search(r"tilisilta (user reset aino --second-step-off)", told)
        assert command is not None
        assert main(command[1].split()) == 0

        # As the button Cancel of that page does.
        client.post(reverse("account_logout"))
        client.post(reverse("account_login"), log_in)
        assert client.get("/").status_code == 200

    def test_is_shown_where_recovery_codes_cannot_be_read(
        self, browser_of_administrator: Client, administrator: User, settings: Settings
    ) -> None:
        TOTP.activate(administrator, generate_totp_secret())
        RecoveryCodes.activate(administrator)
        settings.ENCRYPTION_KEYS = (Fernet.generate_key().decode(),)

        response = browser_of_administrator.get(reverse("mfa_index"))

        assert response.status_code == 503
        assert "The encryption key was lost" in response.text

    def test_leaves_a_journal_waiting_and_lets_it_go_on(
        self, journal: Journal, settings: Settings, administrator: User
    ) -> None:
        former = settings.ENCRYPTION_KEYS
        settings.ENCRYPTION_KEYS = (Fernet.generate_key().decode(),)
        assert not ProcountorAccount.objects.get().is_authorised
        settings.ENCRYPTION_KEYS = former

        assert ProcountorAccount.objects.get().is_authorised
        assert Company.objects.count() == 1
