"""Links: listed, changed on a form that Procountor checks, and removed."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import a_journal, a_linked_company, an_account, link_to, send
from tests.web.link_pages import a_journal_on_5035, link_values

from procountor_sandbox.app import Sandbox
from tilisilta.models import Link
from tilisilta.services.companies import set_start
from tilisilta.services.links import end_link

pytestmark = pytest.mark.django_db


class TestAdministrations:
    def test_lists_links_and_free_accounts(
        self, procountor: Sandbox, browser_of_reader: Client
    ) -> None:
        company = a_linked_company(
            1001, uses_cost_centers=True, cost_center_dimension="Kustannuspaikka"
        )
        set_start(company, date(2026, 3, 1), user=None)
        an_account(1002)

        text = browser_of_reader.get(reverse("administrations")).text

        assert reverse("link", args=[company.link.pk]) in text
        assert "Kustannuspaikka" in text
        assert "January 2020" in text
        assert "company from" in text
        assert "1 Mar 2026" in text
        assert "Free accounts: tili-1002" in text


class TestChangeLink:
    def test_clears_the_problem_it_was_changed_for(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        a_journal_on_5035(company)

        response = browser_of_administrator.post(
            reverse("link", args=[company.link.pk]),
            link_values(**{"map-5035": "5030", "map-2961": "2961"}),
            follow=True,
        )

        assert "The link is saved." in response.text
        assert company.journals.get().state == "ready"

    def test_says_what_is_wrong_with_a_mapping(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()

        response = browser_of_administrator.post(
            reverse("link", args=[company.link.pk]),
            link_values(**{"more-from": "50 35", "more-to": "5030"}),
        )

        assert response.status_code == 422
        assert "Digits and letters only." in response.text

    def test_lets_a_reader_see_it_and_not_change_it(
        self, procountor: Sandbox, browser_of_reader: Client
    ) -> None:
        address = reverse("link", args=[a_linked_company().link.pk])

        looked = browser_of_reader.get(address)
        changed = browser_of_reader.post(address, link_values())

        assert looked.status_code == 200
        assert "Save the link" not in looked.text
        assert "changing it needs the right Write on Procountor" in looked.text
        assert changed.status_code == 403

    def test_says_that_the_months_go_through_an_earlier_link(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        account = company.link.procountor_account
        end_link(company.link, ends_on=date(2026, 7, 1), reason="moved", user=None)
        link = link_to(company, account, start_month=date(2026, 7, 1))

        response = browser_of_administrator.post(
            reverse("link", args=[link.pk]), link_values(start_month="2026-06-01")
        )

        assert response.status_code == 422
        assert "(E42)" in response.text
        link.refresh_from_db()
        assert link.start_month == date(2026, 7, 1)

    def test_moves_runs_before_the_start_and_back(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        journal = a_journal(company)
        address = reverse("link", args=[company.link.pk])
        seen = []

        for start in ("2026-07-01", "2026-06-01"):
            browser_of_administrator.post(address, link_values(start_month=start))
            journal.refresh_from_db()
            seen.append(journal.state)

        assert seen == ["before_start", "ready"]


class TestRemoveLink:
    def test_removes_one_nothing_was_sent_through_and_is_calm_the_second_time(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        address = reverse("remove_link", args=[a_linked_company().link.pk])

        first = browser_of_administrator.post(address, follow=True)
        second = browser_of_administrator.post(address, follow=True)

        assert "was removed." in first.text
        assert "The link was removed already." in second.text
        assert not Link.objects.exists()

    def test_leaves_one_that_receipts_were_sent_through(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        send(a_journal(company))

        response = browser_of_administrator.post(
            reverse("remove_link", args=[company.link.pk]), follow=True
        )

        assert "The link cannot be removed" in response.text
        assert Link.objects.exists()
