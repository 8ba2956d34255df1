"""A person changes the company, the account or Procountor itself while a journal is sent."""

import pytest
from tests.bureau import (
    Clock,
    a_journal,
    a_linked_company,
    deliver,
    make_moves,
    on_post,
    problem_codes,
    send,
    states,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.models import Company, Export, Journal, ProcountorAccount, Sending
from tilisilta.services.companies import set_blocked, set_test
from tilisilta.services.connections import authorise_with_api_key, remove_authorisation
from tilisilta.services.journals.importing import check_journal
from tilisilta.services.journals.previews import preview_journal
from tilisilta.services.sending.asking import send_journal
from tilisilta.services.sending.delivery import advance

pytestmark = pytest.mark.django_db


class TestACompanyMarkedAsTestAfterTheClick:
    def test_sends_nothing(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company, 5, 6)
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)
        set_test(company, True, user=None)

        sent = deliver(sending, clock)

        assert procountor.ledger.count() == 0
        assert sent.state == "off"

    def test_leaves_the_rest_of_a_journal_that_is_partly_sent(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company, 4, 5, 6)
        sending, clock = _post_one(journal)

        set_test(company, True, user=None)
        sent = deliver(sending, clock)

        assert states(sent) == ["posted", "ready", "ready"]
        assert sent.state == "partly_sent"
        assert problem_codes(sent) == ["N01"]

    def test_sends_the_rest_once_the_mark_is_taken_away(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company, 4, 5, 6)
        sending, clock = _post_one(journal)
        set_test(company, True, user=None)
        deliver(sending, clock)

        set_test(company, False, user=None)
        sent = send(journal, clock)

        assert sent.state == "sent"
        assert procountor.ledger.count() == 3


class TestADebtorBlockedAfterTheClick:
    def test_sends_nothing(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company, 6)
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)
        set_blocked(company.debtor, True, user=None)

        sent = deliver(sending, clock)

        assert procountor.ledger.count() == 0
        assert sent.state == "off"

    def test_still_looks_for_an_uncertain_receipt(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company, 5, 6)
        procountor.faults.add(on_post(FaultKind.ANSWER_LOST))
        sending, clock = _post_one(journal)
        set_blocked(Company.objects.get().debtor, True, user=None)

        sent = deliver(sending, clock)

        assert states(sent) == ["posted", "ready"]
        assert procountor.ledger.count() == 1


class TestTheRestOfAPartlySentJournal:
    def test_outlives_a_check_that_finds_procountor_away(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 4, 5, 6)
        procountor.faults.add(on_post(FaultKind.REJECT, skip=1))
        send(journal)
        Export.objects.filter(state="rejected").update(state="ready", problems=[])
        Export.objects.get(booking_date="2026-05-28").attempts.all().delete()
        later = Clock()
        later.forward(24 * 60 * 60)
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, method="GET", times=None))

        checked = check_journal(journal, now=later.now)

        assert states(checked) == ["posted", "ready", "ready"]
        assert checked.state == "partly_sent"


class TestAReceiptBookedDifferently:
    def test_stops_those_after_it_until_a_person_sends_them(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 5, 6)
        stopped = _send_with_a_name_changed_meanwhile(procountor, journal)
        assert states(stopped) == ["posted", "ready"]
        assert preview_journal(stopped).can_be_sent

        sent = send(stopped)

        assert sent.state == "sent"
        assert procountor.ledger.count() == 2
        assert problem_codes(sent) == ["S04"]

    def test_is_never_approved_by_us(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(approves_receipts=True), 5, 6)
        stopped = _send_with_a_name_changed_meanwhile(procountor, journal)

        sent = send(stopped)

        assert states(sent) == ["posted", "approved"]


class TestAnApprovalThatIsRefused:
    def test_stops_no_other_receipt(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(approves_receipts=True), 4, 5, 6)
        procountor.faults.add(_on_approval(FaultKind.REJECT))

        sent = send(journal)

        assert states(sent) == ["posted", "approved", "approved"]
        assert problem_codes(sent) == ["S01"]
        assert sent.state == "sent"

    def test_whose_answer_is_lost_is_not_repeated(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(approves_receipts=True), 6)
        procountor.faults.add(_on_approval(FaultKind.ANSWER_LOST))

        sent = send(journal)

        assert sent.state == "approved"
        assert sum(request.method == "PUT" for request in procountor.requests.all()) == 1


class TestAnAccountRemovedBeforeTheApproval:
    def test_is_waited_for(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(approves_receipts=True), 6)
        sending, clock = _post_one(journal)
        remove_authorisation(ProcountorAccount.objects.get(), user=None)
        progress = advance(sending.id, now=clock.now)
        assert progress.wait_seconds > 0

        authorise_with_api_key(ProcountorAccount.objects.get(), "SANDBOX-KEY-1001", user=None)
        sent = deliver(sending, clock)

        assert sent.state == "approved"


class TestAnAccountRemovedWhileAReceiptIsPosted:
    def test_shows_the_receipt_as_uncertain(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 6)
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)
        Export.objects.update(state="posting")
        remove_authorisation(ProcountorAccount.objects.get(), user=None)

        sent = deliver(sending, clock)

        assert sent.state == "uncertain"


def _post_one(journal: Journal) -> tuple[Sending, Clock]:
    clock = Clock()
    sending = send_journal(journal, user=None, now=clock.now)
    # A look for all receipts, and a post.
    make_moves(sending, clock, 1)
    return sending, clock


def _on_approval(kind: FaultKind) -> Fault:
    return Fault(kind=kind, method="PUT", path="/ledgerreceipts/*/approve")


def _send_with_a_name_changed_meanwhile(procountor: Sandbox, journal: Journal) -> Journal:
    """The first answer is lost, and its receipt found again under a longer name."""
    procountor.faults.add(on_post(FaultKind.ANSWER_LOST))
    sending, clock = _post_one(journal)
    export = journal.exports.all()[0]
    changed = export.payload.replace("Palkat", "Palkka")
    Export.objects.filter(pk=export.pk).update(payload=changed)
    return deliver(sending, clock)
