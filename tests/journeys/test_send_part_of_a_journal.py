"""Something goes wrong in the middle of six receipts: booked ones stay, the rest waits."""

import pytest
from pytest_django import Settings
from tests.bureau import (
    Clock,
    a_journal,
    a_linked_company,
    deliver,
    make_moves,
    on_post,
    problem_codes,
    send,
    set_period,
    states,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.models import AuditEntry, Export, Journal, ProcountorAccount
from tilisilta.services.connections import authorise_with_api_key, remove_authorisation
from tilisilta.services.journals.importing import check_journal
from tilisilta.services.sending.asking import (
    AlreadySent,
    CannotBeSent,
    send_journal,
    unfinished_sending,
)
from tilisilta.services.sending.going_on import continue_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def six_receipts(procountor: Sandbox) -> Journal:
    return a_journal(a_linked_company(), 1, 2, 3, 4, 5, 6)


class TestAPostedReceipt:
    def test_is_not_looked_for_again_with_the_rest(self, procountor: Sandbox) -> None:
        clock = Clock()
        # Far apart, so that each would be looked for in months of its own.
        sending = send_journal(a_journal(a_linked_company(), 1, 6), user=None, now=clock.now)
        while states(sending.journal) != ["posted", "queued"]:
            make_moves(sending, clock, 1)
        Export.objects.update(is_looked_for=False)
        listed_before = procountor.requests.count("GET", "/ledgerreceipts")

        sent = deliver(sending, clock)

        assert states(sent) == ["posted", "posted"]
        assert procountor.requests.count("GET", "/ledgerreceipts") == listed_before + 1


class TestARejectedReceipt:
    def test_leaves_the_earlier_ones_and_stops_the_later_ones(
        self, procountor: Sandbox, six_receipts: Journal
    ) -> None:
        procountor.faults.add(on_post(FaultKind.REJECT, skip=2))

        sent = send(six_receipts)

        assert states(sent) == ["posted", "posted", "rejected", "ready", "ready", "ready"]
        assert sent.state == "partly_sent"
        assert procountor.ledger.count() == 2

    def test_stores_the_words_of_procountor(
        self, procountor: Sandbox, six_receipts: Journal
    ) -> None:
        procountor.faults.add(on_post(FaultKind.REJECT, code="SANDBOX_TOO_LATE"))

        sent = send(six_receipts)

        problem = sent.exports.all()[0].problems[0]
        assert problem.code == "S01"
        assert "SANDBOX_TOO_LATE" in str(problem.facts)

    def test_is_sent_with_the_rest_when_sent_again(
        self, procountor: Sandbox, six_receipts: Journal
    ) -> None:
        procountor.faults.add(on_post(FaultKind.REJECT, skip=2))
        partly_sent = send(six_receipts)

        sent = send(partly_sent)

        assert states(sent) == ["posted"] * 6
        assert sent.state == "sent"
        assert procountor.ledger.count() == 6
        assert len({receipt.name for receipt in procountor.ledger.receipts()}) == 6


class TestAPeriodClosedMeanwhile:
    def test_is_found_by_the_check_before_sending(
        self, procountor: Sandbox, six_receipts: Journal
    ) -> None:
        set_period(procountor, "CLOSED", month=3)
        later = Clock()
        later.forward(24 * 60 * 60)

        with pytest.raises(CannotBeSent):
            send_journal(six_receipts, user=None, now=later.now)

        assert problem_codes(six_receipts) == ["N10"]
        assert procountor.ledger.count() == 0

    def test_rejects_the_receipt_and_is_known_by_the_next_check(
        self, procountor: Sandbox, six_receipts: Journal
    ) -> None:
        sent = _send_while_march_is_being_closed(procountor, six_receipts)
        assert states(sent) == ["posted", "posted", "rejected", "ready", "ready", "ready"]

        checked = check_journal(sent, now=Clock().now)

        assert "N10" in problem_codes(checked)

    def test_is_sent_once_the_period_is_open_again(
        self, procountor: Sandbox, six_receipts: Journal
    ) -> None:
        sent = _send_while_march_is_being_closed(procountor, six_receipts)
        set_period(procountor, "OPEN", month=3)

        sent = send(check_journal(sent, now=Clock().now))

        assert states(sent) == ["posted"] * 6
        assert procountor.ledger.count() == 6


class TestAnAccessToken:
    def test_that_dies_midway_is_renewed_once(
        self, procountor: Sandbox, six_receipts: Journal
    ) -> None:
        renewed_before = procountor.requests.count("POST", "/oauth/token")
        procountor.faults.add(on_post(FaultKind.UNAUTHORIZED, skip=3))

        sent = send(six_receipts)

        assert states(sent) == ["posted"] * 6
        assert procountor.requests.count("POST", "/oauth/token") == renewed_before + 1
        assert procountor.ledger.count() == 6


class TestAGrantThatEnds:
    @pytest.fixture(autouse=True)
    def _at_once(self, settings: Settings) -> None:
        """The tries before an account is given up have tests of their own."""
        settings.PROCOUNTOR_REFUSAL_PAUSES = ()

    def test_turns_the_account_red_and_leaves_the_rest_queued(
        self, procountor: Sandbox, six_receipts: Journal
    ) -> None:
        sent = _send_until_the_grant_ends(procountor, six_receipts)

        assert states(sent) == ["posted"] * 3 + ["queued"] * 3
        assert ProcountorAccount.objects.get().state == "ended"
        assert AuditEntry.objects.filter(action="account_ended").count() == 1

    def test_goes_on_by_itself_once_the_account_is_authorised_again(
        self, procountor: Sandbox, six_receipts: Journal
    ) -> None:
        sent = _send_until_the_grant_ends(procountor, six_receipts)
        procountor.faults.clear()
        account = ProcountorAccount.objects.get()
        authorise_with_api_key(account, "SANDBOX-KEY-1001", user=None)
        clock = Clock()

        count = continue_waiting(clock.now)
        sending = unfinished_sending(sent)
        assert sending is not None
        sent = deliver(sending, clock)

        assert count == 1
        assert states(sent) == ["posted"] * 6
        assert procountor.ledger.count() == 6

    def test_is_not_tried_until_it_is_authorised_again(
        self, procountor: Sandbox, six_receipts: Journal
    ) -> None:
        remove_authorisation(ProcountorAccount.objects.get(), user=None)

        with pytest.raises(CannotBeSent):
            send_journal(six_receipts, user=None, now=Clock().now)

        assert problem_codes(six_receipts) == ["N03"]


class TestASentJournal:
    def test_is_not_sent_again(self, procountor: Sandbox, six_receipts: Journal) -> None:
        sent = send(six_receipts)

        with pytest.raises(AlreadySent):
            send_journal(sent, user=None, now=Clock().now)

        assert procountor.ledger.count() == 6

    def test_is_approved_where_the_link_asks_for_it(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(approves_receipts=True), 5, 6)

        sent = send(journal)

        assert sent.state == "approved"
        assert {str(receipt.status) for receipt in procountor.ledger.receipts()} == {"APPROVED"}


def _send_while_march_is_being_closed(procountor: Sandbox, journal: Journal) -> Journal:
    clock = Clock()
    sending = send_journal(journal, user=None, now=clock.now)
    set_period(procountor, "CLOSED", month=3)
    return deliver(sending, clock)


def _send_until_the_grant_ends(procountor: Sandbox, journal: Journal) -> Journal:
    procountor.faults.add(on_post(FaultKind.UNAUTHORIZED, skip=3, times=None))
    return send(journal)
