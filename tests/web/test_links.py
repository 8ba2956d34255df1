"""Links: made and changed on a form that Procountor checks while it is filled in."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import (
    NOW,
    a_company,
    a_journal,
    a_linked_company,
    an_account,
    csv_file,
    send,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.models import Company, Debtor, Link, ProcountorAccount, User
from tilisilta.services.companies import set_start
from tilisilta.services.journals import import_journal

pytestmark = pytest.mark.django_db

NEW = "/settings/integrations/procountor/administrations/new"
PART = {"HX-Request": "true"}


def _filled(company: Company, account: ProcountorAccount, **values: str) -> dict[str, str]:
    return {
        "company": str(company.number),
        "account": str(account.pk),
        "closed_period_policy": "stop",
        "receipt_title": "Palkat",
        **values,
    }


def _saved(**values: str) -> dict[str, str]:
    return {"closed_period_policy": "stop", "receipt_title": "Palkat", **values}


def _a_journal_on_5035(company: Company) -> None:
    lines = [("5035", "10.00", "2026-06-28"), ("2961", "-10.00", "2026-06-28")]
    import_journal(csv_file(lines), file_name="j.csv", company=company, user=None, now=NOW)


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
        assert "1 Mar 2026" in text
        assert "Free accounts: tili-1002" in text


class TestNewLink:
    def test_says_that_one_account_serves_one_administration(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_linked_company(1001)

        text = browser_of_administrator.get(NEW).text

        assert "One administration per account" in text
        assert "tili-1001" not in text

    def test_keeps_all_choices_and_mappings(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company, account = a_company(), an_account(1001)

        response = browser_of_administrator.post(
            NEW,
            _filled(
                company,
                account,
                uses_cost_centers="on",
                cost_center_dimension="Kustannuspaikka",
                sums_equal_lines="on",
                closed_period_policy="next-open",
                dimension_accounts="[3-8]…",
                clearing_account="2961",
                **{"more-from": "5035", "more-to": "5030"},
            ),
        )

        link = Link.objects.get()
        assert response["Location"] == reverse("link", args=[link.pk])
        assert link.uses_cost_centers
        assert link.cost_center_dimension == "Kustannuspaikka"
        assert link.closed_period_policy == "next-open"
        assert link.dimension_accounts == "[3-8]..."
        assert link.rules().account_mappings == (("5035", "5030"),)

    def test_shows_the_link_that_is_there_on_a_second_click(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = _filled(a_company(), an_account(1001))
        browser_of_administrator.post(NEW, filled)

        response = browser_of_administrator.post(NEW, filled, follow=True)

        assert Link.objects.count() == 1
        assert response.redirect_chain == [(reverse("link", args=[Link.objects.get().pk]), 302)]

    def test_explains_an_account_that_was_taken_meanwhile_and_keeps_the_input(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        account = a_linked_company(1001).link.procountor_account

        response = browser_of_administrator.post(
            NEW, _filled(a_company(1002), account, receipt_title="Oma")
        )

        assert response.status_code == 422
        assert "The account already has an administration" in response.text
        assert 'value="Oma"' in response.text

    def test_wants_a_dimension_for_each_box_and_another_for_the_second(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = _filled(
            a_company(), an_account(1001), uses_cost_centers="on", uses_cost_units="on"
        )

        unnamed = browser_of_administrator.post(NEW, filled)
        twice = browser_of_administrator.post(
            NEW,
            {**filled, "cost_center_dimension": "Projekti", "cost_unit_dimension": "projekti"},
        )

        assert "Give the name of the dimension" in unnamed.text
        assert "Cost centers go to this dimension already." in twice.text
        assert not Link.objects.exists()

    def test_refuses_a_pattern_nobody_can_read(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        response = browser_of_administrator.post(
            NEW, _filled(a_company(), an_account(1001), dimension_accounts="[8-3]")
        )

        assert "This pattern cannot be read." in response.text

    def test_offers_no_company_of_other_debtors(
        self, procountor: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        a_company(1001, "Salainen Oy")
        administrator.debtors.add(Debtor.objects.create(number=999, name="Muu"))

        text = browser_of_administrator.get(NEW, {"company": "1001"}).text

        assert "Salainen" not in text

    def test_is_refused_to_a_reader(self, browser_of_reader: Client) -> None:
        assert browser_of_reader.get(NEW).status_code == 403


class TestChecks:
    def test_finds_a_dimension_at_once(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = _filled(
            a_company(),
            an_account(1001),
            check="cost_center",
            uses_cost_centers="on",
            cost_center_dimension="kustannuspaikka ",
        )

        part = browser_of_administrator.post(NEW, filled, headers=PART).text

        assert "Found: Kustannuspaikka" in part
        assert "<html" not in part
        assert not Link.objects.exists()

    def test_offers_the_real_names_for_one_that_is_not_there(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = _filled(
            a_company(),
            an_account(1001),
            check="cost_unit",
            uses_cost_units="on",
            cost_unit_dimension="Projektit",
        )

        part = browser_of_administrator.post(NEW, filled, headers=PART).text

        assert "No dimension of this name in Procountor" in part
        assert 'value="cost_unit_dimension=Projekti"' in part

    def test_puts_a_clicked_suggestion_into_its_field_and_saves_nothing(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = _filled(
            a_company(),
            an_account(1001),
            apply="cost_unit_dimension=Projekti",
            uses_cost_units="on",
            cost_unit_dimension="Projektit",
        )

        text = browser_of_administrator.post(NEW, filled).text

        assert 'value="Projekti"' in text
        assert "Found: Projekti" in text
        assert not Link.objects.exists()

    def test_lists_the_accounts_in_use_and_offers_near_ones(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        _a_journal_on_5035(company)

        text = browser_of_administrator.get(reverse("link", args=[company.link.pk])).text

        assert "Not in the chart of accounts" in text
        assert 'value="map-5035=5030"' in text
        assert "1 ledger account is to be decided" in text

    def test_checks_one_account_mapping_at_once(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        _a_journal_on_5035(company)

        part = browser_of_administrator.post(
            reverse("link", args=[company.link.pk]),
            _saved(check="map-5035", **{"map-5035": "5030"}),
            headers=PART,
        ).text

        assert "Mapped" in part
        assert "<table" not in part

    def test_tells_at_once_what_is_left_to_decide(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        _a_journal_on_5035(company)
        address = reverse("link", args=[company.link.pk])

        wrong, right = (
            browser_of_administrator.post(
                address, _saved(check="map-5035", **{"map-5035": chosen}), headers=PART
            ).text
            for chosen in ("5036", "5030")
        )

        assert 'id="left" role="status" hx-swap-oob="true"' in wrong
        assert "1 ledger account is to be decided" in wrong
        assert 'id="unknown" hx-swap-oob="true"></span>' in right
        assert "to be decided" not in right

    def test_go_on_with_what_was_last_read_when_procountor_is_away(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        account = an_account(1001)
        ProcountorAccount.objects.update(administration_read_at=None)
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, times=None))

        text = browser_of_administrator.get(NEW, {"account": account.pk}).text

        assert "Procountor gave no answer" in text
        assert '<option value="Kustannuspaikka">' in text

    def test_tell_nothing_of_an_administration_somebody_is_not_for(
        self, procountor: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        account = a_linked_company(1001).link.procountor_account
        own = Debtor.objects.create(number=999, name="Muu")
        administrator.debtors.add(own)
        company = Company.objects.create(number=1002, name="Muu Oy", debtor=own)

        text = browser_of_administrator.post(NEW, _filled(company, account, check="form")).text

        assert "Kustannuspaikka" not in text


class TestChangeLink:
    def test_clears_the_problem_it_was_changed_for(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        _a_journal_on_5035(company)

        response = browser_of_administrator.post(
            reverse("link", args=[company.link.pk]),
            _saved(**{"map-5035": "5030", "map-2961": "2961"}),
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
            _saved(**{"more-from": "50 35", "more-to": "5030"}),
        )

        assert response.status_code == 422
        assert "Digits and letters only." in response.text

    def test_can_be_looked_at_but_not_changed_by_a_reader(
        self, procountor: Sandbox, browser_of_reader: Client
    ) -> None:
        address = reverse("link", args=[a_linked_company().link.pk])

        looked = browser_of_reader.get(address)
        changed = browser_of_reader.post(address, _saved())

        assert looked.status_code == 200
        assert "Save the link" not in looked.text
        assert "changing it needs the right Write on Procountor" in looked.text
        assert changed.status_code == 403


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

    def test_keeps_one_that_receipts_were_sent_through(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        send(a_journal(company))

        response = browser_of_administrator.post(
            reverse("remove_link", args=[company.link.pk]), follow=True
        )

        assert "The link cannot be removed" in response.text
        assert Link.objects.exists()
