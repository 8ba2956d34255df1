"""Connecting Nmbrs by REST on the pages: consent, what was granted, who is covered, and its end."""

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from tests.bureau import (
    a_connection,
    a_rest_connection,
    answer_of_nmbrs,
    compare,
    fetch_everything,
)
from tests.web.conftest import PASSWORD
from tests.web.reading import squeezed

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll import sample
from nmbrs_sandbox.traps import Trap
from tilisilta.domain import end_of_soap
from tilisilta.models import (
    ConsentRequest,
    Debtor,
    NmbrsConnection,
    NmbrsGrant,
    Synchronisation,
    User,
)
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


def _read(text: str) -> str:
    return squeezed(text)


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
        assert "3 of 3 debtors covered" in _read(response.text)
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

        assert "(E75)" not in browser_of_administrator.get(BACK, back).text
        assert not NmbrsConnection.objects.exists()


class TestRest:
    def test_names_what_a_narrower_consent_does_not_allow(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        nmbrs.traps.on(Trap.NARROWER_SCOPE)
        made = a_rest_connection(nmbrs)

        text = _read(browser_of_administrator.get(reverse("nmbrs_rest", args=[made.pk])).text)

        assert "Asked for: 6, granted: 4." in text
        assert "Journals are asked for and cannot be collected." in text
        assert "The consent does not allow all that is needed" in text

    def test_says_how_long_the_consent_lives(
        self, nmbrs: Sandbox, browser_of_reader: Client
    ) -> None:
        made = a_rest_connection(nmbrs)

        text = _read(browser_of_reader.get(reverse("nmbrs_rest", args=[made.pk])).text)

        assert "Tilisilta uses it at least every week" in text
        assert "unless used before" in text
        assert "Give consent again" not in text

    def test_tells_how_to_consent_beside_soap(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        made = a_connection()

        text = browser_of_administrator.get(reverse("nmbrs_rest", args=[made.pk])).text

        assert "From SOAP to REST" in text
        assert reverse("consent_to_nmbrs", args=[made.pk]) in text

    def test_goes_red_with_a_way_out_when_the_consent_has_ended(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        made = a_rest_connection(nmbrs)
        nmbrs.withdraw_consent(sample.LOGIN_OF_ALL)
        NmbrsGrant.objects.update(access_token_expires_at=timezone.now())

        response = browser_of_administrator.post(
            reverse("check_nmbrs_rest", args=[made.pk]), follow=True
        )

        assert "Nmbrs no longer accepts the consent to read by REST (P30)." in response.text
        assert "Give consent again" in response.text
        listed = browser_of_administrator.get("/settings/integrations/nmbrs").text
        assert "an older backup of Tilisilta was restored" in _read(listed)


class TestDebtors:
    @pytest.fixture
    def partly(self, nmbrs: Sandbox) -> NmbrsConnection:
        """Return a connection by SOAP to three debtors, with a consent for one."""
        made = a_connection()
        fetch_everything()
        return a_rest_connection(nmbrs, connection=made, email=sample.LOGIN_OF_ONE)

    def test_lists_those_that_the_consent_does_not_cover(
        self, browser_of_administrator: Client, partly: NmbrsConnection
    ) -> None:
        page = reverse("nmbrs_rest_debtors", args=[partly.pk])

        text = _read(browser_of_administrator.get(page).text)

        assert "Not covered: 2 of 3 debtors" in text
        assert f"{sample.LOGIN_OF_ONE} is no client login there" in text
        assert "1 debtor is covered" in text
        assert "What to write to these clients" in text

    def test_says_of_a_debtor_that_it_came_later(
        self, nmbrs: Sandbox, browser_of_administrator: Client, partly: NmbrsConnection
    ) -> None:
        nmbrs.add_debtor(number="140", name="Uusi asiakas")
        fetch_everything()

        text = _read(
            browser_of_administrator.get(reverse("nmbrs_rest_debtors", args=[partly.pk])).text
        )

        assert "Not covered: 3 of 4 debtors" in text
        assert "It came after the consent was given" in text

    def test_finds_a_debtor_whose_number_rest_writes_with_zeros(
        self, nmbrs: Sandbox, browser_of_administrator: Client, partly: NmbrsConnection
    ) -> None:
        nmbrs.traps.on(Trap.PADDED_NUMBERS)
        a_rest_connection(nmbrs, connection=partly)

        text = browser_of_administrator.get(reverse("nmbrs_rest", args=[partly.pk])).text

        assert "3 of 3 debtors covered" in _read(text)

    def test_hides_those_of_others_from_a_limited_user(
        self, browser_of_reader: Client, reader: User, partly: NmbrsConnection
    ) -> None:
        reader.debtors.add(Debtor.objects.get(nmbrs_number="101"))

        for page in ("nmbrs_rest", "nmbrs_rest_debtors"):
            text = browser_of_reader.get(reverse(page, args=[partly.pk])).text
            assert Debtor.objects.get(nmbrs_number="103").name not in text
            assert Debtor.objects.get(nmbrs_number="102").name not in text


class TestRemoveRest:
    def test_gives_the_consent_back_and_leaves_soap(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        made = a_rest_connection(nmbrs, connection=a_connection())
        page = reverse("remove_nmbrs_rest", args=[made.pk])
        assert "Fetching goes on by SOAP." in browser_of_administrator.get(page).text

        response = browser_of_administrator.post(page, follow=True)

        assert "was given back to Nmbrs" in response.text
        assert nmbrs.grants.all()[0].is_ended
        made.refresh_from_db()
        assert made.state == "working"

    def test_says_so_when_nmbrs_gives_no_answer(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        made = a_rest_connection(nmbrs)
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, operation="identity/revocation"))

        response = browser_of_administrator.post(
            reverse("remove_nmbrs_rest", args=[made.pk]), follow=True
        )

        assert "withdraw the consent there too" in _read(response.text)
        assert "Connect again" in response.text


class TestEndOfSoap:
    @pytest.mark.parametrize(("days", "is_told"), [(91, False), (90, True), (1, True)])
    def test_is_counted_down_from_90_days_before(
        self,
        nmbrs: Sandbox,
        browser_of_administrator: Client,
        monkeypatch: pytest.MonkeyPatch,
        days: int,
        is_told: bool,
    ) -> None:
        made = a_connection()
        _end_soap_in(days, monkeypatch)

        overview = _read(browser_of_administrator.get("/").text)
        page = _read(browser_of_administrator.get(reverse("nmbrs_rest", args=[made.pk])).text)

        assert (f"days left: {days}" in overview) is is_told
        assert ("until Nmbrs ends SOAP" in page) is is_told
        assert ("Next step: give consent at Nmbrs." in overview) is is_told

    def test_names_the_next_step_once_rest_is_connected(
        self, nmbrs: Sandbox, browser_of_reader: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_rest_connection(nmbrs, connection=a_connection())
        _end_soap_in(30, monkeypatch)

        text = browser_of_reader.get("/").text

        assert "Next step: compare what both ways read, then switch." in text

    def test_names_the_switch_as_the_next_step_once_all_is_equal(
        self, nmbrs: Sandbox, browser_of_reader: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connection = a_rest_connection(nmbrs, connection=a_connection())
        fetch_everything()
        compare(connection)
        _end_soap_in(30, monkeypatch)

        text = browser_of_reader.get("/").text

        assert "Next step: switch to REST." in text

    @pytest.mark.parametrize("days", [0, -1, -400])
    def test_says_afterwards_what_happened(
        self,
        nmbrs: Sandbox,
        browser_of_administrator: Client,
        monkeypatch: pytest.MonkeyPatch,
        days: int,
    ) -> None:
        a_connection()
        _end_soap_in(days, monkeypatch)

        overview = browser_of_administrator.get("/").text
        listed = browser_of_administrator.get("/settings/integrations/nmbrs").text

        assert "Nmbrs has ended SOAP, by which this connection fetches" in overview
        assert "import the journals from files" in _read(listed)

    def test_is_no_matter_of_connections_by_rest(
        self, nmbrs: Sandbox, browser_of_administrator: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_rest_connection(nmbrs)
        _end_soap_in(-1, monkeypatch)

        assert "ended SOAP" not in browser_of_administrator.get("/").text


class TestOverview:
    def test_tells_at_once_of_a_renewal_without_an_answer(
        self, nmbrs: Sandbox, browser_of_reader: Client
    ) -> None:
        a_rest_connection(nmbrs)
        NmbrsGrant.objects.update(renewal_began_at=timezone.now() - timedelta(minutes=5))

        text = browser_of_reader.get("/").text

        assert "Kirnu: Nmbrs gave no answer when the consent was renewed" in text
        assert "Next step: give consent again." in text


class TestAddressOfConsent:
    def test_is_at_the_identity_service_with_a_state_of_its_own(
        self, browser_of_administrator: Client
    ) -> None:
        first, second = _asked(browser_of_administrator), _asked(browser_of_administrator)

        assert first.startswith("http://nmbrs.invalid/identity/connect/authorize?")
        assert parse_qs(urlsplit(first).query)["state"] != parse_qs(urlsplit(second).query)["state"]


def _end_soap_in(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(end_of_soap, "END_OF_SOAP", timezone.localdate() + timedelta(days=days))


def test_the_end_of_soap_is_the_day_that_nmbrs_announced() -> None:
    # Read from the file: the tests move the constant out of their way.
    source = end_of_soap.__file__
    assert source is not None
    with open(source, encoding="utf-8") as file:
        assert f"END_OF_SOAP = {date(2027, 3, 1)!r}".replace("datetime.", "") in file.read()
