"""Procountor gives no answer, or an unreadable one: no receipt is lost or booked twice."""

from datetime import timedelta

import pytest
from tests.bureau import (
    Clock,
    a_journal,
    a_linked_company,
    attempt_outcomes,
    book_by_hand,
    deliver,
    forget_the_sending,
    make_moves,
    on_post,
    problem_codes,
    seem_looked_for,
    send,
    set_period,
    states,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from procountor_sandbox.receipts import Status
from tilisilta.models import Attempt, Export, Link, Sending
from tilisilta.services.journals.importing import check_journal
from tilisilta.services.sending import outbox
from tilisilta.services.sending.asking import look_again, send_journal
from tilisilta.services.sending.lost_answers import request_lifetime

pytestmark = pytest.mark.django_db


class TestALostAnswer:
    @pytest.mark.parametrize("kind", [FaultKind.ANSWER_LOST, FaultKind.ERROR_AFTER])
    def test_is_found_again_when_the_receipt_was_booked(
        self, procountor: Sandbox, kind: FaultKind
    ) -> None:
        journal = a_journal(a_linked_company(), 5, 6)
        procountor.faults.add(on_post(kind))

        sent = send(journal)

        assert states(sent) == ["posted", "posted"]
        assert procountor.ledger.count() == 2
        assert attempt_outcomes(sent) == ["found", "posted"]

    def test_is_found_although_the_list_lags_behind(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 6)
        procountor.faults.add(on_post(FaultKind.ANSWER_LOST))
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)
        make_moves(sending, clock, 1)
        booked = procountor.ledger.receipts()[0]
        procountor.ledger.hide(booked.company_id, booked.receipt_id, searches=2)

        sent = deliver(sending, clock)

        assert states(sent) == ["posted"]
        assert attempt_outcomes(sent) == ["found"]
        assert procountor.ledger.count() == 1

    def test_leads_to_a_second_post_when_nothing_was_booked(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 6)
        procountor.faults.add(on_post(FaultKind.ERROR_BEFORE))

        sent = send(journal)

        assert states(sent) == ["posted"]
        assert procountor.ledger.count() == 1
        assert attempt_outcomes(sent) == ["absent", "posted"]

    def test_counts_as_absent_only_when_the_request_can_no_longer_arrive(
        self, procountor: Sandbox
    ) -> None:
        journal = a_journal(a_linked_company(), 6)
        procountor.faults.add(on_post(FaultKind.ERROR_BEFORE))
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)

        deliver(sending, clock)

        first, second = Attempt.objects.order_by("number")
        assert second.started_at - first.started_at > request_lifetime()
        # One look before the first post; at least three before the second.
        assert procountor.requests.count("GET", "/ledgerreceipts") >= 4

    def test_shows_as_uncertain_until_it_is_known(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 6)
        procountor.faults.add(on_post(FaultKind.ERROR_BEFORE))
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)

        make_moves(sending, clock, 2)

        journal.refresh_from_db()
        assert journal.state == "uncertain"

    def test_stops_for_a_person_when_several_receipts_carry_the_token(
        self, procountor: Sandbox
    ) -> None:
        journal = a_journal(a_linked_company(), 6)
        export = journal.exports.get()
        for _ in range(2):
            book_by_hand(export.link.procountor_account, export.payload)

        sent = send(journal)

        assert procountor.ledger.count() == 2
        assert [problem.code for problem in sent.exports.get().problems] == ["S03"]

    def test_may_be_looked_for_again_after_a_person_has_tidied_up(
        self, procountor: Sandbox
    ) -> None:
        journal = a_journal(a_linked_company(), 6)
        procountor.faults.add(on_post(FaultKind.ANSWER_LOST))
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)
        make_moves(sending, clock, 1)
        Sending.objects.update(finished_at=clock.now)

        again = look_again(journal, user=None, now=clock.now)
        sent = deliver(again, clock)

        assert states(sent) == ["posted"]
        assert procountor.ledger.count() == 1


class TestAReceiptFoundSeveralTimes:
    def test_goes_on_once_a_person_has_removed_all_but_one(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 5, 6)
        export = journal.exports.all()[0]
        for _ in range(2):
            book_by_hand(export.link.procountor_account, export.payload)
        assert states(send(journal)) == ["ready", "ready"]
        procountor.ledger.set_status(procountor.ledger.receipts()[1], Status.INVALIDATED)

        sent = send(journal)

        assert sent.state == "sent"
        assert procountor.ledger.count() == 3

    def test_after_a_lost_answer_goes_on_once_it_is_looked_for_again(
        self, procountor: Sandbox
    ) -> None:
        journal = a_journal(a_linked_company(), 5, 6)
        export = journal.exports.all()[0]
        procountor.faults.add(on_post(FaultKind.ANSWER_LOST))
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)
        make_moves(sending, clock, 1)
        book_by_hand(export.link.procountor_account, export.payload)
        assert states(deliver(sending, clock)) == ["uncertain", "ready"]
        procountor.ledger.set_status(procountor.ledger.receipts()[1], Status.INVALIDATED)

        deliver(look_again(journal, user=None, now=clock.now), clock)
        sent = send(journal, clock)

        assert sent.state == "sent"
        assert procountor.ledger.count() == 3


class TestARestoredBackup:
    def test_finds_what_the_forgotten_past_has_booked(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 5, 6)
        send(journal)
        forget_the_sending()

        sent = send(check_journal(journal, now=Clock().now))

        assert states(sent) == ["posted", "posted"]
        assert procountor.ledger.count() == 2

    def test_of_the_middle_of_a_sending_looks_before_it_goes_on(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 5, 6)
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)
        seem_looked_for(sending)
        backup = list(Export.objects.all())
        deliver(sending, clock)
        _restore(backup)

        outbox.put_back([sending], now=clock.now)
        sent = deliver(sending, clock)

        assert states(sent) == ["posted", "posted"]
        assert procountor.ledger.count() == 2

    def test_finds_a_receipt_whose_period_was_closed_since(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(closed_period_policy=Link.Policy.NEXT_OPEN), 2)
        send(journal)
        forget_the_sending()
        for month in (2, 3, 4):
            set_period(procountor, "CLOSED", month=month)

        sent = send(check_journal(journal, now=Clock().now, age_limit=timedelta(0)))

        assert procountor.ledger.count() == 1
        assert states(sent) == ["posted"]
        assert problem_codes(sent)[-1] == "S04"

    def test_finds_a_receipt_whose_period_was_opened_again_since(self, procountor: Sandbox) -> None:
        for month in (2, 3, 4):
            set_period(procountor, "CLOSED", month=month)
        journal = a_journal(a_linked_company(closed_period_policy=Link.Policy.NEXT_OPEN), 2)
        send(journal)
        forget_the_sending()
        for month in (2, 3, 4):
            set_period(procountor, "OPEN", month=month)

        sent = send(check_journal(journal, now=Clock().now, age_limit=timedelta(0)))

        assert procountor.ledger.count() == 1
        assert states(sent) == ["posted"]


class TestABusyProcountor:
    def test_is_given_the_time_it_asks_for(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 6)
        procountor.faults.add(on_post(FaultKind.BUSY, retry_after_seconds=30))
        clock = Clock()
        started = clock.now

        sent = send(journal, clock)

        assert states(sent) == ["posted"]
        assert attempt_outcomes(sent) == ["not_sent", "posted"]
        assert (clock.now - started).total_seconds() >= 30

    def test_is_read_again_later(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 6)
        procountor.faults.add(
            Fault(kind=FaultKind.ERROR_BEFORE, method="GET", path="/ledgerreceipts", times=3)
        )

        sent = send(journal)

        assert states(sent) == ["posted"]
        assert Attempt.objects.count() == 1


def _restore(backup: list[Export]) -> None:
    """Forget all that happened since ``backup``, in the middle of the sending."""
    Attempt.objects.all().delete()
    for export in backup:
        export.save()
    Sending.objects.update(finished_at=None)
