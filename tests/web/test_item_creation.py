"""The items that a link misses are created at one word, after a question that names them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web.item_pages import ITEMS, PART, a_link, address, created, hidden, page, say_yes

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.models import AuditEntry, Debtor, Link, ProcountorAccount, User
from tilisilta.services.links import end_link
from tilisilta.services.procountor import item_creation
from tilisilta.web import missing_items

pytestmark = pytest.mark.django_db


class TestTheQuestion:
    def test_names_every_item_and_where_it_goes_and_creates_nothing(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link(("100", "Hallinto"), ("450", "Varikko"), ("460", "Łódź"))

        text = browser_of_administrator.get(address(link)).text

        assert "Create 2 items in Procountor?" in text
        assert "Kustannuspaikka" in text
        assert f"Koivulammi Konepaja Oy, {link.procountor_account.business_id}" in text
        assert "Varikko" in text
        assert "Lódz" in text
        assert "Items cannot be removed from Procountor again" in text
        assert created(procountor) == 0

    def test_lets_those_be_left_out_that_may_be_there_already(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link(("45", "Varasto"), ("460", "Pesula"))

        text = browser_of_administrator.get(address(link)).text
        after = say_yes(browser_of_administrator, link, "45", "460", leave="45")

        assert 'name="leave" value="45"' in text
        assert 'name="leave" value="460"' not in text
        assert "1 item was created in Procountor." in after
        assert created(procountor) == 1

    @pytest.mark.parametrize("is_away", [False, True])
    def test_leads_back_when_there_is_nothing_to_ask(
        self, procountor: Sandbox, browser_of_administrator: Client, is_away: bool
    ) -> None:
        link = a_link(("100", "Hallinto"))
        if is_away:
            procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE))

        response = browser_of_administrator.get(address(link), follow=True)

        assert response.redirect_chain == [(reverse("link", args=[link.pk]), 302)]
        message = "Procountor gave no answer" if is_away else "There is no item to create."
        assert message in response.text

    def test_is_refused_to_a_reader(self, procountor: Sandbox, browser_of_reader: Client) -> None:
        link = a_link(("450", "Varikko"))

        asked = browser_of_reader.get(address(link))
        posted = browser_of_reader.post(address(link), {"codes": '["450"]'})

        assert (asked.status_code, posted.status_code) == (403, 403)
        assert created(procountor) == 0

    def test_is_not_there_for_other_debtors_and_other_kinds(
        self, procountor: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        link = a_link(("450", "Varikko"))

        other_kind = browser_of_administrator.get(address(link, "employee"))
        administrator.debtors.add(Debtor.objects.create(number=999, name="Muu"))
        posted = browser_of_administrator.post(address(link), {"codes": '["450"]'})

        assert (other_kind.status_code, posted.status_code) == (404, 404)
        assert created(procountor) == 0


class TestCreating:
    def test_creates_what_was_confirmed_and_records_by_whom(
        self, procountor: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        link = a_link(("450", "Varikko"), ("460", "Pesula"))

        text = say_yes(browser_of_administrator, link, "450", "460")

        assert "2 items were created in Procountor." in text
        assert "2 cost centers in Nmbrs: all have an item" in text
        entries = AuditEntry.objects.filter(action="items_created")
        assert [entry.user for entry in entries] == [administrator] * 2

    def test_is_calm_when_clicked_twice(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link(("450", "Varikko"))
        say_yes(browser_of_administrator, link, "450")

        text = say_yes(browser_of_administrator, link, "450")

        assert "Nothing was left to create: the items are there." in text
        assert created(procountor) == 1

    @pytest.mark.parametrize("codes", ["", "450", "{}", "[1, null]", '["9'])
    def test_creates_nothing_for_what_cannot_be_read(
        self, procountor: Sandbox, browser_of_administrator: Client, codes: str
    ) -> None:
        link = a_link(("450", "Varikko"))

        response = browser_of_administrator.post(address(link), {"codes": codes})

        assert response.status_code == 302
        assert created(procountor) == 0

    def test_shows_the_message_of_procountor_and_creates_the_others(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link(("450", "Varikko"), ("460", "Pesula"))
        procountor.faults.add(Fault(kind=FaultKind.REJECT, method="POST", path=ITEMS))

        text = say_yes(browser_of_administrator, link, "450", "460")

        assert "Item 450 was not created. Procountor refused it: " in text
        assert "1 item was created in Procountor." in text
        assert "1 has no item in Procountor:" in text

    def test_says_what_is_uncertain_and_finds_it_again(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link(("450", "Varikko"), ("460", "Pesula"))
        procountor.faults.add(Fault(kind=FaultKind.ANSWER_LOST, method="POST", path=ITEMS))
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, method="GET", skip=5, times=1))

        uncertain = say_yes(browser_of_administrator, link, "450", "460")
        after = say_yes(browser_of_administrator, link, "450", "460")

        assert "It is uncertain whether item 450 was created." in uncertain
        assert "2 items are left to create." in uncertain
        assert "1 item was created in Procountor." in after
        assert "2 cost centers in Nmbrs: all have an item" in after
        assert created(procountor) == 2

    def test_says_what_to_do_when_the_account_is_not_authorised(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link(("450", "Varikko"))
        procountor.revoke(company_id=50101)

        text = say_yes(browser_of_administrator, link, "450")

        assert "Procountor does not accept the authorisation" in text
        assert "1 item is left to create." in text

    def test_says_that_another_person_is_creating(
        self,
        procountor: Sandbox,
        browser_of_administrator: Client,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        link = a_link(("450", "Varikko"))
        monkeypatch.setattr(item_creation, "_LONGEST_WAIT_SECONDS", 0)
        ProcountorAccount.objects.update(items_leased_until=timezone.now() + timedelta(minutes=1))

        text = say_yes(browser_of_administrator, link, "450")

        assert "Items are being created in this administration already." in text
        assert created(procountor) == 0

    def test_says_that_the_dimension_is_gone(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link(("450", "Varikko"))
        Link.objects.update(cost_center_dimension="Osasto")

        text = say_yes(browser_of_administrator, link, "450")

        assert "The link&#x27;s dimension is no longer in Procountor" in text


class TestManyItems:
    @pytest.fixture(autouse=True)
    def _no_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(missing_items, "SECONDS_PER_STEP", 0.0)

    def test_go_on_by_themselves_and_show_how_many_are_done(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link(("450", "Varikko"), ("460", "Pesula"), ("470", "Halli"))

        text = say_yes(browser_of_administrator, link, "450", "460", "470")
        steps = [text]
        while 'id="going"' in steps[-1]:
            steps.append(
                browser_of_administrator.post(address(link), hidden(steps[-1]), follow=True).text
            )

        assert [re.findall(r"(\d of \d) items are done", step) for step in steps] == [
            ["1 of 3"],
            ["2 of 3"],
            [],
        ]
        assert "3 items were created in Procountor." in steps[-1]
        assert created(procountor) == 3

    def test_report_at_the_end_what_was_refused_on_the_way(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link(("450", "Varikko"), ("460", "Pesula"), ("470", "Halli"))
        procountor.faults.add(Fault(kind=FaultKind.REJECT, method="POST", path=ITEMS, skip=1))
        step = say_yes(browser_of_administrator, link, "450", "460", "470")

        for _ in range(2):
            response = browser_of_administrator.post(address(link), hidden(step), headers=PART)
            step = response.text
        text = page(browser_of_administrator, link)

        assert response["HX-Redirect"] == reverse("link", args=[link.pk])
        assert "Item 460 was not created." in text
        assert "2 items were created in Procountor." in text


class TestAfterTheLinkEnded:
    def test_nothing_is_made_in_books_it_led_to(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link(("777", "Uusi"))
        end_link(link, ends_on=link.start_month, reason="wrong", user=None)

        looked = browser_of_administrator.get(address(link))
        asked = browser_of_administrator.post(address(link), {"codes": '["777"]'})

        assert (looked.status_code, asked.status_code) == (404, 404)
        assert created(procountor) == 0
