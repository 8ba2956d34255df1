"""Confirming that a company and an administration belong together."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import a_company, a_journal, a_linked_company, an_account
from tests.web.link_pages import NEW, new_link_values, tick_in

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Company, Debtor, Journal, Link, User
from tilisilta.services.connections import authorise_with_api_key, create_account

pytestmark = pytest.mark.django_db


class TestConfirming:
    def test_refuses_another_name_without_a_tick_and_shows_the_input_again(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = new_link_values(a_company(1001, "Aivan Muu Oy"), an_account(), receipt_title="Oma")

        response = browser_of_administrator.post(
            NEW, {**filled, "more-from": "50", "more-to": "51"}
        )

        assert response.status_code == 422
        assert "(E40)" in response.text
        assert 'value="Oma"' in response.text
        assert 'value="51"' in response.text
        assert (
            "Yes, payroll of <b>Aivan Muu Oy</b> goes to the books of "
            "<b>Koivulammi Konepaja Oy, 9901010-1</b>"
        ) in response.text
        assert not Link.objects.exists()

    def test_links_with_the_tick_and_says_afterwards_who_gave_it(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = new_link_values(a_company(1001, "Aivan Muu Oy"), an_account())
        tick = tick_in(browser_of_administrator.post(NEW, {**filled, "check": "form"}).text)

        response = browser_of_administrator.post(NEW, {**filled, "confirmed": tick}, follow=True)

        assert Link.objects.count() == 1
        assert "Confirmed by aino" in response.text
        assert 'name="confirmed"' not in response.text
        entry = AuditEntry.objects.get(action="link_confirmed")
        assert entry.user is not None
        assert "Aivan Muu Oy" in entry.facts["difference"]

    @pytest.mark.parametrize("stale", ["on", "another pair", "another name"])
    def test_takes_no_tick_that_was_given_for_something_else(
        self, procountor: Sandbox, browser_of_administrator: Client, stale: str
    ) -> None:
        company, account = a_company(1001, "Aivan Muu Oy"), an_account()
        other = an_account(1002)
        shown = other if stale == "another pair" else account
        filled = new_link_values(company, shown, check="form")
        tick = tick_in(browser_of_administrator.post(NEW, filled).text)
        if stale == "another name":
            Company.objects.update(name="Vielä Muu Oy")

        response = browser_of_administrator.post(
            NEW, new_link_values(company, account, confirmed="on" if stale == "on" else tick)
        )

        assert response.status_code == 422
        assert not Link.objects.exists()

    def test_wants_a_tick_for_books_that_another_company_has(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_linked_company(1001)
        twin = create_account("toinen", user=None)
        authorise_with_api_key(twin, "SANDBOX-KEY-1001", user=None)
        filled = new_link_values(a_company(1002, "Koivulammi Konepaja Oy"), twin)

        refused = browser_of_administrator.post(NEW, filled)
        tick = tick_in(refused.text)
        browser_of_administrator.post(NEW, {**filled, "confirmed": tick})

        assert refused.status_code == 422
        assert "1001 Koivulammi Konepaja Oy goes to Koivulammi Konepaja Oy" in refused.text
        assert Link.objects.count() == 2

    def test_takes_no_tick_from_before_another_company_was_linked_there(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        twin = create_account("toinen", user=None)
        authorise_with_api_key(twin, "SANDBOX-KEY-1001", user=None)
        filled = new_link_values(a_company(1002, "Aivan Muu Oy"), twin)
        tick = tick_in(browser_of_administrator.post(NEW, {**filled, "check": "form"}).text)
        a_linked_company(1001)

        response = browser_of_administrator.post(NEW, {**filled, "confirmed": tick})

        assert response.status_code == 422
        assert Link.objects.count() == 1

    def test_names_no_company_of_another_debtor(
        self, procountor: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        a_linked_company(1001)
        own = Debtor.objects.create(number=999, name="Muu")
        administrator.debtors.add(own)
        company = Company.objects.create(number=1002, name="Koivulammi Konepaja Oy", debtor=own)
        twin = create_account("toinen", user=administrator)
        authorise_with_api_key(twin, "SANDBOX-KEY-1001", user=administrator)
        filled = new_link_values(company, twin)

        refused = browser_of_administrator.post(NEW, filled)
        tick = tick_in(refused.text)
        browser_of_administrator.post(NEW, {**filled, "confirmed": tick})

        assert "1 company of another debtor" in refused.text
        assert "1001 Koivulammi" not in refused.text
        entry = AuditEntry.objects.get(action="link_confirmed", company=company)
        assert "Koivulammi Konepaja Oy; 1001" in entry.facts["difference"]


class TestCompaniesThatDifferByNow:
    def _held(self) -> tuple[Link, str]:
        """Return a link whose company has another name by now, and the address of its page."""
        company = a_linked_company()
        a_journal(company)
        Company.objects.update(name="Toinen nimi Oy")
        return company.link, reverse("link", args=[company.link.pk])

    def test_are_confirmed_with_one_click(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link, page = self._held()
        text = browser_of_administrator.get(page).text
        assert "so nothing is sent" in text
        pair = re.search(r'name="pair" value="([^"]+)"', text)
        assert pair is not None

        answer = browser_of_administrator.post(
            reverse("confirm_link", args=[link.pk]), {"pair": pair[1]}, follow=True
        )

        assert "What waited for it can be sent." in answer.text
        assert "Confirmed by" in answer.text
        assert Journal.objects.get().state == "ready"

    def test_are_not_confirmed_in_a_state_that_was_not_shown(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link, _page = self._held()

        answer = browser_of_administrator.post(
            reverse("confirm_link", args=[link.pk]), {"pair": "another"}, follow=True
        )

        assert "Look at both once more." in answer.text
        assert not Link.objects.get().confirmed_pair

    def test_have_no_button_for_readers(
        self, procountor: Sandbox, browser_of_reader: Client
    ) -> None:
        link, page = self._held()

        shown = browser_of_reader.get(page).text
        refused = browser_of_reader.post(reverse("confirm_link", args=[link.pk]), {"pair": "x"})

        assert "so nothing is sent" in shown
        assert "confirm-link" not in shown
        assert refused.status_code == 403
