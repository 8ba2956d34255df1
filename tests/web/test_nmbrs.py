"""Connections to Nmbrs: listed, tried out, changed, let go."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from tests.bureau import a_connection, fetch_everything
from tests.web.nmbrs_pages import PAGE, asked_about_1003
from tests.web.reading import squeezed
from tests.web.test_rights import browser_with

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.payroll import sample
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.models import AuditEntry, Debtor, NmbrsConnection, Right, User
from tilisilta.services.fetching.connections import remove_connection

pytestmark = pytest.mark.django_db
COST_CENTERS = "CostCenter_GetList"


def _limited(user: User) -> None:
    user.debtors.add(Debtor.objects.create(number=999, name="Muu"))


class TestList:
    def test_tells_of_each_connection_what_it_reaches(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_connection()
        fetch_everything()

        text = browser_of_administrator.get(PAGE).text

        assert "1 connection</h2>" in squeezed(text)
        assert "Working" in text
        assert "domain koivulammi" in text
        assert 'data-l="Companies:">10</td>' in text
        assert "60 new journals, 0 changed" in text

    def test_shows_trouble_with_cause_and_remedy(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        connection = a_connection()
        connection.trouble = [Problem(code=ProblemCode.NMBRS_UNREACHABLE)]
        connection.save()

        text = browser_of_administrator.get(PAGE).text

        assert "Nmbrs gave no answer" in text
        assert "It is tried again by itself." in text

    def test_hides_trouble_of_all_debtors_from_limited_users(
        self, nmbrs: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        asked = asked_about_1003()
        facts = (("count", "2"), ("numbers", "1042, 1043"))
        nameless = Problem(code=ProblemCode.COMPANY_WITHOUT_DEBTOR, facts=facts)
        NmbrsConnection.objects.update(trouble=[nameless])
        everything = browser_of_administrator.get(PAGE).text
        _limited(administrator)

        text = browser_of_administrator.get(PAGE).text
        refused = browser_of_administrator.post(
            reverse("answer_nmbrs_question", args=[asked.pk]), {"is_same": "yes"}
        )

        for secret in ("Saaristo Siivous", "Vanha Siivous", "1042", "Companies:", "new journals"):
            assert secret in everything
            assert secret not in text
        assert "Palkkatoimisto" in text
        assert refused.status_code == 403

    def test_gives_its_list_alone_once_fetching_has_finished(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_connection()

        part = browser_of_administrator.get(PAGE, headers={"HX-Request": "true"}).text

        assert 'id="connections"' in part
        assert "<html" not in part
        assert 'name="token"' not in part


class TestTest:
    def test_says_what_the_connection_reaches(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        connection = a_connection()
        nmbrs.hide_debtor(debtor_id=sample.FIRST_DEBTOR_ID)

        response = browser_of_administrator.post(
            reverse("check_nmbrs_connection", args=[connection.pk]), follow=True
        )

        assert "domain koivulammi: 2 debtors and 6 companies." in response.text

    def test_names_the_calls_that_the_api_template_forbids(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        connection = a_connection()
        nmbrs.forbid_call(operation=COST_CENTERS)

        response = browser_of_administrator.post(
            reverse("check_nmbrs_connection", args=[connection.pk]), follow=True
        )

        assert f"The API template does not allow: {COST_CENTERS}." in response.text
        assert "does not allow 1 call that is needed" in response.text
        assert f'<span class="code">{COST_CENTERS}</span>' in response.text

    def test_turns_a_connection_red_whose_token_was_made_anew(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        connection = a_connection()
        nmbrs.change_token(token="another")

        response = browser_of_administrator.post(
            reverse("check_nmbrs_connection", args=[connection.pk]), follow=True
        )

        connection.refresh_from_db()
        assert connection.state == NmbrsConnection.State.REFUSED
        assert "Refused by Nmbrs" in response.text
        assert "Make a token in Nmbrs" in response.text

    def test_is_not_for_limited_users(
        self, nmbrs: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        connection = a_connection()
        _limited(administrator)

        response = browser_of_administrator.post(
            reverse("check_nmbrs_connection", args=[connection.pk])
        )

        assert response.status_code == 403

    def test_is_not_done_by_following_a_link(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        address = reverse("check_nmbrs_connection", args=[a_connection().pk])

        assert browser_of_administrator.get(address).status_code == 405


class TestChange:
    def test_gives_another_token_once_nmbrs_has_taken_it(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        connection = a_connection()
        address = reverse("nmbrs_connection", args=[connection.pk])
        nmbrs.change_token(token="another")
        wanted = {"user_name": sample.USERNAME, "first_year": "2026"}

        wrong = browser_of_administrator.post(address, {**wanted, "token": "MISTYPED"})
        right = browser_of_administrator.post(address, {**wanted, "token": "another"})

        connection.refresh_from_db()
        assert wrong.status_code == 422
        assert "Nmbrs does not accept the user and token" in wrong.text
        assert "MISTYPED" not in wrong.text
        assert right["Location"] == PAGE
        assert connection.token == "another"

    def test_leaves_the_stored_token_where_none_is_given(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        connection = a_connection()

        browser_of_administrator.post(
            reverse("nmbrs_connection", args=[connection.pk]),
            {"user_name": sample.USERNAME, "token": "", "first_year": "2025"},
        )

        connection.refresh_from_db()
        assert (connection.token, connection.first_year) == (sample.TOKEN, 2025)

    def test_moves_to_the_host_of_swedish_environments(
        self, nmbrs: Sandbox, settings: Settings, browser_of_administrator: Client
    ) -> None:
        settings.NMBRS_SOAP_URL = "https://api.nmbrs.nl/soap/v3"
        connection = a_connection()
        address = reverse("nmbrs_connection", args=[connection.pk])
        wanted = {"user_name": sample.USERNAME, "token": "", "first_year": "2026"}

        page = browser_of_administrator.get(address).text
        browser_of_administrator.post(address, {**wanted, "site": "se"})
        shown = browser_of_administrator.get(address).text
        log = squeezed(browser_of_administrator.get(reverse("audit_log")).text)

        connection.refresh_from_db()
        assert 'value="nl">api.nmbrs.nl' in page
        assert connection.site == "se"
        assert 'value="se" selected>api.nmbrs.se' in shown
        assert "changed connection to Nmbrs Palkkatoimisto: host of Nmbrs" in log
        assert "api.nmbrs.se</ins>" in log

    def test_says_which_host_was_asked_where_it_refuses_the_user(
        self, nmbrs: Sandbox, settings: Settings, browser_of_administrator: Client
    ) -> None:
        settings.NMBRS_SOAP_URL = "https://api.nmbrs.nl/soap/v3"
        connection = a_connection()
        nmbrs.change_token(token="of another environment")

        refused = browser_of_administrator.post(
            reverse("nmbrs_connection", args=[connection.pk]),
            {"user_name": sample.USERNAME, "token": "", "first_year": "2026", "site": "se"},
        )

        connection.refresh_from_db()
        assert refused.status_code == 422
        assert "api.nmbrs.se was asked." in refused.text
        assert 'value="se" selected' in refused.text
        assert connection.site == ""

    def test_connects_a_removed_one_again_and_wants_a_token_for_it(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        connection = a_connection()
        remove_connection(connection, user=None)
        address = reverse("nmbrs_connection", args=[connection.pk])
        wanted = {"user_name": sample.USERNAME, "first_year": "2026"}

        listed = browser_of_administrator.get(PAGE).text
        without = browser_of_administrator.post(address, wanted)
        browser_of_administrator.post(address, {**wanted, "token": sample.TOKEN})

        connection.refresh_from_db()
        assert "Connect again" in listed
        assert "This field is required." in without.text
        assert connection.state == NmbrsConnection.State.WORKING


class TestRemove:
    def test_asks_first_and_then_forgets(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        connection = a_connection()
        address = reverse("remove_nmbrs_connection", args=[connection.pk])

        asked = browser_of_administrator.get(address)
        connection.refresh_from_db()
        assert connection.state == NmbrsConnection.State.WORKING
        for _click in range(2):
            after = browser_of_administrator.post(address, follow=True)

        connection.refresh_from_db()
        removals = AuditEntry.objects.filter(action=AuditEntry.Action.NMBRS_REMOVED)
        assert "Remove the connection Palkkatoimisto?" in asked.text
        assert (connection.state, connection.token) == (NmbrsConnection.State.REMOVED, "")
        assert "What came in by it stays, and can still be sent." in after.text
        assert removals.count() == 1


class TestNavigation:
    def test_leads_from_settings_to_nmbrs_where_procountor_is_hidden(self) -> None:
        browser = browser_with(nmbrs=Right.READ)

        text = browser.get(PAGE).text

        assert f'<a href="{PAGE}" aria-current="page">Settings</a>' in text
        assert reverse("procountor_accounts") not in text

    def test_goes_between_both_for_readers_of_both(self) -> None:
        browser = browser_with(nmbrs=Right.READ, procountor=Right.READ)

        at_nmbrs = browser.get(PAGE).text
        at_procountor = browser.get(reverse("procountor_accounts")).text

        procountor = reverse("procountor_accounts")
        assert f'<a href="{procountor}" aria-current="page">Settings</a>' in at_procountor
        assert f'href="{procountor}">Procountor</a></li>' in squeezed(at_nmbrs)
        assert f'href="{PAGE}">Nmbrs</a></li>' in squeezed(at_procountor)

    def test_names_nmbrs_nowhere_without_the_right_to_it(self) -> None:
        browser = browser_with(procountor=Right.READ)

        text = browser.get(reverse("procountor_accounts")).text

        assert PAGE not in text
        assert browser.get(PAGE).status_code == 403
