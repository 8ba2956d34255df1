"""The form of a link, checked against Procountor while it is filled in."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.bureau import a_company, a_linked_company, an_account
from tests.web.link_pages import NEW, PART, a_journal_on_5035, link_values, new_link_values
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.models import Company, Debtor, Link, ProcountorAccount, User

pytestmark = pytest.mark.django_db


class TestChecks:
    def test_find_a_dimension_at_once(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = new_link_values(
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

    def test_of_the_whole_form_say_when_all_is_well(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        address = reverse("link", args=[company.link.pk])

        well = browser_of_administrator.post(address, link_values(check="form")).text
        wrong = browser_of_administrator.post(
            address, link_values(check="form", clearing_account="9999")
        ).text

        assert "Checked against Procountor: all is well. Nothing was saved." in well
        assert "all is well" not in wrong
        assert "what is marked on the page is still to be put right" in wrong

    def test_of_the_whole_form_say_so_when_procountor_is_away(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, path="*", times=None))

        text = browser_of_administrator.post(
            reverse("link", args=[company.link.pk]), link_values(check="form")
        ).text

        assert "not everything could be checked" in text
        assert "all is well" not in text

    @pytest.mark.parametrize(("minutes", "is_found"), [(1, True), (0, False)])
    def test_read_procountor_anew_before_they_say_that_a_dimension_is_not_there(
        self,
        procountor: Sandbox,
        browser_of_administrator: Client,
        minutes: int,
        is_found: bool,
    ) -> None:
        account = an_account(1001)
        filled = new_link_values(
            a_company(),
            account,
            check="cost_center",
            uses_cost_centers="on",
            cost_center_dimension="Kustannuspaikka",
        )
        # Read before somebody made the dimension in Procountor.
        read = {**account.administration, "dimensions": []}
        read_at = timezone.now() - timedelta(minutes=minutes)
        ProcountorAccount.objects.update(administration=read, administration_read_at=read_at)

        part = browser_of_administrator.post(NEW, filled, headers=PART).text

        assert ("Found: Kustannuspaikka" in part) is is_found

    def test_offer_the_real_names_for_one_that_is_not_there(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = new_link_values(
            a_company(),
            an_account(1001),
            check="cost_unit",
            uses_cost_units="on",
            cost_unit_dimension="Projektit",
        )

        part = browser_of_administrator.post(NEW, filled, headers=PART).text

        assert "No dimension of this name in Procountor" in part
        assert 'value="cost_unit_dimension=Projekti"' in part

    def test_put_a_clicked_suggestion_into_its_field_and_save_nothing(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = new_link_values(
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

    def test_list_the_accounts_in_use_and_offer_near_ones(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        a_journal_on_5035(company)

        text = browser_of_administrator.get(reverse("link", args=[company.link.pk])).text

        assert "Not in the chart of accounts" in text
        assert 'value="map-5035=5030"' in text
        assert "1 ledger account is to be decided" in text

    def test_cover_one_account_mapping_at_once(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        a_journal_on_5035(company)

        part = browser_of_administrator.post(
            reverse("link", args=[company.link.pk]),
            link_values(check="map-5035", **{"map-5035": "5030"}),
            headers=PART,
        ).text

        assert "Mapped" in part
        assert "<table" not in part

    def test_show_at_once_what_is_left_to_decide(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        a_journal_on_5035(company)
        address = reverse("link", args=[company.link.pk])

        wrong, right = (
            browser_of_administrator.post(
                address, link_values(check="map-5035", **{"map-5035": chosen}), headers=PART
            ).text
            for chosen in ("5036", "5030")
        )

        assert 'id="left" role="status" hx-swap-oob="true"' in wrong
        assert "1 ledger account is to be decided" in wrong
        assert 'id="unknown" hx-swap-oob="true"></span>' in squeezed(right)
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

    def test_tell_nothing_of_an_administration_of_another_debtor(
        self, procountor: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        account = a_linked_company(1001).link.procountor_account
        own = Debtor.objects.create(number=999, name="Muu")
        administrator.debtors.add(own)
        company = Company.objects.create(number=1002, name="Muu Oy", debtor=own)

        text = browser_of_administrator.post(
            NEW, new_link_values(company, account, check="form")
        ).text

        assert "Kustannuspaikka" not in text
