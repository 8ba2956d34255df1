"""What a comparison found to be booked another way is not sent as well."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.bureau import (
    NOW,
    a_journal,
    a_linked_company,
    book_by_hand,
    problem_codes,
    send,
    states,
    tidy,
)

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import BookingPeriod
from tilisilta.models import Company, Export, Journal
from tilisilta.services.sending.perhaps_ours import say_another
from tilisilta.services.verifying.companies import verify

pytestmark = pytest.mark.django_db

JULY = datetime(2026, 7, 2, tzinfo=UTC)


def book_in_two(export: Export) -> None:
    """Book what ``export`` would, by hand, in two receipts."""
    whole = Decimal("1006.00")
    for amount in (Decimal("600.00"), whole - Decimal("600.00")):
        payload = export.payload.replace(export.name, "Palkat").replace(export.token, "NMBRS")
        book_by_hand(export.link.procountor_account, payload.replace(str(whole), str(amount)))


@pytest.fixture
def journal(procountor: Sandbox) -> Journal:
    """Return a journal that somebody booked in two receipts."""
    journal = a_journal(a_linked_company())
    book_in_two(journal.exports.get())
    return journal


def compare(company: Company) -> str:
    (month,) = verify(company, [BookingPeriod(year=2026, month=6)], now=JULY).months
    (finding,) = month.document["parts"][0]["findings"]
    return str(finding)


class TestBookedAnotherWay:
    def test_stops_the_sending(self, procountor: Sandbox, journal: Journal) -> None:
        assert compare(journal.company) == "booked_another_way"

        journal = send(journal)

        assert len(procountor.ledger.receipts()) == 2
        assert states(journal) == ["ready"]
        assert problem_codes(journal) == ["S09", "S09"]

    def test_is_sent_when_a_person_says_that_these_are_others(
        self, procountor: Sandbox, journal: Journal
    ) -> None:
        compare(journal.company)
        journal = send(journal)
        for receipt in procountor.ledger.receipts():
            say_another(journal.exports.get(), receipt.receipt_id, user=None, now=NOW)

        journal = send(journal)

        assert states(journal) == ["posted"]

    def test_is_sent_when_the_receipts_were_invalidated_since(
        self, procountor: Sandbox, journal: Journal
    ) -> None:
        compare(journal.company)
        for place in (0, 1):
            tidy(procountor, "invalidate", place=place)

        assert states(send(journal)) == ["posted"]
