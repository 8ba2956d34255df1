"""A person goes on from a run that changed after sending: on its page, by one of the ways."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import Clock, a_journal, a_linked_company, deliver, send
from tests.services.sending.test_differences import REASON, a_revision, more
from tests.services.sending.withdrawing import net_amounts
from tests.web.test_withdrawals import page_of, seen_in

from procountor_sandbox.app import Sandbox
from tilisilta.models import Journal, Sending, Settlement

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def changed(procountor: Sandbox) -> Journal:
    """Return the second revision of a run whose first is booked."""
    company = a_linked_company()
    send(a_journal(company, 6))
    return a_revision(company, *more("200.00"), months=(6,))


def address(name: str, journal: Journal) -> str:
    return reverse(name, args=[journal.pk])


class TestAChangedRun:
    def test_has_its_difference_booked_as_it_was_shown(
        self, changed: Journal, browser_of_administrator: Client, procountor: Sandbox
    ) -> None:
        there = address("book_difference", changed)
        assert f'href="{there}"' in page_of(browser_of_administrator, changed)

        page = browser_of_administrator.get(there).text
        assert "revision 2" in page or "versio 2" in page
        assert browser_of_administrator.post(there, {"reason": " "}).status_code == 422
        given = {"reason": REASON, "seen": seen_in(page)}
        assert browser_of_administrator.post(there, given).status_code == 302
        deliver(Sending.objects.get(finished_at=None), Clock())

        assert net_amounts(procountor)["5030"] == "200.00"
        booked = page_of(browser_of_administrator, changed)
        assert "Difference of revision 2" in booked
        assert there not in booked
        assert browser_of_administrator.get(there).status_code == 302

    def test_is_settled_by_hand_and_asks_again_once_that_is_taken_back(
        self, changed: Journal, browser_of_administrator: Client
    ) -> None:
        there = address("settle_journal", changed)
        asks = "An earlier revision of the journal of run 6/2026 has been sent"
        assert asks in browser_of_administrator.get("/").text
        browser_of_administrator.post(there, {"reason": ""})
        assert not Settlement.objects.exists()

        given = {"reason": REASON, "receipt_number": "91"}
        browser_of_administrator.post(there, given)

        page = page_of(browser_of_administrator, changed)
        assert "Settled by hand" in page
        assert REASON in page
        assert address("book_difference", changed) not in page
        assert asks not in browser_of_administrator.get("/").text
        browser_of_administrator.post(address("unsettle_journal", changed), {"reason": "No"})
        changed.refresh_from_db()
        assert changed.state == "changed"
        assert there in page_of(browser_of_administrator, changed)

    def test_is_left_alone_by_readers(self, changed: Journal, browser_of_reader: Client) -> None:
        page = page_of(browser_of_reader, changed)

        for name in ("book_difference", "settle_journal", "mark_journal", "unsettle_journal"):
            assert address(name, changed) not in page
            assert browser_of_reader.get(address(name, changed)).status_code == 403


class TestARunDeletedAfterSending:
    def test_is_withdrawn_or_settled(
        self, changed: Journal, browser_of_administrator: Client
    ) -> None:
        first = Journal.objects.get(revision=1)
        Journal.objects.update(is_deleted_at_source=True)
        page = page_of(browser_of_administrator, first)
        assert "Two ways on" in page
        assert address("book_difference", first) not in page
        assert address("withdraw_journal", first) in page

        browser_of_administrator.post(address("settle_journal", changed), {"reason": REASON})

        # Both revisions asked for a person because of it, and both are settled by the one word.
        assert set(Journal.objects.values_list("state", flat=True)) == {"settled"}
        assert "deleted in Nmbrs" not in browser_of_administrator.get("/").text


class TestAJournalBookedAnotherWay:
    def test_is_marked_as_sent_and_never_sent(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company(), 6)
        there = address("mark_journal", journal)
        assert there in page_of(browser_of_administrator, journal)

        browser_of_administrator.post(there, {"reason": REASON})
        browser_of_administrator.post(address("send_journal", journal), {"seen": ""})

        journal.refresh_from_db()
        assert journal.state == "marked_sent"
        assert "Marked as sent" in page_of(browser_of_administrator, journal)
        assert not procountor.ledger.receipts()
