"""Consenting at Nmbrs on the pages: the way there, the way back, and all that may go wrong."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from tests.bureau import a_connection, answer_of_nmbrs
from tests.web.conftest import PASSWORD
from tests.web.reading import squeezed

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.faults import Fault, FaultKind
from tilisilta.models import ConsentRequest, NmbrsConnection, NmbrsGrant, Synchronisation, User
from tilisilta.services.fetching.consents import ask_for_consent

pytestmark = pytest.mark.django_db

NEW = "/settings/integrations/nmbrs/rest/new"
CONSENT = "/settings/integrations/nmbrs/rest/consent"
BACK = "/settings/integrations/nmbrs/consented"
NAMED = {"name": "Kirnu", "first_year": "2026", "domain": ""}


def _asked(browser: Client) -> str:
    """Return the address at Nmbrs that a new connection leads to."""
    response = browser.get(CONSENT, NAMED)
    assert response.status_code == 302
    return str(response.headers["Location"])


class TestNewRest:
    def test_shows_the_redirect_address_and_the_scopes(
        self, browser_of_administrator: Client
    ) -> None:
        text = browser_of_administrator.get(NEW).text

        assert "http://127.0.0.1:8000/settings/integrations/nmbrs/consented" in text
        assert "company.payrollsettings.read" in text
        assert "No right to employees is asked for" in text

    def test_leads_to_nmbrs_once_the_connection_has_a_name(
        self, browser_of_administrator: Client
    ) -> None:
        assert "Off until the connection has a name." in browser_of_administrator.get(NEW).text

        named = browser_of_administrator.get(NEW, NAMED)

        assert f'href="{CONSENT}?name=Kirnu' in named.text

    @pytest.mark.parametrize(
        "wrong", [{"name": ""}, {"first_year": "2999"}, {"first_year": "x"}, {"name": "y" * 81}]
    )
    def test_refuses_what_no_connection_can_be(
        self, browser_of_administrator: Client, wrong: dict[str, str]
    ) -> None:
        asked = {**NAMED, **wrong}

        assert browser_of_administrator.get(NEW, asked).status_code == 422
        assert browser_of_administrator.get(CONSENT, asked).headers["Location"].startswith(NEW)
        assert not ConsentRequest.objects.exists()

    def test_refuses_a_name_that_is_taken(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_connection("Kirnu")

        response = browser_of_administrator.get(NEW, NAMED)

        assert response.status_code == 422
        assert "There is already a connection of this name" in response.text

    def test_says_how_to_register_where_nothing_is_set(
        self, browser_of_administrator: Client, settings: Settings
    ) -> None:
        settings.NMBRS_CLIENT_ID = ""

        text = browser_of_administrator.get(NEW, NAMED).text

        assert "TILISILTA_NMBRS_SUBSCRIPTION_KEY" in text
        assert f'href="{CONSENT}' not in text

    def test_is_closed_to_readers(self, browser_of_reader: Client) -> None:
        assert browser_of_reader.get(NEW).status_code == 403
        assert browser_of_reader.get(CONSENT, NAMED).status_code == 403


class TestConsented:
    def test_connects_and_fetches_everything(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        back = answer_of_nmbrs(nmbrs, _asked(browser_of_administrator))

        response = browser_of_administrator.get(BACK, back, follow=True)

        made = NmbrsConnection.objects.get()
        assert response.redirect_chain == [(reverse("nmbrs_rest", args=[made.pk]), 302)]
        assert "Kirnu may be read by REST: 3 debtors." in response.text
        assert "3 of 3 debtors covered" in squeezed(response.text)
        assert Synchronisation.objects.count() == 1

    def test_shows_no_token_and_no_secret_anywhere(
        self, nmbrs: Sandbox, browser_of_administrator: Client, settings: Settings
    ) -> None:
        browser_of_administrator.get(BACK, answer_of_nmbrs(nmbrs, _asked(browser_of_administrator)))
        grant = NmbrsGrant.objects.get()
        secrets = (
            grant.access_token,
            grant.refresh_token,
            settings.NMBRS_CLIENT_SECRET,
            settings.NMBRS_SUBSCRIPTION_KEY,
        )

        for page in ("nmbrs_rest", "nmbrs_rest_debtors", "remove_nmbrs_rest"):
            text = browser_of_administrator.get(reverse(page, args=[grant.connection_id])).text
            assert not [secret for secret in secrets if secret in text]
        assert not [secret for secret in secrets if secret in _asked(browser_of_administrator)]

    def test_clicked_twice_leads_to_the_connection_and_takes_the_code_once(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        back = answer_of_nmbrs(nmbrs, _asked(browser_of_administrator))
        browser_of_administrator.get(BACK, back)

        again = browser_of_administrator.get(BACK, back, follow=True)

        assert "Connected by REST" in again.text
        assert nmbrs.requests.count("token") == 1

    def test_says_that_the_consent_was_declined(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        back = answer_of_nmbrs(nmbrs, _asked(browser_of_administrator), answer="refuse")

        response = browser_of_administrator.get(BACK, back)

        assert response.status_code == 422
        assert "No consent was given at Nmbrs" in response.text
        assert "Begin again" in response.text

    def test_refuses_an_answer_that_another_browser_asked_for(
        self, nmbrs: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        back = answer_of_nmbrs(nmbrs, _asked(browser_of_administrator))
        other = Client()
        other.force_login(administrator)

        response = other.get(BACK, back)

        assert "belongs to no consent asked for here" in response.text
        assert not NmbrsConnection.objects.exists()

    @pytest.mark.parametrize(
        "query", [{}, {"state": ""}, {"state": "x", "code": "y"}, {"error": "access_denied"}]
    )
    def test_takes_no_harm_from_an_odd_address(
        self, browser_of_administrator: Client, query: dict[str, str]
    ) -> None:
        assert browser_of_administrator.get(BACK, query).status_code == 422

    def test_says_that_the_answer_came_too_late(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        back = answer_of_nmbrs(nmbrs, _asked(browser_of_administrator))
        ConsentRequest.objects.update(asked_at=timezone.now() - timedelta(hours=1))

        assert "came too late" in browser_of_administrator.get(BACK, back).text

    def test_leads_to_the_log_in_without_the_code_when_the_session_has_ended(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        back = answer_of_nmbrs(nmbrs, _asked(browser_of_administrator))
        browser_of_administrator.logout()

        response = browser_of_administrator.get(BACK, back)

        assert back["code"] not in response.headers["Location"]
        logged_in = browser_of_administrator.post(
            response.headers["Location"], {"login": "aino", "password": PASSWORD}, follow=True
        )
        assert "The answer of Nmbrs came too late" in logged_in.text
        assert "Begin again" in logged_in.text

    def test_tells_that_the_terminal_waits_for_it(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        asked = ask_for_consent(user=None, now=timezone.now(), name="Kirnu", first_year=2026)
        back = answer_of_nmbrs(nmbrs, asked.url)

        for browser in (browser_of_administrator, Client()):
            text = browser.get(BACK, back).text
            assert "Continue in the terminal" in text
            assert "Copy the address of this page" in text
        assert nmbrs.requests.count("token") == 0

    def test_says_what_happened_to_a_lost_answer(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        back = answer_of_nmbrs(nmbrs, _asked(browser_of_administrator))
        nmbrs.faults.add(Fault(kind=FaultKind.CONNECTION_LOST, operation="identity/token"))

        page = browser_of_administrator.get(BACK, back)

        assert page.status_code == 422
        assert "Nmbrs gave no answer when the consent was to be taken" in page.text
        assert "may be used up by that" in page.text
        assert not NmbrsConnection.objects.exists()


class TestAddressOfConsent:
    def test_is_at_the_identity_service_with_a_state_of_its_own(
        self, browser_of_administrator: Client
    ) -> None:
        first, second = _asked(browser_of_administrator), _asked(browser_of_administrator)

        assert first.startswith("http://nmbrs.invalid/identity/connect/authorize?")
        assert parse_qs(urlsplit(first).query)["state"] != parse_qs(urlsplit(second).query)["state"]
