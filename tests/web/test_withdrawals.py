"""A person withdraws what is booked of a journal on its page, and lets it be sent again."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import Clock, a_journal, a_linked_company, deliver, send, set_period, states
from tests.services.sending.test_withdrawals import revised
from tests.services.sending.withdrawing import REASON, withdraw

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.models import Journal, Sending, Withdrawal

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(procountor: Sandbox) -> Journal:
    """Return a journal with receipts of May and June, of which May is closed since."""
    journal = send(a_journal(a_linked_company(), 5, 6))
    set_period(procountor, "CLOSED", month=5)
    return journal


def page_of(browser: Client, journal: Journal) -> str:
    return browser.get(reverse("journal", args=[journal.pk])).text


def seen_in(page: str) -> str:
    return page.partition('name="seen" value="')[2].partition('"')[0]


class TestWithdrawing:
    def test_is_offered_where_something_is_booked(
        self, sent: Journal, browser_of_administrator: Client
    ) -> None:
        address = reverse("withdraw_journal", args=[sent.pk])

        assert f'href="{address}"' in page_of(browser_of_administrator, sent)

    def test_is_not_offered_to_readers_nor_open_to_them(
        self, sent: Journal, browser_of_reader: Client
    ) -> None:
        address = reverse("withdraw_journal", args=[sent.pk])

        assert address not in page_of(browser_of_reader, sent)
        assert browser_of_reader.get(address).status_code == 403
        assert browser_of_reader.get(reverse("send_again", args=[sent.pk])).status_code == 403

    def test_says_what_becomes_of_each_receipt(
        self, sent: Journal, browser_of_administrator: Client
    ) -> None:
        page = browser_of_administrator.get(reverse("withdraw_journal", args=[sent.pk])).text

        assert "2 receipts will be withdrawn" in page
        assert "Is reversed by a receipt of " in page
        assert "Its period is closed in Procountor." in page
        assert "Is invalidated." in page
        assert states(sent) == ["posted", "posted"]

    def test_needs_the_reason_and_that_the_person_knows_of_the_reversal(
        self, sent: Journal, browser_of_administrator: Client
    ) -> None:
        address = reverse("withdraw_journal", args=[sent.pk])

        refused = browser_of_administrator.post(address, {"reason": " "})

        assert refused.status_code == 422
        assert "Say why." in refused.text
        assert "Confirm that you know it." in refused.text
        assert not Withdrawal.objects.exists()

    def test_takes_all_of_it_back_and_shows_both_receipts(
        self, sent: Journal, browser_of_administrator: Client, procountor: Sandbox
    ) -> None:
        address = reverse("withdraw_journal", args=[sent.pk])
        seen = seen_in(browser_of_administrator.get(address).text)

        answer = {"reason": REASON, "knows": "on", "seen": seen}
        assert browser_of_administrator.post(address, answer).status_code == 302
        under_way = page_of(browser_of_administrator, sent)
        assert "2 receipts are being taken back" in under_way
        deliver(Sending.objects.get(finished_at=None), Clock())

        page = page_of(browser_of_administrator, sent)
        assert "Reversed by receipt 3 of" in page
        assert "Invalidated in Procountor," in page
        assert REASON in page
        assert reverse("send_again", args=[sent.pk]) in page
        assert address not in page

    def test_is_refused_when_something_has_changed_since_it_was_seen(
        self, sent: Journal, browser_of_administrator: Client, procountor: Sandbox
    ) -> None:
        address = reverse("withdraw_journal", args=[sent.pk])
        seen = seen_in(browser_of_administrator.get(address).text)
        set_period(procountor, "CLOSED", month=6)

        answer = {"reason": REASON, "knows": "on", "seen": seen}
        told = browser_of_administrator.post(address, answer, follow=True).text

        assert "is no longer what you looked at" in told
        assert not Withdrawal.objects.exists()

    def test_shows_what_was_refused_and_goes_on(
        self, sent: Journal, browser_of_administrator: Client, procountor: Sandbox
    ) -> None:
        procountor.faults.add(
            Fault(kind=FaultKind.REJECT, method="PUT", path="/ledgerreceipts/*/invalidate")
        )
        withdraw(sent)

        page = page_of(browser_of_administrator, sent)
        listed = browser_of_administrator.get(reverse("exports")).text

        assert "Withdrawal stopped" in listed
        assert "Procountor did not invalidate the receipt of" in page
        assert "Reversed by receipt 3 of" in page
        assert "Go on withdrawing" in page

    def test_leads_back_with_the_reason_where_nothing_is_booked(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company(), 6)
        address = reverse("withdraw_journal", args=[journal.pk])

        told = browser_of_administrator.get(address, follow=True).text

        assert "cannot be withdrawn" in told


class TestALaterRevision:
    def test_leads_to_the_withdrawal_of_the_one_that_is_booked(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        first = send(a_journal(company, 6))
        second = revised(company)
        address = reverse("withdraw_journal", args=[first.pk])

        assert address in page_of(browser_of_administrator, second)
        withdraw(first)

        page = page_of(browser_of_administrator, second)
        assert address not in page
        assert "Send 1 receipt" in page


class TestSendingAgain:
    def test_makes_the_journal_ready_with_the_reason(
        self, sent: Journal, browser_of_administrator: Client, procountor: Sandbox
    ) -> None:
        withdraw(sent)
        set_period(procountor, "OPEN", month=5)
        address = reverse("send_again", args=[sent.pk])

        assert browser_of_administrator.get(address).status_code == 200
        assert browser_of_administrator.post(address, {"reason": ""}).status_code == 422
        browser_of_administrator.post(address, {"reason": "It was right"})

        sent.refresh_from_db()
        assert sent.state == "ready"
        page = page_of(browser_of_administrator, sent)
        assert "let journal 1001-2026-6-1 be sent again: It was right" in page
        assert "Send 2 receipts" in page

    def test_of_a_booked_journal_only_leads_back(
        self, sent: Journal, browser_of_administrator: Client
    ) -> None:
        address = reverse("send_again", args=[sent.pk])

        assert browser_of_administrator.post(address, {"reason": "x"}).status_code == 302
        assert states(sent) == ["posted", "posted"]
