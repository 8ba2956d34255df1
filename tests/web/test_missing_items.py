"""The link says which cost centers and units have no item, and how they come to have one."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import a_company, an_account
from tests.web.item_pages import PART, a_link, address, in_nmbrs, page
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.models import ProcountorAccount

pytestmark = pytest.mark.django_db

NEW = "/settings/integrations/procountor/administrations/new"
CHOICES = {
    "closed_period_policy": "stop",
    "receipt_title": "Palkat",
    "uses_cost_centers": "on",
    "cost_center_dimension": "Kustannuspaikka",
}


class TestTheLink:
    def test_says_that_all_have_an_item(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        text = page(browser_of_administrator, a_link(("100", "Hallinto"), ("210", "Tuotanto")))

        assert "2 cost centers in Nmbrs: all have an item" in text
        assert "no item in Procountor" not in text

    def test_names_the_missing_ones_and_offers_to_create_them(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link(("100", "Hallinto"), ("450", "Varikko"), ("460", "Pesula"))

        text = page(browser_of_administrator, link)

        assert "1 of 3 cost centers in Nmbrs have an item" in text
        assert "2 have no item in Procountor:" in text
        assert "<b>450</b> Varikko" in squeezed(text)
        assert "Create the 2 missing items in Procountor" in text
        assert address(link) in text

    def test_hints_at_an_item_of_the_same_description(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        text = squeezed(page(browser_of_administrator, a_link(("45", "varasto"))))

        assert re.search(r"<b>45</b> varasto <span[^>]*>\(same description: 230\)</span>", text)

    def test_names_passive_and_ambiguous_ones_with_what_to_do(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link()
        in_nmbrs(link.company, ("p-099", "Urakka"), kind="cost_unit")

        text = squeezed(page(browser_of_administrator, link))

        assert "Passive in Procountor:" in text
        assert re.search(r"<b>p-099</b> Päättynyt urakka <span[^>]*>\(item P-099\)</span>", text)
        assert "Activate them in Procountor, then check again." in text
        assert "Create the" not in text

    def test_names_twenty_and_folds_the_rest_away(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link(*((f"K{number:02}", "Piste") for number in range(27)))

        text = page(browser_of_administrator, link)

        assert "and 7 more" in text
        assert text.index("K19") < text.index("<details>") < text.index("K20")

    def test_says_why_an_item_cannot_be_created(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link(("Łódź", "Varikko"), ("4" * 81, ""), ("150390-904F", "Matti"))

        text = page(browser_of_administrator, link)

        assert "has letters that Procountor cannot keep" in text
        assert "is too long for Procountor" in text
        assert "1 code holds a personal identity code, and is not shown" in text
        assert "904F" not in text
        assert "Create the" not in text

    def test_says_nothing_of_a_company_whose_journals_come_from_files(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        text = page(browser_of_administrator, a_link())

        assert "Found: Kustannuspaikka" in text
        assert "in Nmbrs:" not in text
        assert "no item in Procountor" not in text

    def test_shows_a_reader_the_list_and_says_why_there_is_no_button(
        self, procountor: Sandbox, browser_of_reader: Client
    ) -> None:
        link = a_link(("450", "Varikko"))

        text = page(browser_of_reader, link)

        assert "<b>450</b> Varikko" in squeezed(text)
        assert "Creating them needs the right Write on Procountor." in text
        assert address(link) not in text

    def test_has_no_button_while_the_account_is_not_authorised(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link(("450", "Varikko"))
        ProcountorAccount.objects.update(state=ProcountorAccount.State.ENDED)

        text = page(browser_of_administrator, link)

        assert "They can be created here once the account is authorised." in text
        assert address(link) not in text

    def test_tells_that_journals_create_them_where_the_link_says_so(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        text = page(
            browser_of_administrator, a_link(("450", "Varikko"), creates_missing_items=True)
        )

        assert "Each is created when a journal needs it." in text

    def test_follows_the_name_while_it_is_typed(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link(("P-101", ""), ("450", "Varikko"))
        typed = {**CHOICES, "cost_center_dimension": "projekti", "check": "cost_center"}

        part = browser_of_administrator.post(
            reverse("link", args=[link.pk]), typed, headers=PART
        ).text

        assert "1 of 2 cost centers in Nmbrs have an item" in part
        assert "They can be created here once the link is saved." in part
        assert address(link) not in part
        assert "<html" not in part

    def test_shows_the_list_before_it_is_saved_for_the_first_time(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company, account = a_company(), an_account()
        in_nmbrs(company, ("450", "Varikko"))
        filled = {**CHOICES, "company": "1001", "account": str(account.pk), "check": "form"}

        text = browser_of_administrator.post(NEW, filled).text

        assert "<b>450</b> Varikko" in squeezed(text)
        assert "They can be created here once the link is saved." in text
        assert "Create the" not in text

    def test_reads_procountor_again_when_it_is_to_be_checked(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_link()
        procountor.requests.clear()

        for part in ("cost_center", "form"):
            browser_of_administrator.post(
                reverse("link", args=[link.pk]), {**CHOICES, "check": part}, headers=PART
            )
        asked_for_parts = procountor.requests.count("GET", "/dimensions")
        browser_of_administrator.post(reverse("link", args=[link.pk]), {**CHOICES, "check": "form"})

        assert asked_for_parts == 0
        assert procountor.requests.count("GET", "/dimensions") == 1
