"""A new link shows which runs are booked already, and offers to begin after them."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import a_company, a_journal, an_account, book_by_hand, link_to

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.models import Company, ProcountorAccount
from tilisilta.services.link_removal import remove_link

pytestmark = pytest.mark.django_db


def _part(browser: Client, company: Company, account: ProcountorAccount) -> str:
    address = f"{reverse('booked_already')}?company={company.number}&account={account.pk}"
    response = browser.get(address)
    assert response.status_code == 200
    return response.text


@pytest.fixture
def company(procountor: Sandbox) -> Company:
    """Return a company without a link whose June run is booked by hand."""
    company, account = a_company(), an_account()
    link = link_to(company, account)
    export = a_journal(company, 6).exports.get()
    by_hand = export.payload.replace(export.name, "Palkat kesäkuu").replace(export.token, "NMBRS")
    book_by_hand(account, by_hand)
    remove_link(link, user=None)
    return company


class TestANewLink:
    def test_asks_for_the_part_by_itself(
        self, company: Company, browser_of_administrator: Client
    ) -> None:
        text = browser_of_administrator.get(f"{reverse('new_link')}?company={company.number}").text

        account = ProcountorAccount.objects.get()
        assert f"{reverse('booked_already')}?company=1001&amp;account={account.pk}" in text

    def test_names_the_run_and_offers_the_next_month(
        self, company: Company, browser_of_administrator: Client
    ) -> None:
        text = _part(browser_of_administrator, company, ProcountorAccount.objects.get())

        assert "1 run seems to be booked already, another way" in text
        assert "Palkat kesäkuu" in text
        assert 'value="start_month=2026-07-01"' in text
        assert "Begin with July 2026" in text

    def test_takes_the_offer_into_the_form(
        self, company: Company, browser_of_administrator: Client
    ) -> None:
        typed = {
            "company": company.number,
            "account": ProcountorAccount.objects.get().pk,
            "start_month": "2026-06-01",
            "apply": "start_month=2026-07-01",
        }

        text = browser_of_administrator.post(reverse("new_link"), typed).text

        assert '<option value="2026-07-01" selected>' in text

    def test_says_when_procountor_gives_no_answer(
        self, company: Company, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        procountor.faults.add(
            Fault(kind=FaultKind.ERROR_BEFORE, method="GET", path="/ledgerreceipts", times=None)
        )

        text = _part(browser_of_administrator, company, ProcountorAccount.objects.get())

        assert "not known whether runs are booked already" in text
