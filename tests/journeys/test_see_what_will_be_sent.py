"""The preview is the payload: what a person saw is sent letter by letter, or nothing is sent."""

from collections import Counter
from decimal import Decimal

import httpx2
import pytest
from pytest_django import Settings
from tests.bureau import (
    Clock,
    a_journal,
    a_linked_company,
    deliver,
    problem_codes,
    send,
    the_june_journal,
)

from procountor_sandbox.app import Sandbox
from tilisilta.models import Journal, preview_digest
from tilisilta.services.journals.previews import preview_journal
from tilisilta.services.links import change_link
from tilisilta.services.sending.asking import CannotBeSent, PreviewChanged, send_journal

pytestmark = pytest.mark.django_db


class ListeningTransport(httpx2.BaseTransport):
    """Passes requests on to the sandbox and stores the bodies of the receipts posted."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._inner = httpx2.WSGITransport(app=sandbox)
        self.posted: list[bytes] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Store the body of a posted receipt and pass the request on."""
        if request.method == "POST" and request.url.path.endswith("/ledgerreceipts"):
            self.posted.append(request.read())
        return self._inner.handle_request(request)


@pytest.fixture
def listener(procountor: Sandbox, settings: Settings) -> ListeningTransport:
    """A transport that stores what is sent."""
    listener = ListeningTransport(procountor)
    settings.PROCOUNTOR_TRANSPORT = listener
    return listener


@pytest.fixture
def june(procountor: Sandbox) -> Journal:
    """The June run with corrections, ready to be sent."""
    company = a_linked_company(
        uses_cost_centers=True,
        cost_center_dimension="Kustannuspaikka",
        uses_cost_units=True,
        cost_unit_dimension="Projekti",
    )
    return the_june_journal(company)


class TestThePreview:
    def test_shows_the_very_bytes_that_are_sent(
        self, listener: ListeningTransport, june: Journal
    ) -> None:
        shown = [receipt.payload.encode() for receipt in preview_journal(june).receipts]

        send(june)

        assert len(shown) == 6
        assert listener.posted == shown

    def test_is_what_is_sent_although_the_link_changes_after_the_click(
        self, listener: ListeningTransport, june: Journal
    ) -> None:
        shown = [receipt.payload.encode() for receipt in preview_journal(june).receipts]
        clock = Clock()
        sending = send_journal(june, user=None, now=clock.now)
        change_link(june.company.link, user=None, sums_equal_lines=True)

        deliver(sending, clock)

        assert listener.posted == shown

    def test_must_be_seen_again_when_it_has_changed(
        self, listener: ListeningTransport, june: Journal
    ) -> None:
        seen = preview_digest(june.exports.all())
        change_link(june.company.link, user=None, sums_equal_lines=True)

        with pytest.raises(PreviewChanged):
            send_journal(june, user=None, now=Clock().now, seen=seen)

        assert listener.posted == []

    def test_puts_the_run_s_own_reference_on_every_correction(
        self, listener: ListeningTransport, june: Journal
    ) -> None:
        receipts = preview_journal(june).receipts

        assert [receipt.receipt_date.month for receipt in receipts] == [1, 2, 3, 4, 5, 6]
        assert {receipt.name.split(" #")[0] for receipt in receipts} == {"Palkat 2026-06 ajo 6"}

    def test_of_a_test_company_is_never_sent(
        self, listener: ListeningTransport, june: Journal
    ) -> None:
        june.company.is_test = True
        june.company.save()

        with pytest.raises(CannotBeSent):
            send_journal(june, user=None, now=Clock().now)

        assert "N01" in problem_codes(june)
        assert listener.posted == []

    def test_of_a_blocked_debtor_is_never_sent(
        self, listener: ListeningTransport, june: Journal
    ) -> None:
        june.company.debtor.is_blocked = True
        june.company.debtor.save()

        with pytest.raises(CannotBeSent):
            send_journal(june, user=None, now=Clock().now)

        assert "N02" in problem_codes(june)
        assert listener.posted == []


class TestWhatProcountorBooked:
    def test_sums_to_the_journal_account_by_account(
        self, procountor: Sandbox, june: Journal
    ) -> None:
        send(june)

        booked: Counter[str] = Counter()
        for receipt in procountor.ledger.receipts():
            for row in receipt.transactions:
                booked[row.account] += cents(row.accounting_value)
        wanted: Counter[str] = Counter()
        for line in june.lines.all():
            wanted[line.ledger_account] += cents(line.amount)
        assert booked == wanted

    def test_is_the_second_revision_s_problem_when_the_first_was_sent(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        send(a_journal(company, 6, run_number="6"))

        changed = a_journal(company, 5, 6, run_number="6")

        assert changed.revision == 2
        assert changed.state == "changed"
        assert problem_codes(changed) == ["N30"]


def cents(amount: Decimal) -> int:
    """Return whole cents: a counter counts integers."""
    assert amount == amount.quantize(Decimal("0.01"))
    return int(amount * 100)
