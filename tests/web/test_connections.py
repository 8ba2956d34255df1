"""Procountor accounts: created, authorised by log-in or API key, watched, and let go."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from tests.bureau import a_company, an_account, link_to
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.models import AuditEntry, Debtor, ProcountorAccount, User
from tilisilta.services.connections import create_account

pytestmark = pytest.mark.django_db

ACCOUNTS = "/settings/integrations/procountor"
AUTHORISED = f"{ACCOUNTS}/authorised"


def _state_of_log_in(browser: Client, account: ProcountorAccount) -> str:
    response = browser.get(reverse("authorise", args=[account.pk]))
    assert response.status_code == 302
    return parse_qs(urlsplit(response["Location"]).query)["state"][0]


class TestNewAccount:
    def test_appears_grey_and_not_authorised(self, browser_of_administrator: Client) -> None:
        response = browser_of_administrator.post(
            reverse("new_account"), {"name": "tili-1001"}, follow=True
        )

        assert "Account tili-1001 was created." in response.text
        assert "ledger-off" in response.text
        assert "Not authorised" in response.text
        assert "<dd>Nobody has authorised it yet." in squeezed(response.text)
        assert f'href="{reverse("common_errors")}#N03"' in response.text

    def test_shows_the_name_again_and_says_why_it_is_refused(
        self, browser_of_administrator: Client
    ) -> None:
        create_account("tili-1001", user=None)

        response = browser_of_administrator.post(reverse("new_account"), {"name": "tili-1001"})

        assert response.status_code == 422
        assert "There is already an account of this name" in response.text
        assert 'value="tili-1001"' in response.text

    def test_is_refused_to_a_reader(self, browser_of_reader: Client) -> None:
        response = browser_of_reader.post(reverse("new_account"), {"name": "tili-1001"})

        assert response.status_code == 403
        assert not ProcountorAccount.objects.exists()


class TestAuthorise:
    def test_sends_the_person_to_procountor_with_a_state_of_their_own(
        self, browser_of_administrator: Client, settings: Settings
    ) -> None:
        account = create_account("tili-1001", user=None)

        response = browser_of_administrator.get(reverse("authorise", args=[account.pk]))

        assert response["Location"].startswith(settings.PROCOUNTOR_LOGIN_URL)
        assert len(_state_of_log_in(browser_of_administrator, account)) >= 24

    def test_refuses_a_state_this_browser_did_not_begin(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        account = create_account("tili-1001", user=None)

        response = browser_of_administrator.get(AUTHORISED, {"state": "foreign", "code": "x"})

        account.refresh_from_db()
        assert response.status_code == 422
        assert "begun elsewhere" in response.text
        assert not account.is_authorised

    def test_says_so_when_the_log_in_was_cancelled(self, browser_of_administrator: Client) -> None:
        account = create_account("tili-1001", user=None)
        state = _state_of_log_in(browser_of_administrator, account)

        response = browser_of_administrator.get(
            AUTHORISED, {"state": state, "error": "access_denied"}
        )

        assert "The account was not authorised" in response.text

    def test_explains_a_code_that_procountor_refuses(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        account = create_account("tili-1001", user=None)
        state = _state_of_log_in(browser_of_administrator, account)

        response = browser_of_administrator.get(AUTHORISED, {"state": state, "code": "odd"})

        assert response.status_code == 422
        assert "Procountor does not accept the authorisation" in response.text

    def test_says_which_settings_are_missing(
        self, browser_of_administrator: Client, settings: Settings
    ) -> None:
        settings.PROCOUNTOR_CLIENT_ID = ""
        account = create_account("tili-1001", user=None)

        response = browser_of_administrator.get(reverse("authorise", args=[account.pk]))

        assert "TILISILTA_PROCOUNTOR_CLIENT_ID" in response.text


class TestApiKey:
    def test_authorises_and_names_company_and_business_id(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        account = create_account("tili-1001", user=None)

        response = browser_of_administrator.post(
            reverse("api_key", args=[account.pk]), {"api_key": "SANDBOX-KEY-1001"}, follow=True
        )

        account.refresh_from_db()
        assert account.is_authorised
        assert "Koivulammi Konepaja Oy" in response.text
        assert account.business_id in response.text
        assert reverse("new_link") + f"?account={account.pk}" in response.text

    def test_never_shows_a_refused_key_again(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        account = create_account("tili-1001", user=None)

        response = browser_of_administrator.post(
            reverse("api_key", args=[account.pk]), {"api_key": "MISTYPED-KEY"}
        )

        assert response.status_code == 422
        assert "MISTYPED-KEY" not in response.text
        assert "Procountor does not know this API key" in response.text
        assert "Copy the whole key from Procountor" in response.text
        assert "Procountor does not accept the authorisation" not in response.text


class TestList:
    def test_shows_a_dead_account_red_with_cause_and_remedy(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        account = an_account(1001)
        ProcountorAccount.objects.filter(pk=account.pk).update(state="ended")

        text = browser_of_administrator.get(ACCOUNTS).text

        assert "ledger-dead" in text
        assert "Authorise the account again and choose the same company" in text

    def test_updates_itself_with_a_part_of_the_page(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        an_account(1001)

        page = browser_of_administrator.get(ACCOUNTS).text
        part = browser_of_administrator.get(ACCOUNTS, headers={"HX-Request": "true"}).text

        assert f'hx-get="{ACCOUNTS}"' in page
        assert "ledger-on" in part
        assert "<html" not in part

    def test_hides_accounts_of_companies_of_other_debtors(
        self, procountor: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        account = an_account(1001)
        link_to(a_company(), account)
        administrator.debtors.add(Debtor.objects.create(number=999, name="Muu"))

        listed = browser_of_administrator.get(ACCOUNTS).text
        opened = browser_of_administrator.get(reverse("remove_authorisation", args=[account.pk]))

        assert account.name not in listed
        assert opened.status_code == 404


class TestRefresh:
    def test_turns_an_account_red_whose_grant_was_withdrawn(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        an_account(1001)
        procountor.revoke(company_id=50101)

        response = browser_of_administrator.post(reverse("refresh_accounts"), follow=True)

        assert "Authorisation ended" in response.text

    def test_says_about_which_accounts_of_many_it_asked(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        an_account(1001)
        ProcountorAccount.objects.bulk_create(
            ProcountorAccount(name=f"uusi-{number:02}") for number in range(55)
        )
        address = reverse("refresh_accounts")

        first = browser_of_administrator.post(address, {"page": "1"}, follow=True)
        second = browser_of_administrator.post(address, {"page": "2"}, follow=True)

        assert "No account of this page is authorised" in first.text
        assert "from tili-1001 to tili-1001; 50 others are asked by themselves" in second.text
        assert second.request["QUERY_STRING"] == "page=2"

    def test_says_when_procountor_gave_no_answer(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        an_account(1001)
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, times=None))

        response = browser_of_administrator.post(reverse("refresh_accounts"), follow=True)

        assert "Procountor gave no answer about 1 account." in response.text
        assert "ledger-on" in response.text


class TestRemove:
    def test_asks_first_and_then_forgets(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        account = an_account(1001)
        address = reverse("remove_authorisation", args=[account.pk])
        asked = browser_of_administrator.get(address)
        account.refresh_from_db()
        assert account.is_authorised

        for _click in range(2):
            after = browser_of_administrator.post(address, follow=True)

        account.refresh_from_db()
        removals = AuditEntry.objects.filter(action=AuditEntry.Action.ACCOUNT_REMOVED)
        assert "Remove the authorisation of tili-1001?" in asked.text
        assert account.state == ProcountorAccount.State.NEW
        assert account.grant == ""
        assert "Its authorisation was removed here." in after.text
        assert removals.count() == 1
